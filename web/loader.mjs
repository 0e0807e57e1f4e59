// Fetching with progress. Every address carries the hash of its content, so any cache may keep it.
import { files } from './manifest.mjs';
import { say } from './strings.mjs';
import { askForRetry } from './status.mjs';

export const addressOf = (name) => new URL(`./${name}?${files[name].hash}`, document.baseURI).href;

// The files of a model folder that the program reads.
export function modelFiles(model, names = Object.keys(files)) {
  return names.filter((name) => name.startsWith(`models/${model}/`) && !name.endsWith('.md'));
}

async function fetchOnce(name, onBytes, signal) {
  const response = await fetch(addressOf(name), { signal });
  if (!response.ok) throw Object.assign(new Error(`${name}: HTTP ${response.status}`), { kind: 'missing' });
  const bytes = new Uint8Array(files[name].size);
  let done = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done: ended, value } = await reader.read();
    if (ended) break;
    if (done + value.length > bytes.length) break;
    bytes.set(value, done);
    done += value.length;
    onBytes(value.length);
  }
  if (done !== bytes.length) {
    onBytes(-done);
    throw Object.assign(new Error(`${name}: ${done} of ${bytes.length} bytes`), { kind: 'damaged' });
  }
  return bytes;
}

// -> Map name -> Uint8Array. progress(done, all) in bytes. A failure asks the reader and goes on with what is missing;
// with a signal it is the caller's to report.
export async function fetchAll(names, progress, signal) {
  const all = names.reduce((sum, name) => sum + files[name].size, 0);
  const got = new Map();
  let done = 0;
  const onBytes = (count) => progress(done += count, all);
  progress(0, all);
  for (;;) {
    const missing = names.filter((name) => !got.has(name));
    const results = await Promise.allSettled(missing.map(async (name) => got.set(name, await fetchOnce(name, onBytes, signal))));
    const failed = results.find((result) => result.status === 'rejected');
    if (!failed) return got;
    const error = failed.reason;
    if (signal) throw error;
    const kind = error.kind ?? (navigator.onLine ? 'missing' : 'offline');
    done = [...got.keys()].reduce((sum, name) => sum + files[name].size, 0);
    await askForRetry(say(kind, { detail: error.message }), `${error.message}\n${addressOf(missing[0])}`);
  }
}
