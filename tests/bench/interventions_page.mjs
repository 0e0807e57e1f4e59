// What a change in the laboratory costs in the page: node tests/bench/interventions_page.mjs, after web/run --build-only
// and the set-up of tests/run --only e2e. Chromium without a graphics card, one thread, the embedded GPT.
import { browser, host, Visit } from '../e2e/lib.mjs';

const kTokens = 64, kSweepTokens = 24, kRounds = 9;
const kStory = 'Once upon a time there was a little girl named Lily. She had a red ball and a small dog. One day the dog took '
  + 'the ball and ran to the park. Lily was sad and she ran after him. The dog saw a big bird and he was scared. He gave the '
  + 'ball back to Lily and they went home. Her mom was happy to see them and gave the dog a bone';

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const shown = (name, list) => {
  const middle = (key, digits = 1) => median(list.map((each) => each[key])).toFixed(digits).padStart(digits + 5);
  const least = Math.min(...list.map((each) => each.turn)).toFixed(1);
  console.log(`${name.padEnd(46)} computed and drawn in ${middle('turn')} ms (least ${least}), ready ${middle('ready')} ms, `
    + `on screen ${middle('ms')} ms, ${middle('frames', 0)} frames, drawing ${middle('own')} ms each`);
};

// Runs in the page: until a frame shows the result of the command. ready: until the program has computed and drawn it, of
// which turn: its part of that frame, and the rest is waiting for the frame to begin; ms: until the browser asks for the
// next frame, which it does when this one is on its way; frames: drawn since.
const onScreen = (page, command) => page.evaluate(async (fields) => {
  const { headlight } = window;
  const drawn = () => new Promise((resolve) => requestAnimationFrame(resolve));
  await new Promise((rested) => setTimeout(rested, 400)); // the browser may still draw the last frames
  await drawn();
  const { frame: before } = headlight.state(), start = performance.now();
  void headlight.command(fields);
  for (;;) {
    const began = await drawn();
    const now = performance.now(), ready = now - start, turn = now - began, { frame, frame_ms: own, laboratory } = headlight.state();
    const there = fields.do === 'run_sweep' ? !laboratory.sweeping : laboratory.changed;
    if (!there || frame === before) continue;
    await drawn();
    return { turn, ready, ms: performance.now() - start, frames: frame - before, own };
  }
}, command);

// The first words of the story that make exactly `count` tokens.
async function promptOf(visit, count) {
  const { tokens } = await visit.run('setPrompt', kStory);
  if (tokens.length < count) throw new Error(`the story has only ${tokens.length} tokens`);
  const ids = tokens.slice(0, count).map((each) => each.text).join('');
  const state = await visit.run('setPrompt', ids);
  if (state.tokens.length !== count) throw new Error(`${state.tokens.length} tokens, wanted ${count}`);
  return ids;
}

const server = await host();
const { context, close } = await browser();
try {
  const visit = await (await Visit.open(context, `${server.url}?worker=0`)).ready();
  await promptOf(visit, kTokens);
  const { layers } = (await visit.state()).model;
  console.log(`${kTokens} tokens, ${layers} layers; wanted: every change on screen within 50 ms`);
  for (const [name, make] of [['a head off', (layer) => `off:${layer}.0`], ['a painted pattern', (layer) => `paint:${layer}.0@first`]]) {
    for (const layer of [0, layers - 1]) {
      const times = [];
      for (let round = 0; round < kRounds; round += 1) {
        times.push(await onScreen(visit.page, { do: 'add_change', text: make(layer) }));
        await visit.run('clearChanges');
      }
      shown(`${name} in layer ${layer}`, times);
    }
  }
  const prompt = await promptOf(visit, kSweepTokens);
  await visit.run('set', 'other', prompt.replaceAll('Lily', 'Tom').replaceAll('girl', 'boy'));
  const { laboratory } = await visit.state();
  if (laboratory.other.why) throw new Error(laboratory.other.why);
  const times = [];
  for (let round = 0; round < 3; round += 1) times.push(await onScreen(visit.page, { do: 'run_sweep' }));
  shown(`sweep of ${kSweepTokens} tokens x ${layers} layers (wanted: 5 s)`, times);
} finally {
  await close();
  server.close();
}
