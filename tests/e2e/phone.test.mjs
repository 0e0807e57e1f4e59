// A phone: 390 x 844, touch, dark and light; and both sizes of both themes as pictures.
import { browser, holds, host, same, test, Visit } from './lib.mjs';

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

export default async function phoneSize() {
  const server = await host();
  for (const colorScheme of ['dark', 'light']) {
    const { context, close } = await browser({ ...phone, colorScheme });
    const visit = await (await Visit.open(context, `${server.url}?worker=0`)).ready();
    const { page } = visit;
    await visit.widgets();

    await test(`phone, ${colorScheme}: everything fits, and follows the system`, async () => {
      const state = await visit.state();
      same(state.theme, colorScheme, 'theme');
      same(await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]), [390, 390], 'width');
      for (const { key, x, w } of await visit.widgets()) holds(x >= -1 && x + w <= 391, `${key} reaches from ${x} to ${x + w}`);
      await visit.shot(`phone-${colorScheme}`);
    });

    await test(`phone, ${colorScheme}: each tab`, async () => {
      const tabs = (await visit.widgets()).filter(({ role, key }) => role === 'tab' && key.startsWith('tab.'));
      holds(tabs.length >= 3, `${tabs.length} tabs`);
      for (const { key, w, h } of tabs) {
        holds(h >= 40, `${key} is ${w} x ${h}`);
        const [x, y] = await visit.point(key);
        await page.touchscreen.tap(x, y);
        await visit.frames(3);
        await visit.settled();
        await visit.shot(`phone-${colorScheme}-${key.replace('tab.', '')}`);
      }
    });

    await test(`phone, ${colorScheme}: the first tap counts`, async () => {
      await visit.run('set', 'tab', 'out');
      const before = await visit.state();
      const [x, y] = await visit.point('bar.1', 0.3);
      await page.touchscreen.tap(x, y);
      await page.waitForFunction(() => window.headlight.state().taken.length > 0);
      await visit.settled();
      same((await visit.state()).taken, [before.predictions[1].token], 'taken');
    });
    await close();
  }

  for (const colorScheme of ['dark', 'light']) {
    await test(`desktop, ${colorScheme}: the first picture`, async () => {
      const { context, close } = await browser({ colorScheme });
      const visit = await (await Visit.open(context, `${server.url}?worker=0`)).ready();
      same((await visit.state()).theme, colorScheme, 'theme');
      await visit.shot(`desktop-${colorScheme}`);
      same(visit.errors, [], 'errors');
      await close();
    });
  }
  server.close();
}
