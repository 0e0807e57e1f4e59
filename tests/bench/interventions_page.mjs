// What a change in the laboratory costs in the page: node tests/bench/interventions_page.mjs, after web/run --build-only
// and the set-up of tests/run --only e2e. Chromium without a graphics card, one thread, the embedded GPT.
// Beside each figure stands what is wanted, and whether it holds; the exit status is 1 where one does not.
import { browser, host, Visit } from '../e2e/lib.mjs';

const kTokens = 64, kSweepTokens = 24, kRounds = 9;
const kWantedChange = 50, kWantedSweep = 5000; // ms
const kStory = 'Once upon a time there was a little girl named Lily. She had a red ball and a small dog. One day the dog took '
  + 'the ball and ran to the park. Lily was sad and she ran after him. The dog saw a big bird and he was scared. He gave the '
  + 'ball back to Lily and they went home. Her mom was happy to see them and gave the dog a bone';
const kOtherStory = 'Tom and his mom had a big blue boat with a white sail and they loved to play in the water at the lake '
  + 'all day';

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const judged = (ms, wanted, digits = 1) => {
  const holds = Number(ms) <= wanted;
  if (!holds) process.exitCode = 1;
  return `${Number(ms).toFixed(digits).padStart(digits + 5)} ms ${holds ? 'ok' : 'TOO SLOW'}`;
};
const shown = (name, list) => {
  const middle = (key) => median(list.map((each) => each[key]));
  const least = Math.min(...list.map((each) => each.turn)).toFixed(1);
  console.log(`${name.padEnd(28)} (wanted: ${kWantedChange} ms) computed and drawn in ${judged(middle('turn'), kWantedChange)} `
    + `(least ${least}), ready ${judged(middle('ready'), kWantedChange)}, on screen ${judged(middle('ms'), kWantedChange)}; `
    + `${middle('frames')} frames, drawing ${middle('own').toFixed(1)} ms each`);
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

// The first words of a story that make exactly `count` tokens, which become the prompt.
async function promptOf(visit, count, story = kStory) {
  const { tokens } = await visit.run('setPrompt', story);
  if (tokens.length < count) throw new Error(`the story has only ${tokens.length} tokens`);
  const text = tokens.slice(0, count).map((each) => each.text).join('');
  const state = await visit.run('setPrompt', text);
  if (state.tokens.length !== count) throw new Error(`${state.tokens.length} tokens, wanted ${count}`);
  return { text, first: state.tokens[0].text };
}

const server = await host();
const { context, close } = await browser();
try {
  const visit = await (await Visit.open(context, `${server.url}?worker=0`)).ready();
  await promptOf(visit, kTokens);
  const { layers } = (await visit.state()).model;
  console.log(`${kTokens} tokens, ${layers} layers; wanted: ${kWantedChange} ms a change, `
    + `${kWantedSweep / 1000} s a sweep of ${kSweepTokens}`);
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
  // Up to the first token that differs a patch changes nothing and costs nothing: they differ from the first one on.
  const other = await promptOf(visit, kSweepTokens, kOtherStory), prompt = await promptOf(visit, kSweepTokens);
  if (other.first === prompt.first) throw new Error(`both prompts begin with ${prompt.first}`);
  await visit.run('set', 'other', other.text);
  await visit.run('set', 'bottom', 'patch'); // where a sweep is shown
  const times = [];
  for (let round = 0; round < 3; round += 1) {
    const { laboratory } = await visit.state();
    if (laboratory.other.why) throw new Error(laboratory.other.why);
    times.push((await onScreen(visit.page, { do: 'run_sweep' })).ms);
    const { sweep } = (await visit.state()).laboratory;
    const cells = kSweepTokens * layers;
    if (sweep?.done !== cells) throw new Error(`${sweep?.done} cells of the sweep instead of ${cells}`);
  }
  console.log(`sweep of ${kSweepTokens} tokens x ${layers} layers (wanted: ${kWantedSweep} ms) `
    + judged(median(times), kWantedSweep, 0));
} finally {
  await close();
  server.close();
}
