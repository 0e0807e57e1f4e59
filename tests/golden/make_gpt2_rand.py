#!/usr/bin/python3
"""Makes tests/golden/gpt2_rand: random GPT-2 folders in F32, F16, BF16, with prefixed names and mask buffers, and in
shards with a head of its own (as transformers writes what was trained on many machines), each with expected.json: the ids, the logits [position][vocab] and the attention [layer][head][query][key] of PyTorch.

  /usr/bin/python3 tests/golden/make_gpt2_rand.py [OUT]     (default: compare what would be made with what is there)

Made with PyTorch 1.13.0 and numpy 1.24.2 of Debian 12. Weights come from PyTorch's generator with seed 7 and agree bit
for bit; logits depend on the processor's vector width in the last digits, so the comparison allows 1e-5.
"""
import os
import sys
import tempfile

import torch

import torch_gpt2 as reference

KINDS = {'f32': ('F32', ''), 'f16': ('F16', ''), 'bf16': ('BF16', ''), 'prefix': ('F32', 'transformer.'),
         'shards': ('BF16', 'transformer.')}


def make(folder, dtype, prefix, ids):
    os.makedirs(folder, exist_ok=True)
    config = reference.config_of(n_layer=2, n_head=2, n_embd=32, vocab_size=101, n_positions=32)
    shards = os.path.basename(folder) == 'shards'
    if shards:
        config['tie_word_embeddings'] = False
    tensors = reference.random_tensors(config, torch.Generator().manual_seed(7), prefix, tied=not shards)
    if shards:
        reference.write_shards(folder, tensors, dtype, 3)
    else:
        reference.write_safetensors(os.path.join(folder, 'model.safetensors'), tensors, dtype, {'format': 'pt'})
    reference.write_json(os.path.join(folder, 'config.json'), config)
    reference.write_json(os.path.join(folder, 'expected.json'), expected(folder, ids), None)


@torch.no_grad()
def expected(folder, ids):
    patterns = []
    logits = reference.load(folder).forward(torch.tensor([ids]), patterns)
    return {'ids': ids, 'logits': logits[0].tolist(), 'attn': [pattern[0].tolist() for pattern in patterns]}


def same_numbers(a, b):
    return (torch.tensor(a) - torch.tensor(b)).abs().max().item() < 1e-5


def compare(golden):
    import json
    for kind, (dtype, prefix) in KINDS.items():
        there = os.path.join(golden, kind)
        with open(os.path.join(there, 'expected.json'), encoding='utf-8') as file:
            want = json.load(file)
        with tempfile.TemporaryDirectory() as parent:
            made = os.path.join(parent, kind)
            make(made, dtype, prefix, want['ids'])
            ours, _ = reference.read_folder(made)
            theirs, _ = reference.read_folder(there)
            assert ours.keys() == theirs.keys(), kind
            for name in ours:
                assert torch.equal(ours[name], theirs[name]), '%s: %s differs' % (kind, name)
            got = expected(made, want['ids'])
        assert same_numbers(got['logits'], want['logits']) and same_numbers(got['attn'], want['attn']), kind
        print('%s: the same weights, logits and attention' % kind)


if __name__ == '__main__':
    if len(sys.argv) > 1:
        for each, (wanted, before) in KINDS.items():
            make(os.path.join(sys.argv[1], each), wanted, before, [1, 5, 99, 7, 7, 100, 0, 42])
    else:
        compare(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'gpt2_rand'))
