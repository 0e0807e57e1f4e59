// Driving the built page: a server, the system's Chromium, and small steps that wait for the program, never for time.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { serve } from '../../web/serve.mjs';

const { chromium } = createRequire(path.resolve('build/e2e/package.json'))('playwright-core');

export const site = path.resolve(process.env.HEADLIGHT_SITE ?? 'build/site');
export const shots = path.resolve('build/shots');
const limit = 60000;  // ms; the machine may be busy

const quiet = ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--hide-scrollbars'];
const drawing = ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];

// A fresh profile. -> {context, close}. webgl: false takes drawing away.
export async function browser({ webgl = true, ...options } = {}) {
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'headlight-e2e-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless=new', ...quiet, ...(webgl ? drawing : ['--disable-gpu', '--disable-3d-apis'])],
    viewport: { width: 1440, height: 900 },
    ...options,
  });
  context.setDefaultTimeout(limit);
  const close = async () => {
    await context.close();
    fs.rmSync(profile, { recursive: true, force: true });
  };
  return { context, close };
}

export const host = (options) => serve(site, options);

// The page behind a few words.
export class Visit {
  constructor(page) {
    this.page = page;
    this.errors = [];
    page.on('pageerror', (error) => this.errors.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && this.errors.push(message.text()));
  }

  static async open(context, address) {
    const visit = new Visit(context.pages().find((page) => page.url() === 'about:blank') ?? await context.newPage());
    await visit.page.goto(address);
    return visit;
  }

  // Until the first picture with its predictions stands.
  async ready() {
    await this.page.waitForFunction(() => document.documentElement.dataset.ready || document.documentElement.dataset.end);
    const end = await this.page.evaluate(() => document.documentElement.dataset.end);
    if (end) throw new Error(`the page ended with "${end}": ${await this.page.locator('#problem').textContent()}`);
    await this.settled();
    return this;
  }

  // Until the service worker has everything and answers for the page.
  keptOffline() {
    return this.page.evaluate(async () => {
      const { active } = await navigator.serviceWorker.ready;
      while (active.state !== 'activated') {
        await new Promise((resolve) => active.addEventListener('statechange', resolve, { once: true }));
      }
    });
  }

  state() { return this.page.evaluate(() => window.headlight.state()); }

  // run(method, ...arguments) of window.headlight; waits for its result and for the picture.
  async run(method, ...values) {
    await this.page.evaluate(([name, list]) => window.headlight[name](...list), [method, values]);
    return this.settled();
  }

  // Until nothing is computed, no input waits and no frame is due; while it plays or learns, until what was done has come
  // through: on a busy machine pictures are slow, and input waits for them.
  async settled() {
    await this.page.waitForFunction(() => {
      const state = window.headlight.state();
      const plays = state.playing || state.learning?.playing;
      const still = state.queue === 0 && !state.pending && (plays || (!state.busy && state.frame === window.lastFrame));
      window.lastFrame = state.frame;
      return still;
    }, null, { polling: 60 });
    return this.state();
  }

  // The widget with this key (js interface: widgets()); pattern may be a RegExp.
  async widget(key) {
    const handle = await this.page.waitForFunction(([source, exact]) => window.headlight.widgets().items
      .find((item) => exact ? item.key === source : new RegExp(source).test(item.key)),
      typeof key === 'string' ? [key, true] : [key.source, false]);
    return handle.jsonValue();
  }

  async widgets() {
    await this.page.evaluate(() => window.headlight.widgets());
    await this.settled();
    return (await this.page.evaluate(() => window.headlight.widgets())).items;
  }

  async point(key, across = 0.5, down = 0.5) {
    const { x, y, w, h } = await this.widget(key);
    return [x + w * across, y + h * down];
  }

  async hover(key, across, down) {
    await this.page.mouse.move(...await this.point(key, across, down));
    return this.settled();
  }

  async click(key, across, down) {
    const [x, y] = await this.point(key, across, down);
    await this.page.mouse.move(x, y);
    await this.settled();
    await this.page.mouse.down();
    await this.frames(2);
    await this.page.mouse.up();
    await this.frames(2);
    return this.settled();
  }

  // Until `count` more frames are drawn, or nothing is left to draw.
  async frames(count) {
    const { frame } = await this.state();
    await this.page.waitForFunction((wanted) => {
      const state = window.headlight.state();
      window.sameFrames = state.frame === window.frameBefore ? (window.sameFrames ?? 0) + 1 : 0;
      window.frameBefore = state.frame;
      return state.playing || state.learning?.playing || state.frame >= wanted || (state.queue === 0 && window.sameFrames > 4);
    }, frame + count, { polling: 30 });
  }

  field() { return this.page.locator('#prompt'); }

  async shot(name) {
    fs.mkdirSync(shots, { recursive: true });
    await this.page.screenshot({ path: path.join(shots, `${name}.png`) });
  }
}

// test(name, async () => {}) prints "ok N name" or "not ok N name" and goes on.
let number = 0;
export const results = { good: 0, bad: 0 };
export async function test(name, run) {
  number += 1;
  const start = Date.now();
  try {
    await run();
    results.good += 1;
    console.log(`ok ${number} ${name} (${Date.now() - start} ms)`);
  } catch (error) {
    results.bad += 1;
    const place = (error.stack ?? '').split('\n').find((line) => line.includes('.test.mjs'))?.trim() ?? '';
    console.log(`not ok ${number} ${name}: ${error.message.split('\n').slice(0, 6).join(' | ')} ${place}`);
  }
}

export function same(actual, wanted, what = '') {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(wanted)];
  if (a !== b) throw new Error(`${what} is ${a}, wanted ${b}`);
}

export function holds(condition, what) {
  if (!condition) throw new Error(what);
}
