#!/usr/bin/python3
"""The yardstick of tests/bench/train_bench.sh: training steps of the same GPT in plain PyTorch, on made-up tokens.

  train_torch.py [--steps 10 --warmup 2 --threads 2 --layers 6 --heads 6 --dim 192 --context 256 --vocab 2048 --batch 16 --dropout 0.1]

A step is forward, backward, clipping and AdamW, as in tests/golden and in `headlight train`. Prints one JSON line with
the tokens per second of the median step. Needs Debian's python3-torch and libopenblas0-openmp (without it the products
take the reference BLAS); run with /usr/bin/python3 and, so that the time does not go to page faults, with
MALLOC_MMAP_THRESHOLD_=4294967296 MALLOC_TRIM_THRESHOLD_=4294967296 MALLOC_TOP_PAD_=268435456 in the environment.
"""
import argparse
import json
import math
import statistics
import time

import torch
import torch.nn as nn
import torch.nn.functional as functional

parser = argparse.ArgumentParser()
for name, default in dict(steps=10, warmup=2, threads=2, layers=6, heads=6, dim=192, context=256, vocab=2048,
                          batch=16).items():
    parser.add_argument('--' + name, type=int, default=default)
parser.add_argument('--dropout', type=float, default=0.1)
options = parser.parse_args()


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        dim = options.dim
        self.ln1, self.ln2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.qkv, self.proj = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)
        self.fc, self.out = nn.Linear(dim, 4 * dim), nn.Linear(4 * dim, dim)
        self.drop = nn.Dropout(options.dropout)

    def forward(self, x, mask):
        batch, positions, dim = x.shape
        q, k, v = (part.view(batch, positions, options.heads, -1).transpose(1, 2)
                   for part in self.qkv(self.ln1(x)).split(dim, 2))
        scores = q @ k.transpose(2, 3) / math.sqrt(dim // options.heads)
        pattern = self.drop(scores.masked_fill(mask[:positions, :positions], -math.inf).softmax(3))
        x = x + self.drop(self.proj((pattern @ v).transpose(1, 2).reshape(batch, positions, dim)))
        return x + self.drop(self.out(functional.gelu(self.fc(self.ln2(x)), approximate='tanh')))


class Gpt(nn.Module):
    def __init__(self):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(options.vocab, options.dim), nn.Embedding(options.context, options.dim)
        self.blocks = nn.ModuleList(Block() for _ in range(options.layers))
        self.ln, self.drop = nn.LayerNorm(options.dim), nn.Dropout(options.dropout)
        self.register_buffer('mask', torch.ones(options.context, options.context, dtype=torch.bool).triu(1))
        for weight in (w for w in self.parameters() if w.dim() == 2):
            nn.init.normal_(weight, 0, 0.02)

    def forward(self, ids, targets):
        x = self.drop(self.wte(ids) + self.wpe.weight[:ids.shape[1]])
        for block in self.blocks:
            x = block(x, self.mask)
        return functional.cross_entropy((self.ln(x) @ self.wte.weight.T).flatten(0, 1), targets.flatten())


def blas():
    """The library that the products come from, as the system has it loaded."""
    with open('/proc/self/maps', encoding='utf-8') as maps:
        found = {line.split('/')[-1].strip() for line in maps if 'blas' in line.lower() or 'mkl' in line.lower()}
    return ', '.join(sorted(found))


def main():
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    model = Gpt()
    decaying = [w for w in model.parameters() if w.dim() == 2]
    rest = [w for w in model.parameters() if w.dim() != 2]
    optimiser = torch.optim.AdamW([dict(params=decaying, weight_decay=0.1), dict(params=rest, weight_decay=0.0)],
                                  lr=1e-3, betas=(0.9, 0.95))
    times = []
    for step in range(options.warmup + options.steps):
        tokens = torch.randint(0, options.vocab, (options.batch, options.context + 1))
        start = time.perf_counter()
        loss = model(tokens[:, :-1], tokens[:, 1:])
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        if step >= options.warmup:
            times.append(time.perf_counter() - start)
    print(json.dumps({'tokens_per_s': round(options.batch * options.context / statistics.median(times), 1),
                      'steps': options.steps, 'parameters': sum(w.numel() for w in model.parameters()),
                      'loss': round(loss.item(), 4), 'torch': torch.__version__, 'blas': blas()}))


main()
