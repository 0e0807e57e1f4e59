// The workspace by mouse and keyboard: heads, cells, pins, steps, sliders, tokens, languages, themes, stillness.
import { browser, holds, host, same, test, Visit } from './lib.mjs';

export default async function workspace() {
  const server = await host();
  const { context, close } = await browser();
  const visit = await (await Visit.open(context, `${server.url}?worker=0`)).ready();
  const { page } = visit;
  await visit.widgets();

  await test('a click on a thumbnail selects its head', async () => {
    await visit.click('head.1.2');
    const { selection } = await visit.state();
    same([selection.layer, selection.head], [1, 2], 'selection');
    await visit.click('head.0.4');
    same([(await visit.state()).selection.layer, (await visit.state()).selection.head], [0, 4], 'selection');
  });

  await test('hover previews a cell, a click pins it, Escape releases it', async () => {
    const before = await visit.hover('cell.4.2');
    same([before.selection.query, before.selection.key, before.selection.pinned], [4, 2, false], 'hovered');
    await visit.click('cell.4.2');
    await page.mouse.move(5, 5);
    const pinned = await visit.settled();
    same([pinned.selection.query, pinned.selection.key, pinned.selection.pinned], [4, 2, true], 'pinned');
    await page.keyboard.press('Escape');  // lets the cell go
    await visit.settled();
    await page.keyboard.press('Escape');  // and its row
    await page.waitForFunction(() => !window.headlight.state().selection.pinned);
  });

  await test('the numbers behind a cell give the cell again', async () => {
    await visit.click('cell.5.3');
    const { cell } = await visit.state();
    holds(cell && Math.abs(cell.value - cell.recomputed) < 1e-5, JSON.stringify(cell));
    await page.keyboard.press('Escape');
    await visit.settled();
  });

  await test('step takes what the seed picks; back gives it up', async () => {
    const before = await visit.run('setPrompt', 'Once upon a time there was');
    await visit.click('step');
    const after = await visit.state();
    same(after.taken, [before.pick], 'taken');
    await visit.click('back');
    const again = await visit.state();
    same([again.prompt, again.pick, again.hash], [before.prompt, before.pick, before.hash], 'state before the step');
  });

  await test('a click on a bar takes that token', async () => {
    const before = await visit.state();
    await visit.click('bar.2');
    const after = await visit.state();
    same(after.taken, [before.predictions[2].token], 'taken');
    await visit.run('stepBack');
  });

  await test('play writes, pause stops', async () => {
    await visit.run('set', 'pace', 20);
    await visit.click('play');
    await page.waitForFunction(() => window.headlight.state().taken.length >= 4);
    await page.evaluate(() => window.headlight.pause());
    await visit.settled();
    const { taken, playing } = await visit.state();
    same(playing, false, 'playing');
    await page.waitForTimeout(400);
    same((await visit.state()).taken.length, taken.length, 'tokens after the pause');
  });

  await test('moving sliders never samples again', async () => {
    const before = await visit.run('setPrompt', 'Once upon a time there was');
    await visit.run('step');
    const stepped = await visit.state();
    for (const key of ['slider.temperature', 'slider.topp', 'slider.topk']) {
      const [x, y] = await visit.point(key, 0.5);
      await page.mouse.move(x, y);
      await visit.settled();
      await page.mouse.down();
      await visit.frames(2);
      for (const across of [0.6, 0.7, 0.45]) {
        const [to] = await visit.point(key, across);
        await page.mouse.move(to, y);
        await visit.frames(2);
      }
      await page.mouse.up();
      await visit.settled();
    }
    const after = await visit.state();
    same(after.taken, stepped.taken, 'taken tokens');
    same(after.prompt, stepped.prompt, 'text');
    holds(after.settings.temperature !== before.settings.temperature, 'the slider did move');
    await visit.run('command', { do: 'reset_settings' });
  });

  await test('undo and redo', async () => {
    await page.waitForTimeout(1100);  // edits within a second are one step of undo
    await visit.run('setPrompt', 'first text');
    await page.waitForTimeout(1100);
    await visit.run('setPrompt', 'a wholly other text');
    await visit.run('undo');
    same((await visit.state()).prompt, 'first text', 'after undo');
    await visit.run('redo');
    same((await visit.state()).prompt, 'a wholly other text', 'after redo');
  });

  await test('no frame is drawn while nothing changes', async () => {
    await page.mouse.move(700, 895);
    await visit.settled();
    await page.waitForTimeout(700);
    const { frame } = await visit.state();
    await page.waitForTimeout(1500);
    same((await visit.state()).frame, frame, 'frames');
  });

  await test('256 tokens draw in time', async () => {
    await visit.run('setPrompt', 'The cat sat on the mat. '.repeat(60));
    const times = [];
    for (let i = 0; i < 12; i += 1) {
      await page.mouse.move(600 + 7 * i, 400);
      await visit.settled();
      times.push((await visit.state()).frame_ms);
    }
    times.sort((a, b) => a - b);
    console.log(`    C++ frame time, median of 12: ${times[6].toFixed(2)} ms, ${(await visit.state()).tokens.length} tokens`);
    holds(times[6] < 16, `median frame time ${times[6]} ms`);
    await visit.run('sample', (await visit.state()).samples[0]);
  });

  await test('the language switches, in canvas and page', async () => {
    await visit.run('set', 'lang', 'tr');
    same((await visit.state()).language, 'tr', 'language');
    await page.waitForFunction(() => document.documentElement.lang === 'tr');
    await visit.run('set', 'lang', 'en');
    await page.waitForFunction(() => document.documentElement.lang === 'en');
  });

  await test('the theme switches, in canvas and page', async () => {
    const colour = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await visit.run('set', 'theme', 'light');
    const light = await colour();
    await visit.shot('workspace-light');
    await visit.run('set', 'theme', 'dark');
    holds(light !== await colour(), 'the page follows');
    await visit.shot('workspace-dark');
  });

  await test('screen readers find tokens, predictions and links as text', async () => {
    await visit.run('setPrompt', 'Tom and Lily went to the');
    await page.waitForFunction(() => document.getElementById('mirror').textContent.includes('Lily'));
    holds((await page.locator('#live').textContent()).length > 20, 'the live region says what changed');
    const mirror = page.locator('#mirror');
    const before = await visit.state();
    const button = mirror.getByRole('button', { name: /^Take / }).first();
    await button.focus();
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => window.headlight.state().taken.length === 1);
    same((await visit.state()).taken, [before.predictions[0].token], 'taken by the button');
    same(visit.errors, [], 'errors');
  });

  await close();
  server.close();
}
