// A model of the reader's own: answers what the program asks for (src/app/library_requests.h), and carries the bytes of
// the files from a host, from the reader's disk or from the store into the program, which converts them as they come.
import { bytesOf, describe, Problem } from './hub.mjs';
import { Store } from './store.mjs';

// Work before the page may draw again: as long as the page last took for that, but within these (milliseconds). Where
// drawing is slow, half of the time goes into the model all the same.
const shortestSlice = 8, longestSlice = 60;
const longestWait = 30;    // seconds between two tries
const wantedNames = /^(config\.json|tokenizer\.json|vocab\.json|merges\.txt|model\.safetensors\.index\.json|.*\.safetensors)$/;

// Lets the page draw and answer; also in a hidden tab, where timers hardly run.
const channel = new MessageChannel();
let waiting = [];
channel.port1.onmessage = () => {
  const all = waiting;
  waiting = [];
  for (const resolve of all) resolve();
};
const breath = () => new Promise((resolve) => {
  waiting.push(resolve);
  channel.port2.postMessage(0);
});

async function* piecesOf(file) {
  for (const reader = file.stream().getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

export class Importer {
  #program;
  #controller = new AbortController();
  #retry = () => {};
  #offers = new Map();  // handle -> Map name -> File
  #lastOffer = 0;
  #rested = performance.now();
  #slice = shortestSlice;
  #store = new Store(() => this.#list());

  set program(program) { this.#program = program; }

  // What the store holds, as a command for the start of the program.
  async kept() { return JSON.stringify({ do: 'import_report', event: 'listed', ...await this.#store.list() }); }

  #report(event, fields) { this.#program.command({ do: 'import_report', event, ...fields }); }

  // True: it will be answered.
  request(verb, json) {
    const doing = { inspect: () => this.#inspect(json), load: () => this.#load(json), retry: () => this.#retry(),
      stop: () => this.#controller.abort(), keep: () => this.#keep(json), delete: () => this.#delete(json),
      list: () => this.#list() }[verb];
    if (doing) setTimeout(doing);  // the program is in the middle of its turn
    return Boolean(doing);
  }

  #begin() {
    this.#controller.abort();
    this.#controller = new AbortController();
    return this.#controller.signal;
  }

  async #failing(job, signal, run) {
    try {
      await run();
    } catch (error) {
      if (signal.aborted) return;
      const { key, file = '', detail = '', retry = false } = error instanceof Problem ? error
        : new Problem('read', { file: error.file, detail: error.message, retry: true });
      this.#report('failed', { job, key, file, detail, retry });
    }
  }

  #inspect({ job, ...where }) {
    const signal = this.#begin();
    return this.#failing(job, signal, async () => {
      const found = await describe(where, signal);
      if (!signal.aborted) this.#report('described', { job, ...found });
    });
  }

  #load({ job, source, base, id, handle, files }) {
    const signal = this.#begin();
    return this.#failing(job, signal, async () => {
      if (source === 'kept') {
        const done = await this.#store.read(id, async (open) => {
          await this.#feedAll(job, files, signal, (file) => this.#opened(file, open));
          return true;
        });
        if (!done) throw new Problem('kept_gone');
      } else if (source === 'files') {
        const offered = this.#offers.get(handle);
        await this.#feedAll(job, files, signal, ({ name }) => piecesOf(offered.get(name)));
        this.#offers.delete(handle);
      } else {
        const waits = { signal, resumed: () => this.#report('resumed', { job }), pause: (error, attempt) => this.#pause(job, error, attempt, signal) };
        await this.#feedAll(job, files, signal, (file) => bytesOf(base + file.name, file, waits));
      }
    });
  }

  async *#opened({ name }, open) {
    let file;
    try {
      file = await open(name);
    } catch {
      throw new Problem('kept_gone');
    }
    yield* piecesOf(file);
  }

  // Everything into the program, which says by itself what is wrong with it.
  async #feedAll(job, files, signal, piecesFor) {
    for (const file of files) {
      if (signal.aborted || !this.#program.modelFile(job, file.name, file.bytes)) return;
      try {
        for await (const piece of piecesFor(file)) {
          if (!await this.#feed(job, piece, signal)) break;
        }
      } catch (error) {
        throw Object.assign(error, { file: error.file || file.name });
      }
      if (signal.aborted || !this.#program.modelEnd(job)) return;
    }
    this.#program.modelFinish(job);
  }

  // False: the rest is not wanted.
  async #feed(job, bytes, signal) {
    for (let at = 0; at < bytes.length;) {
      if (signal.aborted) return false;
      const taken = this.#program.modelBytes(job, bytes.subarray(at));
      if (taken === 0) return false;
      at += taken;
      await this.#rest();
    }
    return true;
  }

  async #rest() {
    const start = performance.now();
    if (start - this.#rested < this.#slice) return;
    await breath();
    this.#rested = performance.now();
    this.#slice = Math.min(longestSlice, Math.max(shortestSlice, this.#rested - start));
  }

  // Until the next try: after a while that grows, when the network is back, or when the reader asks for it.
  #pause(job, error, attempt, signal) {
    return new Promise((resolve) => {
      let left = Math.min(longestWait, 2 ** Math.min(attempt - 1, 10)), timer;
      const tell = () => this.#report('paused', { job, seconds: left, attempt, detail: error.message,
        key: navigator.onLine ? 'library.error.broken' : 'library.error.offline' });
      const go = () => {
        clearInterval(timer);
        removeEventListener('online', go);
        signal.removeEventListener('abort', go);
        this.#retry = () => {};
        resolve();
      };
      this.#retry = go;
      addEventListener('online', go);
      signal.addEventListener('abort', go);
      tell();
      timer = setInterval(() => {
        left -= 1;
        if (left <= 0) go();
        else tell();
      }, 1000);
    });
  }

  // ---- files of the reader's

  // files: [{path, file}]. The files of one model are looked for: those beside the config.json nearest to the top.
  async offer(files) {
    const folderOf = (path) => path.slice(0, path.lastIndexOf('/') + 1);
    const configs = files.filter(({ path }) => /(^|\/)config\.json$/.test(path)).sort((a, b) => a.path.length - b.path.length);
    const folder = configs.length > 0 ? folderOf(configs[0].path) : folderOf(files[0]?.path ?? '');
    const found = new Map();
    for (const { path, file } of files) {
      const name = path.slice(folder.length);
      if (folderOf(path) === folder && wantedNames.test(name)) found.set(name, file);
    }
    const textOf = async (name) => await found.get(name)?.text() ?? '';
    const [config, index] = [await textOf('config.json'), await textOf('model.safetensors.index.json')];
    found.delete('config.json');
    found.delete('model.safetensors.index.json');
    const weights = [...found.keys()].filter((name) => name.endsWith('.safetensors'));
    if (!index && weights.length === 1 && weights[0] !== 'model.safetensors') {  // called as the reader likes
      found.set('model.safetensors', found.get(weights[0]));
      found.delete(weights[0]);
    }
    if (found.has('tokenizer.json')) for (const name of ['vocab.json', 'merges.txt']) found.delete(name);
    const handle = ++this.#lastOffer;
    this.#offers = new Map([[handle, found]]);
    this.#report('offered', { handle, config, index, name: folder.split('/').at(-2) ?? '',
      files: [...found].map(([name, { size }]) => ({ name, bytes: size, sha256: '' })) });
  }

  // ---- the store

  async #list() { this.#report('listed', await this.#store.list()); }

  async #delete({ id }) {
    await this.#store.remove(id).catch(() => {});
    await this.#list();
  }

  async #keep({ job, id, files }) {
    try {
      const whole = await this.#store.write(id, files, async () => {
        await this.#rest();
        return this.#program.keptBytes(job);
      });
      if (whole) this.#report('kept', { job });
      else this.#report('keep_failed', { job, key: 'library.error.store', detail: '' });  // it may know: it stopped
    } catch (error) {
      const key = error.name === 'QuotaExceededError' ? 'library.error.room' : 'library.error.store';
      this.#report('keep_failed', { job, key, detail: error.message });
    }
    await this.#list();
  }
}

// What was dropped, folders with all that is in them: [{path, file}]. To be called before the event is over.
export async function droppedFiles(transfer) {
  const entries = [...transfer.items ?? []].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (entries.length === 0) return chosenFiles(transfer.files);
  const found = [];
  const walk = async (entry, folder) => {
    const path = folder + entry.name;
    if (entry.isFile) return found.push({ path, file: await new Promise((resolve, reject) => entry.file(resolve, reject)) });
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (some.length === 0) return undefined;
      for (const each of some) await walk(each, `${path}/`);
    }
  };
  for (const entry of entries) await walk(entry, '');
  return found;
}

export const chosenFiles = (files) => [...files].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
