// The WebAssembly program: its exports (src/platform/web) behind a few plain functions.

export class Program {
  #module;

  constructor(module) { this.#module = module; }

  get module() { return this.#module; }

  #withText(text, call) {
    const length = this.#module.lengthBytesUTF8(text) + 1;
    const at = this.#module._malloc(length);
    this.#module.stringToUTF8(text, at, length);
    try {
      return call(at);
    } finally {
      this.#module._free(at);
    }
  }

  #json(pointer) { return JSON.parse(this.#module.UTF8ToString(pointer)); }

  start(options) { return this.#withText(JSON.stringify(options), (at) => this.#json(this.#module._hl_start(at))); }

  command(command) { return this.#withText(JSON.stringify(command), (at) => this.#json(this.#module._hl_command(at))); }

  openLink(link) { this.#withText(link, (at) => this.#module._hl_open_link(at)); }

  state() { return this.#json(this.#module._hl_state()); }

  widgets() { return this.#json(this.#module._hl_widgets()); }

  frameNeeded() { return this.#module._hl_frame_needed() !== 0; }

  wake() { this.#module._hl_wake(); }

  contextLost() { this.#module._hl_context_lost?.(); }

  // Of a text field (platform::FieldId): {x, y, width, height, size, clipTop, clipBottom} in CSS pixels
  // and whether it takes the address of a model; null while the field is not shown.
  promptPlace(field) {
    const at = this.#module._malloc(8 * 4);
    try {
      if (!this.#module._hl_prompt_rect(field, at)) return null;
      const [x, y, width, height, size, clipTop, clipBottom, address] = new Float32Array(this.#module.HEAPU8.buffer, at, 8);
      return { x, y, width, height, size, clipTop, clipBottom, address: address !== 0 };
    } finally {
      this.#module._free(at);
    }
  }

  // ---- the bytes of a model of the reader's own; src/platform/platform.h, ModelSink. False or 0: stop.

  modelFile(job, name, bytes) { return this.#withText(name, (text) => this.#module._hl_model_file(job, text, bytes)) !== 0; }

  // How many of the bytes were taken.
  modelBytes(job, bytes) {
    const { at, size } = this.#sized((out) => this.#module._hl_model_room(job, bytes.length, out));
    if (size <= 0) return 0;
    this.#module.HEAPU8.set(bytes.subarray(0, size), at);
    return this.#module._hl_model_take(job, size) !== 0 ? size : 0;
  }

  modelEnd(job) { return this.#module._hl_model_end(job) !== 0; }

  modelFinish(job) { return this.#module._hl_model_finish(job) !== 0; }

  // The next bytes to keep (a copy), empty at the end, null when they are not wanted any more.
  keptBytes(job) {
    const { at, size } = this.#sized((out) => this.#module._hl_model_kept(job, out));
    return size < 0 ? null : this.#module.HEAPU8.slice(at, at + size);
  }

  // call(out) -> address; the length stands at out, a double.
  #sized(call) {
    const out = this.#module._malloc(8);
    try {
      const at = call(out) >>> 0;
      return { at, size: new Float64Array(this.#module.HEAPU8.buffer, out, 1)[0] };
    } finally {
      this.#module._free(out);
    }
  }

  // Room for a file in the program's memory.
  #room(name, size) {
    const at = this.#withText(name, (text) => this.#module._hl_file(text, size)) >>> 0;
    if (at === 0) throw new RangeError(`${name}, ${(size / 1e6).toFixed(0)} MB`);
    return at;
  }

  file(name, bytes) {
    const at = this.#room(name, bytes.length);
    this.#module.HEAPU8.set(bytes, at);
  }

  // The same for a file of the reader's, piece by piece: it may be larger than a JavaScript array should be.
  async fileFrom(name, blob) {
    const at = this.#room(name, blob.size);
    let done = 0;
    const reader = blob.stream().getReader();
    for (;;) {
      const { done: ended, value } = await reader.read();
      if (ended) break;
      this.#module.HEAPU8.set(value, at + done);
      done += value.length;
    }
  }
}

// Loads the glue script and starts the compiled program. wasm: its bytes.
export async function createProgram({ glue, wasm, canvas, host, onAbort }) {
  await new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement('script'), { src: glue, onload: resolve });
    script.onerror = () => reject(new Error(`${glue} could not be run`));
    document.head.append(script);
  });
  const module = await globalThis.createHeadlight({
    canvas, host, onAbort,
    wasmBinary: wasm,
    print: (...text) => console.log(...text),
    printErr: (...text) => console.warn(...text),
  });
  return new Program(module);
}
