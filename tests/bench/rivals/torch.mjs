// PyTorch beside the engines of the browser, natively, when Python has it: rows of torch_gpt2.py.
import { spawnSync } from 'node:child_process';
import { modelFolder } from './models.mjs';
import { shapes } from './shapes.mjs';
import { prompt, vocabulary } from './vocabulary.mjs';

const python = process.env.PYTHON ?? '/usr/bin/python3';

export function measureTorch({ name, threads, rounds, emit, say }) {
  say(`${shapes[name].title}, ${threads} thread(s): PyTorch, natively`);
  const { prefill, decode, vocab } = shapes[name];
  const words = vocabulary(vocab);
  const work = { folder: modelFolder(name), threads, rounds, steps: decode.steps, decode: prompt(words, decode.prompt).ids,
    prefill: prefill.map((count) => prompt(words, count).ids) };
  const { status, stdout, stderr, error } = spawnSync(python, ['tests/bench/rivals/torch_speed.py'],
    { input: JSON.stringify(work), encoding: 'utf8' });
  if (status !== 0) throw new Error(`PyTorch: ${error ?? stderr}`);
  for (const line of stdout.trim().split('\n')) {
    emit({ kind: 'speed', shape: name, threads, engine: 'torch', format: 'f32', ...JSON.parse(line) });
  }
}
