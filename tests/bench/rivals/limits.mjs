// What the machine allows in WebAssembly, in the same run, and our products beside it.
import { Watch } from './machine.mjs';

const kinds = ['read', 'f32', 'i16'];
// GPT-2's products for one token and for a prompt of 128: [m, k, n].
const products = [
  ['q, k, v', 768, 2304], ['attention out', 768, 768], ['MLP in', 768, 3072], ['MLP out', 3072, 768], ['head', 768, 50257],
];

export async function measureLimits({ browser, threads, quick, emit, say }) {
  say(`limits of the machine, ${threads} thread(s)`);
  const engine = await browser.open({ engine: 'ours', threads });
  for (const what of [...kinds.keys()]) {
    const watch = new Watch();
    // Twice: the first time may still run what the baseline compiler made of it.
    await engine.call('limit', what, quick ? 8 : 256);
    const value = await engine.call('limit', what, quick ? 8 : 512 / threads);
    emit({ kind: 'limit', what: kinds[what], threads, value, others: watch.stop().others });
  }
  for (const format of ['f32', 'f16', 'q8']) {
    for (const m of [1, 128]) {
      for (const [name, k, n] of products) {
        if ((m > 1 && name === 'head') || (quick && name === 'head')) continue;
        const watch = new Watch();
        const seconds = await engine.call('product', format, m, k, n);
        emit({ kind: 'product', format, threads, name, m, k, n, seconds, others: watch.stop().others });
      }
    }
  }
  await engine.close();
}
