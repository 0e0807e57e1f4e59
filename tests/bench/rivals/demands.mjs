// What our engine is to reach beside the others, as medians of ratios in one run, for one and two threads.
const ratio = (title, shape, task, ours, rivals, least) => ({ title, shape, task, ours, rivals, least });
const any = (engine) => engine !== 'ours' && engine !== 'torch';
const whole = (engine, format) => any(engine) && ['fp32', 'f32'].includes(format);
const ort = (wanted) => (engine, format) => engine === 'ort' && format === wanted;

export const demands = [
  ratio('decode Q8 / best rival of any precision', 'gpt2', /^decode/, 'q8', any, { 1: 4, 2: 3.5 }),
  ratio("decode F32 / best rival's F32", 'gpt2', /^decode/, 'f32', whole, { 1: 1.5, 2: 1.5 }),
  ratio('prefill F32 / onnxruntime-web fp32', 'gpt2', /^prefill/, 'f32', ort('fp32'), { 1: 1.4, 2: 1.4 }),
  ratio('prefill Q8 / onnxruntime-web int8', 'gpt2', /^prefill/, 'q8', ort('int8'), { 1: 1.2, 2: 1.2 }),
  ratio('decode F32 / best rival of any precision', 'story', /^decode/, 'f32', any, { 1: 3, 2: 3 }),
  ratio("prefill F32 / best rival's F32", 'story', /^prefill/, 'f32', whole, { 1: 1.2, 2: 1.2 }),
  ratio('prefill Q8 / best rival of any precision', 'story', /^prefill/, 'q8', any, { 1: 1.2, 2: 1.2 }),
];
