// Share links: they reproduce everything, and nothing that stands in one can break the page.
import { browser, holds, host, same, test, Visit } from './lib.mjs';

export default async function links() {
  const server = await host();
  const { context, close } = await browser();
  const address = `${server.url}?worker=0`;
  const visit = await (await Visit.open(context, address)).ready();
  const { page } = visit;
  let shared;

  await test('a link carries prompt, taken tokens, selection and settings, and says "reproduced"', async () => {
    await visit.run('setPrompt', 'Lily had a cat. The cat was');
    await visit.run('step');
    await visit.run('step');
    await visit.run('select', { layer: 3, head: 1 });
    await visit.run('set', 'temperature', 0.55);
    const before = await visit.state();
    shared = before.link;
    holds(shared.startsWith('v=1'), shared);
    const other = await (await Visit.open({ pages: () => [], newPage: () => context.newPage() }, `${address}#${shared}`)).ready();
    await other.page.waitForFunction(() => window.headlight.state().verdict !== 'pending');
    const after = await other.state();
    same(after.verdict, 'reproduced', 'verdict');
    for (const key of ['prompt', 'taken', 'hash', 'link']) same(after[key], before[key], key);
    same([after.selection.layer, after.selection.head, after.settings.temperature], [3, 1, before.settings.temperature], 'view');
    await other.page.close();
  });

  await test('a link with another checksum says "differs"', async () => {
    const wrong = shared.replace(/([&?](?:sum|check|hash|c)=)[0-9a-f]{8}/, '$10badc0de');
    holds(wrong !== shared, `no checksum in ${shared}`);
    await visit.run('openLink', wrong);
    await page.waitForFunction(() => window.headlight.state().verdict !== 'pending');
    same((await visit.state()).verdict, 'differs', 'verdict');
    await visit.run('openLink', shared);
  });

  await test('the address bar follows, and a reload restores', async () => {
    await visit.run('setPrompt', 'The dog ran to the');
    await page.waitForFunction(() => decodeURIComponent(location.hash).replaceAll('+', ' ').includes('The dog ran'));
    const before = await visit.state();
    await page.reload();
    await visit.ready();
    const after = await visit.state();
    same([after.prompt, after.hash], [before.prompt, before.hash], 'after the reload');
  });

  await test('a link typed into the address bar opens', async () => {
    await page.evaluate((link) => { location.hash = link; }, shared);
    await page.waitForFunction(() => window.headlight.state().prompt.startsWith('Lily had a cat'));
    await visit.settled();
  });

  const broken = {
    'future version': 'v=99&prompt=Hello&holodeck=on',
    'no version': 'prompt=Hello',
    'truncated escape': 'v=1&prompt=Hello%2',
    'bad UTF-8': 'v=1&prompt=%ff%fe%c0%80',
    'bad numbers': 'v=1&temperature=NaN&topk=1e99&topp=-7&layer=99999999999999999999&head=-5&seed=abc',
    'out of range': 'v=1&layer=400&head=400&query=60000&key=60000&temperature=50',
    'script': 'v=1&prompt=%3Cscript%3Ealert(1)%3C%2Fscript%3E&model=..%2F..%2Fetc%2Fpasswd',
    'keys twice': 'v=1&seed=1&seed=2&v=3',
    'very long': `v=1&prompt=${'x'.repeat(60000)}`,
    'nonsense': '&&==%%%&=&v',
    'zero bytes': 'v=1&prompt=a%00b',
  };
  for (const [name, link] of Object.entries(broken)) {
    await test(`a broken link opens the page: ${name}`, async () => {
      const other = await Visit.open({ pages: () => [], newPage: () => context.newPage() }, `${address}#${link}`);
      await other.ready();
      const state = await other.state();
      same(state.ready, true, 'ready');
      if (!['keys twice', 'no version', 'script', 'zero bytes'].includes(name)) holds(state.notices.length > 0, 'a notice');
      same(other.errors, [], 'errors');
      await other.page.close();
    });
  }

  await test('embed=1 leaves out what a frame in a blog does not need', async () => {
    const other = await (await Visit.open({ pages: () => [], newPage: () => context.newPage() }, `${address}#${shared}&embed=1`)).ready();
    const keys = (await other.widgets()).map(({ key }) => key);
    holds(!keys.includes('tour'), `the tour is hidden: ${keys.slice(0, 12)}`);
    await other.shot('embed');
    await other.page.close();
  });

  await close();
  server.close();
}
