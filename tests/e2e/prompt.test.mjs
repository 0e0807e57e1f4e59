// What a person types reaches the model: letters, input methods, the clipboard; and what the program writes comes back.
import { browser, holds, host, same, test, Visit } from './lib.mjs';

export default async function prompt() {
  const server = await host();
  const { context, close } = await browser();
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.url });
  const visit = await (await Visit.open(context, `${server.url}?worker=0`)).ready();
  const { page } = visit;
  const field = visit.field();
  const protocol = await context.newCDPSession(page);
  const typed = async (text) => {
    await page.waitForFunction((wanted) => window.headlight.state().prompt === wanted, text);
    await visit.settled();
  };
  const clear = async () => {
    await field.focus();
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Backspace');
    await typed('');
  };

  await test('the opening example is there without a click', async () => {
    const state = await visit.state();
    holds(state.prompt.length > 10 && state.tokens.length > 5 && state.predictions.length === 10, 'prompt, tokens, predictions');
    same(await field.inputValue(), state.prompt, 'field');
    const sum = state.predictions.reduce((all, { p }) => all + p, 0);
    holds(sum > 0.2 && sum <= 1.0001, `the first ten probabilities sum to ${sum}`);
  });

  await test('the field lies over its box, in the same size of type', async () => {
    const box = await field.boundingBox(), place = await visit.widget('prompt');
    for (const [edge, size] of [['x', 'x'], ['y', 'y'], ['width', 'w'], ['height', 'h']]) {
      holds(Math.abs(box[edge] - place[size]) <= 2, `${edge}: field ${box[edge]}, box ${place[size]}`);
    }
  });

  await test('typing, Turkish letters and all, is computed as it is typed', async () => {
    await clear();
    await page.keyboard.type('Bir varmış, İğneli Şükrü çöğüş');
    await typed('Bir varmış, İğneli Şükrü çöğüş');
    const { tokens } = await visit.state();
    holds(tokens.length > 8, `${tokens.length} tokens`);
  });

  await test('keys of the field stay in the field', async () => {
    await clear();
    await page.keyboard.type('one two/three');
    await page.keyboard.press('Backspace');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.type('X');
    await typed('one two/thrXe');
  });

  await test('an input method sends its text when it is composed', async () => {
    await clear();
    await protocol.send('Input.imeSetComposition', { text: 'に', selectionStart: 1, selectionEnd: 1 });
    const before = (await visit.state()).prompt;
    same(before, '', 'prompt while composing');
    await protocol.send('Input.insertText', { text: '日本' });
    await typed('日本');
  });

  await test('paste and copy use the clipboard of the system', async () => {
    await clear();
    await page.evaluate(() => navigator.clipboard.writeText('Tom saw a frog. Tom'));
    await page.keyboard.press('Control+V');
    await typed('Tom saw a frog. Tom');
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Control+C');
    same(await page.evaluate(() => navigator.clipboard.readText()), 'Tom saw a frog. Tom', 'clipboard');
  });

  await test('typing on keeps what was computed', async () => {
    await visit.run('setPrompt', 'Once upon a time there was a little girl who had');
    const before = await visit.state();
    await visit.run('setPrompt', 'Once upon a time there was a little girl who had a');
    const after = await visit.state();
    const rows = after.rows_computed - before.rows_computed, added = after.tokens.length - before.tokens.length;
    holds(rows <= added + 1, `${rows} rows computed for ${added} more tokens`);
  });

  await test('"/" goes to the field and Escape leaves it', async () => {
    await field.blur();
    await page.mouse.move(720, 880);
    await page.evaluate(() => document.getElementById('canvas').focus());
    await page.keyboard.press('/');
    await page.waitForFunction(() => document.activeElement?.id === 'prompt');
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => document.activeElement?.id !== 'prompt');
  });

  await test('Control+Enter steps, and the field shows the new token', async () => {
    await visit.run('setPrompt', 'Once upon a time');
    await field.focus();
    await page.keyboard.press('Control+Enter');
    await page.waitForFunction(() => window.headlight.state().prompt.length > 16);
    await visit.settled();
    same(await field.inputValue(), (await visit.state()).prompt, 'field');
  });

  await test('a sample replaces the text', async () => {
    const [first, second] = (await visit.state()).samples;
    await visit.click(`sample.${second}`);
    const state = await visit.state();
    holds(state.prompt.length > 5, 'a prompt');
    same(await field.inputValue(), state.prompt, 'field');
    await visit.run('sample', first);
  });

  await test('an empty field and a very long one are fine', async () => {
    await visit.run('setPrompt', '');
    holds((await visit.state()).predictions.length > 0, 'predictions of an empty field');
    await visit.run('setPrompt', 'The cat sat on the mat. '.repeat(80));
    const state = await visit.state();
    holds(state.tokens.length > 200 && state.dropped > 0, `${state.tokens.length} tokens, ${state.dropped} dropped`);
    same(visit.errors, [], 'errors');
  });

  await close();
  server.close();
}
