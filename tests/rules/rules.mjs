// Rules of the sources that no compiler checks: node tests/rules/rules.mjs [ROOT]. One line a rule: "ok 1 name" or
// "not ok 1 name" with what breaks it.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { keysOf } from '../../web/strings.mjs';

const root = path.resolve(process.argv[2] ?? '.');
const read = (name) => fs.readFileSync(path.join(root, name), 'utf8');
const list = (folder, wanted) => !fs.existsSync(path.join(root, folder)) ? [] :
  fs.readdirSync(path.join(root, folder), { recursive: true }).map((name) => `${folder}/${name}`)
    .filter((name) => wanted.test(name) && fs.statSync(path.join(root, name)).isFile()).sort();

// What each folder of src/ may include besides itself and base.
const arrows = {
  base: [],
  kernels: [],
  nn: ['kernels'],
  text: [],
  checkpoint: [],
  model: ['nn', 'kernels', 'text', 'checkpoint'],
  train: ['model', 'nn', 'kernels', 'text', 'checkpoint'],
  interpret: ['model', 'nn', 'kernels', 'checkpoint'],
  app: ['interpret', 'train', 'model', 'nn', 'kernels', 'text', 'checkpoint'],
  ui: ['app', 'interpret', 'platform/platform.h'],
  platform: ['platform/platform.h'],
  cli: ['app', 'interpret', 'train', 'model', 'nn', 'kernels', 'text', 'checkpoint'],
  'main.cpp': ['app', 'ui', 'platform'],
};

const sources = list('src', /\.(cpp|h|inc)$/);
const code = new Map(sources.map((name) => [name, read(name)]));
// Comments and strings do not break rules about code; they keep their line breaks.
const bare = new Map([...code].map(([name, text]) => [name,
  text.replace(/\/\/[^\n]*|\/\*[^]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ''))]));
const folderOf = (name) => name.split('/')[1];

function* matches(pattern, allowed) {
  for (const [name, text] of bare) {
    if (allowed.test(name)) continue;
    for (const [index, line] of text.split('\n').entries()) if (pattern.test(line)) yield `${name}:${index + 1}: ${line.trim()}`;
  }
}

function* wrongArrows() {
  for (const [name, text] of bare) {
    const from = folderOf(name);
    if (!(from in arrows)) {
      yield `${name}: folder ${from} has no row in tests/rules/rules.mjs`;
      continue;
    }
    for (const [, target] of text.matchAll(/^\s*#\s*include\s+"([^"]+)"/gm)) {
      // Dear ImGui's own configuration is compiled with Dear ImGui, which does not know src/.
    const local = fs.existsSync(path.join(root, path.dirname(name), target)) && !target.includes('/') && !name.startsWith('src/ui/imgui/');
      if (local) yield `${name}: "${target}" must be written from src/`;
      if (!fs.existsSync(path.join(root, 'src', target))) continue;
      const to = target.split('/')[0];
      const allowed = to === from || to === 'base' || arrows[from].includes(to) || arrows[from].includes(target);
      if (!allowed) yield `${name}: ${from} may not include ${target}`;
    }
  }
}

// A source without a test of its own name: where it is tested (a path under tests/, which must exist) or why it is not.
// A key that ends in / stands for a folder.
const untested = JSON.parse(read('tests/rules/untested.json'));
function* missingTests() {
  const tests = new Set(list('tests', /_test\.cpp$/).map((name) => name.slice('tests/'.length)));
  for (const name of sources.filter((each) => each.endsWith('.cpp'))) {
    const short = name.slice('src/'.length);
    const tested = tests.has(`${path.dirname(short)}/${path.basename(short, '.cpp')}_test.cpp`);
    const excused = Object.keys(untested).some((key) => key === short || (key.endsWith('/') && short.startsWith(key)));
    if (!tested && !excused) yield `${short}: no test of its name, and nothing in untested.json`;
    if (tested && untested[short]) yield `${short}: has a test, so untested.json need not excuse it`;
  }
  for (const [name, where] of Object.entries(untested)) {
    if (!fs.existsSync(path.join(root, 'src', name))) yield `untested.json: src/${name} is gone`;
    for (const [file] of where.matchAll(/[\w/]+(?:_test\.cpp|\.test\.mjs|\.mjs)/g)) {
      if (!fs.existsSync(path.join(root, 'tests', file))) yield `untested.json: tests/${file}, which ${name} names, is gone`;
    }
  }
}

const placeholders = (text) => [...text.matchAll(/\{\w*\}/g)].map(String).sort().join();
function* unequalStrings() {
  const en = JSON.parse(read('assets/strings/en.json')), tr = JSON.parse(read('assets/strings/tr.json'));
  for (const key of new Set([...Object.keys(en), ...Object.keys(tr)])) {
    if (!(key in en) || !(key in tr)) yield `${key}: only in ${key in en ? 'en' : 'tr'}.json`;
    else if (placeholders(en[key]) !== placeholders(tr[key])) yield `${key}: placeholders differ`;
    else if (en[key].trim() === '' || tr[key].trim() === '') yield `${key}: empty`;
  }
  const page = [keysOf('en'), keysOf('tr')].map((keys) => keys.sort().join());
  if (page[0] !== page[1]) yield 'web/strings.mjs: the languages have different keys';
}

// Text keys that code asks for, as far as they stand there as literals.
function* unknownStrings() {
  const en = JSON.parse(read('assets/strings/en.json'));
  for (const [name, text] of bare) {
    for (const [, key] of text.matchAll(/\b(?:tr|text|say|label|strings\(\)\.(?:get|text|format))\(\s*"([a-z_]+(?:\.[a-z_0-9]+)+)"/g)) {
      if (!(key in en)) yield `${name}: "${key}" is not in assets/strings/en.json`;
    }
  }
}

function* longFiles() {
  const ours = [...sources.filter((name) => name.endsWith('.cpp') || name.endsWith('.h')),
    ...list('tests', /\.(cpp|h|mjs|sh|cmake)$/), ...list('web', /\.(mjs|js|css|html|sh)$/)];
  for (const name of ours) {
    const lines = read(name).split('\n').length;
    if (lines > 500) yield `${name}: ${lines} lines; split it`;
  }
}

function* machineTraces() {
  const ours = [...sources, ...list('tests', /\.(cpp|h|mjs|sh|cmake|json|py)$/), ...list('web', /./), ...list('assets', /\.(json|md)$/),
    'CMakeLists.txt', 'README.md', 'THIRD_PARTY.md', 'CMakePresets.json'].filter((name) => fs.existsSync(path.join(root, name)));
  for (const name of ours) {
    if (name.endsWith('rules.mjs') || name.includes('node_modules')) continue;
    for (const [index, line] of read(name).split('\n').entries()) {
      if (/(^|[\s"'=(])\/(work|tmp|home|root)\//.test(line) || /registry\.npmjs|deb\.debian\.org/.test(line)) {
        yield `${name}:${index + 1}: ${line.trim().slice(0, 100)}`;
      }
    }
  }
}

function* brokenScripts() {
  for (const name of [...list('web', /\.m?js$/), ...list('tests', /\.mjs$/)]) {
    const { status, stderr } = spawnSync(process.execPath, ['--check', path.join(root, name)], { encoding: 'utf8' });
    if (status !== 0) yield `${name}: ${stderr.split('\n').find((line) => line.includes('Error')) ?? stderr}`;
  }
}

const rules = {
  'includes follow the table of layers': wrongArrows(),
  '__EMSCRIPTEN__ and emscripten headers only in platform/web':
    matches(/__EMSCRIPTEN|#\s*include\s*[<"]emscripten|EM_JS|EM_ASM/, /^src\/platform\/web\//),
  'SIMD macros and intrinsics only in kernels/simd*':
    matches(/__(wasm_simd128|SSE\w*|AVX\w*|FMA|ARM_NEON)__|immintrin|wasm_simd128\.h|arm_neon|\b_mm\d*_|\bwasm_[fiuv]\d+x|__m(128|256|512)/, /^src\/kernels\/simd/),
  'Dear ImGui only in ui and platform': matches(/#\s*include\s*[<"]imgui|\bImGui::/, /^src\/(ui|platform)\//),
  'GLFW and OpenGL only in platform': matches(/#\s*include\s*[<"](GLFW|GLES|GL)\b/, /^src\/platform\//),
  // The argument parser of the command line speaks in exceptions; arguments.cpp turns them into results.
  'no exceptions, no RTTI, no shared_ptr':
    matches(/\b(throw|dynamic_cast|typeid|shared_ptr)\b|\bcatch\s*\(/, /^src\/cli\/arguments\.cpp$/),
  'only ui, platform and cli print': matches(/\b(std::)?(printf|puts|fputs|fprintf|cout|cerr)\b/, /^src\/(ui|platform|cli|main\.cpp|base\/check)/),
  'every source has a test or a reason': missingTests(),
  'the language files have the same keys and placeholders': unequalStrings(),
  'text keys in the code exist': unknownStrings(),
  'no file over 500 lines': longFiles(),
  'nothing names a machine': machineTraces(),
  'scripts parse': brokenScripts(),
};

let number = 0, broken = 0;
for (const [name, found] of Object.entries(rules)) {
  const complaints = [...found];
  number += 1;
  if (complaints.length > 0) broken += 1;
  console.log(`${complaints.length > 0 ? 'not ok' : 'ok'} ${number} ${name}`);
  for (const complaint of complaints.slice(0, 20)) console.log(`    ${complaint}`);
  if (complaints.length > 20) console.log(`    and ${complaints.length - 20} more`);
}
process.exit(broken > 0 ? 1 : 0);
