// GPT-2 as an ONNX graph with keys and values of the past as inputs and outputs, one graph for prompt and steps; logits
// of the last position only. fp32: Gemm, LayerNormalization, FastGelu. int8: what onnxruntime's dynamic quantisation
// makes of it, and with it transformers.js: DynamicQuantizeLinear and MatMulInteger for every weight, one scale a tensor.
import fs from 'node:fs';
import path from 'node:path';
import { bytes, float, int } from './protobuf.mjs';
import { largest, openWeights, transpose, writeWhole } from './weights.mjs';

// onnx.proto3: TensorProto.DataType and AttributeProto.AttributeType
const types = { float: 1, int8: 3, int64: 7 };
const typeOf = new Map([[Float32Array, types.float], [Int8Array, types.int8], [BigInt64Array, types.int64]]);

const attribute = (name, value) => {
  if (Array.isArray(value)) return bytes(5, [bytes(1, name), ...value.map((item) => int(8, item)), int(20, 7)]);
  if (Number.isInteger(value)) return bytes(5, [bytes(1, name), int(3, value), int(20, 2)]);
  return bytes(5, [bytes(1, name), float(2, value), int(20, 1)]);
};
const valueInfo = (name, type, sizes) => [bytes(1, name), bytes(2, [bytes(1, [int(1, type),
  bytes(2, sizes.map((size) => bytes(1, [typeof size === 'number' ? int(1, size) : bytes(2, size)])))])])];

// Nodes and constants in the order of the calls; a large constant goes into the file beside the graph.
class Graph {
  nodes = [];
  constants = [];
  offset = 0;

  constructor(dataFile, dataName) {
    this.dataFile = dataFile;
    this.dataName = dataName;
  }

  constant(name, values, sizes = []) {
    const raw = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const fields = [...sizes.map((size) => int(1, size)), int(2, typeOf.get(values.constructor)), bytes(8, name)];
    if (raw.length < 1024) {
      fields.push(bytes(9, raw));
    } else {
      const place = { location: this.dataName, offset: this.offset, length: raw.length };
      for (const [key, value] of Object.entries(place)) fields.push(bytes(13, [bytes(1, key), bytes(2, String(value))]));
      fields.push(int(14, 1));
      const padding = (4096 - raw.length % 4096) % 4096;
      fs.writeSync(this.dataFile, raw);
      fs.writeSync(this.dataFile, Buffer.alloc(padding));
      this.offset += raw.length + padding;
    }
    this.constants.push(bytes(5, fields));
    return name;
  }

  node(op, inputs, { outputs = 1, domain = '', ...attributes } = {}) {
    const names = Array.isArray(outputs) ? outputs : Array.from({ length: outputs }, (_, i) => `n${this.nodes.length}.${i}`);
    this.nodes.push(bytes(1, [...inputs.map((name) => bytes(1, name)), ...names.map((name) => bytes(2, name)),
      bytes(3, `${op}.${this.nodes.length}`), bytes(4, op),
      ...Object.entries(attributes).map(([name, value]) => attribute(name, value)), ...(domain ? [bytes(7, domain)] : [])]));
    return names.length === 1 ? names[0] : names;
  }
}

function quantised(values) {
  const scale = Math.fround(largest(values) / 127);
  const quants = new Int8Array(values.length);
  for (let i = 0; i < values.length; i += 1) quants[i] = Math.max(-127, Math.min(127, Math.round(values[i] / scale)));
  return { quants, scale };
}

// The two ways to multiply with a weight and to look up an embedding.
const layers = {
  fp32: (graph, read) => ({
    linear: (x, name, sizes) => graph.node('Gemm', [x, graph.constant(`${name}.weight`, read(`${name}.weight`), sizes),
      graph.constant(`${name}.bias`, read(`${name}.bias`), [sizes[1]])]),
    embedding: (ids, name, sizes) => graph.node('Gather', [graph.constant(name, read(`${name}.weight`), sizes), ids], { axis: 0 }),
    head: (x) => graph.node('Gemm', [x, 'wte'], { transB: 1, outputs: ['logits'] }),
  }),
  int8: (graph, read) => {
    const zero = graph.constant('quant_zero', Int8Array.of(0));
    const product = (x, name, values, sizes) => {
      const { quants, scale } = quantised(values);
      const [xq, xScale, xZero] = graph.node('DynamicQuantizeLinear', [x], { outputs: 3 });
      const sum = graph.node('MatMulInteger', [xq, graph.constant(`${name}.quants`, quants, sizes), xZero, zero]);
      const both = graph.node('Mul', [xScale, graph.constant(`${name}.scale`, Float32Array.of(scale))]);
      return [graph.node('Cast', [sum], { to: types.float }), both];
    };
    return {
      linear: (x, name, sizes) => graph.node('Add', [graph.node('Mul', product(x, name, read(`${name}.weight`), sizes)),
        graph.constant(`${name}.bias`, read(`${name}.bias`), [sizes[1]])]),
      embedding: (ids, name, sizes) => {
        const { quants, scale } = quantised(read(`${name}.weight`));
        const rows = graph.node('Gather', [graph.constant(`${name}.quants`, quants, sizes), ids], { axis: 0 });
        return graph.node('DequantizeLinear', [rows, graph.constant(`${name}.scale`, Float32Array.of(scale)), zero]);
      },
      head: (x, [vocab, width]) => graph.node('Mul',
        product(x, 'head', transpose(read('wte.weight'), vocab, width), [width, vocab]), { outputs: ['logits'] }),
    };
  },
};

function build(graph, read, { layers: count, heads, width, vocab, context }, precision) {
  const { linear, embedding, head } = layers[precision](graph, read);
  const node = graph.node.bind(graph);
  const size = width / heads;
  const whole = (name, ...values) => graph.constant(name, BigInt64Array.from(values, BigInt), [values.length]);
  const scalar = (name, value) => graph.constant(name, typeof value === 'bigint' ? BigInt64Array.of(value) : Float32Array.of(value));
  const [zero, one, two] = [scalar('zero', 0n), scalar('one', 1n), scalar('two', 2n)];
  const [firstAxis, secondAxis] = [whole('axis_0', 0), whole('axis_1', 1)];
  const perHead = whole('per_head', 1, -1, heads, size);
  const flat = whole('flat', -1, width);
  const scale = scalar('scale', 1 / Math.sqrt(size));
  const norm = (x, name) => node('LayerNormalization', [x, graph.constant(`${name}.weight`, read(`${name}.weight`), [width]),
    graph.constant(`${name}.bias`, read(`${name}.bias`), [width])], { axis: -1, epsilon: 1e-5 });

  // 0 where a key is not after its query, minus the largest float where it is: [T, P + T].
  const sizeOf = (name, axis) => node('Gather', [node('Shape', [name]), axis]);
  const all = node('Add', [sizeOf('past.0.key', two), sizeOf('input_ids', zero)]);
  const columns = node('Unsqueeze', [node('Range', [zero, all, one]), firstAxis]);
  const rows = node('Unsqueeze', ['position_ids', secondAxis]);
  const mask = node('Where', [node('Greater', [columns, rows]), scalar('minus', -3.4e38), scalar('nothing', 0)]);

  let x = node('Add', [embedding('input_ids', 'wte', [vocab, width]), embedding('position_ids', 'wpe', [context, width])]);
  for (let layer = 0; layer < count; layer += 1) {
    const block = `h.${layer}`;
    const qkv = linear(norm(x, `${block}.ln_1`), `${block}.attn.c_attn`, [width, 3 * width]);
    const [query, key, value] = node('Split', [qkv], { outputs: 3, axis: 1 })
      .map((part) => node('Transpose', [node('Reshape', [part, perHead])], { perm: [0, 2, 1, 3] }));
    const keys = node('Concat', [`past.${layer}.key`, key], { outputs: [`present.${layer}.key`], axis: 2 });
    const values = node('Concat', [`past.${layer}.value`, value], { outputs: [`present.${layer}.value`], axis: 2 });
    const scores = node('Mul', [node('MatMul', [query, node('Transpose', [keys], { perm: [0, 1, 3, 2] })]), scale]);
    const pattern = node('Softmax', [node('Add', [scores, mask])], { axis: -1 });
    const mixed = node('Transpose', [node('MatMul', [pattern, values])], { perm: [0, 2, 1, 3] });
    x = node('Add', [x, linear(node('Reshape', [mixed, flat]), `${block}.attn.c_proj`, [width, width])]);
    const inner = linear(norm(x, `${block}.ln_2`), `${block}.mlp.c_fc`, [width, 4 * width]);
    const active = node('FastGelu', [inner], { domain: 'com.microsoft' });
    x = node('Add', [x, linear(active, `${block}.mlp.c_proj`, [4 * width, width])]);
  }
  const last = node('Slice', [x, whole('from', -1), whole('to', 2n ** 62n), firstAxis]);
  head(norm(last, 'ln_f'), [vocab, width]);

  const cache = (name, positions) => Array.from({ length: count }, (_, layer) => ['key', 'value'].map((kind) =>
    valueInfo(`${name}.${layer}.${kind}`, types.float, [1, heads, positions, size]))).flat();
  const inputs = [valueInfo('input_ids', types.int64, ['T']), valueInfo('position_ids', types.int64, ['T']), ...cache('past', 'P')];
  const outputs = [valueInfo('logits', types.float, [1, vocab]), ...cache('present', 'S')];
  return [...graph.nodes, bytes(2, 'gpt2'), ...graph.constants,
    ...inputs.map((info) => bytes(11, info)), ...outputs.map((info) => bytes(12, info))];
}

// name (the graph) and name.data (its large constants), unless they are there. precision: fp32 or int8.
export function makeOnnx(name, folder, shape, precision) {
  if (fs.existsSync(name)) return;
  const dataName = `${path.basename(name)}.data`;
  writeWhole(`${name}.data`, (file) => {
    const graph = build(new Graph(file, dataName), openWeights(folder), shape, precision);
    const opset = (domain, version) => bytes(8, [bytes(1, domain), int(2, version)]);
    const model = Buffer.concat([int(1, 8), bytes(2, 'headlight'), bytes(7, graph), opset('', 17), opset('com.microsoft', 1)]);
    writeWhole(name, (out) => fs.writeSync(out, model));
  });
}
