// A model of GPT-2's full size in the page: node tests/bench/full_model_page.mjs [q8|f16|f32], after web/run --build-only,
// the set-up of tests/run --only e2e, and tests/bench/rivals/run (which leaves random weights of GPT-2's shape in
// build/bench/models/gpt2). HEADLIGHT_GPT2_TOKENIZER_DIR: a folder with GPT-2's vocab.json and merges.txt, to type in.
// HEADLIGHT_FULL_MODEL: another folder. Chromium without a graphics card, one thread; the host is on this machine.
import fs from 'node:fs';
import path from 'node:path';
import { stage } from '../e2e/hub.test.mjs';
import { fakeHub, folder } from '../e2e/fake_hub.mjs';
import { browser, host, Visit } from '../e2e/lib.mjs';

const precision = process.argv[2] ?? 'q8';
const model = process.env.HEADLIGHT_FULL_MODEL ?? 'build/bench/models/gpt2';
const words = process.env.HEADLIGHT_GPT2_TOKENIZER_DIR;
const kText = ' The quick brown fox jumps over the lazy dog while seven wizards count their golden coins.'.repeat(20);

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const seconds = (since) => ((performance.now() - since) / 1000).toFixed(1);
const say = (name, value) => console.log(`${name.padEnd(52)} ${value}`);

// The greatest memory that a tab's process held, in MB.
function tabMemory() {
  let most = 0;
  for (const id of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (!fs.readFileSync(`/proc/${id}/cmdline`, 'utf8').includes('--type=renderer')) continue;
      const peak = /VmHWM:\s+(\d+)/.exec(fs.readFileSync(`/proc/${id}/status`, 'utf8'));
      most = Math.max(most, Number(peak?.[1] ?? 0) / 1024);
    } catch { /* it has ended */ }
  }
  return `${Math.round(most)} MB`;
}

// Times between frames while something is drawn anew in each, and the program's own part of one.
const frames = (page, work) => page.evaluate(async (kind) => {
  const { headlight } = window, gaps = [], own = [];
  const { layers, heads } = headlight.state().model;
  for (let i = 0, last = 0; i < 90; i += 1) {
    if (kind === 'heads') void headlight.command({ do: 'select_head', layer: i % layers, head: (7 * i) % heads });
    const now = await new Promise((drawn) => requestAnimationFrame(drawn));
    if (last > 0 && i > 10) gaps.push(now - last);
    own.push(headlight.state().frame_ms);
    last = now;
  }
  return { gaps, own };
}, work);

async function typing(visit) {
  const prompt = (count) => kText.split(/(?= )/).slice(0, count).join('');
  await visit.run('setPrompt', prompt(20));
  for (const count of [56, 200]) {
    const start = performance.now();
    const { tokens } = await visit.run('setPrompt', prompt(count));
    say(`a prompt that grows to ${tokens.length} tokens, to its picture`, `${seconds(start)} s`);
    const keys = [], steps = [];
    for (let round = 0; round < 7; round += 1) {
      let at = performance.now();
      await visit.run('setPrompt', `${prompt(count)}${' a'.repeat(round + 1)}`);
      keys.push(performance.now() - at);
      at = performance.now();
      await visit.run('step');
      steps.push(performance.now() - at);
      await visit.run('stepBack');
    }
    say('  a keystroke at its end / a step', `${median(keys).toFixed(0)} / ${median(steps).toFixed(0)} ms`);
    const { gaps, own } = await frames(visit.page, 'heads');
    say('  another head in every frame, all heads on screen',
      `${(1000 / median(gaps)).toFixed(0)} frames/s (median gap ${median(gaps).toFixed(1)} ms), ${median(own).toFixed(1)} ms of it ours`);
  }
}

const files = folder(model);
if (words) for (const name of ['vocab.json', 'merges.txt']) files.set(name, fs.readFileSync(path.join(words, name)));
const [hub, server] = [await fakeHub(), await host()];
hub.put('test/gpt2', files);
const { context, close } = await browser();
context.setDefaultTimeout(600000);
try {
  const open = async (link = '') => (await Visit.open(context, `${server.url}?worker=0${link}`)).ready();
  let visit = await open();
  await visit.run('inspect', hub.address('test/gpt2'));
  await visit.run('choosePrecision', precision);
  let start = performance.now();
  void visit.page.evaluate(() => window.headlight.download());
  await stage(visit, 'empty', 'failed');
  const state = await visit.settled();
  if (state.rung !== 'own') throw new Error(JSON.stringify(state.models.import));
  say(`${precision}: from the click to the first picture`, `${seconds(start)} s`);
  await visit.page.waitForFunction(() => {  // the list comes after the word that it is kept
    const { keep, kept } = window.headlight.state().models;
    return keep.stage === 'failed' || (keep.stage === 'kept' && kept.length > 0);
  }, null, { polling: 100 });
  const { keep, kept } = (await visit.state()).models;
  say('  and until it is kept for the next visit', `${seconds(start)} s (${keep.stage}, ${(kept[0]?.bytes / 1e6).toFixed(0)} MB)`);
  say('  the tab at its largest', tabMemory());
  hub.requests.length = 0;
  await visit.page.goto('about:blank');
  start = performance.now();
  visit = await open(`#${state.link}`);
  await stage(visit, 'empty');
  const again = await visit.settled();
  say('the next visit, to its first picture', `${seconds(start)} s (${again.verdict}, ${hub.requests.length} requests to the host)`);
  if (words) await typing(visit);
  await visit.shot('full-model');
} finally {
  await close();
  server.close();
  hub.close();
}
