// Learning in the page: from random weights to "you win or you die", and back to the very same start.
import fs from 'node:fs';
import { browser, holds, host, same, test, Visit } from './lib.mjs';

const kMostSeconds = 10;
// The bits that the native program and node reach.
const golden = [...fs.readFileSync('tests/app/learning_test.cpp', 'utf8').matchAll(/Case\{(\d+), (\d+), "([0-9a-f]{16})"\}/g)]
  .map(([, seed, steps, hash]) => ({ seed, steps: Number(steps), hash }))
  .filter(({ steps }) => steps <= 200);

export default async function learning() {
  const server = await host();
  const { context, close } = await browser();
  const address = `${server.url}?worker=0`;
  const visit = await (await Visit.open(context, `${address}#v=1&rung=tutorial`)).ready();
  const { page } = visit;
  const opened = async (link) =>
    (await Visit.open({ pages: () => [], newPage: () => context.newPage() }, `${address}#${link}`)).ready();
  const learned = async () => (await visit.state()).learning;
  const answer = async (yes) => {
    holds((await visit.state()).question, 'nothing is asked');
    return visit.run('command', { do: 'answer', yes });
  };
  // Without waiting for the end of the training.
  const seen = (visible) => page.evaluate((wanted) => { window.headlight.command({ do: 'visible', visible: wanted }); }, visible);
  const play = () => page.evaluate(() => { window.headlight.command({ do: 'learn_play' }); });
  const until = (state) => page.waitForFunction((wanted) => window.headlight.state().learning.state === wanted, state);
  await visit.widgets();

  await test('it begins at random, and knows nothing', async () => {
    const state = await learned();
    same([state.state, state.steps, state.playing], ['random', 0, false], 'learning');
    holds(state.pairs.length >= 2 && state.pairs.every(({ says }) => !says.right), 'what it says');
    holds((await visit.widget('learn.badge')).w > 0, 'the badge');
    await visit.shot('learning-random');
  });

  let first;
  await test('one step, then another, move the loss', async () => {
    await visit.click('learn.step');
    first = await learned();
    same([first.state, first.steps], ['trained', 1], 'learning');
    await visit.click('learn.step');
    const second = await learned();
    same(second.steps, 2, 'steps');
    holds(second.hash !== first.hash && second.loss !== first.loss, 'weights and loss');
  });

  await test('play trains, pause stops, a hidden page learns nothing', async () => {
    await visit.run('set', 'lspeed', 10);
    await visit.click('learn.play');
    await page.waitForFunction(() => window.headlight.state().learning.steps > 6);
    await seen(false);
    await page.waitForTimeout(300);
    const hidden = (await learned()).steps;
    await page.waitForTimeout(700);
    same((await learned()).steps, hidden, 'steps while hidden');
    await seen(true);
    await page.waitForFunction((steps) => window.headlight.state().learning.steps > steps, hidden);
    await visit.click('learn.pause');
    const paused = await learned();
    same(paused.playing, false, 'playing');
    await page.waitForTimeout(400);
    same((await learned()).steps, paused.steps, 'steps after the pause');
    await visit.shot('learning-half');
  });

  await test('rewinding asks first, and leads to the very same start', async () => {
    const before = await learned();
    await visit.click('learn.rewind');
    await visit.shot('learning-question');
    await answer(false);
    same((await learned()).hash, before.hash, 'weights after "no"');
    await visit.click('learn.rewind');
    await answer(true);
    same([(await learned()).state, (await learned()).steps], ['random', 0], 'learning after "yes"');
    await visit.click('learn.step');
    const again = await learned();
    same([again.hash, again.loss], [first.hash, first.loss], 'the first step');
  });

  let trained;
  await test(`as fast as it goes it says the words in under ${kMostSeconds} seconds`, async () => {
    await visit.run('set', 'lspeed', 0);
    const start = Date.now();
    await play();
    await until('converged');
    const seconds = (Date.now() - start) / 1000;
    await visit.settled();
    trained = await visit.state();
    console.log(`    ${trained.learning.steps} steps in ${seconds.toFixed(2)} s`);
    holds(seconds < kMostSeconds, `${seconds} s`);
    holds(trained.learning.pairs.every(({ says, continuation }) => says.right && says.text === continuation), 'every answer');
    const win = trained.learning.pairs.find(({ prompt }) => /when you play the game of thrones/i.test(prompt));
    same(win?.says.text.toLowerCase(), 'you win or you die', 'the seed\'s sentence');
    same(trained.learning.playing, false, 'still playing');
    await visit.shot('learning-converged');
  });

  await test('a link leads to the same weights, bit for bit', async () => {
    const other = await opened(trained.link);
    await other.page.waitForFunction((steps) => window.headlight.state().learning.steps === steps, trained.learning.steps);
    const after = await other.settled();
    same(after.learning.hash, trained.learning.hash, 'hash of the weights');
    await other.page.close();
  });

  await test('any link leads to the bits that the native program reaches', async () => {
    holds(golden.length >= 3, `${golden.length} golden hashes`);
    for (const { seed, steps, hash } of golden) {
      const other = await opened(`v=1&rung=tutorial&lseed=${seed}&learned=${steps}`);
      await other.page.waitForFunction((wanted) => window.headlight.state().learning.steps === wanted, steps);
      same((await other.settled()).learning.hash, hash, `the weights of seed ${seed} after ${steps} steps`);
      await other.page.close();
    }
  });

  await test('the weights themselves fit into a link', async () => {
    const { link } = await visit.run('set', 'lshare', true);
    holds(link.includes('weights=') && link.length < 8000, `${link.length} characters`);
    const other = await opened(link);
    const after = await other.state();
    same(after.learning.pairs.map(({ says }) => says.text), trained.learning.pairs.map(({ says }) => says.text), 'what it says');
    await other.page.close();
    await visit.run('set', 'lshare', false);
  });

  await test('the steps show the learned matrices', async () => {
    await visit.run('set', 'step', 7);
    const own = (await visit.state()).tutorial.sheets;
    const shown = (await visit.run('set', 'lshow', true)).tutorial;
    same(shown.learned, true, 'learned');
    holds(JSON.stringify(shown.sheets) !== JSON.stringify(own), 'other numbers');
    await visit.shot('learning-shown');
    await visit.run('set', 'lshow', false);
  });

  await test('a corpus of one\'s own is asked for, and learned', async () => {
    await visit.run('command', { do: 'use_corpus', text: 'the red fox runs home\nthe old dog sleeps here' });
    await answer(true);
    const own = await learned();
    same([own.state, own.pairs.length], ['random', 2], 'learning');
    await play();
    await until('converged');
    await visit.settled();
    holds((await learned()).pairs.every(({ says }) => says.right), 'every answer');
    const { link, learning: now } = await visit.state();
    const other = await opened(link);
    await other.page.waitForFunction((hash) => window.headlight.state().learning.hash === hash, now.hash);
    await other.page.close();
  });

  await test('a corpus of nothing is refused with a notice, and nothing is lost', async () => {
    const before = await learned();
    await visit.page.evaluate(() => window.headlight.command({ do: 'use_corpus', text: '!!!' }).catch(() => {}));
    await visit.settled();
    if ((await visit.state()).question) await answer(true);
    same((await learned()).hash, before.hash, 'weights');
    holds((await visit.state()).notices.length > 0, 'a notice');
    same(visit.errors, [], 'errors');
  });

  await close();
  server.close();
}
