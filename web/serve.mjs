// A static file server for one folder, on 127.0.0.1 only. As a library: serve(root, {port, isolated}); as a program:
// node web/serve.mjs FOLDER [PORT]. It behaves like a plain static host; `isolated` adds the two headers that allow
// threads at once (on plain hosts the service worker brings them).
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const types = {
  '.html': 'text/html; charset=utf-8', '.css': 'text/css; charset=utf-8', '.json': 'application/json',
  '.js': 'text/javascript; charset=utf-8', '.mjs': 'text/javascript; charset=utf-8', '.wasm': 'application/wasm',
  '.ttf': 'font/ttf', '.svg': 'image/svg+xml', '.png': 'image/png', '.txt': 'text/plain; charset=utf-8',
};

function answer(root, isolated, request, response) {
  let name;
  try {
    name = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
  } catch {
    response.writeHead(400).end('bad address');
    return;
  }
  if (name.endsWith('/')) name += 'index.html';
  const file = path.join(root, name);
  if (!file.startsWith(root + path.sep) || !fs.existsSync(file) || !fs.statSync(file).isFile()) {
    response.writeHead(404, { 'Content-Type': 'text/plain' }).end('not found');
    return;
  }
  const versioned = request.url.includes('?');  // web/site.mjs puts a content hash there
  const headers = {
    'Content-Type': types[path.extname(file)] ?? 'application/octet-stream',
    'Content-Length': fs.statSync(file).size,
    'Cache-Control': versioned ? 'public, max-age=31536000, immutable' : 'no-cache',
  };
  if (isolated) {
    headers['Cross-Origin-Opener-Policy'] = 'same-origin';
    headers['Cross-Origin-Embedder-Policy'] = 'require-corp';
  }
  response.writeHead(200, headers);
  if (request.method === 'HEAD') response.end();
  else fs.createReadStream(file).pipe(response);
}

// -> {url, close()}; port 0 takes a free one. before(request, response) may answer instead (tests use it).
export function serve(root, { port = 0, isolated = false, before } = {}) {
  const folder = path.resolve(root);
  const server = http.createServer((request, response) => {
    if (!before?.(request, response)) answer(folder, isolated, request, response);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve({
      url: `http://127.0.0.1:${server.address().port}/`,
      close: () => { server.closeAllConnections(); server.close(); },
    }));
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [root = '.', port = '8080'] = process.argv.slice(2);
  try {
    const { url } = await serve(root, { port: Number(port) });
    console.log(`Headlight is at ${url}  (Ctrl-C stops it)`);
  } catch (error) {
    console.error(error.code === 'EADDRINUSE' ? `port ${port} is taken: try --port with another` : String(error));
    process.exit(1);
  }
}
