// clang-tidy over our own sources: node tests/tidy.mjs BUILD_FOLDER JOBS. A file whose content, included headers and
// checks are those of an earlier clean run is not looked at again. Newest changes come first; when HEADLIGHT_TIDY_SECONDS
// (default 240) are over, the rest is left for the next run and named. "ok FILE" or "not ok FILE" a line.
import { execFileSync, spawn } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

const [build, jobs] = process.argv.slice(2);
const limit = Date.now() + 1000 * Number(process.env.HEADLIGHT_TIDY_SECONDS ?? 240);
const clean = path.join('build/tests/tidy');
fs.mkdirSync(clean, { recursive: true });

const commands = JSON.parse(fs.readFileSync(path.join(build, 'compile_commands.json'), 'utf8'));
const sources = [...new Set(commands.map(({ file }) => path.relative('.', file)))]
  .filter((file) => /^(src|tests)\//.test(file) && !file.includes('/fuzz/'));

// Names of a file and of all our files that it includes.
const closures = new Map();
function closure(file) {
  if (closures.has(file)) return closures.get(file);
  const all = new Set([file]);
  closures.set(file, all);
  for (const [, name] of fs.readFileSync(file, 'utf8').matchAll(/^\s*#\s*include\s+"([^"]+)"/gm)) {
    const found = [path.join('src', name), path.join('tests', name), path.join(path.dirname(file), name)]
      .find((candidate) => fs.existsSync(candidate));
    if (found) for (const inner of closure(found)) all.add(inner);
  }
  return all;
}

const checks = fs.readFileSync('.clang-tidy');
function stamp(file) {
  const hash = crypto.createHash('sha256').update(checks);
  for (const each of [...closure(file)].sort()) hash.update(each).update(fs.readFileSync(each));
  return path.join(clean, hash.digest('hex').slice(0, 32));
}

const waiting = [];
for (const file of sources) {
  if (fs.existsSync(stamp(file))) console.log(`ok ${file} (as before)`);
  else waiting.push(file);
}
let changed = '';
try {
  changed = execFileSync('git', ['log', '--format=', '--name-only', '-n', '200'], { encoding: 'utf8' });
} catch { /* not a git checkout */ }
const order = new Map(changed.split('\n').reverse().map((name, index) => [name, -index]));
waiting.sort((a, b) => (order.get(a) ?? 1) - (order.get(b) ?? 1));

const look = (file) => new Promise((resolve) => {
  const tidy = spawn('nice', ['clang-tidy-19', '-p', build, '--quiet', '--extra-arg=-Wno-unknown-warning-option', file]);
  let output = '';
  tidy.stdout.on('data', (data) => { output += data; });
  tidy.stderr.on('data', (data) => { output += data; });
  tidy.on('close', (code) => {
    if (code === 0) fs.writeFileSync(stamp(file), '');
    console.log(`${code === 0 ? 'ok' : 'not ok'} ${file}`);
    if (code !== 0) console.log(output.split('\n').filter((line) => !/warnings? generated|Suppressed|Use -header/.test(line)).slice(0, 30).join('\n'));
    resolve();
  });
});

async function worker() {
  while (waiting.length > 0 && Date.now() < limit) await look(waiting.shift());
}
await Promise.all(Array.from({ length: Number(jobs) || 1 }, worker));
if (waiting.length > 0) console.log(`left for the next run, by time: ${waiting.join(' ')}`);
