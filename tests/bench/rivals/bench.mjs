// Measures our engine beside others in the system's Chromium and writes build/bench/rivals.jsonl, rivals.md and
// rivals-growth.svg; run sets everything up first. Options: run --help.
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { browser as startBrowser } from './browser.mjs';
import { contest, engines } from './contest.mjs';
import { measureLimits } from './limits.mjs';
import { boost } from './machine.mjs';
import { makeModels } from './models.mjs';
import { report } from './report.mjs';
import { measureTorch } from './torch.mjs';

const { values: options } = parseArgs({ options: {
  rounds: { type: 'string' }, threads: { type: 'string', default: '1,2' }, models: { type: 'string' },
  only: { type: 'string' }, tasks: { type: 'string' }, quick: { type: 'boolean' }, torch: { type: 'boolean' }, 'no-growth': { type: 'boolean' },
  'no-limits': { type: 'boolean' }, boost: { type: 'boolean' }, report: { type: 'boolean' },
} });
const folder = 'build/bench';
const lines = path.join(folder, 'rivals.jsonl');
const models = options.models?.split(',') ?? (options.quick ? ['tiny'] : ['gpt2', 'story']);
const rounds = Number(options.rounds ?? (options.quick ? 1 : 3));
// "ours", "ort fp32", ...
const wanted = engines.filter(([engine, format]) => options.only
  ? options.only.split(',').some((name) => name === engine || name === `${engine} ${format}`)
  : !options.quick || engine === 'ours');
const say = (text) => process.stderr.write(`${text}\n`);

const rows = [];
const emit = (row) => {
  rows.push(row);
  fs.appendFileSync(lines, `${JSON.stringify(row)}\n`);
};

async function run() {
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(lines, '');
  for (const name of models) {
    say(`weights of ${name}`);
    makeModels(name, wanted.some(([engine]) => engine !== 'ours'));
  }
  if (options.boost) boost();
  const browser = await startBrowser();
  emit({ kind: 'machine', browser: browser.version, date: new Date().toISOString() });
  try {
    for (const threads of options.threads.split(',').map(Number)) await measure(browser, threads);
  } finally {
    await browser.close();
  }
}

async function measure(browser, threads) {
  if (!options['no-limits']) await measureLimits({ browser, threads, quick: options.quick, emit, say });
  for (const name of models) {
    await contest({ browser, name, threads, rounds, wanted, chosen: options.tasks?.split(',') ?? [''],
      growth: !options['no-growth'], emit, say });
    if (options.torch) measureTorch({ name, threads, rounds, emit, say });
  }
}

if (options.report) rows.push(...fs.readFileSync(lines, 'utf8').trim().split('\n').map((line) => JSON.parse(line)));
else await run();
const { text, svg } = report(rows);
fs.writeFileSync(path.join(folder, 'rivals.md'), text);
if (svg) fs.writeFileSync(path.join(folder, 'rivals-growth.svg'), svg);
console.log(text);
