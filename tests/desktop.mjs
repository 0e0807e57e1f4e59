// The desktop program in a virtual screen: node tests/desktop.mjs BUILD_FOLDER. It starts with a link, is clicked and
// typed into with xdotool, and must show what the page shows. One line a check: "ok N name" or "not ok N name".
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { testModels } from './desktop_models.mjs';

const build = process.argv[2] ?? 'build/release';
const find = (name) => fs.readdirSync(build, { recursive: true }).map((file) => path.join(build, String(file)))
  .find((file) => path.basename(file) === name && fs.statSync(file).isFile());
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'headlight-desktop-'));
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

let number = 0, bad = 0;
async function test(name, run) {
  number += 1;
  try {
    await run();
    console.log(`ok ${number} ${name}`);
  } catch (error) {
    bad += 1;
    console.log(`not ok ${number} ${name}: ${error.message}`);
  }
}
const holds = (condition, what) => { if (!condition) throw new Error(what); };

const screen = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '1500x1000x24', '+extension', 'GLX'], { stdio: ['ignore', 'pipe', 'ignore'] });
const display = await new Promise((resolve, reject) => {
  screen.stdout.once('data', (data) => resolve(`:${String(data).trim()}`));
  screen.once('error', reject);
});
const env = { ...process.env, DISPLAY: display, LIBGL_ALWAYS_SOFTWARE: '1', HOME: scratch, XDG_CONFIG_HOME: `${scratch}/config` };
const x = (...args) => execFileSync('xdotool', args, { env, encoding: 'utf8' }).trim();

// One run of the program: its state file, and its window.
class Desktop {
  constructor(args, more = {}) {
    this.file = path.join(scratch, `state-${Math.random().toString(36).slice(2)}.json`);
    this.output = '';
    this.started = Date.now();
    this.program = spawn(find('headlight-desktop'), ['--test-state', this.file, ...args], { env: { ...env, ...more } });
    for (const stream of [this.program.stdout, this.program.stderr]) stream.on('data', (data) => { this.output += data; });
    this.ended = new Promise((resolve) => this.program.once('exit', (code) => resolve(code)));
  }

  read() {
    try {
      return JSON.parse(fs.readFileSync(this.file, 'utf8'));
    } catch {
      return undefined;
    }
  }

  async until(condition, what, limit = 30000) {
    for (const end = Date.now() + limit; Date.now() < end; await sleep(40)) {
      const now = this.read();
      if (now && condition(now.state)) return now.state;
      if (this.program.exitCode !== null) throw new Error(`it ended with ${this.program.exitCode}: ${this.output.trim()}`);
    }
    throw new Error(`never came to ${what}: ${JSON.stringify(this.read()?.state ?? null).slice(0, 300)}`);
  }

  has(key) { return this.read()?.widgets.items.some((item) => item.key === key) ?? false; }

  point(key, across = 0.5) {
    const { items } = this.read().widgets;
    const found = items.find((item) => item.key === key);
    holds(found, `no widget ${key} among ${items.map((item) => item.key).join(' ').slice(0, 400)}`);
    return [Math.round(found.x + found.w * across), Math.round(found.y + found.h / 2)].map(String);
  }

  async click(key, across) {
    x('mousemove', ...this.point(key, across));
    await sleep(200);
    x('mousedown', '1');
    await sleep(120);
    x('mouseup', '1');
    await sleep(200);
  }

  async stop() {
    this.program.kill();
    await this.ended;
  }
}

const desktop = new Desktop(['--link', '#v=1&prompt=Lily+had+a+cat.+The+cat+was&layer=2&head=1']);
let opened;
await test('it starts with a link and shows its result', async () => {
  opened = await desktop.until((state) => state.ready && !state.busy && state.predictions.length > 0, 'a first result');
  console.log(`    first result ${Date.now() - desktop.started} ms after the start (software rendering)`);
  holds(opened.prompt === 'Lily had a cat. The cat was', `prompt ${opened.prompt}`);
  holds(opened.selection.layer === 2 && opened.selection.head === 1, JSON.stringify(opened.selection));
  holds(/^[0-9a-f]+$/.test(opened.hash), `hash ${opened.hash}`);
});
await test('a click selects a head', async () => {
  await desktop.click('head.0.3');
  await desktop.until((state) => state.selection.layer === 0 && state.selection.head === 3, 'head 0.3');
});
await test('step, and back to the same bits', async () => {
  await desktop.click('step');
  await desktop.until((state) => state.taken.length === 1 && !state.busy, 'one token taken');
  await desktop.click('back');
  const state = await desktop.until((now) => now.taken.length === 0 && !now.busy, 'no token taken');
  holds(state.hash === opened.hash, `${state.hash} and ${opened.hash}`);
});
await test('typing reaches the prompt', async () => {
  await desktop.click('prompt', 0.3);
  x('keydown', 'ctrl');
  await sleep(150);
  x('key', 'a');
  await sleep(150);
  x('keyup', 'ctrl');
  await sleep(200);
  x('type', '--delay', '60', 'Tom saw a big dog');
  await desktop.until((state) => state.prompt === 'Tom saw a big dog' && !state.busy, 'the typed text');
});
await test('no frames while nothing changes', async () => {
  x('mousemove', '740', '5');
  await desktop.click('tour.close').catch(() => {});
  x('key', 'Escape');
  await sleep(1500);
  const { frame } = desktop.read().state;
  await sleep(1500);
  holds(desktop.read().state.frame === frame, `${desktop.read().state.frame - frame} frames in 1.5 s`);
});
await desktop.stop();
for (const size of ['1440x900', '390x844']) {
  for (const theme of ['dark', 'light']) {
    await test(`a picture, ${size}, ${theme}`, async () => {
      const shown = new Desktop(['--size', size, '--link', `#v=1&theme=${theme}&prompt=Once+upon+a+time,+Tim+had+a+red+ball.+Tim+lost+his`]);
      const state = await shown.until((now) => now.ready && !now.busy && now.predictions.length > 0, 'a first result');
      await sleep(500);
      const picture = `build/shots/program-${size}-${theme}.png`;
      fs.mkdirSync('build/shots', { recursive: true });
      execFileSync('import', ['-window', 'root', '-crop', `${size}+0+0`, '+repage', picture], { env });
      holds(state.theme === theme, `theme ${state.theme}`);
      holds(fs.statSync(picture).size > 20000, 'the picture is nearly empty');
      await shown.stop();
    });
  }
}
await test('a broken link opens with a notice', async () => {
  const broken = new Desktop(['--link', '#v=99&prompt=%ff&temperature=NaN']);
  const state = await broken.until((now) => now.ready && now.notices.length > 0, 'a notice');
  holds(state.predictions.length > 0, 'predictions');
  await broken.stop();
});
await test('a bad argument is refused in one line', async () => {
  const refused = new Desktop(['--no-such-option']);
  holds(await refused.ended !== 0 && refused.output.trim().split('\n').length <= 3, refused.output);
});

await testModels({ test, holds, Desktop, x, sleep, scratch, env });

screen.kill();
fs.rmSync(scratch, { recursive: true, force: true });
process.exit(bad > 0 ? 1 : 0);
