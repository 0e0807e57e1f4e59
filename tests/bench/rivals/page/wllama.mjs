// wllama: llama.cpp in WebAssembly, on the processor, in a worker of its own. It takes and gives text only, so that its
// tokens are checked as text (bench.mjs).
const folderOfPackage = '/build/bench/node/node_modules/@wllama/wllama/esm';

export async function open({ shape, folder, format, threads }) {
  const { Wllama } = await import(`${folderOfPackage}/index.min.js`);
  const silent = () => {};
  const logger = { debug: silent, log: silent, warn: silent, error: (...words) => console.error(...words) };
  const wllama = new Wllama({ default: `${folderOfPackage}/wasm/wllama.wasm` }, { logger });
  const model = await (await fetch(`/${folder}-rivals/${format}.gguf`)).blob();
  await wllama.loadModel([model], {
    n_threads: threads, n_gpu_layers: 0, n_ctx: shape.context, n_parallel: 1, n_batch: 512, n_ubatch: 512,
  });
  if (wllama.getNumThreads() !== threads) throw new Error(`${wllama.getNumThreads()} threads, wanted ${threads}`);

  async function run(ids, prompt, count) {
    const start = performance.now();
    const answer = await wllama.createCompletion({
      prompt, max_tokens: count, temperature: 0, top_k: 1, cache_prompt: false, ignore_eos: true, return_tokens: true,
      stream: false, timings_per_token: false,
    });
    const ms = performance.now() - start;
    const { usage, timings, choices } = answer;
    if (usage.prompt_tokens !== ids.length || usage.completion_tokens !== count || timings.cache_n) {
      throw new Error(`not the work that was asked for: ${JSON.stringify([usage, timings])}`);
    }
    return { ms, prompt: timings.prompt_ms, text: choices[0].text };
  }

  return {
    version: `wllama (llama.cpp ${Wllama.getLibllamaVersion()})`,
    async prefill(ids, text) {
      const { ms, text: said } = await run(ids, text, 1);
      return { ms, text: said };
    },
    // What a caller waits for after the prompt, by the engine's own clock for the prompt.
    async decode(ids, text, steps) {
      const { ms, prompt, text: said } = await run(ids, text, steps + 1);
      return { ms: ms - prompt, text: said };
    },
  };
}
