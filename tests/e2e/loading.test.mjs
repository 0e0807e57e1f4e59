// The way to the first picture, and what is seen when a part of it is missing.
import { browser, holds, host, same, test, Visit } from './lib.mjs';

async function failing(answerBefore, run, options) {
  const server = await host({ before: answerBefore });
  const { context, close } = await browser(options);
  try {
    await run(await Visit.open(context, `${server.url}?worker=0`), server);
  } finally {
    await close();
    server.close();
  }
}

const problem = (visit) => visit.page.locator('#problem');

export default async function loading() {
  await test('progress counts bytes, page then program then model', async () => {
    const order = [];
    await failing((request) => void order.push(new URL(request.url, 'http://x').pathname), async (visit) => {
      await visit.ready();
      const at = (name) => order.findIndex((path) => name.test(path));
      holds(at(/index\.html$/) <= 0 && at(/headlight(-relaxed)?\.wasm$/) >= 0, order.join(' '));
      holds(at(/\.wasm$/) < at(/model\.safetensors$/), order.join(' '));
      holds(!order.some((path) => path.includes('headlight-mt')), 'the threaded build is not fetched before the picture');
      same(await visit.page.evaluate(() => document.documentElement.dataset.ready), 'headlight', 'build');
      same(visit.errors, [], 'errors');
    });
  });

  await test('a picture waits for no answer of the graphics process, and is sent once', async () => {
    const server = await host();
    const { context, close } = await browser();
    await context.addInitScript(() => {
      const { clear, getParameter } = WebGL2RenderingContext.prototype;
      window.questions = [];
      window.pictures = 0;
      WebGL2RenderingContext.prototype.clear = function counted(parts) {
        window.pictures += 1;
        clear.call(this, parts);
      };
      WebGL2RenderingContext.prototype.getParameter = function counted(name) {
        window.questions.push(name);
        return getParameter.call(this, name);
      };
    });
    const visit = await (await Visit.open(context, `${server.url}?worker=0`)).ready();
    const { frame } = await visit.state();
    const sent = () => visit.page.evaluate(() => window.pictures);
    await visit.page.evaluate(() => { window.questions = []; });
    const before = await sent();
    const { frame: after } = await visit.run('setPrompt', 'Tim lost his ball.');
    holds(after > frame && await sent() > before, 'something is drawn');
    same(await visit.page.evaluate(() => window.questions), [], 'questions');
    const shown = await sent();
    holds((await visit.run('command', { do: 'visible', visible: true })).frame > after, 'frames');
    same(await sent(), shown, 'pictures that show the same again');
    await close();
    server.close();
  });

  await test('a picture that is filled in parts is the one that is filled at once, to the pixel', async () => {
    for (const deviceScaleFactor of [1, 2.625]) {
      const server = await host();
      const { context, close } = await browser({ deviceScaleFactor, viewport: { width: 1301, height: 803 } });
      await context.addInitScript(() => {
        const { clear } = WebGL2RenderingContext.prototype;
        window.parts = 0;
        WebGL2RenderingContext.prototype.clear = function counted(mask) {
          if (this.isEnabled(this.SCISSOR_TEST)) window.parts += 1;
          clear.call(this, mask);
        };
      });
      const visit = await (await Visit.open(context, `${server.url}?worker=0`)).ready();
      const picture = async () => (await visit.page.screenshot()).toString('base64');
      const still = async () => {  // what follows input is drawn within a few frames
        await visit.settled();
        for (let i = 0; i < 6; i += 1) await visit.page.evaluate(() => new Promise((drawn) => requestAnimationFrame(drawn)));
        await visit.settled();
      };
      const again = async () => {  // a canvas of another size is emptied
        await visit.page.setViewportSize({ width: 1302, height: 803 });
        await still();
        await visit.page.setViewportSize({ width: 1301, height: 803 });
        await still();
      };
      const acts = [
        () => visit.run('setPrompt', 'Tim lost his ball.'),
        () => visit.hover('head.3.2'),
        () => visit.click('head.1.4'),
        () => visit.run('step'),
        () => visit.run('set', 'bottom', 'lens'),
        () => visit.hover('head.5.5'),
        () => visit.run('change', 'off:2.1'),
        () => visit.run('set', 'lang', 'tr'),
        () => visit.run('set', 'theme', 'dark'),
        () => visit.hover('head.0.0'),
      ];
      for (const [i, act] of acts.entries()) {
        await act();
        await still();
        const inParts = await picture();
        await again();
        holds(inParts === await picture(), `the picture after act ${i} at ${deviceScaleFactor}`);
      }
      holds(await visit.page.evaluate(() => window.parts) > 10, 'parts');
      await close();
      server.close();
    }
  });

  await test('a file that fails is named, and fetched again on request', async () => {
    let broken = true;
    await failing((request, response) => {
      if (!broken || !request.url.includes('model.safetensors')) return false;
      response.writeHead(503).end();
      return true;
    }, async (visit) => {
      await problem(visit).waitFor();
      holds((await problem(visit).textContent()).includes('model.safetensors'), 'the message names the file');
      await visit.shot('state-failed');
      broken = false;
      await visit.page.locator('#retry').click();
      await visit.ready();
    });
  });

  await test('a file that arrives in part is noticed', async () => {
    let broken = true;
    await failing((request, response) => {
      if (!broken || !request.url.includes('tokenizer.json')) return false;
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"half":');
      return true;
    }, async (visit) => {
      await problem(visit).waitFor();
      holds((await problem(visit).textContent()).includes('tokenizer.json'), 'the message names the file');
      broken = false;
      await visit.page.locator('#retry').click();
      await visit.ready();
    });
  });

  await test('a browser without WebGL gets a plain message', async () => {
    await failing(undefined, async (visit) => {
      await problem(visit).waitFor();
      holds((await problem(visit).textContent()).includes('WebGL'), 'the message says what is missing');
      await visit.shot('state-no-webgl');
    }, { webgl: false });
  });

  await test('a lost graphics context gets a plain message and a reload with the same link', async () => {
    await failing(undefined, async (visit) => {
      await visit.ready();
      await visit.run('setPrompt', 'Before the loss');
      await visit.page.waitForFunction(() => location.hash.includes('Before'));
      await visit.page.evaluate(() => document.getElementById('canvas').getContext('webgl2').getExtension('WEBGL_lose_context').loseContext());
      await problem(visit).waitFor();
      await visit.shot('state-context-lost');
      await visit.page.locator('#retry').click();
      await visit.page.waitForLoadState();
      await visit.ready();
      same((await visit.state()).prompt, 'Before the loss', 'prompt');
    });
  });

  await test('no memory for the program: its own words', async () => {
    const server = await host();
    const { context, close } = await browser();
    await context.addInitScript(() => {
      WebAssembly.instantiate = () => Promise.reject(new RangeError('WebAssembly.instantiate(): Out of memory'));
    });
    const visit = await Visit.open(context, `${server.url}?worker=0`);
    await problem(visit).waitFor();
    same(await visit.page.evaluate(() => document.documentElement.dataset.end), 'memory', 'end');
    await close();
    server.close();
  });

  await test('a file that is too large leaves everything as it was, with a notice', async () => {
    await failing(undefined, async (visit) => {
      await visit.ready();
      const { hash } = await visit.state();
      await visit.page.evaluate(() => {
        const file = { name: 'model.safetensors', size: 4.2e9 };
        dispatchEvent(Object.assign(new Event('drop', { cancelable: true }), { dataTransfer: { files: [file] } }));
      });
      await visit.page.waitForFunction(() => window.headlight.state().notices.length > 0);
      same((await visit.state()).hash, hash, 'hash');
    });
  });
}
