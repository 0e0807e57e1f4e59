// The translator: loaded when asked for, written token by token, and seen through the same panels as the GPT.
import { browser, holds, host, same, test, Visit } from './lib.mjs';

const kModel = /models\/en-tr\/model\.safetensors/;

export default async function translation() {
  const fetched = [];
  let broken = false;
  const server = await host({ before: (request, response) => {
    fetched.push(request.url);
    if (!broken || !kModel.test(request.url)) return false;
    response.writeHead(503).end();
    return true;
  } });
  const { context, close } = await browser();
  const address = `${server.url}?worker=0`;
  const visit = await (await Visit.open(context, address)).ready();
  const { page } = visit;
  const complete = async () => {
    await page.waitForFunction(() => window.headlight.state().translation?.complete);
    return visit.settled();
  };
  const translated = async (text) => {
    await visit.run('setPrompt', text);
    return complete();
  };
  await visit.widgets();

  await test('its model is not loaded before it is asked for; a failure leaves everything as it was', async () => {
    holds(!fetched.some((url) => kModel.test(url)), 'fetched already');
    const before = await visit.state();
    broken = true;
    await page.evaluate(() => window.headlight.set('rung', 'translate').catch(() => {}));
    await page.waitForFunction(() => window.headlight.state().notices.length > 0);
    broken = false;
    await visit.run('command', { do: 'dismiss_notice', id: 0 });
    await visit.run('set', 'rung', 'small');
    same((await visit.state()).hash, before.hash, 'the GPT');
  });

  await test('choosing the rung loads it', async () => {
    await page.evaluate(() => { window.headlight.set('rung', 'translate'); });
    await page.waitForFunction(() => window.headlight.state().model?.encoder_decoder);
    const state = await complete();
    same([state.rung, state.model.encoder_decoder], ['translate', true], 'rung and model');
    holds(state.translation.text.length > 0 && state.source_tokens.length > 1, 'a translation stands there');
    await visit.shot('translation');
  });

  await test('an English sentence becomes Turkish', async () => {
    const state = await translated('I love you.');
    console.log(`    ${state.translation.text}`);
    same(state.translation.ended, true, 'ended');
    holds(/sev/i.test(state.translation.text), state.translation.text);
    holds(/ı|İ|ş|ğ|ü|ö|ç/.test((await translated('The old man drinks his tea in the garden.')).translation.text), 'Turkish letters');
  });

  await test('it is written token by token, and can be stepped', async () => {
    const whole = await translated('She is reading a book.');
    await visit.run('set', 'length', 0);
    const start = await visit.state();
    holds(start.tokens.length < whole.tokens.length, `${start.tokens.length} tokens at the start`);
    await visit.run('step');
    const one = await visit.state();
    same(one.tokens.length, start.tokens.length + 1, 'tokens after a step');
    await visit.run('stepBack');
    same((await visit.state()).tokens.length, start.tokens.length, 'tokens after a step back');
    await page.evaluate(() => window.headlight.play());
    const played = await complete();
    same([played.translation.text, played.hash], [whole.translation.text, whole.hash], 'the translation');
  });

  for (const [part, rows, columns] of [['encoder', 'source_tokens', 'source_tokens'], ['decoder', 'tokens', 'tokens'],
    ['cross', 'tokens', 'source_tokens']]) {
    await test(`attention of the ${part}: cells between the right tokens, recomputed from the trace`, async () => {
      await translated('The cat drinks milk.');
      await visit.run('set', 'part', part);
      const { model } = await visit.state();
      for (const [layer, head] of [[0, 0], [model.layers - 1, model.heads - 1]]) {
        await visit.run('select', { layer, head });
        const state = await visit.state();
        const query = state[rows].length - 1, key = part === 'decoder' ? 0 : state[columns].length - 1;
        await visit.run('select', { query, key });
        const { cell, selection, strongest } = await visit.state();
        same([selection.layer, selection.head, selection.query, selection.key], [layer, head, query, key], 'selection');
        holds(cell && Math.abs(cell.value - cell.recomputed) < 1e-5, JSON.stringify(cell));
        holds(cell.site.includes(part === 'cross' ? 'cross_attn' : `${part}.${layer}.attn`), cell.site);
        holds(strongest.every(({ from, to }) => from < state[rows].length && to < state[columns].length), 'links');
      }
      await visit.shot(`translation-${part}`);
    });
  }

  await test('hovering a Turkish word shows what it looked at', async () => {
    await visit.run('release');
    await visit.run('set', 'part', 'cross');
    const state = await visit.hover('cell.2.1');
    same([state.selection.query, state.selection.key], [2, 1], 'selection');
    await visit.hover('chip.3');  // the token that row 2 wrote
    same((await visit.state()).selection.query, 2, 'the row that wrote the word');
    await visit.shot('translation-hover');
  });

  await test('a link reproduces it', async () => {
    const before = await translated('We will go to Istanbul tomorrow.');
    const other = await Visit.open({ pages: () => [], newPage: () => context.newPage() }, `${address}#${before.link}`);
    await other.ready();
    await other.page.waitForFunction(() => window.headlight.state().translation?.complete &&
      window.headlight.state().verdict !== 'pending');
    const after = await other.settled();
    same([after.rung, after.translation.text, after.hash], ['translate', before.translation.text, before.hash], 'translation');
    same(after.verdict, 'reproduced', 'verdict');
    same(other.errors, [], 'errors');
    await other.page.close();
  });

  await test('an empty field and a very long sentence are fine', async () => {
    await visit.run('setPrompt', '');
    same((await visit.state()).source_tokens ?? [], [], 'source of nothing');
    await visit.run('setPrompt', 'The cat sat on the mat. '.repeat(80));
    await visit.settled();
    holds((await visit.state()).ready, 'still ready');
    await translated('Good morning.');
    same(visit.errors.filter((line) => !line.includes('503')), [], 'errors');
  });

  await test('the other rungs keep what they had', async () => {
    const before = (await visit.state()).translation.text;
    await visit.run('set', 'rung', 'small');
    await visit.run('setPrompt', 'Once upon a time');
    await visit.run('set', 'rung', 'translate');
    same((await complete()).translation.text, before, 'translation');
    await visit.run('set', 'rung', 'small');
    same((await visit.state()).prompt, 'Once upon a time', 'prompt');
  });

  await test('on a phone, in both themes', async () => {
    await visit.run('set', 'rung', 'translate');
    await page.setViewportSize({ width: 390, height: 844 });
    for (const theme of ['dark', 'light']) {
      await visit.run('set', 'theme', theme);
      for (const { key, x, w } of await visit.widgets()) holds(x >= -1 && x + w <= 391, `${key} reaches from ${x} to ${x + w}`);
      await visit.shot(`translation-phone-${theme}`);
    }
  });

  await close();
  server.close();
}
