// Models of one's own on the desktop: a folder given by name, one chosen, and one fetched from a host that breaks the
// connection in the middle. Run by desktop.mjs.
import { execFileSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';

const busyLimit = 180000;  // ms; the machine may be busy

// A GPT-2 of 12 layers and 12 heads with random weights and the story model's tokenizer: large enough (73 MB)
// that it is shown before it is opened.
export function writeModel(folder, width = 348) {
  fs.mkdirSync(folder, { recursive: true });
  const story = 'assets/models/story';
  const { vocab_size: vocab, eos_token_id: end } = JSON.parse(fs.readFileSync(`${story}/config.json`, 'utf8'));
  const layers = 12, context = 256;
  fs.copyFileSync(`${story}/tokenizer.json`, path.join(folder, 'tokenizer.json'));
  fs.writeFileSync(path.join(folder, 'config.json'), JSON.stringify({
    model_type: 'gpt2', vocab_size: vocab, n_positions: context, n_embd: width, n_layer: layers, n_head: 12,
    bos_token_id: end, eos_token_id: end, layer_norm_epsilon: 1e-5, activation_function: 'gelu_new',
  }));
  const shapes = { 'wte.weight': [vocab, width], 'wpe.weight': [context, width], 'ln_f.weight': [width], 'ln_f.bias': [width] };
  for (let l = 0; l < layers; l += 1) {
    for (const [name, shape] of Object.entries({
      'ln_1.weight': [width], 'ln_1.bias': [width], 'attn.c_attn.weight': [width, 3 * width], 'attn.c_attn.bias': [3 * width],
      'attn.c_proj.weight': [width, width], 'attn.c_proj.bias': [width], 'ln_2.weight': [width], 'ln_2.bias': [width],
      'mlp.c_fc.weight': [width, 4 * width], 'mlp.c_fc.bias': [4 * width], 'mlp.c_proj.weight': [4 * width, width], 'mlp.c_proj.bias': [width],
    })) shapes[`h.${l}.${name}`] = shape;
  }
  let at = 0, seed = 1;
  const header = {}, parts = [];
  for (const [name, shape] of Object.entries(shapes)) {
    const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
    if (/ln_\w+\.weight/.test(name)) values.fill(1);
    else if (!name.endsWith('bias')) {
      for (let i = 0; i < values.length; i += 1) {
        seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
        values[i] = (seed / 2 ** 32 - 0.5) * 0.2;
      }
    }
    header[name] = { dtype: 'F32', shape, data_offsets: [at, at + values.byteLength] };
    at += values.byteLength;
    parts.push(Buffer.from(values.buffer));
  }
  let text = JSON.stringify(header);
  text = text.padEnd(Math.ceil(text.length / 8) * 8);
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(text.length));
  fs.writeFileSync(path.join(folder, 'model.safetensors'), Buffer.concat([size, Buffer.from(text), ...parts]));
}

// A hub with one repository, "some/model"; the first answer with weights ends after a third of them.
function serveHub(folder) {
  const seen = { ranges: [], broken: 0 };
  const sha256 = (name) => crypto.createHash('sha256').update(fs.readFileSync(path.join(folder, name))).digest('hex');
  const server = http.createServer((request, response) => {
    if (request.url === '/api/models/some/model/tree/main') {
      return response.end(JSON.stringify(['config.json', 'tokenizer.json', 'model.safetensors'].map((name) => ({
        type: 'file', path: name, size: fs.statSync(path.join(folder, name)).size, lfs: { oid: sha256(name) },
      }))));
    }
    const name = path.basename(request.url);
    if (!request.url.startsWith('/some/model/resolve/main/') || !fs.existsSync(path.join(folder, name))) {
      response.statusCode = 404;
      return response.end();
    }
    const bytes = fs.readFileSync(path.join(folder, name));
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (request.headers.range) seen.ranges.push(from);
    response.writeHead(from > 0 ? 206 : 200, { ETag: `"${name}"`, 'Content-Length': bytes.length - from });
    if (name !== 'model.safetensors' || seen.broken > 0) return response.end(bytes.subarray(from));
    seen.broken += 1;
    return response.write(bytes.subarray(0, Math.floor(bytes.length / 3)), () => response.destroy());
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve({ server, seen, address: `http://127.0.0.1:${server.address().port}` })));
}

export async function testModels({ test, holds, Desktop, x, sleep, scratch, env }) {
  const folder = path.join(scratch, 'my-gpt');
  writeModel(folder);
  const library = (state) => state.models;
  const opened = (state) => state.ready && !state.busy && state.model?.layers === 12 && state.predictions.length > 0;
  let hash;

  await test('a folder given by name shows what it takes, and opens in slices', async () => {
    const desktop = new Desktop(['--size', '1440x900', '--model', folder]);
    await desktop.until((state) => library(state)?.import.stage === 'inspected', 'the card');
    await sleep(300);
    holds(desktop.read().state.models.import.source === 'files', JSON.stringify(desktop.read().state.models.import).slice(0, 300));
    execFileSync('import', ['-window', 'root', '-crop', '1440x900+0+0', '+repage', 'build/shots/desktop-models.png'], { env });
    await desktop.click('models.start');
    let between = 0;
    const state = await desktop.until((now) => {
      const { stage, done, bytes } = library(now).import;
      if (stage === 'loading' && done > 0 && done < bytes) between += 1;
      return opened(now);
    }, 'the open model', busyLimit);
    holds(state.model.name === 'my-gpt' && state.model.heads === 12, JSON.stringify(state.model));
    console.log(`    seen ${between} times between its first and its last byte`);
    hash = state.hash;
    await desktop.stop();
  });
  await test('a folder is chosen with the system\'s own chooser', async () => {
    const bin = path.join(scratch, 'bin');
    fs.mkdirSync(bin, { recursive: true });
    fs.writeFileSync(path.join(bin, 'zenity'), `#!/bin/sh\necho '${folder}'\n`, { mode: 0o755 });
    const desktop = new Desktop(['--link', '#v=1&rung=own&precision=f32'], { PATH: `${bin}:${env.PATH}` });
    await desktop.until((state) => state.models && desktop.has('models.choose'), 'the page');
    await desktop.click('models.choose');
    await desktop.until((state) => library(state).import.stage === 'inspected', 'the card');
    await desktop.click('models.start');
    const state = await desktop.until(opened, 'the open model', busyLimit);
    holds(state.hash === hash, `${state.hash} and ${hash}`);
    await desktop.stop();
  });
  await test('a model is fetched by name, on from where the connection broke', async () => {
    const { server, seen, address } = await serveHub(folder);
    const desktop = new Desktop(['--link', `#v=1&rung=own&hub=${encodeURIComponent(address)}`]);
    await desktop.until(() => desktop.has('prompt') && desktop.has('models.look_up'), 'the page');
    await desktop.click('prompt', 0.3);
    x('type', '--delay', '60', 'some/model');
    x('key', 'Return');
    const card = await desktop.until((state) => ['inspected', 'failed'].includes(library(state).import.stage), 'an answer', busyLimit);
    if (library(card).import.error?.key === 'library.error.unsupported') {
      console.log('    built without libcurl: it says that it cannot');
    } else {
      await desktop.click('models.start');
      const state = await desktop.until(opened, 'the open model', busyLimit);
      holds(state.hash === hash, `${state.hash} and ${hash}`);
      holds(seen.broken === 1 && seen.ranges.some((from) => from > 1e6), JSON.stringify(seen));
      holds(library(state).import.checksum === 'checked', library(state).import.checksum);
    }
    await desktop.stop();
    server.close();
  });
  await test('what is no model is refused, and the open one stays', async () => {
    const bad = path.join(scratch, 'bad');
    fs.mkdirSync(bad, { recursive: true });
    fs.writeFileSync(path.join(bad, 'config.json'), '{"model_type":"bert"}');
    const desktop = new Desktop(['--model', bad]);
    const state = await desktop.until((now) => now.ready && now.models?.import.stage === 'failed', 'a refusal');
    holds(library(state).import.error.text.length > 20, JSON.stringify(library(state).import.error));
    holds(state.predictions.length > 0, 'the small GPT is still there');
    await desktop.stop();
  });
}
