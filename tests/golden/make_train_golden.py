#!/usr/bin/python3
"""Makes tests/golden/train: a tiny GPT-2 with fixed weights, one fixed batch, and what PyTorch makes of them: the loss,
every gradient, and the losses and gradient norms of ten steps of AdamW on that batch (decoupled decay of the 2-D weights only).

  /usr/bin/python3 tests/golden/make_train_golden.py [OUT]     (default: tests/golden/train)

Two cases: "tied" (tied head, qkv bias) and "untied" (its own head, no qkv bias). Gradients and losses are computed in
double precision and stored as float. Made with PyTorch 1.13.0 and numpy 1.24.2 of Debian 12.
"""
import os
import sys

import torch
import torch.nn.functional as functional

import torch_gpt2 as reference

CASES = {'tied': {'qkv_bias': True, 'tied': True}, 'untied': {'qkv_bias': False, 'tied': False}}
BATCH, STEPS = 3, 10
ADAMW = {'lr': 0.01, 'beta1': 0.9, 'beta2': 0.95, 'eps': 1e-8, 'weight_decay': 0.1, 'clip': 1.0}


def loss_of(model, ids, targets):
    return functional.cross_entropy(model.forward(ids).flatten(0, 1), targets.flatten())


def make(folder, name, qkv_bias, tied):
    generator = torch.Generator().manual_seed(len(name))
    config = reference.config_of(n_layer=2, n_head=2, n_embd=16, vocab_size=31, n_positions=12,
                                 qkv_bias=qkv_bias, tie_word_embeddings=tied)
    tensors = reference.random_tensors(config, generator, qkv_bias=qkv_bias, tied=tied)
    ids = torch.randint(0, 31, (BATCH, 12), generator=generator)
    targets = torch.randint(0, 31, (BATCH, 12), generator=generator)

    model = reference.Gpt2(tensors, config)
    model.weights = {key: value.double().requires_grad_() for key, value in model.weights.items()}
    loss = loss_of(model, ids, targets)
    loss.backward()
    gradients = {key: value.grad.clone() for key, value in model.weights.items()}

    groups = [{'params': [w for w in model.weights.values() if w.dim() == 2], 'weight_decay': ADAMW['weight_decay']},
              {'params': [w for w in model.weights.values() if w.dim() != 2], 'weight_decay': 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=ADAMW['lr'], betas=(ADAMW['beta1'], ADAMW['beta2']), eps=ADAMW['eps'])
    losses, norms = [], []
    for _ in range(STEPS):
        optimiser.zero_grad()
        step_loss = loss_of(model, ids, targets)
        step_loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.weights.values(), ADAMW['clip']).item())
        optimiser.step()
        losses.append(step_loss.item())

    os.makedirs(folder, exist_ok=True)
    reference.write_json(os.path.join(folder, 'config.json'), config)
    reference.write_safetensors(os.path.join(folder, 'model.safetensors'), tensors, 'F32', {'format': 'pt'})
    reference.write_safetensors(os.path.join(folder, 'gradients.safetensors'), gradients)
    reference.write_safetensors(os.path.join(folder, 'after.safetensors'), model.weights)
    reference.write_json(os.path.join(folder, 'expected.json'),
                         {'ids': ids.flatten().tolist(), 'targets': targets.flatten().tolist(), 'batch': BATCH,
                          'loss': loss.item(), 'adamw': ADAMW, 'losses': losses, 'gradient_norms': norms}, None)
    print('%s: loss %.6f, after %d steps %.6f' % (name, loss.item(), STEPS, losses[-1]))


if __name__ == '__main__':
    here = os.path.dirname(os.path.abspath(__file__))
    out = sys.argv[1] if len(sys.argv) > 1 else os.path.join(here, 'train')
    for case, options in CASES.items():
        make(os.path.join(out, case), case, **options)
