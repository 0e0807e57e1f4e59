// The architecture exhibit: presets and edits with the sizes that they add up to, and the seed's generation loop.
import { browser, holds, host, same, test, Visit } from './lib.mjs';

const kTotals = { 'gpt-124m': 163009536, gpt2: 124439808, 'gpt2-medium': 354823168, 'gpt2-large': 774030080, 'gpt2-xl': 1557611200 };
// GPT_CONFIG_124M, part by part.
const kParts = {
  'token embedding': 38597376, 'position embedding': 786432, 'attention: q, k, v': 1769472,
  'attention: output projection': 590592, 'feed-forward: first': 2362368, 'feed-forward: second': 2360064,
  'final norm': 1536, head: 38597376,
};
const kLines = 6, kTurns = 6;

export default async function architecture() {
  const server = await host();
  const { context, close } = await browser();
  const address = `${server.url}?worker=0`;
  const visit = await (await Visit.open(context, address)).ready();
  await visit.widgets();
  const shown = async () => (await visit.state()).architecture;
  const at = async (width, height, name) => {
    await visit.page.setViewportSize({ width, height });
    await visit.frames(4);
    await visit.settled();
    await visit.shot(name);
  };

  await test('the map leads to it, and it counts the seed\'s configuration part by part', async () => {
    await visit.click('architecture');
    const { parameters, stages } = await shown();
    same(parameters.total, kTotals['gpt-124m'], 'total');
    for (const [part, count] of Object.entries(kParts)) {
      same(parameters.parts.find((each) => each.part === part)?.count, count, part);
    }
    same([parameters.attention, parameters.feed_forward, parameters.norms, parameters.block, parameters.blocks],
      [2360064, 4722432, 3072, 7085568, 85026816], 'sums');
    same(stages.logits.shape, [4, 50257], 'shape of the logits');
    same((await visit.widget('architecture.total')).value, kTotals['gpt-124m'], 'the total on the screen');
    await visit.shot('architecture');
  });

  await test('every preset shows the parameters that it is known for', async () => {
    for (const [id, total] of Object.entries(kTotals)) {
      await visit.click(`preset.${id}`);
      same((await shown()).parameters.total, total, id);
      same((await visit.widget('param.total')).value, total, `${id} in the table`);
    }
    holds((await shown()).bytes.q8 < (await shown()).bytes.f16, 'Q8 is smaller than F16');
  });

  await test('an impossible configuration is explained, keeps the last good one, and is left by the other half', async () => {
    await visit.click('preset.gpt2');
    await visit.run('set', 'awidth', 1600);
    let state = await shown();
    same([state.config.width, state.draft.width], [768, 1600], 'widths');
    holds(state.problem.includes('1,600'), state.problem);
    await visit.shot('architecture-impossible');
    await visit.run('set', 'aheads', 25);
    state = await shown();
    same([state.config.width, state.config.heads, state.problem], [1600, 25, ''], 'after the heads');
    await visit.click('preset.gpt-124m');
  });

  await test('a link carries the configuration and the selected box', async () => {
    await visit.run('set', 'alayers', 24);
    await visit.click('stage.scores');
    const link = (await visit.state()).link;
    const other = await (await Visit.open({ pages: () => [], newPage: () => context.newPage() }, `${address}#${link}`)).ready();
    const { architecture: opened, settings } = await other.state();
    same([opened.open, opened.config.layers, settings.stage], [true, 24, 'scores'], 'what the link opened');
    same(other.errors, [], 'errors');
    await other.page.close();
    await visit.click('preset.gpt-124m');
  });

  await test('the generation loop runs on the small GPT, line by line, six tokens', async () => {
    await visit.click('exhibit.loop');
    await visit.page.waitForFunction(() => window.headlight.state().architecture.loop?.done);
    const first = (await shown()).loop;
    same([first.model, first.seed_ids, first.steps.length], ['story', false, kTurns], 'the loop');
    const typed = first.ids.length - kTurns;
    for (let line = 1; line <= kLines * 2; line += 1) {
      await visit.click('loop.next');
      const { turn, lines, shown: tokens } = (await shown()).loop;
      same([turn, lines, tokens], [Math.floor((line - 1) / kLines), (line - 1) % kLines + 1, typed + Math.floor(line / kLines)], `line ${line}`);
    }
    await visit.shot('architecture-loop');
    for (const step of first.steps) {
      same(step.next, step.top[0].id, 'argmax');
      same(step.first, 0, 'nothing is cropped');
      holds(step.top.every((each, i) => i === 0 || each.logit <= step.top[i - 1].logit), 'sorted by logit');
    }
    // The page's own Step at temperature 0 is the same loop.
    const text = await (await Visit.open({ pages: () => [], newPage: () => context.newPage() },
      `${address}#v=1&prompt=Hello,+I+am&temperature=0`)).ready();
    for (let i = 0; i < kTurns; i += 1) await text.run('step');
    same((await text.state()).taken, first.ids.slice(typed), 'tokens');
    await text.page.close();
  });

  await test('a context_size of 3 crops, and running ends by itself', async () => {
    await visit.click('crop.3');
    await visit.page.waitForFunction(() => window.headlight.state().architecture.loop?.done);
    const { loop } = await shown();
    same(loop.steps.map((step) => step.length - step.first), Array(kTurns).fill(3), 'tokens that the model reads');
    await visit.run('set', 'loop', 30);
    await visit.run('set', 'pace', 30);
    await visit.click('loop.run');
    await visit.page.waitForFunction(() => window.headlight.state().settings.loop > 30);
    await visit.page.waitForFunction(() => !window.headlight.state().playing);
    same((await visit.settled()).settings.loop, 36, 'the line where it ends');
  });

  await test('pictures: both themes, both languages, desktop and phone', async () => {
    for (const [theme, lang] of [['dark', 'en'], ['light', 'tr']]) {
      await visit.run('set', 'theme', theme);
      await visit.run('set', 'lang', lang);
      for (const [exhibit, tab] of [['diagram', 'in'], ['diagram', 'heads'], ['diagram', 'out'], ['loop', 'heads']]) {
        await visit.run('set', 'exhibit', exhibit);
        await visit.run('set', 'tab', tab);
        await at(390, 844, `architecture-phone-${exhibit}-${tab}-${theme}-${lang}`);
      }
      for (const exhibit of ['diagram', 'loop']) {
        await visit.run('set', 'exhibit', exhibit);
        await at(1440, 900, `architecture-${exhibit}-${theme}-${lang}`);
      }
    }
    for (const what of ['the box', 'the exhibit']) {
      same((await visit.state()).settings.arch, true, `Escape first leaves ${what}`);
      await visit.page.keyboard.press('Escape');
      await visit.settled();
    }
    same((await visit.state()).settings.arch, false, 'Escape closes it');
    same(visit.errors, [], 'errors');
  });

  await close();
  server.close();
}
