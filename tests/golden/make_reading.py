#!/usr/bin/python3
"""Makes tests/golden/reading.json: what src/interpret should read out of the models of gpt2_rand (tied and untied): logit
lens, direct logit attribution with and without an ablation, attention rollout and mean, surprise, neighbours and the
plane of embeddings. In double precision, each from its definition: parts are normalised one by one, the plane is an SVD.

  /usr/bin/python3 tests/golden/make_reading.py [OUT]     (default: compare what would be made with what is there)

Made with PyTorch 1.13.0 of Debian 12.
"""
import json
import math
import os
import sys

import torch

import torch_gpt2 as reference

HERE = os.path.dirname(os.path.abspath(__file__))
MODELS = ('f32', 'shards')
IDS = [1, 5, 99, 7, 7, 100, 0, 42, 5, 99, 7]
QUESTIONS = ((10, 7, 23), (4, 100, 1), (0, 5, -1))  # position, token, rival or -1
SHOWN = [3, 5, 99, 7, 0, 42, 100, 61, 18, 77, 50, 31]


class Reader(reference.Gpt2):
    """One pass in double precision that keeps what the readings need; off: the layer whose attention gives nothing."""

    def __init__(self, folder, off=None):
        with open(os.path.join(folder, 'config.json'), encoding='utf-8') as file:
            super().__init__(reference.read_folder(folder)[0], json.load(file))
        self.weights = {name: tensor.double() for name, tensor in self.weights.items()}
        self.unembed = self.weights[self.head]  # [vocab, d]
        self.run(torch.tensor(IDS), off)

    def run(self, ids, off):
        n = len(ids)
        self.embed, self.positions = self.weights['wte.weight'][ids], self.weights['wpe.weight'][:n]
        x = self.embed + self.positions
        self.stream, self.heads_out, self.mlps, self.patterns = [x], [], [], []
        future = torch.ones(n, n, dtype=torch.bool).triu(1)
        for layer in range(self.layers):
            at = 'h.%d.' % layer
            parts = self.linear(self.norm(x, at + 'ln_1'), at + 'attn.c_attn').chunk(3, dim=1)
            q, k, v = (part.view(n, self.heads, -1).transpose(0, 1) for part in parts)
            pattern = (q @ k.transpose(1, 2) / math.sqrt(q.shape[-1])).masked_fill(future, -math.inf).softmax(-1)
            rows = self.weights[at + 'attn.c_proj.weight'].view(self.heads, -1, x.shape[1])  # [head, d_head, d]
            written = (pattern @ v) @ rows  # [head, n, d]
            out = written.sum(0) + self.weights[at + 'attn.c_proj.bias']
            x = x + (0 if layer == off else out)
            self.stream.append(x)
            mlp = self.linear(reference.gelu(self.linear(self.norm(x, at + 'ln_2'), at + 'mlp.c_fc')), at + 'mlp.c_proj')
            x = x + mlp
            self.stream.append(x)
            self.heads_out.append(written)
            self.mlps.append(mlp)
            self.patterns.append(pattern)
        self.logits = self.norm(x, 'ln_f') @ self.unembed.T


def lens(model):
    logits = torch.stack([model.norm(x, 'ln_f') @ model.unembed.T for x in model.stream])  # [point, position, vocab]
    p = logits.softmax(-1)
    following = torch.tensor(IDS[1:])
    of_next = p[:, :-1].gather(2, following.expand(len(p), -1)[..., None])
    ranks = (p[:, :-1] > of_next).sum(-1) + 1
    top = p.topk(5)
    return {'logits': {str(at): logits[:, at].tolist() for at in (3, len(IDS) - 1)},
            'top': top.indices.tolist(), 'top_probability': top.values.tolist(), 'next_rank': ranks.tolist(),
            'next_probability': of_next[..., 0].tolist(), 'entropy': (-(p * p.log2()).sum(-1)).tolist()}


def attribution(model, position, token, rival, off=None):
    unembed = model.unembed[token] - (model.unembed[rival] if rival >= 0 else 0)
    final = model.stream[-1][position]
    scale = torch.sqrt(((final - final.mean()) ** 2).mean() + model.eps)
    parts = []

    def add(kind, layer, head, x):  # x: what was added to the stream, [d]
        value = (x - x.mean()) / scale * model.weights['ln_f.weight'] @ unembed
        parts.append({'kind': kind, 'layer': layer, 'head': head, 'value': value.item()})

    add('token', -1, -1, model.embed[position])
    add('position', -1, -1, model.positions[position])
    for layer in range(model.layers):
        bias = model.weights['h.%d.attn.c_proj.bias' % layer]
        for head in range(model.heads):
            add('head', layer, head, model.heads_out[layer][head, position])
        add('attention_bias', layer, -1, bias)
        add('mlp', layer, -1, model.mlps[layer][position])
        if layer == off:
            add('changed', layer, -1, -(model.heads_out[layer][:, position].sum(0) + bias))
    parts.append({'kind': 'norm_bias', 'layer': -1, 'head': -1, 'value': (model.weights['ln_f.bias'] @ unembed).item()})
    difference = (model.logits[position, token] - (model.logits[position, rival] if rival >= 0 else 0)).item()
    assert abs(sum(part['value'] for part in parts) - difference) < 1e-9
    return {'position': position, 'token': token, 'rival': rival, 'difference': difference, 'parts': parts}


def attention(model):
    rollout = torch.eye(len(IDS), dtype=torch.double)
    for pattern in model.patterns:
        rollout = (0.5 * pattern.mean(0) + 0.5 * torch.eye(len(IDS))) @ rollout
    return {'rollout': rollout.tolist(), 'average': torch.cat(model.patterns).mean(0).tolist(),
            'average_1': model.patterns[1].mean(0).tolist()}


def embeddings(model):
    table = model.weights['wte.weight']
    cosine = torch.nn.functional.cosine_similarity(table, table[42][None])
    cosine[42] = -2
    nearest = cosine.topk(6)
    x = table[torch.tensor(SHOWN)]
    x = x - x.mean(0)
    _, singular, axes = torch.linalg.svd(x, full_matrices=False)
    axes = torch.stack([axis if axis[axis.abs().argmax()] > 0 else -axis for axis in axes[:2]])
    return {'near_42': nearest.indices.tolist(), 'cosine': nearest.values.tolist(), 'shown': SHOWN,
            'points': (x @ axes.T).tolist(), 'explained': (singular[:2] ** 2 / (singular ** 2).sum()).tolist()}


@torch.no_grad()
def expected(kind):
    folder = os.path.join(HERE, 'gpt2_rand', kind)
    model, ablated = Reader(folder), Reader(folder, off=1)
    logs = model.logits.log_softmax(-1)
    return {'ids': IDS, 'lens': lens(model), 'attribution': [attribution(model, *question) for question in QUESTIONS],
            'ablated': attribution(ablated, *QUESTIONS[0], off=1), 'attention': attention(model),
            'surprise': [-logs[i - 1, IDS[i]].item() / math.log(2) for i in range(1, len(IDS))],
            'embeddings': embeddings(model)}


def same(a, b):
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
    return abs(a - b) < 1e-9 if isinstance(a, float) else a == b


if __name__ == '__main__':
    made = {kind: expected(kind) for kind in MODELS}
    if len(sys.argv) > 1:
        reference.write_json(sys.argv[1], made, None)
    else:
        with open(os.path.join(HERE, 'reading.json'), encoding='utf-8') as stored:
            assert same(json.load(stored), made)
        print('the same readings')
