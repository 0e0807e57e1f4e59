// Everything that an engine reads, made once into build/bench/models/SHAPE: node tests/bench/rivals/models.mjs SHAPE...
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeGguf } from './gguf.mjs';
import { makeOnnx } from './onnx.mjs';
import { shapes } from './shapes.mjs';
import { makeWeights } from './weights.mjs';

export const modelFolder = (name) => path.join('build/bench/models', name);

// rivals: also what the other engines read. Files that are there stay, unless the weights had to be made anew.
export function makeModels(name, rivals = true) {
  const shape = shapes[name];
  const folder = modelFolder(name);
  makeWeights(folder, shape);
  if (!rivals) return;
  const other = `${folder}-rivals`;
  const made = fs.statSync(path.join(folder, 'model.safetensors')).mtimeMs;
  if (fs.existsSync(other) && fs.statSync(other).mtimeMs < made) fs.rmSync(other, { recursive: true });
  fs.mkdirSync(other, { recursive: true });
  for (const precision of ['fp32', 'int8']) makeOnnx(path.join(other, `${precision}.onnx`), folder, shape, precision);
  for (const format of ['f32', 'q8_0']) makeGguf(path.join(other, `${format}.gguf`), folder, shape, format);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const name of process.argv.slice(2)) makeModels(name);
}
