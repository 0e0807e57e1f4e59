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

  // {x, y, width, height, size, clipTop, clipBottom} in CSS pixels, or null while the field is not shown.
  promptPlace() {
    const at = this.#module._malloc(7 * 4);
    try {
      if (!this.#module._hl_prompt_rect(at)) return null;
      const [x, y, width, height, size, clipTop, clipBottom] = new Float32Array(this.#module.HEAPU8.buffer, at, 7);
      return { x, y, width, height, size, clipTop, clipBottom };
    } finally {
      this.#module._free(at);
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
