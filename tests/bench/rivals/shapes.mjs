// The models that are measured and what is asked of them; weights are random (weights.mjs), so only shapes matter.
import fs from 'node:fs';

const story = JSON.parse(fs.readFileSync(new URL('../../../assets/models/story/config.json', import.meta.url)));

// prefill: prompts of so many tokens, from an empty cache to the first greedy token; decode: `steps` tokens one by one
// after a prompt, whose time does not count. growth: the contexts at which the cost of one more token is measured.
export const shapes = {
  gpt2: {
    title: 'GPT-2 (124 M)',
    layers: 12, heads: 12, width: 768, vocab: 50257, context: 1024,
    prefill: [128, 512], decode: { prompt: 128, steps: 64 }, growth: [16, 64, 128, 256, 512, 768, 1008],
  },
  story: {
    title: `the embedded GPT (${story.n_layer} layers, d = ${story.n_embd})`,
    layers: story.n_layer, heads: story.n_head, width: story.n_embd, vocab: story.vocab_size, context: story.n_positions,
    prefill: [128], decode: { prompt: 128, steps: 64 }, growth: [],
  },
  tiny: {
    title: 'a tiny GPT, to see that everything runs',
    layers: 2, heads: 2, width: 64, vocab: 1024, context: 128,
    prefill: [64], decode: { prompt: 64, steps: 16 }, growth: [16, 64, 112],
  },
};

// The parameters in the order and layout of GPT-2's own checkpoint: linear weights are [in, out] (Conv1D).
export function tensors({ layers, width, vocab, context }) {
  const list = [['wte.weight', [vocab, width]], ['wpe.weight', [context, width]]];
  const norm = (name) => list.push([`${name}.weight`, [width]], [`${name}.bias`, [width]]);
  const linear = (name, inputs, outputs) => list.push([`${name}.weight`, [inputs, outputs]], [`${name}.bias`, [outputs]]);
  for (let layer = 0; layer < layers; layer += 1) {
    const block = `h.${layer}`;
    norm(`${block}.ln_1`);
    linear(`${block}.attn.c_attn`, width, 3 * width);
    linear(`${block}.attn.c_proj`, width, width);
    norm(`${block}.ln_2`);
    linear(`${block}.mlp.c_fc`, width, 4 * width);
    linear(`${block}.mlp.c_proj`, 4 * width, width);
  }
  norm('ln_f');
  return list.map(([name, shape]) => ({ name, shape, size: shape.reduce((a, b) => a * b) }));
}

export const isNorm = (name) => /(^|\.)ln_\w+\.weight$/.test(name);
export const isMatrix = ({ name, shape }) => shape.length === 2 && name !== 'wpe.weight';

// config.json of the folder, for everything that opens Hugging Face's GPT-2.
export const config = ({ layers, heads, width, vocab, context }) => ({
  model_type: 'gpt2', architectures: ['GPT2LMHeadModel'], n_layer: layers, n_head: heads, n_embd: width, n_inner: null,
  vocab_size: vocab, n_positions: context, n_ctx: context, layer_norm_epsilon: 1e-5, activation_function: 'gelu_new',
  tie_word_embeddings: true, bos_token_id: vocab - 1, eos_token_id: vocab - 1,
});
