// The golden hash of logits must be the same bits in every build: node tests/hash.mjs NATIVE_BUILD WASM_BUILD.
// tests/e2e does the same in the browser.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const [native, wasm] = process.argv.slice(2);
const find = (folder, name) => !fs.existsSync(folder) ? undefined : fs.readdirSync(folder, { recursive: true })
  .map((file) => path.join(folder, String(file))).find((file) => path.basename(file) === name && fs.statSync(file).isFile());
const program = find(native, 'headlight');
const inNode = find(wasm, 'test_model.js');

const json = (command, args) => JSON.parse(execFileSync(command, args, { encoding: 'utf8' }));
const golden = JSON.parse(fs.readFileSync('tests/golden/logits_hash.json', 'utf8'));
const wanted = { f32: golden.hash, ...golden.held };
let number = 0;
function check(name, format, run) {
  number += 1;
  try {
    const { hash, kernels } = run();
    const good = hash === wanted[format];
    console.log(`${good ? 'ok' : 'not ok'} ${number} ${name}: ${hash} (${kernels})${good ? '' : `, wanted ${wanted[format]}`}`);
  } catch (error) {
    console.log(`not ok ${number} ${name}: ${String(error.stderr || error.message).trim()}`);
  }
}

const kernels = json(program, ['hash', '--json']).available ?? ['scalar', 'simd'];
for (const name of kernels) {
  for (const [format, threads] of [['f32', 1], ['f32', 2], ['f32', 3], ['f16', 2], ['q8', 1], ['q8', 3]]) {
    check(`native ${name}, ${format}, ${threads} threads`, format,
      () => json(program, ['hash', '--json', '--kernels', name, '--weights', format, '--threads', `${threads}`]));
  }
}
// In node the same comparison is a unit test.
if (inNode) {
  number += 1;
  const filter = '--gtest_filter=*Hash*';
  const run = spawnSync('node', [inNode, filter], { encoding: 'utf8' });
  const good = run.status === 0 && /\[  PASSED  \] [1-9]/.test(run.stdout);
  console.log(`${good ? 'ok' : 'not ok'} ${number} node`);
  if (!good) console.log(run.stdout.slice(-2000) + run.stderr.slice(-500));
}
