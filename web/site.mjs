// Puts the static site together: node web/site.mjs build/site. Run from the repository's root after both builds.
// Every file but index.html and sw.js is asked for with a hash of its content (style.css?1a2b3c4d), so that any cache
// may keep it for ever and a new release never mixes with an old one.
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { relaxedProbe } from './features.mjs';

const site = path.resolve(process.argv[2] ?? 'build/site');
const files = new Map();  // name in the site -> bytes

function add(name, from) { files.set(name, fs.readFileSync(from)); }
function addFolder(name, from, wanted = /./) {
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    const inside = path.join(from, entry.name);
    if (entry.isFile() && wanted.test(entry.name)) add(`${name}/${entry.name}`, inside);
  }
}
function one(folder, name) {  // a build may put its outputs beside the build file or deeper
  const found = fs.readdirSync(folder, { recursive: true }).map(String).filter((file) => path.basename(file) === name);
  if (found.length !== 1) throw new Error(`${found.length} files named ${name} in ${folder}`);
  return path.join(folder, found[0]);
}

for (const [build, folder] of [['headlight', 'build/web'], ['headlight-mt', 'build/web-threads']]) {
  for (const kind of ['.js', '.wasm', '-relaxed.js', '-relaxed.wasm']) add(build + kind, one(folder, `headlight${kind}`));
}
addFolder('fonts', 'build/fonts', /\.ttf$/);
addFolder('strings', 'assets/strings', /\.json$/);
addFolder('prompts', 'assets/prompts', /\.json$/);
addFolder('tutorial', 'assets/tutorial', /\.json$/);
for (const model of fs.readdirSync('assets/models', { withFileTypes: true })) {
  if (!model.isDirectory()) continue;
  // tokenizer.json says all that vocab.json and merges.txt say; a training state is nothing for the page.
  addFolder(`models/${model.name}`, `assets/models/${model.name}`, /^(config\.json|tokenizer\.json|model\.safetensors|.*\.md)$/);
}
addFolder('.', 'web', /^(?!serve|site|size).*\.(mjs|css|svg)$/);
for (const name of [...files.keys()].filter((file) => file.startsWith('./'))) {
  files.set(name.slice(2), files.get(name));
  files.delete(name);
}
for (const name of ['LICENSE', 'THIRD_PARTY.md']) if (fs.existsSync(name)) add(name, name);

const hash = (bytes) => crypto.createHash('sha256').update(bytes).digest('hex').slice(0, 10);
const catalogue = {};  // name -> {hash, size}, for the loader and its progress bar
for (const [name, bytes] of [...files].sort()) catalogue[name] = { hash: hash(bytes), size: bytes.length };
const version = hash(Buffer.from(JSON.stringify(catalogue)));

const manifest = 'export const version = ' + JSON.stringify(version) + ';\n' +
  'export const files = ' + JSON.stringify(catalogue, null, 1) + ';\n';
files.set('manifest.mjs', Buffer.from(manifest));
catalogue['manifest.mjs'] = { hash: hash(manifest), size: manifest.length };

const address = (name) => `./${name}?${catalogue[name].hash}`;
const modules = Object.keys(catalogue).filter((name) => name.endsWith('.mjs'));
const imports = JSON.stringify({ imports: Object.fromEntries(modules.map((name) => [`./${name}`, address(name)])) });
const page = fs.readFileSync('web/index.html', 'utf8')
  .replace('<!-- import map -->', `<script type="importmap">${imports}</script>`)
  .replace(/(href|src)="\.\/([^"?]+)"/g, (all, attribute, name) =>
    catalogue[name] ? `${attribute}="${address(name)}"` : all);
files.set('index.html', Buffer.from(page));

// Of the models only the first picture's is kept for later without being asked for.
const kept = Object.keys(catalogue).filter((name) => !/\.md$|LICENSE/.test(name));
const later = kept.filter((name) => /^models\/(?!story\/)/.test(name));
const list = (names) => JSON.stringify(names.map(address));
files.set('sw.js', Buffer.from(fs.readFileSync('web/sw.js', 'utf8')
  .replace('const files = [];', `const files = ${list(kept.filter((name) => !later.includes(name)))};`)
  .replace('const later = [];', `const later = ${list(later)};`)
  .replace('const relaxedProbe = [];', `const relaxedProbe = ${JSON.stringify(relaxedProbe)};`)));

fs.rmSync(site, { recursive: true, force: true });
for (const [name, bytes] of files) {
  const target = path.join(site, name);
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.writeFileSync(target, bytes);
}
const total = [...files.values()].reduce((sum, bytes) => sum + bytes.length, 0);
console.error(`site: ${files.size} files, ${(total / 1e6).toFixed(1)} MB, version ${version}, in ${site}`);
