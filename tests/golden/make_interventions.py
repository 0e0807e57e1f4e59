#!/usr/bin/python3
"""Makes tests/golden/interventions.json: logits of the GPT of gpt2_rand/f32 in PyTorch with something changed inside, for
tests/interpret/intervention_golden_test.cpp. Each case is a list of src/interpret/intervention.h and, written here by
hand and independently of the C++ code, what it means.

  /usr/bin/python3 tests/golden/make_interventions.py [OUT.json]     (default: compare with what is there)

Made with PyTorch 1.13.0 of Debian 12. The logits of two rows, a middle one and the last.
"""
import json
import math
import os
import sys

import torch

import torch_gpt2 as reference

HERE = os.path.dirname(os.path.abspath(__file__))
IDS, OTHER = [1, 5, 99, 7, 7, 100, 0, 42], [1, 5, 33, 7, 60, 100, 2, 42]
ROWS = [4, 7]


class Hooked(reference.Gpt2):
    """The same forward pass for one prompt; edit(name, layer, value) may return a value to be used instead. z is
    [position, head, d_head], pattern [head, query, key], all others [position, columns]."""

    def run(self, ids, edit=lambda name, layer, value: None):
        sites = {}

        def site(name, layer, value):
            changed = edit(name, layer, value.clone())
            sites[name, layer] = value if changed is None else changed
            return sites[name, layer]

        n = len(ids)
        future = torch.ones(n, n, dtype=torch.bool).triu(1)
        x = site('embed', 0, self.weights['wte.weight'][torch.tensor(ids)]) + self.weights['wpe.weight'][:n]
        for layer in range(self.layers):
            at = 'h.%d.' % layer
            x = site('resid', layer, x)
            parts = self.linear(self.norm(x, at + 'ln_1'), at + 'attn.c_attn').chunk(3, dim=1)
            q, k, v = (part.view(n, self.heads, -1).transpose(0, 1) for part in parts)
            scores = q @ k.transpose(1, 2) / math.sqrt(q.shape[-1])
            pattern = site('pattern', layer, scores.masked_fill(future, -math.inf).softmax(-1))
            z = site('z', layer, (pattern @ v).transpose(0, 1))
            x = x + site('attn', layer, self.linear(z.reshape(n, -1), at + 'attn.c_proj'))
            post = site('post', layer, reference.gelu(self.linear(self.norm(x, at + 'ln_2'), at + 'mlp.c_fc')))
            x = x + site('mlp', layer, self.linear(post, at + 'mlp.c_proj'))
        return self.norm(x, 'ln_f') @ self.weights[self.head].T, sites


def at(wanted, wanted_layer, change):
    """An edit of one site: change(value) alters it in place."""
    def edit(name, layer, value):
        if name != wanted or wanted_layer not in (layer, None):
            return None
        change(value)
        return value
    return edit


def assign(index, what):
    def change(value):
        value[index] = what(value) if callable(what) else what
    return change


def cases(model, base, other):
    every = slice(None)
    n = len(IDS)

    def mean(name, layer, index):
        return at(name, layer, assign(index, base[name, layer][index].mean(0)))

    def rows(name, layer, index):
        return at(name, layer, assign(index, other[name, layer][index]))

    previous = torch.zeros(n, n)
    for query in range(n):
        previous[query, max(0, query - 1)] = 1

    def two_cells(value):  # painted weights stand, the others share the rest as they did
        row = value[0, 5]
        rest = 1 - row[0] - row[3]
        row *= (1 - 0.5 - 0.25) / rest
        row[0], row[3] = 0.5, 0.25

    def drop(value):  # of all heads
        value[:, 4:, 3] = 0
        value /= value.sum(-1, keepdim=True)

    return {
        'off:1.1': at('z', 1, assign((every, 1), 0.0)),
        'mean:0.1': mean('z', 0, (every, 1)),
        'off:0.attn': at('attn', 0, assign(every, 0.0)),
        'mean:1.attn': mean('attn', 1, every),
        'off:1.mlp': at('mlp', 1, assign(every, 0.0)),
        'mean:0.mlp': mean('mlp', 0, every),
        'off:0.n17': at('post', 0, assign((every, 17), 0.0)),
        'mean:1.n5': mean('post', 1, (every, 5)),
        'scale:0.1@-0.5': at('z', 0, assign((every, 1), lambda z: z[:, 1] * -0.5)),
        'paint:1.0@uniform': at('pattern', 1, assign(0, torch.ones(n, n).tril() / torch.arange(1, n + 1)[:, None])),
        'paint:0.1@previous': at('pattern', 0, assign(1, previous)),
        'paint:0.1@first': at('pattern', 0, assign(1, torch.eye(n)[0].expand(n, n))),
        'paint:0.1@self': at('pattern', 0, assign(1, torch.eye(n))),
        'paint:1.0@copy0.1': at('pattern', 1, assign(0, base['pattern', 0][1])),
        'paint:1.0@copy1.1': at('pattern', 1, assign(0, lambda pattern: pattern[1])),
        'paint:0.0@5-0-0.5_5-3-0.25': at('pattern', 0, two_cells),
        'raw:0.0@5-0-1': at('pattern', 0, assign((0, 5, 0), 1.0)),
        'freeze:1.1': at('pattern', 1, assign(1, other['pattern', 1][1])),
        'patch:1.resid@4': rows('resid', 1, 4),
        'patch:0.attn@2': rows('attn', 0, 2),
        'patch:0.mlp@4': rows('mlp', 0, 4),
        'patch:1.1@all': rows('z', 1, (every, 1)),
        'swap:3@50': at('embed', 0, assign(3, model.weights['wte.weight'][50])),
        'drop:3': at('pattern', None, drop),
    }


@torch.no_grad()
def make():
    model = Hooked(reference.read_folder(os.path.join(HERE, 'gpt2_rand', 'f32'))[0],
                   json.load(open(os.path.join(HERE, 'gpt2_rand', 'f32', 'config.json'), encoding='utf-8')))
    plain, base = model.run(IDS)
    _, other = model.run(OTHER)
    assert torch.allclose(plain, model.forward(torch.tensor([IDS]))[0], atol=1e-5)
    results = []
    for text, edit in cases(model, base, other).items():
        logits, _ = model.run(IDS, edit)
        assert (logits - plain)[ROWS[-1]].abs().max() > 1e-3, text + ' changes nothing'
        results.append({'do': text, 'logits': [logits[row].tolist() for row in ROWS]})
    return {'ids': IDS, 'other_ids': OTHER, 'rows': ROWS, 'cases': results}


def compare(made, path):
    with open(path, encoding='utf-8') as file:
        there = json.load(file)
    assert [case['do'] for case in made['cases']] == [case['do'] for case in there['cases']]
    for ours, theirs in zip(made['cases'], there['cases']):
        difference = (torch.tensor(ours['logits']) - torch.tensor(theirs['logits'])).abs().max().item()
        assert difference < 1e-4, '%s differs by %g' % (ours['do'], difference)
    print('%d cases: the same logits' % len(made['cases']))


def write_or_compare(data, name):
    """Into the file on the command line, or else with the file of this name beside this script."""
    if len(sys.argv) < 2:
        compare(data, os.path.join(HERE, name))
        return
    for case in data['cases']:  # floats have nine digits at most
        case['logits'] = [[float('%.9g' % value) for value in row] for row in case['logits']]
    with open(sys.argv[1], 'w', encoding='utf-8') as out:
        head, each = dict(data, cases=None), data['cases']
        out.write(json.dumps(head)[:-len('null}')] + '[\n')
        out.write(',\n'.join(json.dumps(case) for case in each) + '\n]}\n')


if __name__ == '__main__':
    write_or_compare(make(), 'interventions.json')
