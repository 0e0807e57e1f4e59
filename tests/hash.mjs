// The golden hash of logits must be the same bits in every build: node tests/hash.mjs NATIVE_BUILD WASM_BUILD.
// The browser's hash is compared by tests/e2e (build/tests/hash.txt holds the value that all must have).
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const [native, wasm] = process.argv.slice(2);
const find = (folder, name) => !fs.existsSync(folder) ? undefined : fs.readdirSync(folder, { recursive: true })
  .map((file) => path.join(folder, String(file))).find((file) => path.basename(file) === name && fs.statSync(file).isFile());
const program = find(native, 'headlight');
const inNode = find(wasm, 'headlight.js') && find(wasm, 'headlight_cli.js') || find(wasm, 'headlight_cli.js');

const json = (command, args) => JSON.parse(execFileSync(command, args, { encoding: 'utf8' }));
let number = 0, golden;
function check(name, run) {
  number += 1;
  try {
    const { hash, kernels } = run();
    golden ??= hash;
    const good = hash === golden && hash.length > 0;
    console.log(`${good ? 'ok' : 'not ok'} ${number} ${name}: ${hash} (${kernels})${good ? '' : `, wanted ${golden}`}`);
  } catch (error) {
    console.log(`not ok ${number} ${name}: ${String(error.stderr || error.message).trim()}`);
  }
}

const kernels = json(program, ['hash', '--json']).available ?? ['scalar', 'simd'];
for (const name of kernels) {
  for (const threads of [1, 2, 3]) {
    check(`native ${name}, ${threads} threads`, () => json(program, ['hash', '--json', '--kernels', name, '--threads', `${threads}`]));
  }
}
if (inNode) check('node', () => json('node', [inNode, 'hash', '--json']));
if (golden) fs.writeFileSync('build/tests/hash.txt', `${golden}\n`);
