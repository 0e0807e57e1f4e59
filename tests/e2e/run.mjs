// Runs every *.test.mjs of this folder, or those named: node tests/e2e/run.mjs [links keyboard ...]
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { results, test } from './lib.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const wanted = process.argv.slice(2);
for (const file of fs.readdirSync(here).filter((name) => name.endsWith('.test.mjs')).sort()) {
  const name = file.replace('.test.mjs', '');
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  try {
    await (await import(`./${file}`)).default();
  } catch (error) {
    await test(`${name} as a whole`, () => { throw error; });
  }
}
console.log(`# ${results.good} good, ${results.bad} bad`);
process.exit(results.bad > 0 ? 1 : 0);
