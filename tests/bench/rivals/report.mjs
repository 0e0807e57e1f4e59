// Tables in Markdown from the rows of a run; the growth of a token's cost also as a picture.
import { demands } from './demands.mjs';
import { growthPlot, growthPicture } from './growth.mjs';
import { shapes } from './shapes.mjs';

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
export const distinct = (values) => [...new Set(values)];
const digits = (value, count = 3) => Number(value.toPrecision(count)).toString();
const table = (head, rows) => ['', `| ${head.join(' | ')} |`, `|${head.map((_, i) => i === 0 ? '---|' : '--:|').join('')}`,
  ...rows.map((row) => `| ${row.join(' | ')} |`), ''];
const label = ({ engine, format }) => `${{ ours: 'Headlight', ort: 'onnxruntime-web', torch: '(PyTorch, native)' }[engine] ?? engine} ${format}`;
const per = (what) => ({ tokens, ...row }) => 1000 * tokens / row[what];

function speedTable(rows, shape) {
  const mine = rows.filter((row) => row.kind === 'speed' && row.shape === shape);
  if (mine.length === 0) return [];
  const tasks = distinct(mine.map(({ task }) => task));
  const threads = distinct(mine.map((row) => row.threads));
  const cell = (name, task) => threads.map((count) => {
    const runs = mine.filter((row) => label(row) === name && row.task === task && row.threads === count);
    return runs.length === 0 ? '-' : digits(median(runs.map(per('ms'))));
  }).join(' / ');
  return [`### ${shapes[shape].title}: tokens/s, ${threads.join(' / ')} thread(s), medians of rounds`,
    ...table(['engine', ...tasks], distinct(mine.map(label)).map((name) => [name, ...tasks.map((task) => cell(name, task))]))];
}

// Ours divided by each rival's, round by round; the rival that comes nearest counts. what: ms or cpu_ms.
function nearest(rows, { ours, rivals }, what) {
  const speed = per(what);
  const rounds = rows.filter((row) => row.engine === 'ours' && row.format === ours);
  const names = distinct(rows.filter((row) => rivals(row.engine, row.format)).map(label));
  const ratios = names.map((name) => {
    const pairs = rounds.map((mine) => [mine, rows.find((row) => label(row) === name && row.round === mine.round)]);
    const found = pairs.filter(([mine, other]) => other && mine[what] && other[what]);
    return { name, ratio: median(found.map(([mine, other]) => speed(mine) / speed(other))) };
  }).filter(({ ratio }) => Number.isFinite(ratio));
  return ratios.sort((a, b) => a.ratio - b.ratio)[0];
}

function demandTable(rows) {
  const lines = [];
  for (const demand of demands) {
    const mine = rows.filter((row) => row.kind === 'speed' && row.shape === demand.shape && demand.task.test(row.task));
    for (const task of distinct(mine.map((row) => row.task))) {
      for (const threads of distinct(mine.map((row) => row.threads))) {
        const part = mine.filter((row) => row.task === task && row.threads === threads);
        const best = nearest(part, demand, 'ms');
        if (!best) continue;
        // With several threads waiting costs processor time, too, and says nothing.
        const quiet = threads === 1 ? nearest(part, demand, 'cpu_ms') : undefined;
        const least = demand.least[threads] ?? demand.least[2];
        lines.push([`${demand.shape}: ${demand.title}`, task, threads, best.name, digits(best.ratio),
          quiet ? digits(quiet.ratio) : '-', least, best.ratio >= least ? 'pass' : 'FAIL']);
      }
    }
  }
  if (lines.length === 0) return [];
  return ['### Ratios, medians of rounds', ...table(
    ['ours / rival', 'task', 'threads', 'nearest rival', 'ratio', 'of processor time', 'wanted', ''], lines)];
}

function agreementTable(rows) {
  const mine = rows.filter(({ kind }) => kind === 'agreement');
  if (mine.length === 0) return [];
  return ['### The same work: beside Headlight F32', ...table(
    ['model', 'engine', 'threads', 'greedy tokens the same', 'largest difference of a logit', 'largest logit'],
    mine.map((row) => [row.shape, label(row), row.threads, `${row.same} of ${row.of}`,
      row.difference === undefined ? '(gives text only)' : digits(row.difference), row.largest ? digits(row.largest) : '-']))];
}

const bytesOf = { f32: 4, f16: 2, q8: 1 + 4 / 32 };  // a weight's, with its share of a scale
const percent = (value, most) => `${Math.round(100 * value / most)} %`;

function limitsOf(rows, threads) {
  const mine = rows.filter((row) => row.kind === 'limit' && row.threads === threads);
  return Object.fromEntries(mine.map(({ what, value }) => [what, value]));
}

function limitTables(rows) {
  const lines = [];
  for (const threads of distinct(rows.filter(({ kind }) => kind === 'limit').map((row) => row.threads))) {
    const of = limitsOf(rows, threads);
    const said = [`${digits(of.read / 1e9)} GB/s read`, `${digits(of.f32 / 1e9)} GFLOP/s of F32`, `${digits(of.i16 / 1e9)} GOP/s of 16-bit dot products`];
    lines.push(`### What the machine allows in WebAssembly, ${threads} thread(s): ${said.join(', ')}`, ...table(
      ['product of GPT-2', 'rows', 'weights', 'G operations/s', 'of the registers', 'GB/s of weights', 'of reading'],
      rows.filter((row) => row.kind === 'product' && row.threads === threads).map(({ name, m, k, n, format, seconds }) => {
        const operations = 2 * m * k * n / seconds;
        const bytes = k * n * bytesOf[format] / seconds;
        return [`${name} ${k} x ${n}`, m, format, digits(operations / 1e9), percent(operations, format === 'q8' ? of.i16 : of.f32),
          digits(bytes / 1e9), percent(bytes, of.read)];
      })));
  }
  return lines;
}

// Whole passes: what the products alone would take at the machine's limits, decoding by reading every weight once,
// prompts by arithmetic in registers.
function passTable(rows) {
  const mine = rows.filter(({ kind, engine }) => kind === 'speed' && engine === 'ours');
  const lines = [];
  for (const { shape, threads, task, format } of mine.filter((row) => row.round === 0)) {
    const of = limitsOf(rows, threads);
    if (!of.read) continue;
    const { layers, width, vocab } = shapes[shape];
    const blocks = 12 * layers * width * width;
    const decoding = task.startsWith('decode');
    const most = decoding ? of.read / (bytesOf[format] * (blocks + width * vocab))
      : (format === 'q8' ? of.i16 : of.f32) / (2 * blocks);
    const runs = mine.filter((row) => row.shape === shape && row.threads === threads && row.task === task && row.format === format);
    const speed = median(runs.map(per('ms')));
    lines.push([shape, format, task, threads, digits(speed), digits(most), percent(speed, most)]);
  }
  if (lines.length === 0) return [];
  return ['### Whole passes beside what the machine allows (weights from memory; prompts in registers)', ...table(
    ['model', 'weights', 'task', 'threads', 'tokens/s', 'at most', ''], lines)];
}

function failures(rows) {
  return rows.filter(({ kind }) => kind === 'failed')
    .map((row) => `FAILED to load: ${row.shape}, ${row.threads} thread(s), ${label(row)}: ${row.error}`);
}

export function report(rows) {
  const machine = rows.find(({ kind }) => kind === 'machine');
  const versions = distinct(rows.filter(({ version }) => version).map(({ version }) => version.replace(/^headlight .*/, ''))).filter(Boolean);
  const busy = rows.map(({ others }) => others).filter((share) => typeof share === 'number');
  const lines = ['# Headlight beside other engines', '',
    `Chromium ${machine?.browser}; ${versions.join(', ')}; ${machine?.date}.`,
    busy.length === 0 ? '' : `Other programs used ${Math.round(100 * median(busy))} % of the processors meanwhile ` +
      `(median; ${Math.round(100 * Math.max(...busy))} % at most)${median(busy) > 0.1 ? ': THE MACHINE WAS BUSY, trust ratios only' : ''}.`, '',
    ...demandTable(rows), ...Object.keys(shapes).flatMap((shape) => speedTable(rows, shape)),
    ...failures(rows), ...agreementTable(rows), ...passTable(rows), ...limitTables(rows), ...growthPlot(rows)];
  return { text: `${lines.join('\n')}\n`, svg: growthPicture(rows) };
}
