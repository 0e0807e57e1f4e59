// Opens Headlight: page, then program, then model, each with its progress; then hands over to the canvas.
import { files } from './manifest.mjs';
import { createApi } from './api.mjs';
import { accepts, relaxedProbe, simdProbe } from './features.mjs';
import { applyTheme, createHost, load } from './host.mjs';
import { droppedFiles, Importer } from './import.mjs';
import { addressOf, fetchAll, modelFiles } from './loader.mjs';
import { Mirror } from './mirror.mjs';
import { firstModel, Models } from './models.mjs';
import { createProgram } from './program.mjs';
import { keepKeysFromCanvas, TextField } from './prompt.mjs';
import { setLanguage } from './strings.mjs';
import { hasEnded, hideStatus, showEnd, showProgress, showStarting, showWords } from './status.mjs';

const canvas = document.getElementById('canvas');
const events = new EventTarget();
const options = new URLSearchParams(location.search);     // of the page itself; ?threads=0, ?relaxed=0 for tests
const link = new URLSearchParams(location.hash.slice(1));  // of the program; it reads them again by its own rules
const model = firstModel(link);

const darkPreferred = matchMedia('(prefers-color-scheme: dark)');
const chosen = (key, allowed) => [link.get(key === 'language' ? 'lang' : key), load(key)].find((value) => allowed.includes(value));

function appearance() {
  const theme = chosen('theme', ['dark', 'light']);
  if (theme) applyTheme(theme);
  setLanguage(chosen('language', ['en', 'tr']) ?? (navigator.language.startsWith('tr') ? 'tr' : 'en'));
  showWords();
}

// What the program cannot do without; null when all is there.
function missingFeature() {
  if (!accepts(simdProbe)) return 'simd';
  const context = document.createElement('canvas').getContext('webgl2');
  if (!context) return 'webgl';
  context.getExtension('WEBGL_lose_context')?.loseContext();
  return null;
}

function onFailure(error) {
  const text = String(error?.message ?? error);
  const memory = error instanceof RangeError || /out of memory|OOM|memory access out of bounds|enlarge memory/i.test(text);
  showEnd(memory ? 'memory' : 'check', text);
}

function addTypeFace(bytes, weight) {
  const face = new FontFace('Inter', bytes, { weight });
  face.load().then((loaded) => document.fonts.add(loaded), () => {});
}

// Of an encoder-decoder, which is small, the files go in whole.
async function isTranslator(list) {
  const config = list.find(({ path }) => /(^|\/)config\.json$/.test(path));
  return config?.file.size < 1e6 && /"headlight-encoder-decoder"/.test(await config.file.text());
}

async function openFiles(program, importer, list) {
  try {
    if (list.length === 0) return undefined;
    if (!await isTranslator(list)) return await importer.offer(list);
    const names = [];
    for (const { file } of list) {
      names.push(`user/${file.name}`);
      await program.fileFrom(names.at(-1), file);
    }
    program.command({ do: 'open_files', names });
  } catch (error) {  // what was there stays
    const key = error instanceof RangeError ? 'problem.memory' : 'problem.file';
    program.command({ do: 'report_problem', key, detail: String(error.message) });
  }
}

// What the program may take: devices with little memory stop a page long before its address space ends.
function memoryLimit() {
  const asked = Number(options.get('memory'));  // bytes, for tests
  if (asked > 0) return asked;
  const device = navigator.deviceMemory ?? 8;  // GiB, never more than 8
  return device < 8 ? 0.6 * device * 2 ** 30 : 0;
}

function listen(program, importer, headlight) {
  addEventListener('hashchange', () => {
    const next = location.hash.slice(1);
    if (next !== program.state().link) program.openLink(next);
  });
  const preferred = () => program.command({ do: 'theme', theme: darkPreferred.matches ? 'dark' : 'light' });
  darkPreferred.addEventListener('change', preferred);
  document.addEventListener('visibilitychange', () => program.command({ do: 'visible', visible: !document.hidden }));
  for (const type of ['dragover', 'drop']) {
    addEventListener(type, (event) => {
      event.preventDefault();
      if (type === 'drop') droppedFiles(event.dataTransfer).then((list) => openFiles(program, importer, list));
    });
  }
  new Mirror(headlight, events);
}

async function until(condition) {
  while (!condition() && !hasEnded()) await new Promise((resolve) => setTimeout(resolve, 10));
}

// Keeps everything for a visit without a network, and on plain hosts brings the headers that allow threads from the
// next visit on. Never reloads the page by itself: the first picture does not wait for it.
function keepForOffline() {
  if (!('serviceWorker' in navigator) || !isSecureContext || options.get('worker') === '0') return;
  navigator.serviceWorker.register('./sw.js', { scope: './' }).catch((error) => console.warn(error));
}

async function main() {
  appearance();
  let program, field;
  const missing = missingFeature();
  if (missing) return showEnd(missing);
  canvas.addEventListener('webglcontextlost', (event) => {
    event.preventDefault();
    program?.contextLost();
    showEnd('context');
  });
  addEventListener('unhandledrejection', (event) => console.error(event.reason));

  const threads = globalThis.crossOriginIsolated && typeof SharedArrayBuffer === 'function' && options.get('threads') !== '0';
  const relaxed = accepts(relaxedProbe) && options.get('relaxed') !== '0';
  const kind = threads ? 'headlight-mt' : 'headlight', build = relaxed ? `${kind}-relaxed` : kind;
  const around = Object.keys(files).filter((name) => /^(fonts|strings|prompts|tutorial)\//.test(name));
  const parts = await fetchAll([`${build}.js`, `${build}.wasm`, ...around], (done, all) => showProgress('program', done, all));
  const weights = model && fetchAll(modelFiles(model), (done, all) => showProgress('model', done, all));
  const models = new Models(model);
  const importer = new Importer();
  const kept = importer.kept();
  keepKeysFromCanvas(canvas);
  const host = createHost({
    events,
    openFiles: (list) => openFiles(program, importer, list),
    modelRequest: (verb, json) => importer.request(verb, json),
    memoryLimit,
    fetchModel: (name) => models.fetch(name),
    stopFetch: (name) => models.stop(name),
    focusPrompt: () => field?.focus(),
    blurPrompt: () => field?.blur(),
  });
  program = await createProgram({
    canvas, host,
    glue: addressOf(`${build}.js`),
    wasm: parts.get(`${build}.wasm`),
    onAbort: (reason) => onFailure(reason),
  });
  models.program = importer.program = program;
  addTypeFace(parts.get('fonts/ui.ttf'), '400');
  addTypeFace(parts.get('fonts/ui-semibold.ttf'), '600 700');
  for (const name of around) program.file(name, parts.get(name));
  const started = program.start({
    theme: darkPreferred.matches ? 'dark' : 'light',
    language: document.documentElement.lang,
    link: location.hash.slice(1),
    touch: matchMedia('(pointer: coarse)').matches,
    reduced_motion: matchMedia('(prefers-reduced-motion: reduce)').matches,
    embed: link.get('embed') === '1',
    kept: await kept,
    threads: threads ? Math.min(navigator.hardwareConcurrency || 2, 4) : 1,
  });
  if (!started.ok) return showEnd(started.code === 'webgl' ? 'webgl' : 'start', started.message);
  field = new TextField('prompt', program, events, canvas);
  for (const name of ['other', 'search']) new TextField(name, program, events, canvas);

  const fetched = await weights;
  showStarting();
  if (fetched) models.deliver(model, fetched);
  await until(() => program.state().ready);
  const headlight = createApi(program, events);
  window.headlight = Object.assign(headlight, { ready: headlight.ready.then(() => headlight) });
  listen(program, importer, headlight);
  events.dispatchEvent(new Event('frame'));
  events.dispatchEvent(new Event('change'));
  hideStatus();
  document.documentElement.dataset.ready = kind;
  keepForOffline();
}

main().catch(onFailure);
