// A model host on this machine for the tests: answers like Hugging Face, or worse. Each model is a name -> {files, ...}
// with what is wrong with it; every request is written down.
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';

// A large file is asked for more than once.
const checksums = new WeakMap();
export function sha256(bytes) {
  if (!checksums.has(bytes)) checksums.set(bytes, crypto.createHash('sha256').update(bytes).digest('hex'));
  return checksums.get(bytes);
}

export function folder(name) {
  return new Map(fs.readdirSync(name).filter((file) => /\.(json|safetensors|txt)$/.test(file))
    .map((file) => [file, fs.readFileSync(path.join(name, file))]));
}

// A safetensors file in `count` parts and their index.
export function shard(files, count) {
  const whole = files.get('model.safetensors');
  const start = 8 + Number(whole.readBigUInt64LE());
  const tensors = Object.entries(JSON.parse(whole.subarray(8, start))).filter(([name]) => name !== '__metadata__')
    .sort((a, b) => a[1].data_offsets[0] - b[1].data_offsets[0]);
  const result = new Map([...files].filter(([name]) => name !== 'model.safetensors'));
  const index = { metadata: { total_size: whole.length - start }, weight_map: {} };
  for (let part = 0; part < count; ++part) {
    const name = `model-${String(part + 1).padStart(5, '0')}-of-${String(count).padStart(5, '0')}.safetensors`;
    const mine = tensors.filter((tensor, at) => Math.floor(at * count / tensors.length) === part);
    const header = {}, data = [];
    let at = 0;
    for (const [tensor, { dtype, shape, data_offsets: [from, to] }] of mine) {
      header[tensor] = { dtype, shape, data_offsets: [at, at += to - from] };
      data.push(whole.subarray(start + from, start + to));
      index.weight_map[tensor] = name;
    }
    let text = JSON.stringify(header);
    text += ' '.repeat((8 - text.length % 8) % 8);
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(text.length));
    result.set(name, Buffer.concat([length, Buffer.from(text), ...data]));
  }
  result.set('model.safetensors.index.json', Buffer.from(JSON.stringify(index)));
  return result;
}

// Of a model: files (Map), tree (false: no such list), ranges, cors, breaks: how often a large file ends after its first
// part, down: how often the weights are refused after that, stated: Map name -> a size that is not true, oid: a checksum for the weights, slow: milliseconds a chunk.
const usual = { tree: true, ranges: true, cors: true, breaks: 0, down: 0, stated: new Map() };

export async function fakeHub() {
  const models = new Map(), requests = [];
  const server = http.createServer((request, response) => answer(models, requests, request, response));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  return {
    url, requests,
    put(name, files, options = {}) {
      models.set(name, { ...usual, files, ...options });
      return models.get(name);
    },
    address: (name) => `${url}/${name}`,
    close() { server.closeAllConnections(); server.close(); },
  };
}

function tree(model) {
  return JSON.stringify([...model.files].map(([name, bytes]) => {
    const size = model.stated.get(name) ?? bytes.length;
    const lfs = name.endsWith('.safetensors') ? { lfs: { oid: model.oid ?? sha256(bytes), size } } : {};
    return { type: 'file', path: name, size, oid: 'x', ...lfs };
  }));
}

async function answer(models, requests, request, response) {
  const { pathname } = new URL(request.url, 'http://x');
  requests.push({ method: request.method, path: pathname, range: request.headers.range ?? '' });
  const listed = /^\/api\/models\/(.+)\/tree\/main$/.exec(pathname);
  const asked = /^\/(.+?)\/(?:resolve\/main\/)?([^/]+)$/.exec(pathname);
  const model = models.get(listed?.[1] ?? asked?.[1]);
  if (model?.cors ?? true) response.setHeader('Access-Control-Allow-Origin', '*');
  response.setHeader('Access-Control-Expose-Headers', 'ETag, Content-Range, X-Linked-Etag');
  if (listed && model?.tree) return response.writeHead(200, { 'Content-Type': 'application/json' }).end(tree(model));
  const bytes = model?.plain === pathname.includes('/resolve/') ? undefined : model?.files.get(asked?.[2]);
  if (!bytes) return response.writeHead(404).end();
  await send(model, asked[2], bytes, request, response);
}

const drained = (response) => new Promise((resolve) => {
  const go = () => {
    response.off('drain', go).off('close', go);
    resolve();
  };
  response.on('drain', go).on('close', go);
});

async function send(model, name, bytes, request, response) {
  const from = model.ranges ? Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? -1) : -1;
  if (from >= bytes.length) return response.writeHead(416, { 'Content-Range': `bytes */${bytes.length}` }).end();
  const body = bytes.subarray(Math.max(0, from));
  const head = request.method === 'HEAD';
  const isWeights = name.endsWith('.safetensors');
  if (isWeights && !head && model.breaks === 0 && model.down > 0) {
    model.down -= 1;
    return response.writeHead(503).end();
  }
  const headers = { 'Content-Length': head ? model.stated.get(name) ?? body.length : body.length, ETag: `"${sha256(bytes).slice(0, 20)}"` };
  if (from >= 0) headers['Content-Range'] = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
  response.writeHead(from >= 0 ? 206 : 200, headers);
  if (head) return response.end();
  const breaks = isWeights && model.breaks > 0;
  if (breaks) model.breaks -= 1;
  const end = breaks ? Math.floor(body.length / 2) : body.length;
  for (let at = 0; at < end && !response.destroyed; at += 1 << 16) {
    const more = response.write(body.subarray(at, Math.min(end, at + (1 << 16))));
    if (model.slow) await new Promise((resolve) => setTimeout(resolve, model.slow));
    else if (!more) await drained(response);
  }
  if (breaks) response.destroy();
  else response.end();
}
