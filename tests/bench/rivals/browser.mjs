// The system's Chromium without a window, and one page for each engine.
import { createRequire } from 'node:module';
import path from 'node:path';
import { serve } from '../../../web/serve.mjs';

const { chromium } = createRequire(path.resolve('build/bench/node/package.json'))('playwright-core');

const flags = ['--headless=new', '--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
  // Only one page works at a time, but none may be slowed down for not being in front.
  '--disable-background-timer-throttling', '--disable-backgrounding-occluded-windows', '--disable-renderer-backgrounding'];

// -> {open(options), close}; open gives a contestant: load() has been called, its other methods (page/contestant.mjs)
// are called by their names.
export async function browser() {
  const server = await serve('.', { isolated: true });
  const chrome = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: false, args: flags, timeout: 120000,
  });
  const open = async (options) => {
    const page = await (await chrome.newContext()).newPage();
    page.setDefaultTimeout(0);
    const problems = [];
    page.on('pageerror', (error) => problems.push(String(error)));
    await page.goto(`${server.url}tests/bench/rivals/page/index.html`);
    await page.waitForFunction(() => window.contestant && window.crossOriginIsolated);
    const call = (method, ...values) => page.evaluate(
      ([name, list]) => window.contestant[name](...list), [method, values]);
    const version = await call('load', options);
    return { ...options, version, call, problems, close: () => page.context().close() };
  };
  const close = async () => {
    await chrome.close();
    server.close();
  };
  return { open, close, version: chrome.version() };
}
