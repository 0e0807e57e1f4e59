#!/usr/bin/python3
"""Opens the model folders in FOLDER, which the tests wrote, with an independent reader and compares what they say:
torch_opens_ours.py FOLDER. Each has ours.json (ids, logits), or whole traces: ours.safetensors, and off.safetensors and
changed.safetensors of passes in which something was changed.

Needs PyTorch; without it the test is skipped (exit code 77). The names of a folder's tensors must be those of
transformers' GPT2Model, without which its from_pretrained would leave layers at random; those of a trace must be the
names of TransformerLens' hooks, all of them and no others.
"""
import json
import math
import os
import sys

try:
    import torch
except ImportError:
    print('no PyTorch for %s: skipped' % sys.executable)
    sys.exit(77)
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'golden'))
import torch_gpt2 as reference

PART_NAMES = ('ln_1.weight ln_1.bias attn.c_attn.weight attn.c_attn.bias attn.c_proj.weight attn.c_proj.bias ln_2.weight '
              'ln_2.bias mlp.c_fc.weight mlp.c_fc.bias mlp.c_proj.weight mlp.c_proj.bias').split()


class Hooked(reference.Gpt2):
    """The same forward pass for one prompt, which returns what TransformerLens' HookedTransformer caches of it with
    run_with_cache, less the batch axis, and the logits that it returns. heads_off: {(layer, head)} whose z are 0."""

    def trace(self, ids, heads_off=()):
        seen, n = {}, len(ids)

        def hook(name, value):
            seen[name] = value
            return value

        def norm(x, name, weights):
            centred = x - x.mean(-1, keepdim=True)
            scale = hook(name + '.hook_scale', torch.sqrt((centred ** 2).mean(-1, keepdim=True) + self.eps))
            return hook(name + '.hook_normalized',
                        centred / scale * self.weights[weights + '.weight'] + self.weights[weights + '.bias'])

        x = hook('hook_embed', self.weights['wte.weight'][ids]) + hook('hook_pos_embed', self.weights['wpe.weight'][:n])
        future = torch.ones(n, n, dtype=torch.bool).triu(1)
        for layer in range(self.layers):
            at, to = 'h.%d.' % layer, 'blocks.%d.' % layer
            hook(to + 'hook_resid_pre', x)
            parts = self.linear(norm(x, to + 'ln1', at + 'ln_1'), at + 'attn.c_attn').chunk(3, dim=1)
            q, k, v = (hook(to + 'attn.hook_' + part, rows.view(n, self.heads, -1)) for part, rows in zip('qkv', parts))
            scores = torch.einsum('qhd,khd->hqk', q, k) / math.sqrt(q.shape[-1])
            scores = hook(to + 'attn.hook_attn_scores', scores.masked_fill(future, -math.inf))
            pattern = hook(to + 'attn.hook_pattern', scores.softmax(-1))
            z = torch.einsum('hqk,khd->qhd', pattern, v)
            for head in range(self.heads):
                if (layer, head) in heads_off:
                    z[:, head] = 0
            z = hook(to + 'attn.hook_z', z)
            x = x + hook(to + 'hook_attn_out', self.linear(z.reshape(n, -1), at + 'attn.c_proj'))
            pre = self.linear(norm(hook(to + 'hook_resid_mid', x), to + 'ln2', at + 'ln_2'), at + 'mlp.c_fc')
            post = hook(to + 'mlp.hook_post', reference.gelu(hook(to + 'mlp.hook_pre', pre)))
            x = hook(to + 'hook_resid_post', x + hook(to + 'hook_mlp_out', self.linear(post, at + 'mlp.c_proj')))
        hook('logits', norm(x, 'ln_final', 'ln_f') @ self.weights[self.head].T)
        return seen


def transformers_names(config):
    names = {'wte.weight', 'wpe.weight', 'ln_f.weight', 'ln_f.bias'}
    names |= {'h.%d.%s' % (layer, part) for layer in range(config['n_layer']) for part in PART_NAMES}
    if not config['tie_word_embeddings']:
        names.add('lm_head.weight')
    if not config['qkv_bias']:
        names -= {name for name in names if name.endswith('c_attn.bias')}
    return names


def number_list(text):
    return [int(number) for number in text.split(',')]


def furthest(ours, theirs):
    """The largest difference, absolute below 1 and relative above; infinity where one of the two alone is finite."""
    finite = theirs.isfinite()
    if not torch.equal(finite, ours.isfinite()) or not torch.equal(theirs[~finite], ours[~finite].to(theirs.dtype)):
        return math.inf
    return ((ours - theirs).abs() / (1 + theirs.abs()))[finite].max().item()


def too_small(logits):
    return 'logits near 0 prove nothing' if logits.abs().max() < 0.5 else None


def misfit(ours, theirs):
    """What is wrong with the names and shapes of a trace."""
    if set(ours) != set(theirs):
        return 'other names: %s' % sorted(set(ours) ^ set(theirs))
    for name, tensor in theirs.items():
        if ours[name].shape != tensor.shape:
            return '%s is %s instead of %s' % (name, list(ours[name].shape), list(tensor.shape))
    return None


def disagreement(ours, theirs):
    wrong = misfit(ours, theirs)
    if wrong:
        return wrong
    for name, tensor in theirs.items():
        far = furthest(ours[name], tensor)
        if far >= 1e-5:
            return '%s differs by %g' % (name, far)
    return None


def trace_complaint(model, folder):
    """Of the whole trace, of one with heads off, and of one with other changes, which leave names and shapes alone."""
    ours, metadata = reference.read_safetensors(os.path.join(folder, 'ours.safetensors'))
    ids = number_list(metadata['ids'])
    theirs = model.trace(ids)
    assert torch.allclose(theirs['logits'], model.forward(torch.tensor([ids]))[0]), 'two oracles'
    wrong = disagreement(ours, theirs) or too_small(theirs['logits'])
    if wrong:
        return 'the trace: ' + wrong
    if 'interventions' in metadata:
        return 'the trace says that something was changed'
    off, metadata = reference.read_safetensors(os.path.join(folder, 'off.safetensors'))
    heads = {tuple(int(number) for number in text[len('off:'):].split('.')) for text in metadata['interventions'].split(';')}
    wrong = disagreement(off, model.trace(ids, heads))
    if wrong:
        return 'the trace with %s: %s' % (metadata['interventions'], wrong)
    changed, metadata = reference.read_safetensors(os.path.join(folder, 'changed.safetensors'))
    wrong = misfit(changed, theirs)
    if wrong:
        return 'the trace with %s: %s' % (metadata['interventions'], wrong)
    for name, trace in (('off', off), ('changed', changed)):
        if furthest(trace['logits'], theirs['logits']) < 1e-3:
            return '%s.safetensors: the logits are those without the changes' % name
    return None


def logits_complaint(model, ours):
    logits = model.forward(torch.tensor([ours['ids']])).flatten()
    far = furthest(torch.tensor(ours['logits']), logits)
    return too_small(logits) if far < 1e-5 else 'logits differ by %g' % far


@torch.no_grad()
def complaint(folder):
    with open(os.path.join(folder, 'config.json'), encoding='utf-8') as file:
        config = json.load(file)
    tensors, metadata = reference.read_folder(folder)
    stored, _ = reference.read_safetensors(os.path.join(folder, 'model.safetensors'))
    if ('quantization_config' in config) != any(tensor.dtype == torch.int8 for tensor in stored.values()):
        return 'config.json and the tensors do not say the same about eight bits'
    if set(tensors) != transformers_names(config):
        return 'other names: %s' % sorted(set(tensors) ^ transformers_names(config))
    if metadata.get('format') != 'pt':
        return 'transformers wants the metadata format: pt'
    for key in ('model_type', 'n_layer', 'n_head', 'n_embd', 'vocab_size', 'n_positions', 'layer_norm_epsilon'):
        if key not in config:
            return 'config.json has no ' + key
    model = Hooked(tensors, config)
    model.weights = {name: weight.double() for name, weight in model.weights.items()}
    if not os.path.exists(os.path.join(folder, 'ours.json')):
        return trace_complaint(model, folder)
    with open(os.path.join(folder, 'ours.json'), encoding='utf-8') as file:
        return logits_complaint(model, json.load(file))


def main():
    kinds, bad = sorted(os.listdir(sys.argv[1])), 0
    for number, kind in enumerate(kinds, 1):
        wrong = complaint(os.path.join(sys.argv[1], kind))
        bad += wrong is not None
        print('not ok %d %s: %s' % (number, kind, wrong) if wrong else 'ok %d %s opens in PyTorch' % (number, kind))
    sys.exit(1 if bad or not kinds else 0)


main()
