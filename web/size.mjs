// What a first visit downloads from the built site, as a static host sends it: node web/size.mjs build/site [--json].
// Fails when a promise is broken: wasm + JavaScript at most 1 MB, everything at most 8 MB, with brotli or with gzip.
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';

const site = process.argv[2] ?? 'build/site';
const limits = { code: 1e6, all: 8e6 };

const names = fs.readdirSync(site, { recursive: true }).map(String)
  .filter((name) => fs.statSync(path.join(site, name)).isFile())
  .filter((name) => !/headlight-mt|headlight\.(js|wasm)|sw\.js|LICENSE|\.md$|card|models\/(?!story\/)/.test(name));  // what the first picture of a browser with relaxed SIMD does not wait for
const sums = { raw: 0, gzip: 0, brotli: 0, codeGzip: 0, codeBrotli: 0 };
const rows = [];
for (const name of names) {
  const bytes = fs.readFileSync(path.join(site, name));
  const gzip = Math.min(bytes.length, zlib.gzipSync(bytes, { level: 6 }).length);
  // Hosts pack text and wasm with brotli; model files go as they are when packing gains nothing.
  const quality = bytes.length > 3e6 ? 5 : 11;
  const brotli = Math.min(bytes.length, zlib.brotliCompressSync(bytes, {
    params: { [zlib.constants.BROTLI_PARAM_QUALITY]: quality } }).length);
  rows.push([name, bytes.length, gzip, brotli]);
  sums.raw += bytes.length;
  sums.gzip += gzip;
  sums.brotli += brotli;
  if (/\.(m?js|wasm)$/.test(name)) {
    sums.codeGzip += gzip;
    sums.codeBrotli += brotli;
  }
}
const kb = (bytes) => (bytes / 1000).toFixed(1).padStart(9);
if (process.argv.includes('--json')) console.log(JSON.stringify(sums));
else {
  console.log(`${'kB'.padStart(9)}${'gzip'.padStart(9)}${'brotli'.padStart(9)}`);
  for (const [name, ...sizes] of rows.sort((a, b) => b[1] - a[1])) console.log(sizes.map(kb).join(''), '', name);
  console.log([sums.raw, sums.gzip, sums.brotli].map(kb).join(''), ' all of a first visit');
  console.log([0, sums.codeGzip, sums.codeBrotli].map(kb).join(''), ' of it wasm and JavaScript');
}
if (sums.codeBrotli > limits.code || sums.brotli > limits.all || sums.gzip > limits.all) {
  console.error('too large: wasm + JavaScript may take 1 MB (brotli), everything 8 MB');
  process.exit(1);
}
