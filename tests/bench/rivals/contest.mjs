// One shape, one number of threads: every engine is loaded and warmed up, then they take turns, round by round, so that
// whatever else the machine does meets all of them.
import { Watch } from './machine.mjs';
import { modelFolder } from './models.mjs';
import { shapes } from './shapes.mjs';
import { prompt, vocabulary } from './vocabulary.mjs';

export const engines = [
  ['ours', 'f32'], ['ours', 'f16'], ['ours', 'q8'], ['ort', 'fp32'], ['ort', 'int8'], ['wllama', 'f32'], ['wllama', 'q8_0'],
];
const least = 400;      // ms of one measurement, at least
const warmUp = 3000;    // ms; browsers compile hot functions anew while they run

async function measure(contestant, method, values) {
  const watch = new Watch();
  const { all, sum, ...result } = await contestant.call(method, ...values);
  const { cpu, others } = watch.stop();
  // What was not to be measured (prompts before decoding) took its share of the processor, too.
  return { ...result, cpu_ms: cpu === null ? null : cpu / result.runs * sum / all, others };
}

// How many of the wanted tokens come first in what an engine answered: ids, or text.
export function agreement({ tokens, text }, wanted, texts) {
  let count = 0;
  if (tokens) {
    while (count < wanted.length && tokens[count] === wanted[count]) count += 1;
    return count;
  }
  for (let at = 0; count < wanted.length && text.startsWith(texts[wanted[count]], at) && at < text.length; count += 1) {
    at += texts[wanted[count]].length;
  }
  return count;
}

export async function contest({ browser, name, threads, rounds, wanted, chosen, growth, emit, say }) {
  const shape = shapes[name];
  const words = vocabulary(shape.vocab);
  const { steps, prompt: length } = shape.decode;
  const tasks = [
    ...shape.prefill.map((count) => ({ task: `prefill ${count}`, tokens: count, method: 'prefill', count, extra: [] })),
    { task: `decode ${steps} after ${length}`, tokens: steps, method: 'decode', count: length, extra: [steps] },
  ].filter(({ task }) => chosen.some((start) => task.startsWith(start)));
  const contestants = [];
  for (const [engine, format] of wanted) {
    say(`${shape.title}, ${threads} thread(s): loading ${engine} ${format}`);
    try {
      contestants.push(await browser.open({ engine, format, threads, shape, folder: modelFolder(name) }));
    } catch (error) {
      emit({ kind: 'failed', shape: name, threads, engine, format, error: String(error.message).split('\n')[0] });
    }
  }
  const { ids, text } = prompt(words, length);
  const found = new Map();
  for (const contestant of contestants) {
    await measure(contestant, 'prefill', [ids, text, warmUp]);
    found.set(contestant, await measure(contestant, 'decode', [ids, text, steps]));
  }
  await compareAnswers({ contestants, found, ids, texts: words.texts, emit: (row) => emit({ shape: name, threads, ...row }) });
  for (let round = 0; round < rounds; round += 1) {
    for (const { task, tokens, method, count, extra } of tasks) {
      say(`${shape.title}, ${threads} thread(s), round ${round + 1} of ${rounds}: ${task}`);
      const asked = prompt(words, count);
      for (const contestant of contestants) {
        const { engine, format, version } = contestant;
        const { ms, cpu_ms, others } = await measure(contestant, method, [asked.ids, asked.text, ...extra, least]);
        emit({ kind: 'speed', shape: name, threads, round, engine, format, version, task, tokens, ms, cpu_ms, others });
      }
    }
  }
  if (growth) await measureGrowth({ contestants, shape, name, words, rounds, threads, emit, say });
  for (const contestant of contestants) await contestant.close();
}

// The same work? Logits and greedy tokens beside those of our F32 model.
async function compareAnswers({ contestants, found, ids, texts, emit }) {
  const reference = contestants.find(({ engine, format }) => engine === 'ours' && format === 'f32');
  if (!reference) return;
  const wanted = found.get(reference).tokens;
  const logits = await reference.call('logits', ids);
  for (const contestant of contestants.filter((one) => one !== reference)) {
    const { engine, format } = contestant;
    const row = { kind: 'agreement', engine, format, same: agreement(found.get(contestant), wanted, texts), of: wanted.length };
    if (engine !== 'wllama') {
      const theirs = await contestant.call('logits', ids);
      row.difference = theirs.reduce((most, value, i) => Math.max(most, Math.abs(value - logits[i])), 0);
      row.largest = logits.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    }
    emit(row);
  }
}

// The cost of one more token after contexts of several lengths.
async function measureGrowth({ contestants, shape, name, words, rounds, threads, emit, say }) {
  const steps = 8;
  for (let round = 0; round < rounds; round += 1) {
    for (const context of shape.growth) {
      say(`${shape.title}, ${threads} thread(s), round ${round + 1} of ${rounds}: one more token after ${context}`);
      const { ids, text } = prompt(words, context);
      for (const contestant of contestants.filter(({ engine }) => engine !== 'wllama')) {
        const { engine, format } = contestant;
        const { ms, others } = await measure(contestant, 'decode', [ids, text, steps, 0]);
        emit({ kind: 'growth', shape: name, threads, round, engine, format, context, ms: ms / steps, others });
      }
    }
  }
}
