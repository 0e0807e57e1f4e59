// What a host knows of a model, and the bytes of its files with a second try after every break. Any host serves that
// lets other pages read (CORS); one like Hugging Face also lists sizes and checksums.

// Ends an import; key: "library.error.<key>" of the language files.
export class Problem extends Error {
  constructor(key, { file = '', detail = '', retry = false } = {}) {
    super(`${key} ${file} ${detail}`);
    Object.assign(this, { key: `library.error.${key}`, file, detail, retry });
  }
}

const hostOf = (address) => new URL(address).host;
const hexOf = (tag) => (tag ?? '').replace(/^W\//, '').replaceAll('"', '').toLowerCase();
const sha256Of = (headers) => [headers.get('x-linked-etag'), headers.get('etag')].map(hexOf).find((tag) => /^[0-9a-f]{64}$/.test(tag)) ?? '';

// null: there is none. Anything else that is no answer is a Problem.
async function ask(address, file, options) {
  let response;
  try {
    response = await fetch(address, { credentials: 'omit', ...options });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw navigator.onLine ? new Problem('unreachable', { detail: hostOf(address), retry: true })
      : new Problem('no_network', { retry: true });
  }
  if (response.status === 404 || response.status === 410) return null;
  if (response.status === 401 || response.status === 403) throw new Problem('denied', { file });
  if (!response.ok) throw new Problem('status', { file, detail: String(response.status), retry: response.status >= 429 });
  return response;
}

async function textOf(address, file, signal) {
  const response = await ask(address, file, { signal });
  if (!response) return null;
  try {
    return await response.text();
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Problem('unreachable', { detail: hostOf(address), retry: true });
  }
}

// name -> {bytes, sha256}; null where the host has no such list.
async function list(tree, signal) {
  if (!tree) return null;
  try {
    const entries = JSON.parse(await textOf(tree, '', signal));
    if (!Array.isArray(entries)) return null;
    const files = new Map();
    for (const { path, size, lfs } of entries) {
      if (typeof path !== 'string') return null;
      const sha256 = /^[0-9a-f]{64}$/.test(lfs?.oid) ? lfs.oid : '';
      files.set(path, { bytes: Number.isFinite(lfs?.size ?? size) ? lfs?.size ?? size : -1, sha256 });
    }
    return files;
  } catch (error) {
    if (signal.aborted) throw error;
    return null;  // an ordinary host; the files themselves will tell
  }
}

// {name, bytes, sha256} of one file, or null. A length in a header counts for weights alone: texts may come packed.
async function measure(base, name, listed, signal) {
  if (listed) return listed.has(name) ? { name, ...listed.get(name) } : null;
  const weights = name.endsWith('.safetensors');
  let response, bytes = -1;
  try {
    response = await ask(base + name, name, { method: 'HEAD', signal });
  } catch (error) {
    if (!error.key?.endsWith('.status')) throw error;  // a host may refuse to be asked that way
    response = await ask(base + name, name, { headers: { Range: 'bytes=0-0' }, signal });
    bytes = Number(/\/(\d+)$/.exec(response?.headers.get('content-range') ?? '')?.[1] ?? -1);
    response?.body?.cancel();
  }
  if (!response) return null;
  const length = response.headers.get('content-length');
  if (bytes < 0 && length !== null && response.status !== 206) bytes = Number(length);
  return { name, bytes: weights ? bytes : -1, sha256: weights ? sha256Of(response.headers) : '' };
}

function shardsOf(index) {
  try {
    return [...new Set(Object.values(JSON.parse(index).weight_map))].filter((name) => typeof name === 'string');
  } catch {
    return [];  // the program says what is wrong with it
  }
}

// -> the fields of the report "described".
export async function describe({ bases, tree }, signal) {
  let base, config = null;
  for (const candidate of bases) {
    base = candidate;
    config = await textOf(`${base}config.json`, 'config.json', signal);
    if (config !== null) break;
  }
  if (config === null) throw new Problem('not_found', { file: 'config.json' });
  const listed = base === bases[0] ? await list(tree, signal) : null;
  const sizeOf = (name) => measure(base, name, listed, signal);
  const files = [];
  for (const names of [['tokenizer.json'], ['vocab.json', 'merges.txt']]) {
    const found = await Promise.all(names.map(sizeOf));
    if (found.includes(null)) continue;
    files.push(...found);
    break;
  }
  let index = '';
  const whole = await sizeOf('model.safetensors');
  if (whole) {
    files.push(whole);
  } else {
    const name = 'model.safetensors.index.json';
    index = (listed && !listed.has(name) ? null : await textOf(base + name, name, signal)) ?? '';
    for (const shard of shardsOf(index)) {
      const found = await sizeOf(shard);
      if (!found) throw new Problem('not_found', { file: shard });
      files.push(found);
    }
  }
  return { base, config, index, files };
}

const transient = (status) => status === 408 || status === 429 || status >= 500;

// The bytes of one file. A break is waited for with pause(reason, attempt), then it goes on from where it was, or from
// the beginning where the host cannot do that: bytes that came already are then passed over.
export async function* bytesOf(address, file, { signal, pause, resumed }) {
  let done = 0, attempt = 0, tag = '';
  for (;;) {
    let came = 0;
    try {
      const headers = done > 0 ? { Range: `bytes=${done}-` } : {};
      const response = await fetch(address, { signal, headers, credentials: 'omit', cache: 'no-store' });
      if (response.status === 416) return;  // nothing behind what is here: the size was wrong
      if (response.status === 404) throw new Problem('not_found', { file: file.name });
      if (response.status === 401 || response.status === 403) throw new Problem('denied', { file: file.name });
      if (!response.ok && !transient(response.status)) throw new Problem('status', { file: file.name, detail: String(response.status) });
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      let skip = done > 0 && response.status !== 206 ? done : 0;
      const from = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
      if (done > 0 && from !== undefined && skip === 0 && Number(from) !== done) throw new Problem('changed', { file: file.name });
      const now = hexOf(response.headers.get('etag'));
      if (tag && now && tag !== now && !file.sha256) throw new Problem('changed', { file: file.name });
      tag ||= now;
      if (attempt > 0) resumed();
      for (const reader = response.body.getReader(); ;) {
        const { done: ended, value } = await reader.read();
        if (ended) break;
        const chunk = value.subarray(Math.min(skip, value.length));
        skip -= value.length - chunk.length;
        if (chunk.length === 0) continue;
        done += chunk.length;
        came += chunk.length;
        attempt = 0;
        yield chunk;
      }
      if (file.bytes < 0 || done >= file.bytes || came === 0) return;
      throw new Error(`${done} / ${file.bytes}`);
    } catch (error) {
      if (signal.aborted || error instanceof Problem) throw error;
      attempt += 1;
      await pause(error, attempt);
      if (signal.aborted) throw error;
    }
  }
}
