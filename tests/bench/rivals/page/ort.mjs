// onnxruntime-web on the processor: its own build with threads and SIMD, all graph optimisations on, keys and values of
// the past handed from step to step.
const dist = '/build/bench/node/node_modules/onnxruntime-web/dist/';

export async function open({ shape, folder, format, threads }) {
  const ort = await import(`${dist}ort.wasm.min.mjs`);
  ort.env.wasm.numThreads = threads;
  ort.env.wasm.wasmPaths = dist;
  ort.env.logLevel = 'error';
  const address = `/${folder}-rivals/${format}.onnx`;
  const session = await ort.InferenceSession.create(address, {
    executionProviders: ['wasm'], graphOptimizationLevel: 'all', logSeverityLevel: 3,
    externalData: [{ path: `${format}.onnx.data`, data: `${address}.data` }],
  });
  const { layers, heads, width } = shape;
  const caches = Array.from({ length: layers }, (_, layer) => [`${layer}.key`, `${layer}.value`]).flat();
  const empty = () => Object.fromEntries(caches.map((name) =>
    [`past.${name}`, new ort.Tensor('float32', new Float32Array(0), [1, heads, 0, width / heads])]));
  const whole = (values) => new ort.Tensor('int64', BigInt64Array.from(values, BigInt), [values.length]);

  async function step(ids, past, first) {
    const out = await session.run({ ...past, input_ids: whole(ids), position_ids: whole(ids.map((_, i) => first + i)) });
    const logits = out.logits.data;
    let token = 0;
    for (let id = 1; id < logits.length; id += 1) if (logits[id] > logits[token]) token = id;
    return { token, logits, past: Object.fromEntries(caches.map((name) => [`past.${name}`, out[`present.${name}`]])) };
  }

  return {
    version: `onnxruntime-web ${ort.env.versions.web}`,
    async prefill(ids) {
      const past = empty();
      const start = performance.now();
      const { token } = await step(ids, past, 0);
      return { ms: performance.now() - start, tokens: [token] };
    },
    async decode(ids, _, steps) {
      let state = await step(ids, empty(), 0);
      const tokens = [state.token];
      const start = performance.now();
      for (let i = 0; i < steps; i += 1) {
        state = await step([state.token], state.past, ids.length + i);
        tokens.push(state.token);
      }
      return { ms: performance.now() - start, tokens };
    },
    async logits(ids) { return Array.from((await step(ids, empty(), 0)).logits); },
  };
}
