// Models that this browser keeps, in the page's private file system: models/<id>/ holds the files, and manifest.json,
// written last, says that they are complete. Tabs agree by locks and tell each other of changes.
import { addressOf } from './loader.mjs';

const manifest = 'manifest.json';
const channelName = 'headlight-models';
const lockOf = (id) => `headlight-model-${id}`;

const withLock = (id, options, run) => navigator.locks ? navigator.locks.request(lockOf(id), options, run) : run({});

// Writes one file. A writable stream goes to a file of its own that takes the place of the old one when it is closed;
// where there is none, a worker writes in place, which the manifest makes safe.
async function writer(folder, path, name) {
  const handle = await folder.getFileHandle(name, { create: true });
  if (handle.createWritable) {
    const stream = await handle.createWritable();
    return { write: (bytes) => stream.write(bytes), close: () => stream.close(), abort: () => stream.abort().catch(() => {}) };
  }
  const worker = new Worker(addressOf('store-worker.mjs'), { type: 'module' });
  const ask = (message, transfer = []) => new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => data.error ? reject(new DOMException(data.error.message, data.error.name)) : resolve();
    worker.onerror = () => reject(new Error('the worker that writes files does not run'));
    worker.postMessage(message, transfer);
  });
  const end = (message) => ask(message).finally(() => worker.terminate());
  await ask({ open: [...path, name] });
  return {
    write: (bytes) => ask({ write: bytes }, [bytes.buffer]),
    close: () => end({ close: true }), abort: () => end({ close: true }).catch(() => {}),
  };
}

export class Store {
  #channel;

  // changed(): another tab has kept or deleted something.
  constructor(changed) {
    if (!this.supported || typeof BroadcastChannel !== 'function') return;
    this.#channel = new BroadcastChannel(channelName);
    this.#channel.onmessage = () => changed();
  }

  get supported() { return Boolean(isSecureContext && navigator.storage?.getDirectory && !this.broken); }

  async #root() { return (await navigator.storage.getDirectory()).getDirectoryHandle('models', { create: true }); }

  async #manifestOf(folder) {
    try {
      const file = await (await folder.getFileHandle(manifest)).getFile();
      const text = await file.text();
      return JSON.parse(text) && { manifest: text, date: new Date(file.lastModified).toISOString() };
    } catch {
      return null;
    }
  }

  // The fields of the report "listed". Folders without a manifest are what a reload or a crash has left: they are
  // removed, unless somebody is writing there.
  async list() {
    const models = [];
    try {
      if (!this.supported) throw new Error('no private file system');
      const root = await this.#root();
      const abandoned = [];
      for await (const [id, folder] of root.entries()) {
        const entry = folder.kind === 'directory' ? await this.#manifestOf(folder) : null;
        if (entry) models.push(entry);
        else abandoned.push(id);
      }
      for (const id of abandoned) {
        await withLock(id, { ifAvailable: true }, async (lock) => {
          const folder = lock && await root.getDirectoryHandle(id).catch(() => null);
          if (folder && !await this.#manifestOf(folder)) await root.removeEntry(id, { recursive: true }).catch(() => {});
        });
      }
    } catch {
      this.broken = true;  // forbidden, as in some private windows
    }
    const { usage = -1, quota = -1 } = await navigator.storage?.estimate?.().catch(() => ({})) ?? {};
    const persistent = await navigator.storage?.persisted?.().catch(() => false) ?? false;
    return { supported: this.supported, persistent, used: usage, available: quota < 0 ? -1 : Math.max(0, quota - usage), models };
  }

  // run(name -> File) while nobody may delete it; the value of run, or null when it is not kept (any more).
  async read(id, run) {
    return withLock(id, { mode: 'shared' }, async () => {
      let folder;
      try {
        folder = await (await this.#root()).getDirectoryHandle(id);
      } catch {
        return null;
      }
      return await this.#manifestOf(folder) ? run(async (name) => (await folder.getFileHandle(name)).getFile()) : null;
    });
  }

  // files: [{name, bytes}] in the order of the bytes that next() gives, the manifest last. next() -> Uint8Array, null
  // when it is over. True: the model is kept. Throws QuotaExceededError and the like;
  // what was written so far is gone then.
  async write(id, files, next) {
    const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
    await navigator.storage.persist?.().catch(() => false);
    const { usage = 0, quota = Infinity } = await navigator.storage.estimate?.() ?? {};
    if (quota - usage < total) throw new DOMException(`${total} > ${quota - usage}`, 'QuotaExceededError');
    return withLock(id, { ifAvailable: true }, async (lock) => {
      if (!lock) return await this.read(id, () => true) ?? false;  // another tab writes the same
      const root = await this.#root();
      const folder = await root.getDirectoryHandle(id, { create: true });
      let out, whole = false;
      try {
        await folder.removeEntry(manifest).catch(() => {});
        for (const { name, bytes } of files) {
          out = await writer(folder, ['models', id], name);
          for (let done = 0; done < bytes;) {
            const piece = await next();
            if (!piece) return false;
            done += piece.length;
            await out.write(piece);
          }
          await out.close();
          out = undefined;
        }
        whole = true;
      } finally {
        await out?.abort();
        if (!whole) await root.removeEntry(id, { recursive: true }).catch(() => {});
        this.#channel?.postMessage('changed');
      }
      return true;
    });
  }

  // Waits until nobody reads or writes it.
  async remove(id) {
    await withLock(id, { mode: 'exclusive' }, async () => {
      await (await this.#root()).removeEntry(id, { recursive: true }).catch(() => {});
    });
    this.#channel?.postMessage('changed');
  }
}
