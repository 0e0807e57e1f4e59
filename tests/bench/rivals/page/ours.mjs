// Our engine (engine.cpp, limits.cpp). Weights come from model.safetensors in pieces, as the page's own loader takes
// them; the file is never there as a whole.
const formats = { f32: 0, f16: 1, q8: 2 };
const piece = 1 << 22;  // bytes at a time, about

// The bytes of a response in order: take(n) waits for that many.
class Stream {
  rest = new Uint8Array(0);

  constructor(response) { this.reader = response.body.getReader(); }

  async take(count) {
    const out = new Uint8Array(count);
    for (let at = 0; at < count;) {
      if (this.rest.length === 0) {
        const { done, value } = await this.reader.read();
        if (done) throw new Error('the file is too short');
        this.rest = value;
      }
      const part = this.rest.subarray(0, count - at);
      out.set(part, at);
      at += part.length;
      this.rest = this.rest.subarray(part.length);
    }
    return out;
  }
}

async function fill(engine, address) {
  const stream = new Stream(await fetch(address));
  const length = new DataView((await stream.take(8)).buffer).getBigUint64(0, true);
  const header = JSON.parse(new TextDecoder().decode(await stream.take(Number(length))));
  for (const [name, { shape }] of Object.entries(header)) {
    const text = engine.stringToNewUTF8(name);
    const param = engine._engine_param(text);
    engine._free(text);
    if (param < 0) throw new Error(`no parameter ${name}`);
    const [rows, columns] = shape.length === 2 ? shape : [1, shape[0]];
    const step = Math.max(32, Math.floor(piece / (4 * columns) / 32) * 32);
    for (let row = 0; row < rows; row += step) {
      const floats = Math.min(step, rows - row) * columns;
      const bytes = await stream.take(4 * floats);
      const room = engine._engine_room(floats);
      engine.HEAPU8.set(bytes, room);
      engine._engine_fill(param, row);
    }
  }
  engine._engine_ready();
}

export async function open({ shape, folder, format, threads }) {
  const build = threads > 1 ? 'web-threads' : 'web';
  const { default: create } = await import(`/build/bench/${build}/tests/rivals_engine.mjs`);
  const engine = await create();
  const ids = engine._malloc(4 * 4096);
  const prefill = (prompt) => {
    engine.HEAP32.set(prompt, ids / 4);
    return engine._engine_prefill(ids, prompt.length);
  };
  if (shape) {
    const { vocab, context, width, layers, heads } = shape;
    if (!engine._engine_create(vocab, context, width, layers, heads, formats[format], threads)) throw new Error('no memory');
    await fill(engine, `/${folder}/model.safetensors`);
  }
  return {
    version: `headlight ${format ?? ''}`,
    prefill(prompt) {
      const start = performance.now();
      const first = prefill(prompt);
      return { ms: performance.now() - start, tokens: [first] };
    },
    decode(prompt, _, steps) {
      const first = prefill(prompt);
      const start = performance.now();
      engine._engine_decode(steps, ids);
      const ms = performance.now() - start;
      return { ms, tokens: [first, ...engine.HEAP32.subarray(ids / 4, ids / 4 + steps)] };
    },
    logits(prompt) {
      prefill(prompt);
      const at = engine._engine_logits() / 4;
      return Array.from(engine.HEAPF32.subarray(at, at + shape.vocab));
    },
    limit: (what, megabytes) => engine._machine_limit(what, threads, megabytes),
    product: (name, m, k, n) => engine._product_time(formats[name], m, k, n, threads),
  };
}
