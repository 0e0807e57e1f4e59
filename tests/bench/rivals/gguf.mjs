// GGUF version 3 with the architecture "gpt2", as llama.cpp's converter writes it: matrices [out, in], everything else
// in F32, the head tied to the embedding. Format: github.com/ggml-org/ggml, docs/gguf.md.
import fs from 'node:fs';
import { isMatrix, tensors } from './shapes.mjs';
import { vocabulary } from './vocabulary.mjs';
import { largest, openWeights, transpose, writeWhole } from './weights.mjs';

const types = { f32: 0, q8_0: 8 };
const names = {
  'wte': 'token_embd', 'wpe': 'position_embd', 'ln_f': 'output_norm', 'ln_1': 'attn_norm', 'ln_2': 'ffn_norm',
  'attn.c_attn': 'attn_qkv', 'attn.c_proj': 'attn_output', 'mlp.c_fc': 'ffn_up', 'mlp.c_proj': 'ffn_down',
};
const renamed = (name) => {
  const [, block, part, kind] = /^(?:h\.(\d+)\.)?(.+)\.(weight|bias)$/.exec(name);
  return `${block === undefined ? '' : `blk.${block}.`}${names[part]}.${kind}`;
};

const u32 = (value) => { const b = Buffer.alloc(4); b.writeUInt32LE(value); return b; };
const u64 = (value) => { const b = Buffer.alloc(8); b.writeBigUInt64LE(BigInt(value)); return b; };
const f32 = (value) => { const b = Buffer.alloc(4); b.writeFloatLE(value); return b; };
const string = (value) => { const b = Buffer.from(value); return Buffer.concat([u64(b.length), b]); };
const array = (type, items) => Buffer.concat([u32(type), u64(items.length), ...items]);
const kinds = { u32: [4, u32], i32: [5, u32], f32: [6, f32], bool: [7, (v) => Buffer.from([v ? 1 : 0])], string: [8, string] };
const entry = (key, kind, value) => Buffer.concat([string(key), u32(kinds[kind][0]), kinds[kind][1](value)]);
const listEntry = (key, kind, values) =>
  Buffer.concat([string(key), u32(9), array(kinds[kind][0], values.map(kinds[kind][1]))]);

function metadata(shape, format) {
  const { tokens, merges } = vocabulary(shape.vocab);
  const end = shape.vocab - 1;
  return [
    entry('general.architecture', 'string', 'gpt2'), entry('general.name', 'string', 'random'),
    entry('general.alignment', 'u32', 32), entry('general.file_type', 'u32', format === 'f32' ? 0 : 7),
    entry('gpt2.context_length', 'u32', shape.context), entry('gpt2.embedding_length', 'u32', shape.width),
    entry('gpt2.feed_forward_length', 'u32', 4 * shape.width), entry('gpt2.block_count', 'u32', shape.layers),
    entry('gpt2.attention.head_count', 'u32', shape.heads),
    entry('gpt2.attention.layer_norm_epsilon', 'f32', 1e-5),
    entry('tokenizer.ggml.model', 'string', 'gpt2'), entry('tokenizer.ggml.pre', 'string', 'gpt-2'),
    listEntry('tokenizer.ggml.tokens', 'string', tokens),
    listEntry('tokenizer.ggml.token_type', 'i32', tokens.map((_, id) => id === end ? 3 : 1)),
    listEntry('tokenizer.ggml.merges', 'string', merges),
    entry('tokenizer.ggml.bos_token_id', 'u32', end), entry('tokenizer.ggml.eos_token_id', 'u32', end),
    entry('tokenizer.ggml.add_bos_token', 'bool', false),
  ];
}

// The nearest half of a positive normal float; block scales are nothing else.
function half(value) {
  const bits = new Uint32Array(new Float32Array([value]).buffer)[0];
  return Math.max(0, ((bits + 0xfff + ((bits >>> 13) & 1)) >>> 13) - (112 << 10));
}

// Blocks of 32 numbers: the scale as a half, then the bytes.
function q8(values) {
  const out = new Uint8Array(values.length / 32 * 34);
  const view = new DataView(out.buffer);
  for (let block = 0, at = 0; block < values.length; block += 32, at += 34) {
    const scale = largest(values, block, block + 32) / 127;
    view.setUint16(at, half(scale), true);
    for (let i = 0; i < 32; i += 1) view.setInt8(at + 2 + i, scale === 0 ? 0 : Math.round(values[block + i] / scale));
  }
  return out;
}

export function makeGguf(name, folder, shape, format) {
  if (fs.existsSync(name)) return;
  const read = openWeights(folder);
  const list = tensors(shape).map((tensor) => {
    const packed = isMatrix(tensor) && format === 'q8_0';
    const turned = isMatrix(tensor) && tensor.name !== 'wte.weight';
    return { ...tensor, packed, turned, bytes: packed ? tensor.size / 32 * 34 : 4 * tensor.size };
  });
  const entries = metadata(shape, format);
  const infos = [];
  let offset = 0;
  for (const { name: tensor, shape: sizes, packed, turned, bytes } of list) {
    const inner = turned ? sizes : [...sizes].reverse();  // the fastest axis first
    infos.push(string(renamed(tensor)), u32(inner.length), ...inner.map(u64), u32(types[packed ? 'q8_0' : 'f32']), u64(offset));
    offset += Math.ceil(bytes / 32) * 32;
  }
  const head = Buffer.concat([Buffer.from('GGUF'), u32(3), u64(list.length), u64(entries.length), ...entries, ...infos]);
  const aligned = (length) => Buffer.alloc((32 - length % 32) % 32);
  writeWhole(name, (file) => {
    fs.writeSync(file, head);
    fs.writeSync(file, aligned(head.length));
    for (const { name: tensor, shape: sizes, packed, turned, bytes } of list) {
      let values = read(tensor);
      if (turned) values = transpose(values, ...sizes);
      fs.writeSync(file, packed ? q8(values) : new Uint8Array(values.buffer));
      fs.writeSync(file, aligned(bytes));
    }
  });
}
