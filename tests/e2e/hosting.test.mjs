// On a plain static host, in a folder of it, with and without threads, and without a network after the first visit.
import fs from 'node:fs';
import { browser, holds, host, same, site, test, Visit } from './lib.mjs';

const golden = () => {
  const { hash, held } = JSON.parse(fs.readFileSync('tests/golden/logits_hash.json', 'utf8'));
  return { hash, q8: held.q8 };
};
const build = (visit) => visit.page.evaluate(() => document.documentElement.dataset.ready);
const bits = (visit, kernels) => visit.page.evaluate(async (name) => {
  const { hash, q8 } = await window.headlight.command({ do: 'golden_hash', ...name }, true);
  return { hash, q8 };
}, kernels ? { kernels } : {});
const relaxed = (visit) => visit.page.evaluate(async () => {
  const { accepts, relaxedProbe } = await import('./features.mjs');
  return accepts(relaxedProbe);
});

export default async function hosting() {
  let single, threaded;

  await test('one thread: the golden bits', async () => {
    const server = await host();
    const { context, close } = await browser();
    const visit = await (await Visit.open(context, `${server.url}?worker=0`)).ready();
    same(await build(visit), 'headlight', 'build');
    same(await bits(visit), golden(), 'hashes');
    single = await visit.run('setPrompt', 'Once upon a time there was a red ball');
    await close();
    server.close();
  });

  await test('threads, where the host sends the headers: the same bits', async () => {
    const server = await host({ isolated: true });
    const { context, close } = await browser();
    const visit = await (await Visit.open(context, `${server.url}?worker=0`)).ready();
    same(await build(visit), 'headlight-mt', 'build');
    same(await bits(visit), golden(), 'hashes');
    threaded = await visit.run('setPrompt', 'Once upon a time there was a red ball');
    holds(threaded.threads > 1, `${threaded.threads} threads`);
    same(threaded.hash, single.hash, 'hash of the prompt');
    same(visit.errors, [], 'errors');
    await close();
    server.close();
  });

  await test('with relaxed SIMD and without, one thread and many: the same bits, and only what is used is fetched', async () => {
    for (const isolated of [false, true]) {
      const asked = [];
      const server = await host({ isolated, before: (request) => void asked.push(new URL(request.url, 'http://x').pathname) });
      const { context, close } = await browser();
      const visit = await (await Visit.open(context, `${server.url}?worker=0`)).ready();
      const programs = () => asked.splice(0).filter((name) => name.endsWith('.wasm'));
      const name = `/headlight${isolated ? '-mt' : ''}`;
      const knows = await relaxed(visit);
      same(programs(), [`${name}${knows ? '-relaxed' : ''}.wasm`], 'programs');
      for (const kernels of ['scalar', 'simd128', ...knows ? ['relaxed'] : []]) {  // fast on this machine or not
        same(await bits(visit, kernels), golden(), `hashes of ${kernels}`);
      }
      await visit.page.goto(`${server.url}?worker=0&relaxed=0`);
      await visit.ready();
      same(programs(), [`${name}.wasm`], 'programs without it');
      const { kernels } = await visit.page.evaluate(() => window.headlight.command({ do: 'golden_hash' }, true));
      same(kernels, 'simd128', 'kernels');
      same(await bits(visit), golden(), 'hashes');
      same(await bits(visit, 'relaxed'), { hash: '', q8: '' }, 'no such kernels');
      await close();
      server.close();
    }
  });

  await test('a plain host, in a folder: one thread first, threads from the second visit, then no network', async () => {
    const server = await host({
      before: (request) => {
        if (request.url.startsWith('/some/folder/')) request.url = request.url.slice('/some/folder'.length);
        else request.url = '/outside';
        return false;
      },
    });
    const { context, close } = await browser();
    const address = `${server.url}some/folder/`;
    let visit = await (await Visit.open(context, address)).ready();
    same(await build(visit), 'headlight', 'build of the first visit');
    await visit.keptOffline();
    let loads = 0;
    visit.page.on('framenavigated', () => { loads += 1; });
    await visit.page.reload();
    await visit.ready();
    same(await build(visit), 'headlight-mt', 'build of the second visit');
    same(loads, 1, 'page loads');
    same((await visit.run('setPrompt', 'Once upon a time there was a red ball')).hash, single.hash, 'hash');
    server.close();
    await visit.page.reload();
    await visit.ready();
    same(await build(visit), 'headlight-mt', 'build without a network');
    await visit.page.goto(`${address}?threads=0`);
    await visit.ready();
    same(await build(visit), 'headlight', 'the other build without a network');
    same(visit.errors.filter((error) => !/ERR_|Failed to fetch|sw\.js/.test(error)), [], 'errors');
    await close();
  });

  await test('a new version replaces the old one cleanly', async () => {
    const page = fs.readFileSync(`${site}/index.html`, 'utf8');
    const worker = fs.readFileSync(`${site}/sw.js`, 'utf8');
    let version = 1;
    const server = await host({
      before: (request, response) => {
        if (version === 1) return false;
        const name = new URL(request.url, 'http://x').pathname;
        const send = (type, text) => response.writeHead(200, { 'Content-Type': type, 'Cache-Control': 'no-cache' }).end(text);
        if (name === '/' || name === '/index.html') send('text/html', page.replace('<title>', '<title>New '));
        else if (name === '/sw.js') send('text/javascript', `${worker}// new`);
        else return false;
        return true;
      },
    });
    const { context, close } = await browser();
    const visit = await (await Visit.open(context, server.url)).ready();
    await visit.keptOffline();
    version = 2;
    await visit.page.reload();
    await visit.ready();
    holds((await visit.page.title()).startsWith('New'), await visit.page.title());
    await close();
    server.close();
  });
}
