// The tutorial: its steps and modes, cells that explain themselves, edits that flow on, and the mistakes.
import fs from 'node:fs';
import { browser, holds, host, same, test, Visit } from './lib.mjs';

const chains = JSON.parse(fs.readFileSync('tests/golden/tutorial_chains.json', 'utf8'));
const kSteps = 14, kMistakes = 25;

export default async function tutorial() {
  const server = await host();
  const { context, close } = await browser();
  const address = `${server.url}?worker=0`;
  const visit = await (await Visit.open(context, `${address}#v=1&rung=tutorial`)).ready();
  const { page } = visit;
  const opened = async (link) =>
    (await Visit.open({ pages: () => [], newPage: () => context.newPage() }, `${address}#${link}`)).ready();
  const at = async (step, mode) => {
    await visit.run('set', 'step', step);
    return (await visit.run('set', 'mode', mode)).tutorial;
  };
  const sheet = (state, id) => {
    const found = state.sheets.find((each) => each.id === id);
    holds(found, `no sheet ${id} among ${state.sheets.map((each) => each.id)}`);
    return found;
  };
  const edit = (id, row, column, value) => visit.run('command', { do: 'edit_cell', sheet: id, row, column, value });
  await visit.widgets();

  await test('a link opens the tutorial, and every step is a click away', async () => {
    same((await visit.state()).rung, 'tutorial', 'rung');
    for (let step = 1; step <= kSteps; step += 1) {
      await visit.click(`step.${step}`);
      const state = (await visit.state()).tutorial;
      same(state.step, step, 'step');
      holds(state.sheets.length > 0, `step ${step} shows nothing`);
      await visit.shot(`tutorial-step-${step}`);
    }
    same(visit.errors, [], 'errors');
  });

  // The sheets of all steps in a mode against the tables, in the browser's own arithmetic.
  const expectChain = async (mode, chain) => {
    const left = new Set(Object.keys(chain));
    for (let step = 1; step < kSteps; step += 1) {
      for (const { id, values } of (await at(step, mode)).sheets) {
        if (!left.delete(id)) continue;
        same([values.length, values[0].length], [chain[id].length, chain[id][0].length], `size of ${id}`);
        values.forEach((row, i) => row.forEach((value, j) => {
          holds(Math.abs(value - chain[id][i][j]) <= 1e-5, `${id}[${i}][${j}] is ${value}, wanted ${chain[id][i][j]}`);
        }));
      }
    }
    same([...left], [], 'tables that no step shows');
  };
  await test('right arithmetic gives chain B to 1e-5', () => expectChain('right', chains.B));
  await test('the paper gives chain C to 1e-5', () => expectChain('paper', chains.C));

  await test('masked cells weigh exactly 0, and rows of weights sum to 1', async () => {
    let masked = 0;
    for (const { id, values } of (await at(12, 'paper')).sheets) {
      if (!id.includes('pattern')) continue;
      for (const [i, row] of values.entries()) {
        if (row.some((value) => value === null)) continue;
        const sum = row.reduce((all, value) => all + value, 0);
        holds(Math.abs(sum - 1) < 1e-5, `row ${i} of ${id} sums to ${sum}`);
        masked += row.filter((value) => value === 0).length;
      }
    }
    holds(masked > 0, 'nothing is masked');
  });

  await test('a click on a cell shows how it came about', async () => {
    await at(7, 'paper');
    await visit.click(/^num\.q\.1\.1$/);
    const { matrix_cell: cell } = await visit.state();
    holds(cell && Math.abs(cell.value - cell.recomputed) < 1e-5, JSON.stringify(cell));
    await visit.shot('tutorial-cell');
  });

  await test('an edited input changes everything downstream at once; undo takes it back', async () => {
    await page.waitForTimeout(1100);  // edits within a second are one step of undo
    const before = sheet(await at(7, 'paper'), 'scores').values;
    await edit('wq', 0, 0, 1.5);
    const edited = (await visit.state()).tutorial;
    holds(edited.edits.includes('wq'), `edits are "${edited.edits}"`);
    holds(JSON.stringify(sheet(edited, 'scores').values) !== JSON.stringify(before), 'the scores stay as they were');
    await visit.run('undo');
    same(sheet((await visit.state()).tutorial, 'scores').values, before, 'scores after undo');
  });

  await test('typing a number into a cell edits it', async () => {
    await at(7, 'paper');
    const editable = (await visit.state()).tutorial.sheets.find((each) => each.editable);
    holds(editable, 'no sheet of step 7 can be edited');
    await visit.click(`num.${editable.id}.0.0`);
    await page.keyboard.type('2');
    await visit.settled();
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => window.headlight.state().tutorial.edits.length > 0);
    await visit.settled();
    const after = (await visit.state()).tutorial;
    same(sheet(after, editable.id).values[0][0], 2, 'the cell');
    await visit.run('command', { do: 'reset_edits' });
    same((await visit.state()).tutorial.edits, '', 'edits');
  });

  await test('what is no number or no cell is refused with a notice, and changes nothing', async () => {
    const before = sheet(await at(7, 'paper'), 'scores').values;
    for (const [id, row, column, value] of [['wq', 99, 0, 1], ['nothing', 0, 0, 1], ['scores', 0, 0, 1], ['wq', 0, 0, 1e9]]) {
      await visit.page.evaluate((fields) => window.headlight.command(fields).catch(() => {}),
        { do: 'edit_cell', sheet: id, row, column, value });
      await visit.settled();
    }
    same(sheet((await visit.state()).tutorial, 'scores').values, before, 'scores');
    same((await visit.state()).tutorial.edits, '', 'edits');
    holds((await visit.state()).notices.length > 0, 'a notice');
    await visit.run('command', { do: 'dismiss_notice', id: 0 });
  });

  await test('spot the error: a wrong cell is found by a click, a right one is not', async () => {
    await at(7, 'printed');
    same((await visit.state()).tutorial.found, [], 'found at first');
    await visit.click('mistakes.seek');
    await visit.click(/^num\.q\.0\.0$/);  // that one is right
    same((await visit.state()).tutorial.found, [], 'found in a right cell');
    await visit.click(/^num\.v\.0\.0$/);  // V is a copy of Q
    const { found } = (await visit.state()).tutorial;
    same(found.length, 1, 'mistakes found');
    await visit.shot('tutorial-mistake');
    await visit.run('command', { do: 'hide_mistakes' });
    same((await visit.state()).tutorial.found, [], 'after hiding');
  });

  await test('all 25 mistakes can be revealed', async () => {
    for (let number = 1; number <= kMistakes; number += 1) await visit.run('command', { do: 'reveal_mistake', number });
    same((await visit.state()).tutorial.found.length, kMistakes, 'mistakes');
    for (const step of [5, 7, 9, 12]) {
      await at(step, 'printed');
      await visit.shot(`tutorial-mistakes-step-${step}`);
    }
    same(visit.errors, [], 'errors');
  });

  await test('a link carries step, mode, edits and what was found', async () => {
    await visit.run('command', { do: 'hide_mistakes' });
    await visit.run('command', { do: 'reveal_mistake', number: 6 });
    await at(9, 'right');
    await edit('wk', 1, 2, -0.75);
    const before = await visit.state();
    const other = await opened(before.link);
    const after = await other.state();
    same(after.tutorial, before.tutorial, 'tutorial');
    same(after.link, before.link, 'link');
    await other.page.close();
    await visit.run('command', { do: 'reset_edits' });
  });

  for (const [name, link] of Object.entries({
    'a step and a mode that do not exist': 'v=1&rung=tutorial&step=99&mode=wishful',
    'edits that are none': 'v=1&rung=tutorial&edits=wq.99.0%3A1%2Czz.0.0%3A2%2C%3A%3A',
    'mistakes beyond the last': 'v=1&rung=tutorial&found=4294967295',
    'weights that are none': 'v=1&rung=tutorial&weights=AAAA',
  })) {
    await test(`a broken link opens the tutorial: ${name}`, async () => {
      const other = await opened(link);
      const state = await other.state();
      same(state.rung, 'tutorial', 'rung');
      holds(state.notices.length > 0, 'a notice');
      same(other.errors, [], 'errors');
      await other.page.close();
    });
  }

  await test('in Turkish, in light, on a phone', async () => {
    await visit.run('set', 'lang', 'tr');
    await visit.run('set', 'theme', 'light');
    await at(7, 'printed');
    await visit.shot('tutorial-tr-light');
    await page.setViewportSize({ width: 390, height: 844 });
    await visit.settled();
    for (const { key, x, w } of await visit.widgets()) {
      if (!key.startsWith('num.')) holds(x >= -1 && x + w <= 391, `${key} reaches from ${x} to ${x + w}`);
    }
    await visit.shot('tutorial-phone');
    same(visit.errors, [], 'errors');
  });

  await close();
  server.close();
}
