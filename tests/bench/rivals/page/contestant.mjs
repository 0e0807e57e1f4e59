// One engine in one page. Engines that do not start a worker of their own run in one, as an application would have it.
// bench.mjs calls load(), prefill(), decode(), product(), limit() by window.contestant.
const hosted = { ours: 'worker', ort: 'worker', wllama: 'page' };

export class Contestant {
  async load(options) {
    if (hosted[options.engine] === 'page') {
      const { open } = await import(`./${options.engine}.mjs`);
      this.target = await open(options);
      return this.target.version;
    }
    this.worker = new Worker(new URL('./worker.mjs', import.meta.url), { type: 'module' });
    this.target = new Proxy({}, { get: (_, method) => (...values) => this.ask(method, values) });
    return this.ask('open', [options]);
  }

  ask(method, values) {
    return new Promise((resolve, reject) => {
      this.worker.onmessage = ({ data }) => data.error ? reject(new Error(data.error)) : resolve(data.result);
      this.worker.onerror = (event) => reject(new Error(event.message));
      this.worker.postMessage([method, values]);
    });
  }

  // Again and again for `least` ms, at most 20 times, because short runs are noisy:
  // -> {ms: the median of what the engine took, all: ms altogether with what was not to be measured, ...}
  async repeat(run, least) {
    const results = [];
    const start = performance.now();
    do results.push(await run()); while (performance.now() - start < least && results.length < 20);
    results.sort((a, b) => a.ms - b.ms);
    const sum = (values) => values.reduce((a, b) => a + b, 0);
    return { ...results[results.length >> 1], runs: results.length, sum: sum(results.map(({ ms }) => ms)),
      all: performance.now() - start };
  }

  prefill(ids, text, least = 0) { return this.repeat(() => this.target.prefill(ids, text), least); }
  decode(ids, text, steps, least = 0) { return this.repeat(() => this.target.decode(ids, text, steps), least); }
  logits(ids) { return this.target.logits(ids); }
  limit(...values) { return this.target.limit(...values); }
  product(...values) { return this.target.product(...values); }
}
