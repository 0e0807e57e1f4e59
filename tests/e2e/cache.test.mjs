// What the browser keeps of models: written whole or not at all, shared by tabs, deleted only when nobody reads it.
import { fakeHub } from './fake_hub.mjs';
import { bring, stage, story } from './hub.test.mjs';
import { browser, holds, host, same, test, Visit } from './lib.mjs';

const modelsOf = async (visit) => (await visit.state()).models;
// Until the condition holds for `models`; what it was instead stands in the error.
async function kept(visit, condition) {
  try {
    await visit.page.waitForFunction((source) => new Function('models', `return ${source}`)(window.headlight.state().models),
      condition, { polling: 100 });
  } catch (error) {
    const { keep, kept: list, storage } = await modelsOf(visit);
    throw new Error(`${condition}: ${JSON.stringify({ keep, list, storage })} ${error.message}`);
  }
  return modelsOf(visit);
}

// Folders and files of the store, whatever the program thinks of them.
const onDisk = (visit) => visit.page.evaluate(async () => {
  const found = [];
  const root = await (await navigator.storage.getDirectory()).getDirectoryHandle('models', { create: true });
  for await (const [id, folder] of root.entries()) {
    for await (const [name, file] of folder.entries()) found.push(`${id}/${name} ${(await file.getFile()).size}`);
  }
  return found.sort();
});

async function visiting(run, prepare) {
  const [hub, server] = [await fakeHub(), await host()];
  hub.put('test/story', story());
  const { context, close } = await browser();
  if (prepare) await context.addInitScript(prepare);
  const open = async (link = '') => (await Visit.open(context, `${server.url}?worker=0${link}`)).ready();
  try {
    await run({ hub, open, context });
  } finally {
    await close();
    server.close();
    hub.close();
  }
}

const writing = 'models.keep.stage === "writing"', whole = 'models.kept.length === 1 && models.keep.stage === "kept"';

async function twoVisits({ hub, open }) {
  let visit = await open();
  const address = hub.address('test/story');
  let link, hash;

  await test('a model is kept as it was converted, and the next visit opens it without the host', async () => {
    await visit.run('inspect', address);
    await visit.run('choosePrecision', 'q8');
    await visit.run('download');
    const models = await kept(visit, whole);
    const state = await visit.settled();
    [link, hash] = [state.link, state.hash];
    const [entry] = models.kept;
    same([entry.name, entry.precision, entry.in_use], [address, 'q8', true], 'entry');
    holds(entry.bytes > 3e6 && entry.bytes < 4.5e6, `${entry.bytes} bytes for 3.1 M parameters`);
    holds(models.storage.used > entry.bytes && models.storage.available > 0, JSON.stringify(models.storage));
    hub.requests.length = 0;
    await visit.page.goto('about:blank');
    visit = await open(`#${link}`);
    await stage(visit, 'empty');
    const again = await visit.settled();
    same([again.model.name, again.hash, again.settings.precision, again.verdict], [address, hash, 'q8', 'reproduced'], 'second visit');
    same(hub.requests.length, 0, 'requests');
    same(again.models.keep.stage, 'none', 'it is not written again');
  });

  await test('two tabs open the same copy, and one hears what the other deletes', async () => {
    const other = await open(`#${link}`);
    await stage(other, 'empty');
    same((await other.settled()).hash, hash, 'the other tab');
    await kept(other, 'models.kept.length === 1');
    await visit.run('deleteKept', (await modelsOf(visit)).kept[0].id);
    await kept(other, 'models.kept.length === 0');
    await kept(visit, 'models.kept.length === 0');
    same(await onDisk(visit), [], 'files');
    same((await visit.state()).hash, hash, 'the open model stays');
    await other.run('setPrompt', 'Still here');
    same((await other.state()).model.name, address, 'there as well');
    await other.page.close();
    await visit.page.bringToFront();
  });

  await test('deleting waits for who reads', async () => {
    await visit.run('keep');
    const [{ id }] = (await kept(visit, whole)).kept;
    await visit.page.evaluate((name) => new Promise((held) => {
      void navigator.locks.request(`headlight-model-${name}`, { mode: 'shared' }, () => new Promise((free) => {
        window.free = free;
        held();
      }));
    }), id);
    await visit.run('deleteKept', id);
    same((await modelsOf(visit)).kept[0].deleting, true, 'deleting');
    same((await onDisk(visit)).length, 4, 'all files are still there');
    await visit.page.evaluate(() => window.free());
    await kept(visit, 'models.kept.length === 0');
    same(await onDisk(visit), [], 'files');
  });

  await test('a damaged copy is noticed, removed and said', async () => {
    await visit.run('keep');
    const [{ id }] = (await kept(visit, whole)).kept;
    await visit.page.evaluate(async (name) => {
      const root = await (await navigator.storage.getDirectory()).getDirectoryHandle('models');
      const file = await (await root.getDirectoryHandle(name)).getFileHandle('model.safetensors');
      const out = await file.createWritable({ keepExistingData: true });
      await out.write({ type: 'write', position: 2000000, data: new Uint8Array([1, 2, 3]) });
      await out.close();
    }, id);
    await visit.run('openKept', id);
    const { error } = await stage(visit, 'failed');
    same(error.key, 'library.error.kept_damaged', 'error');
    await kept(visit, 'models.kept.length === 0');
    same((await visit.state()).hash, hash, 'the open model stays');
  });
}

export default async function cacheTests() {
  await visiting(twoVisits);

  await visiting(async ({ hub, open }) => {
    let visit = await open();
    await test('a reload in the middle of keeping leaves nothing behind', async () => {
      await bring(visit, hub.address('test/story'));
      await kept(visit, `${writing} && models.keep.done > 1e6`);
      holds((await onDisk(visit)).length > 0, 'something has been written');
      await visit.page.goto('about:blank');
      visit = await open();
      await kept(visit, 'models.listed && models.kept.length === 0');
      same(await onDisk(visit), [], 'files');
      same((await visit.state()).model.name, 'story', 'model');
    });
  }, () => {  // the third piece never ends
    const { write } = FileSystemWritableFileStream.prototype;
    let pieces = 0;
    FileSystemWritableFileStream.prototype.write = function slow(data) {
      return data.length > 5e5 && ++pieces > 2 ? new Promise(() => {}) : write.call(this, data);
    };
  });

  await visiting(async ({ hub, open }) => {
    const visit = await open();
    await test('no room: the model works, and it is said that it could not be kept', async () => {
      const state = await bring(visit, hub.address('test/story'));
      const { keep } = await kept(visit, 'models.keep.stage === "failed"');
      same(keep.error.key, 'library.error.room', 'error');
      same((await visit.state()).model.name, state.model.name, 'model');
      same(await onDisk(visit), [], 'nothing is left of the attempt');
      holds((await visit.state()).notice_list.some(({ key }) => key === 'library.error.room'), 'notice');
      await visit.page.evaluate(() => { window.full = false; });
      await visit.run('keep');
      await kept(visit, whole);
    });
  }, () => {
    window.full = true;
    const { write } = FileSystemWritableFileStream.prototype;
    FileSystemWritableFileStream.prototype.write = function limited(data) {
      if (window.full && data.length > 5e5) return Promise.reject(new DOMException('the disk is full', 'QuotaExceededError'));
      return write.call(this, data);
    };
  });

  await visiting(async ({ hub, open }) => {
    let visit = await open();
    await test('a browser that writes such files only in a worker', async () => {
      const { hash } = await bring(visit, hub.address('test/story'));
      await kept(visit, whole);
      const { link } = await visit.settled();
      await visit.page.goto('about:blank');
      visit = await open(`#${link}`);
      await stage(visit, 'empty');
      same((await visit.settled()).hash, hash, 'numbers');
    });
  }, () => { delete FileSystemFileHandle.prototype.createWritable; });

  await visiting(async ({ hub, open }) => {
    const visit = await open();
    await test('a browser without a private file system', async () => {
      const state = await bring(visit, hub.address('test/story'));
      same([state.models.storage.supported, state.models.keep.stage], [false, 'none'], 'store');
      same(state.model.name, hub.address('test/story'), 'model');
    });
  }, () => { StorageManager.prototype.getDirectory = () => Promise.reject(new DOMException('no', 'SecurityError')); });
}
