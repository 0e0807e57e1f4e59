"""Speed of GPT-2 in PyTorch with a cache of keys and values, for torch.mjs: work as JSON on stdin, a line of JSON for
each measurement on stdout. Runs with Debian's python3-torch."""
import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'golden'))
from torch_gpt2 import read_safetensors  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

work = json.load(sys.stdin)
torch.set_num_threads(work['threads'])
torch.set_grad_enabled(False)
with open(os.path.join(work['folder'], 'config.json')) as file:
    config = json.load(file)
layers, heads, width = config['n_layer'], config['n_head'], config['n_embd']
params, _ = read_safetensors(os.path.join(work['folder'], 'model.safetensors'))
# [out, in], as torch.nn.Linear holds them
for name in params:
    if name.startswith('h.') and params[name].dim() == 2:
        params[name] = params[name].T.contiguous()


def linear(x, name):
    return F.linear(x, params[name + '.weight'], params[name + '.bias'])


def norm(x, name):
    return F.layer_norm(x, (width,), params[name + '.weight'], params[name + '.bias'], 1e-5)


def forward(ids, past):
    """past: (keys, values) of each layer, [heads, positions, d_head] -> logits of the last position, new past"""
    first = past[0][0].shape[1] if past else 0
    x = params['wte.weight'][torch.tensor(ids)] + params['wpe.weight'][first:first + len(ids)]
    hidden = torch.full((len(ids), first + len(ids)), -torch.inf).triu(first + 1)
    kept = []
    for layer in range(layers):
        block = 'h.%d.' % layer
        query, key, value = (part.view(len(ids), heads, -1).transpose(0, 1)
                             for part in linear(norm(x, block + 'ln_1'), block + 'attn.c_attn').chunk(3, 1))
        if past:
            key, value = torch.cat((past[layer][0], key), 1), torch.cat((past[layer][1], value), 1)
        kept.append((key, value))
        pattern = (query @ key.transpose(1, 2) * (width // heads) ** -0.5 + hidden).softmax(2)
        x = x + linear((pattern @ value).transpose(0, 1).reshape(len(ids), width), block + 'attn.c_proj')
        inner = linear(norm(x, block + 'ln_2'), block + 'mlp.c_fc')
        inner = 0.5 * inner * (1 + torch.tanh(0.7978845608028654 * (inner + 0.044715 * inner ** 3)))
        x = x + linear(inner, block + 'mlp.c_proj')
    return F.linear(norm(x[-1], 'ln_f'), params['wte.weight']), kept


def emit(task, tokens, start, **more):
    ms = (time.perf_counter() - start) * 1e3
    print(json.dumps({'version': 'PyTorch ' + torch.__version__, 'task': task, 'tokens': tokens, 'ms': ms, **more}))


for task_round in range(-1, work['rounds']):  # one to warm up
    for ids in work['prefill']:
        start = time.perf_counter()
        int(forward(ids, None)[0].argmax())
        if task_round >= 0:
            emit('prefill %d' % len(ids), len(ids), start, round=task_round)
    logits, past = forward(work['decode'], None)
    start = time.perf_counter()
    for _ in range(work['steps']):
        logits, past = forward([int(logits.argmax())], past)
    int(logits.argmax())
    if task_round >= 0:
        emit('decode %d after %d' % (work['steps'], len(work['decode'])), work['steps'], start, round=task_round)
