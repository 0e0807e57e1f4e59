// Seeded random weights as Hugging Face's GPT-2 folder, and reading them back tensor by tensor.
import fs from 'node:fs';
import path from 'node:path';
import { config, isNorm, tensors } from './shapes.mjs';

// Uniform in (0, 1]; mulberry32 by T. Ettinger, public domain, period 2^32.
export function uniform(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return (((x ^ (x >>> 14)) >>> 0) + 1) / 4294967296;
  };
}

// Fills with N(mean, 0.02^2): Box and Muller, 1958. GPT-2 begins its training from such numbers.
function fill(values, random, mean) {
  for (let i = 0; i < values.length; i += 2) {
    const radius = 0.02 * Math.sqrt(-2 * Math.log(random()));
    const angle = 2 * Math.PI * random();
    values[i] = mean + radius * Math.cos(angle);
    if (i + 1 < values.length) values[i + 1] = mean + radius * Math.sin(angle);
  }
}

// Writes `write(file)` beside `name` first, so that a broken run leaves no half file under its name.
export function writeWhole(name, write) {
  const part = `${name}.part`;
  const file = fs.openSync(part, 'w');
  write(file);
  fs.closeSync(file);
  fs.renameSync(part, name);
}

// folder/config.json and folder/model.safetensors, unless they are there.
export function makeWeights(folder, shape, seed = 1337) {
  const name = path.join(folder, 'model.safetensors');
  const wanted = JSON.stringify(config(shape), null, 2);
  const configName = path.join(folder, 'config.json');
  if (fs.existsSync(name) && fs.existsSync(configName) && fs.readFileSync(configName, 'utf8') === wanted) return false;
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  const list = tensors(shape);
  const header = {};
  let offset = 0;
  for (const tensor of list) {
    header[tensor.name] = { dtype: 'F32', shape: tensor.shape, data_offsets: [offset, offset += 4 * tensor.size] };
  }
  const text = JSON.stringify(header);
  const padded = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const random = uniform(seed);
  writeWhole(name, (file) => {
    fs.writeSync(file, length);
    fs.writeSync(file, padded);
    for (const tensor of list) {
      const values = new Float32Array(tensor.size);
      fill(values, random, isNorm(tensor.name) ? 1 : 0);
      fs.writeSync(file, new Uint8Array(values.buffer));
    }
  });
  fs.writeFileSync(configName, wanted);
  return true;
}

// -> read(name): Float32Array of that tensor.
export function openWeights(folder) {
  const file = fs.openSync(path.join(folder, 'model.safetensors'), 'r');
  const length = Buffer.alloc(8);
  fs.readSync(file, length, 0, 8, 0);
  const text = Buffer.alloc(Number(length.readBigUInt64LE()));
  fs.readSync(file, text, 0, text.length, 8);
  const header = JSON.parse(text.toString());
  return (name) => {
    const [begin, end] = header[name].data_offsets;
    const values = new Float32Array((end - begin) / 4);
    fs.readSync(file, new Uint8Array(values.buffer), 0, end - begin, 8 + text.length + begin);
    return values;
  };
}

// [rows, columns] -> [columns, rows]
export function transpose(values, rows, columns) {
  const out = new values.constructor(values.length);
  for (let begin = 0; begin < rows; begin += 16) {
    const end = Math.min(begin + 16, rows);
    for (let column = 0; column < columns; column += 1) {
      for (let row = begin; row < end; row += 1) out[column * rows + row] = values[row * columns + column];
    }
  }
  return out;
}

export function largest(values, begin = 0, end = values.length) {
  let most = 0;
  for (let i = begin; i < end; i += 1) most = Math.max(most, Math.abs(values[i]));
  return most;
}
