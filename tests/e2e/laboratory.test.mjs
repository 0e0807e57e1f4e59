// The laboratory: a head switched off in the grid, the chip that brings it back, links, lens, parts and patches.
import fs from 'node:fs';
import path from 'node:path';
import { browser, holds, host, same, shots, test, Visit } from './lib.mjs';

const kOther = 'Once upon a time, Tim had a red kite. Tim lost his';

export default async function laboratory() {
  const server = await host();
  const { context, close } = await browser();
  const address = `${server.url}?worker=0`;
  const visit = await (await Visit.open(context, address)).ready();
  await visit.widgets();
  const lab = async () => (await visit.state()).laboratory;
  const first = async () => (await visit.state()).predictions[0].text;
  const untouched = await visit.state();
  const again = async (link) => {
    const other = await (await Visit.open({ pages: () => [], newPage: () => context.newPage() }, `${address}#${link}`)).ready();
    await other.settled();
    const state = await other.state();
    same(other.errors, [], 'errors');
    await other.page.close();
    return state;
  };

  await test('shift-click on a head switches it off, the prediction moves, the chip brings it back', async () => {
    same(await first(), ' ball', 'before');
    await visit.page.keyboard.down('Shift');
    await visit.click('head.5.0');
    await visit.page.keyboard.up('Shift');
    same((await lab()).changes.map((each) => each.text), ['off:5.0'], 'the list');
    same(await first(), ' toy', 'after');
    holds((await lab()).odds.now < 0 && (await lab()).odds.baseline > 1, 'log-odds');
    await visit.widget('ghost.0');
    await visit.shot('laboratory-off');
    const { link, hash } = await visit.state();
    const copy = await again(link);
    same([copy.verdict, copy.hash, copy.predictions[0].text], ['reproduced', hash, ' toy'], 'what the link opened');
    await visit.click('change.0');
    same([await first(), (await lab()).changed], [' ball', false], 'brought back');
    same((await visit.state()).hash, untouched.hash, 'the very same bits');
  });

  await test('strength and patterns of the open head are changes too, and undo takes them back', async () => {
    await visit.run('select', { layer: 5, head: 0 });
    await visit.click('tools.pattern');
    await visit.click('pattern.first');
    same((await lab()).changes[0].text, 'paint:5.0@first', 'pattern');
    await visit.run('change', 'scale:4.0@-1.5');
    same((await lab()).changes.length, 2, 'changes');
    await visit.click('compare.difference');
    await visit.shot('laboratory-difference');
    await visit.run('undo');
    await visit.run('undo');
    await visit.run('clearChanges');
    same((await lab()).changes, [], 'after clearing');
  });

  await test('the lens ends in the answer, and the parts sum to the odds', async () => {
    await visit.click('bottom.lens');
    await visit.run('settled');
    const { laboratory: { lens }, predictions, selection } = await visit.state();  // the pointer may select a position
    same(lens.made, lens.size, 'cells');
    same(lens.cells.at(-1)[selection.query].id, predictions[0].token, 'the last cell');
    await visit.shot('laboratory-lens');
    await visit.click('bottom.parts');
    const { parts, odds: now } = await lab();  // of the position that the pointer may be at
    const sum = parts.parts.reduce((all, part) => all + part.value, 0);
    holds(Math.abs(sum - now.now) < 1e-4, `${sum} is not ${now.now}`);
    await visit.shot('laboratory-parts');
  });

  await test('a sweep of patches finds the noun, and a patch there moves the answer', async () => {
    await visit.click('bottom.patch');
    await visit.run('set', 'other', kOther);
    await visit.run('sweep');
    await visit.page.waitForFunction(() => !window.headlight.state().laboratory.sweeping);
    const { sweep } = await lab();
    same(sweep.done, sweep.rows * sweep.columns, 'cells');
    const best = sweep.restored.indexOf(Math.max(...sweep.restored));
    same((await visit.state()).tokens[best % sweep.columns].text, ' ball', 'where the answer stands');
    await visit.shot('laboratory-patch');
    await visit.run('change', 'patch:4.resid@9');
    same(await first(), ' kite', 'the answer');
  });

  await test('the other prompt is a real field too, with input methods, and leaves the prompt alone', async () => {
    await visit.run('clearChanges');
    const { prompt } = await visit.state();
    const field = visit.page.locator('#other');
    const at = await field.boundingBox(), place = await visit.widget('patch.other');
    same([at.x, at.y, at.width, at.height].map(Math.round), [place.x, place.y, place.w, place.h].map(Math.round), 'place');
    same(await field.inputValue(), kOther, 'what was set by the program');
    await field.click();
    await visit.page.keyboard.press('Control+A');
    await visit.page.keyboard.type('Tim ran. ');
    const keyboard = await visit.page.context().newCDPSession(visit.page);
    await keyboard.send('Input.imeSetComposition', { text: 'ç', selectionStart: 1, selectionEnd: 1 });
    await keyboard.send('Input.insertText', { text: 'çok' });
    await visit.page.waitForFunction(() => window.headlight.state().settings.other === 'Tim ran. çok');
    same((await visit.state()).prompt, prompt, 'the prompt');
    await visit.run('set', 'other', kOther);
    await visit.page.waitForFunction((text) => document.getElementById('other').value === text, kOther);
  });

  await test('any token of the vocabulary is found by typing in a real field, and read by Enter or a click', async () => {
    await visit.run('clearChanges');
    await visit.click('bottom.space');
    await visit.run('settled');
    const field = visit.page.locator('#search');
    const at = await field.boundingBox(), place = await visit.widget('space.search');
    same([at.x, at.y, at.width, at.height].map(Math.round), [place.x, place.y, place.w, place.h].map(Math.round), 'place');
    await field.click();
    await visit.page.keyboard.type('kite');
    await visit.page.waitForFunction(() => window.headlight.state().laboratory.search.text === 'kite');
    await visit.run('settled');
    await visit.widget('space.found.0');
    await visit.shot('laboratory-search');
    await visit.page.keyboard.press('Enter');
    await visit.run('settled');
    const { changes, search } = await lab();
    const { selection, prompt } = await visit.state();
    same(changes.map((each) => each.text), [`swap:${selection.target}@${search.found[0]}`], 'the change');
    same([search.text, await field.inputValue()], ['kite', 'kite'], 'no line break');
    await visit.click('space.found.0');
    same((await lab()).changes, [], 'its own token again');
    await field.fill('');
    await visit.page.waitForFunction(() => window.headlight.state().laboratory.search.text === '');
    await visit.run('set', 'lang', 'tr');
    await visit.page.waitForFunction(() => document.getElementById('search').placeholder.includes('yazın'));
    holds((await visit.page.locator('#prompt').getAttribute('placeholder')).includes('yazın'), 'that of the prompt as well');
    await visit.run('set', 'lang', 'en');
    same((await visit.state()).prompt, prompt, 'the prompt');
    await visit.click('bottom.patch');
  });

  await test('two prompts stand side by side, and a link brings them back', async () => {
    await visit.click('changes.ab');
    await visit.run('settled');
    same((await lab()).pair, { runs: 'prompts', beside: true, difference: false, why: '' }, 'pair');
    await visit.widget('second.run');
    await visit.widget('ghost.0');
    const { odds } = await lab();
    holds(odds.now > 0 && odds.baseline < 0, `each expects its own noun: ${odds.now}, ${odds.baseline}`);
    await visit.shot('laboratory-prompts');
    await visit.page.waitForFunction(() => document.getElementById('mirror').textContent.includes('After the other prompt'));
    holds(/kite, .*here/.test(await visit.page.locator('#mirror').textContent()), 'the mirror tells the other run');
    const copy = await again((await visit.state()).link);
    same([copy.verdict, copy.laboratory.pair.beside, copy.laboratory.odds], ['reproduced', true, odds], 'what the link opened');
    await visit.click('changes.ab');
    await visit.click('compare.other');
    same((await lab()).pair.difference, true, 'difference');
    await visit.shot('laboratory-prompts-difference');
    await visit.click('compare.changed');
    await visit.run('change', 'off:5.0');
    await visit.click('changes.ab');
    same((await lab()).pair.runs, 'changes', 'without and with changes');
    await visit.shot('laboratory-beside');
  });

  await test('a picture of the head has its words, its caption and its link in it', async () => {
    const [file] = await Promise.all([visit.page.waitForEvent('download'),
      visit.page.evaluate(() => { void window.headlight.command({ do: 'export', what: 'head_png' }); })]);
    same(file.suggestedFilename(), 'headlight-head-5.0-beside.png', 'name');
    fs.copyFileSync(await file.path(), path.join(shots, 'exported-head.png'));
    const bytes = [...fs.readFileSync(await file.path())];
    const { width, height, ink } = await visit.page.evaluate(async (data) => {
      const picture = await createImageBitmap(new Blob([new Uint8Array(data)], { type: 'image/png' }));
      const canvas = new OffscreenCanvas(picture.width, picture.height), context = canvas.getContext('2d');
      context.drawImage(picture, 0, 0);
      const { data: rgba } = context.getImageData(0, 0, picture.width, picture.height);
      const dark = new Array(picture.height).fill(0);
      for (let i = 0; i < rgba.length; i += 4) {
        if (rgba[i] < 110 && rgba[i + 2] > 30) dark[Math.floor(i / 4 / picture.width)] += 1;  // neither paper nor amber
      }
      return { width: picture.width, height: picture.height, ink: dark };
    }, bytes);
    holds(width > 900 && height > 600, `${width} x ${height}`);
    const below = ink.slice(-130).reduce((sum, count) => sum + count, 0), beside = ink.slice(0, 400).reduce((sum, count) => sum + count, 0);
    holds(below > 1500 && beside > 500, `letters: ${beside} dark pixels beside the cells, ${below} below them`);
  });

  await test('hostile changes of a link become notices, and the good ones hold', async () => {
    const { laboratory, notices } = await again(`v=1&prompt=Once&do=off:99.0;scale:0.0@nan;${'off:0.1;'.repeat(1000)}`);
    holds(laboratory.changes.some((each) => each.text === 'off:0.1' && each.reason === ''), `the good one: ${JSON.stringify(laboratory.changes.slice(0, 3))}, ${JSON.stringify(notices)}`);
    holds(notices.length > 0 && notices.length <= 6, 'notices');
  });

  await test('on a phone in the light the head can be switched off too', async () => {
    await visit.run('clearChanges');
    await visit.run('set', 'theme', 'light');
    await visit.page.setViewportSize({ width: 390, height: 844 });
    await visit.run('set', 'tab', 'heads');
    await visit.frames(4);
    await visit.click('tools.off');
    same((await lab()).changes.length, 1, 'changes');
    await visit.page.mouse.move(2, 2); // a finger does not stay where it was
    await visit.frames(4);
    await visit.shot('laboratory-phone');
    same((await lab()).pair.beside, true, 'one below the other');
  });

  same(visit.errors, [], 'errors in the console');
  await close();
  server.close();
}
