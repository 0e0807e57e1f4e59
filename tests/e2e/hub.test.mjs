// Bringing a model from a host: everything that may go wrong on the way, and that what was open stays.
import { fakeHub, folder, shard, sha256 } from './fake_hub.mjs';
import { browser, holds, host, same, test, Visit } from './lib.mjs';

export const story = () => folder('assets/models/story');
const small = () => folder('tests/golden/gpt2_rand/f32');
const weights = 'model.safetensors';

export const importOf = async (visit) => (await visit.state()).models.import;

// Until the import is at one of these stages.
export async function stage(visit, ...wanted) {
  await visit.page.waitForFunction((list) => list.includes(window.headlight.state().models.import.stage), wanted, { polling: 50 });
  return importOf(visit);
}

export async function bring(visit, address) {
  await visit.run('inspect', address);
  await visit.run('download');
  return visit.state();
}

// The error that an import ends in; the model that was open is still there with its numbers.
async function fails(visit, address, key, { inspected = true } = {}) {
  const before = await visit.state();
  await visit.run('inspect', address);
  if (inspected) await visit.run('download');
  const { error } = await stage(visit, 'failed');
  same(error.key, `library.error.${key}`, 'error');
  const after = await visit.state();
  same([after.hash, after.prompt, after.model?.name], [before.hash, before.prompt, before.model?.name], 'what was open');
  return error;
}

async function visiting(run, options = '?worker=0') {
  const [hub, server] = [await fakeHub(), await host()];
  const { context, close } = await browser();
  try {
    const visit = await (await Visit.open(context, `${server.url}${options}`)).ready();
    await visit.run('set', 'keep', 0);  // cache.test.mjs
    await run(visit, hub);
  } finally {
    await close();
    server.close();
    hub.close();
  }
}

async function good(visit, hub) {
  await test('sizes come before the download, and the model opens with the very numbers of its weights', async () => {
    const before = await visit.state();
    hub.put('test/story', story());
    await visit.run('inspect', hub.address('test/story'));
    const { stage: at, bytes, formats, precision, can_start: can } = await importOf(visit);
    same([at, can, precision], ['inspected', true, 'f32'], 'state');
    same(bytes, story().get(weights).length + story().get('tokenizer.json').length, 'bytes');
    holds(formats.q8.bytes < formats.f16.bytes && formats.f16.bytes < formats.f32.bytes, 'formats');
    holds(!hub.requests.some(({ method, path }) => method === 'GET' && path.endsWith(weights)), 'no weights are fetched yet');
    await visit.run('download');
    const after = await visit.state();
    same([after.model.name, after.rung, after.prompt, after.hash], [hub.address('test/story'), 'own', before.prompt, before.hash], 'model');
    same(after.models.import.checksum, 'checked', 'checksum');
    same(after.models.import.stage, 'empty', 'stage');
    holds(after.link.includes('precision=f32') && after.link.includes('rung=own'), after.link);
  });

  await test('a name is looked up at the host of the settings', async () => {
    await visit.run('set', 'hub', hub.url);
    same((await bring(visit, 'test/story')).model.name, 'test/story', 'name');
    await visit.run('set', 'hub', 'https://huggingface.co');
  });

  await test('Q8 is another model in numbers, and a quarter of the size', async () => {
    await visit.run('inspect', hub.address('test/story'));
    await visit.run('choosePrecision', 'q8');
    await visit.run('download');
    const state = await visit.state();
    same(state.settings.precision, 'q8', 'precision');
    await visit.run('set', 'rung', 'small');
    holds((await visit.state()).hash !== state.hash, 'the hash differs');
    await visit.run('set', 'rung', 'own');
    same((await visit.state()).hash, state.hash, 'both stay in memory');
  });

  await test('a model in parts', async () => {
    hub.put('test/parts', shard(story(), 3));
    const { hash } = await visit.run('set', 'rung', 'small');
    const state = await bring(visit, hub.address('test/parts'));
    same([state.hash, state.models.import.checksum], [hash, 'checked'], 'numbers');
  });

  await test('an ordinary folder on any host: no list, no checksum, and that is said', async () => {
    const { hash } = await visit.run('set', 'rung', 'small');
    hub.put('files/story', story(), { tree: false, plain: true });
    await visit.page.evaluate(() => {
      window.said = new Set();
      window.headlight.on('change', ({ notice_list: list }) => list.forEach(({ key }) => window.said.add(key)));
    });
    const state = await bring(visit, hub.address('files/story/config.json'));
    same(state.hash, hash, 'numbers');
    same(state.models.import.checksum, 'none', 'checksum');
    holds(await visit.page.evaluate(() => window.said.has('library.no_checksum')), 'it is said');
    same((await bring(visit, hub.address('files/story/'))).hash, hash, 'the folder itself');
  });
}

async function breaks(visit, hub) {
  await test('a connection that breaks goes on where it was', async () => {
    const { hash } = await visit.run('set', 'rung', 'small');
    hub.put('test/broken', story(), { breaks: 2 });
    await visit.run('inspect', hub.address('test/broken'));
    hub.requests.length = 0;
    await visit.run('download');
    const paused = await stage(visit, 'paused', 'empty');
    if (paused.stage === 'paused') same(paused.error.key, 'library.error.broken', 'what is said meanwhile');
    await stage(visit, 'empty');
    same((await visit.settled()).hash, hash, 'numbers');
    const ranges = hub.requests.filter(({ path }) => path.endsWith(weights)).map(({ range }) => range);
    holds(ranges.length === 3 && ranges[0] === '' && ranges.slice(1).every((range) => /^bytes=\d+-$/.test(range)), ranges.join());
    same((await importOf(visit)).checksum, 'checked', 'checksum of the whole');
  });

  await test('a host without ranges starts again, and what is here is passed over', async () => {
    const { hash } = await visit.run('set', 'rung', 'small');
    hub.put('test/no-ranges', story(), { breaks: 1, ranges: false });
    await visit.run('inspect', hub.address('test/no-ranges'));
    await visit.run('download');
    await stage(visit, 'empty');
    same((await visit.settled()).hash, hash, 'numbers');
  });

  await test('a person may try again at once', async () => {
    const model = hub.put('test/often', story(), { breaks: 1, down: 9 });
    await visit.run('inspect', hub.address('test/often'));
    await visit.run('download');
    await visit.page.waitForFunction(() => window.headlight.state().models.import.retry_seconds === 8, null, { polling: 20 });
    same((await importOf(visit)).error.key, 'library.error.broken', 'meanwhile');
    model.down = 0;
    const left = await visit.page.evaluate(async () => {  // what was left to wait when it went on
      void window.headlight.retry();
      for (let last = 99; ;) {
        const { stage, retry_seconds: seconds } = window.headlight.state().models.import;
        if (stage !== 'paused') return last;
        last = seconds;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    });
    holds(left >= 2, `${left} s were left`);
    await stage(visit, 'empty');
  });

  await test('cancelling gives everything back and leaves what was open', async () => {
    const before = await visit.run('set', 'rung', 'small');
    hub.put('test/slow', story(), { slow: 150 });
    await visit.run('inspect', hub.address('test/slow'));
    await visit.page.evaluate(() => { void window.headlight.download(); });
    await visit.page.waitForFunction(() => window.headlight.state().models.import.done > 3e5);
    await visit.page.waitForFunction(() => window.headlight.state().activity === 'downloading');
    await visit.run('cancelImport');
    const after = await visit.state();
    same([after.models.import.stage, after.hash, after.activity], ['empty', before.hash, 'idle'], 'state');
  });
}

async function wrong(visit, hub) {
  await test('a wrong checksum is refused, and named', async () => {
    hub.put('test/wrong', small(), { oid: 'a'.repeat(64) });
    const { text } = await fails(visit, hub.address('test/wrong'), 'checksum');
    holds(text.includes('a'.repeat(64)) && text.includes(sha256(small().get(weights))), text);
    holds((await importOf(visit)).can_retry, 'it may be tried again');
    hub.put('test/wrong', small());
    await bring(visit, hub.address('test/wrong'));
    same((await visit.state()).model.layers, 2, 'the right one opens');
  });

  await test('what is not there is said to be missing', async () => {
    const without = (name, from) => new Map([...from].filter(([file]) => file !== name));
    await fails(visit, hub.address('test/nothing'), 'not_found', { inspected: false });
    hub.put('test/no-weights', without(weights, small()));
    await fails(visit, hub.address('test/no-weights'), 'no_weights', { inspected: false });
    const parts = shard(small(), 2);
    hub.put('test/no-part', without('model-00002-of-00002.safetensors', parts), { tree: false });
    await fails(visit, hub.address('test/no-part'), 'not_found', { inspected: false });
  });

  await test('a host that other pages may not read', async () => {
    hub.put('test/closed', small(), { cors: false });
    const { text } = await fails(visit, hub.address('test/closed'), 'unreachable', { inspected: false });
    holds(text.includes('CORS'), text);
  });

  await test('a host that states a wrong size', async () => {
    const size = small().get(weights).length;
    hub.put('test/larger', small(), { tree: false, stated: new Map([[weights, size + 1000]]) });
    await visit.run('inspect', hub.address('test/larger'));
    await visit.run('download');
    same((await stage(visit, 'failed')).error.key, 'library.error.content', 'the header tells');
    hub.put('test/lists-more', small(), { stated: new Map([[weights, size + 1000]]) });
    await visit.run('inspect', hub.address('test/lists-more'));
    await visit.run('download');
    same((await stage(visit, 'failed')).error.key, 'library.error.content', 'the header tells');
  });

  await test('a file that ends before the size that is listed', async () => {
    const [files, size] = [small(), small().get(weights).length];
    files.set(weights, files.get(weights).subarray(0, 100000));
    hub.put('test/ends', files, { stated: new Map([[weights, size]]) });
    const { text } = await fails(visit, hub.address('test/ends'), 'size');
    holds(text.includes('121,176') && text.includes('100,000'), text);
  });

  await test('a file that is cut off', async () => {
    const files = small();
    files.set(weights, files.get(weights).subarray(0, 100000));
    hub.put('test/cut', files);
    await fails(visit, hub.address('test/cut'), 'content');
  });

  await test('no GPT-2', async () => {
    const files = small();
    files.set('config.json', Buffer.from('{"model_type":"llama"}'));
    hub.put('test/llama', files);
    const { text } = await fails(visit, hub.address('test/llama'), 'content', { inspected: false });
    holds(text.includes('llama'), text);
  });
}

export default async function hubTests() {
  await visiting(async (visit, hub) => {
    await good(visit, hub);
    await breaks(visit, hub);
    await wrong(visit, hub);
  });

  await visiting(async (visit, hub) => {
    await test('what is too large is refused before the download', async () => {
      hub.put('test/story', story());
      await visit.run('inspect', hub.address('test/story'));
      const { error, can_start: can } = await importOf(visit);
      same([error?.key, can], ['library.error.too_large', false], 'refusal');
      hub.requests.length = 0;
      await visit.run('download');
      same([(await importOf(visit)).stage, hub.requests.length], ['inspected', 0], 'nothing happens');
      await visit.shot('state-too-large');
    });
  }, '?worker=0&memory=100000000');
}
