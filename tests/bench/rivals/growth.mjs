// How the cost of one more token grows with the context: in text and as an SVG picture.
import { shapes } from './shapes.mjs';

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const colours = ['#0b6e99', '#c2571a', '#3a7d34', '#7a4fa3', '#a33a4f'];

// [{name, points: [[context, ms]]}] of the first shape and the fewest threads that have any.
function curves(rows) {
  const all = rows.filter(({ kind }) => kind === 'growth');
  if (all.length === 0) return { lines: [] };
  const { shape } = all[0];
  const threads = Math.min(...all.map((row) => row.threads));
  const mine = all.filter((row) => row.shape === shape && row.threads === threads);
  const names = [...new Set(mine.map(({ engine, format }) => `${engine} ${format}`))];
  const contexts = [...new Set(mine.map(({ context }) => context))].sort((a, b) => a - b);
  const lines = names.map((name) => ({ name, points: contexts.map((context) => [context, median(mine
    .filter((row) => `${row.engine} ${row.format}` === name && row.context === context).map(({ ms }) => ms))]) }));
  return { shape, threads, contexts, lines };
}

// ms for each 1,000 tokens of context: the slope between two points.
const slope = ([a, first], [b, second]) => 1000 * (second - first) / (b - a);

// Attention reads 2 * layers * width floats for every earlier token, so that its cost is a straight line; the second
// half of the contexts must not be steeper than the first by more than the noise (a quarter of the whole growth).
function verdict(points) {
  const [start, end] = [points[0], points.at(-1)];
  const middle = points.reduce((best, point) =>
    Math.abs(point[0] - end[0] / 2) < Math.abs(best[0] - end[0] / 2) ? point : best);
  const bend = (slope(middle, end) - slope(start, middle)) * (end[0] - middle[0]) / 1000;
  return bend <= 0.25 * Math.max(end[1] - start[1], 0.1 * end[1]) ? 'no faster than attention' : 'FASTER THAN ATTENTION';
}

export function growthPlot(rows) {
  const { shape, threads, lines } = curves(rows);
  if (lines.length === 0) return [];
  const { layers, width } = shapes[shape];
  const most = Math.max(...lines.flatMap(({ points }) => points.map(([, ms]) => ms)));
  const out = [`### One more token after contexts of several lengths: ms, ${shapes[shape].title}, ${threads} thread(s)`, ''];
  for (const { name, points } of lines) {
    const steepness = slope(points[0], points.at(-1));
    const read = 2 * layers * width * 4 * 1000 / (steepness / 1000) / 1e9;
    out.push(`${name}: ${steepness.toFixed(2)} ms for 1,000 tokens of context, ` +
      `${steepness > 0 ? `${read.toFixed(1)} GB/s of keys and values` : 'nothing to be seen'}, ${verdict(points)}`, '', '```');
    for (const [context, ms] of points) {
      out.push(`${String(context).padStart(5)} ${ms.toFixed(2).padStart(8)} ms ${'#'.repeat(Math.round(60 * ms / most))}`);
    }
    out.push('```', '');
  }
  return out;
}

export function growthPicture(rows) {
  const { shape, threads, contexts, lines } = curves(rows);
  if (lines.length === 0) return null;
  const [left, top, wide, high] = [60, 40, 560, 300];
  const most = Math.max(...lines.flatMap(({ points }) => points.map(([, ms]) => ms))) * 1.1;
  const x = (context) => left + wide * context / contexts.at(-1);
  const y = (ms) => top + high * (1 - ms / most);
  const text = (tx, ty, content, more = '') => `<text x="${tx}" y="${ty}" ${more}>${content}</text>`;
  const marks = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const at = y(part * most / 1.1);
    return `<path d="M${left} ${at}h${wide}" stroke="#ddd"/>` + text(left - 6, at + 4, (part * most / 1.1).toFixed(1), 'text-anchor="end"');
  });
  const curvesDrawn = lines.map(({ name, points }, i) => {
    const path = points.map(([context, ms], j) => `${j === 0 ? 'M' : 'L'}${x(context).toFixed(1)} ${y(ms).toFixed(1)}`).join('');
    return `<path d="${path}" fill="none" stroke="${colours[i % colours.length]}" stroke-width="2"/>` +
      text(left + wide + 10, top + 16 * (i + 1), name, `fill="${colours[i % colours.length]}"`);
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 740 390" font-family="sans-serif" font-size="12">
<rect width="740" height="390" fill="#fff"/>
${text(left, 22, `ms for one more token by context, ${shapes[shape].title}, ${threads} thread(s)`, 'font-size="14"')}
${marks.join('\n')}
${contexts.map((context) => text(x(context), top + high + 18, context, 'text-anchor="middle"')).join('\n')}
${curvesDrawn.join('\n')}
</svg>
`;
}
