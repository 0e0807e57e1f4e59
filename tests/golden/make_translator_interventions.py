#!/usr/bin/python3
"""Makes tests/golden/translator_interventions.json: logits of the encoder-decoder of encoder_decoder/paper in PyTorch with
something changed inside, for tests/interpret/intervention_pair_golden_test.cpp. Each case is a list of
src/interpret/intervention.h and, written here by hand and independently of the C++ code, what it means.

  /usr/bin/python3 tests/golden/make_translator_interventions.py [OUT.json]     (default: compare with what is there)

Made with PyTorch 1.13.0 of Debian 12, in double precision. The logits of two rows, a middle one and the last.
"""
import json
import os

import torch

import torch_encoder_decoder as reference
import torch_gpt2
from make_interventions import assign, write_or_compare

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(HERE, 'encoder_decoder', 'paper')
SOURCE, TARGET = [5, 11, 3, 7, 7, 16, 4, 9, 18], [0, 8, 3, 15, 8, 12]
ROWS = [3, 5]


class Hooked(reference.EncoderDecoder):
    """edits: name -> change(value), which alters the value of one sentence in place: z is [position, head, d_head],
    a pattern [head, query, key], all others [position, columns]."""
    edits = {}

    def see(self, name, value):
        if name in self.edits:
            self.edits[name](value[0])
        self.values[name] = value.clone()
        return value

    def run(self, edits):
        self.edits, self.values = edits, {}
        padding = torch.zeros(1, len(SOURCE), dtype=torch.bool)
        encoded = self.encode(torch.tensor([SOURCE]), padding)
        return self.decode(torch.tensor([TARGET]), encoded, padding)[0]


def cases(base):
    every = slice(None)
    sources, targets = len(SOURCE), len(TARGET)

    def of_all(name, index):  # the mean over the whole source
        return {name: assign(index, base[name][0][index].mean(0))}

    def so_far(name, index):  # the mean over the rows up to each
        rows = base[name][0][index]
        counts = torch.arange(1, targets + 1).view([-1] + [1] * (rows.dim() - 1))
        return {name: assign(index, rows.cumsum(0) / counts)}

    previous = torch.zeros(targets, targets, dtype=torch.float64)
    for query in range(targets):
        previous[query, max(0, query - 1)] = 1

    def two_cells(value):  # painted weights stand, the others share the rest as they did
        row = value[2, 4]
        rest = row.sum() - row[2] - row[7]
        row *= (1 - 0.5 - 0.25) / rest
        row[2], row[7] = 0.5, 0.25

    encoder, decoder, cross = 'encoder.%d.attn.hook_%s', 'decoder.%d.attn.hook_%s', 'decoder.%d.cross_attn.hook_%s'
    return {
        'off:enc1.2': {encoder % (1, 'z'): assign((every, 2), 0.0)},
        'off:dec0.1': {decoder % (0, 'z'): assign((every, 1), 0.0)},
        'off:cross1.0': {cross % (1, 'z'): assign((every, 0), 0.0)},
        'off:enc0.attn': {'encoder.0.hook_attn_out': assign(every, 0.0)},
        'off:dec0.mlp': {'decoder.0.hook_mlp_out': assign(every, 0.0)},
        'off:cross1.attn': {'decoder.1.hook_cross_attn_out': assign(every, 0.0)},
        'off:dec1.n3': {'decoder.1.mlp.hook_post': assign((every, 3), 0.0)},
        'scale:cross1.0@-0.5': {cross % (1, 'z'): assign((every, 0), lambda z: z[:, 0] * -0.5)},
        'mean:enc0.1': of_all(encoder % (0, 'z'), (every, 1)),
        'mean:enc1.mlp': of_all('encoder.1.hook_mlp_out', (every,)),
        'mean:dec1.0': so_far(decoder % (1, 'z'), (every, 0)),
        'mean:cross0.attn': so_far('decoder.0.hook_cross_attn_out', (every,)),
        'paint:enc0.1@uniform': {encoder % (0, 'pattern'): assign(1, 1 / sources)},
        'paint:dec1.2@previous': {decoder % (1, 'pattern'): assign(2, previous)},
        'paint:cross0.1@first': {cross % (0, 'pattern'): assign(1, torch.eye(sources)[0].double())},
        'paint:enc1.0@0-5-1': {encoder % (1, 'pattern'): assign((0, 0), torch.eye(sources)[5].double())},
        'paint:cross0.2@4-2-0.5_4-7-0.25': {cross % (0, 'pattern'): two_cells},
        'paint:enc1.0@copy0.2': {encoder % (1, 'pattern'): assign(0, base[encoder % (0, 'pattern')][0][2])},
        'paint:dec0.1@copy0.0': {decoder % (0, 'pattern'): assign(1, lambda pattern: pattern[0])},
        'paint:cross1.2@copy0.1': {cross % (1, 'pattern'): assign(2, base[cross % (0, 'pattern')][0][1])},
        'raw:dec0.0@5-0-1': {decoder % (0, 'pattern'): assign((0, 5, 0), 1.0)},
        'off:enc0.0;scale:cross0.1@2': {encoder % (0, 'z'): assign((every, 0), 0.0),
                                        cross % (0, 'z'): assign((every, 1), lambda z: z[:, 1] * 2)},
    }


@torch.no_grad()
def make():
    with open(os.path.join(FOLDER, 'config.json'), encoding='utf-8') as file:
        config = json.load(file)
    tensors, _ = torch_gpt2.read_folder(FOLDER)
    model = Hooked(tensors, config)
    plain = model.run({})
    base = model.values
    results = []
    for text, edits in cases(base).items():
        logits = model.run(edits)
        assert all(name in base for name in edits), text
        assert (logits - plain)[ROWS[-1]].abs().max() > 1e-3, text + ' changes nothing'
        results.append({'do': text, 'logits': [logits[row].tolist() for row in ROWS]})
    return {'source': SOURCE, 'target': TARGET, 'rows': ROWS, 'cases': results}


if __name__ == '__main__':
    write_or_compare(make(), 'translator_interventions.json')
