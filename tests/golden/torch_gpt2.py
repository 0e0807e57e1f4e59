"""A small GPT-2 in PyTorch, with safetensors files, shared by the scripts that make golden data and that read our files.

Needs PyTorch and numpy only (Debian: python3-torch python3-numpy, run with /usr/bin/python3). Written from the
definition, independently of the C++ code: Radford et al., 2019; weights of linear layers are [in, out] as in Conv1D.
"""
import json
import math
import os
import struct

import numpy as np
import torch

NUMPY_TYPES = {'F64': '<f8', 'F32': '<f4', 'F16': '<f2', 'I64': '<i8', 'I32': '<i4', 'I8': 'i1', 'U8': 'u1'}
INDEX = 'model.safetensors.index.json'


def read_safetensors(path):
    """-> {name: tensor}, metadata. Strict: every byte of the file must belong to exactly one tensor."""
    with open(path, 'rb') as file:
        raw = file.read()
    length = struct.unpack('<Q', raw[:8])[0]
    header = json.loads(raw[8:8 + length].decode('utf-8'))
    metadata = header.pop('__metadata__', {})
    body, tensors, spans = raw[8 + length:], {}, []
    for name, entry in header.items():
        begin, end = entry['data_offsets']
        spans.append((begin, end))
        if entry['dtype'] == 'BF16':
            words = np.frombuffer(body[begin:end], dtype='<u2').astype(np.uint32) << 16
            values = words.view(np.float32)
        else:
            values = np.frombuffer(body[begin:end], dtype=NUMPY_TYPES[entry['dtype']])
        tensors[name] = torch.from_numpy(values.reshape(entry['shape']).copy())
    at = 0
    for begin, end in sorted(spans):
        assert begin == at, 'hole or overlap at byte %d' % at
        at = end
    assert at == len(body), '%d bytes belong to no tensor' % (len(body) - at)
    return tensors, metadata


def write_safetensors(path, tensors, dtype='F32', metadata=None):
    header, blobs, at = {}, [], 0
    if metadata:
        header['__metadata__'] = metadata
    for name, tensor in tensors.items():
        values = np.ascontiguousarray(tensor.detach().numpy(), dtype=np.float32)
        if dtype == 'BF16':  # round to nearest, ties to even
            words = values.view(np.uint32)
            blob = ((words + 0x7fff + ((words >> 16) & 1)) >> 16).astype('<u2').tobytes()
        else:
            blob = values.astype(NUMPY_TYPES[dtype]).tobytes()
        header[name] = {'dtype': dtype, 'shape': list(values.shape), 'data_offsets': [at, at + len(blob)]}
        blobs.append(blob)
        at += len(blob)
    text = json.dumps(header, separators=(',', ':')).encode()
    text += b' ' * (-len(text) % 8)
    with open(path, 'wb') as file:
        file.write(struct.pack('<Q', len(text)) + text + b''.join(blobs))


def write_shards(folder, tensors, dtype, count):
    """The way transformers' save_pretrained does it with max_shard_size: equal parts here, and their index."""
    names, weight_map = list(tensors), {}
    for part in range(count):
        own = names[part * len(names) // count:(part + 1) * len(names) // count]
        file = 'model-%05d-of-%05d.safetensors' % (part + 1, count)
        write_safetensors(os.path.join(folder, file), {name: tensors[name] for name in own}, dtype, {'format': 'pt'})
        weight_map.update((name, file) for name in own)
    size = sum(tensor.numel() for tensor in tensors.values()) * (4 if dtype == 'F32' else 2)
    write_json(os.path.join(folder, INDEX), {'metadata': {'total_size': size}, 'weight_map': weight_map})


def read_folder(folder):
    """All tensors of a folder, in one file or in shards; headlight's eight bits as the numbers they stand for."""
    index = os.path.join(folder, INDEX)
    if not os.path.exists(index):
        tensors, metadata = read_safetensors(os.path.join(folder, 'model.safetensors'))
        return dequantised(tensors), metadata
    with open(index, encoding='utf-8') as file:
        weight_map = json.load(file)['weight_map']
    tensors = {}
    for part in sorted(set(weight_map.values())):
        tensors.update(read_safetensors(os.path.join(folder, part))[0])
    assert set(tensors) == set(weight_map)
    return dequantised(tensors), {}


def dequantised(tensors):
    """number = quant * scale; a scale for each block of 32 along the input dimension: rows of a Conv1D [in, out],
    columns of the embedding and the head [vocab, d]."""
    plain = {}
    for name, tensor in tensors.items():
        if name.endswith('.scale'):
            continue
        if tensor.dtype == torch.int8:
            axis = 1 if name.endswith(('wte.weight', 'lm_head.weight')) else 0
            scale = tensors[name + '.scale'].repeat_interleave(32, axis).narrow(axis, 0, tensor.shape[axis])
            tensor = tensor.to(torch.float32) * scale
        plain[name] = tensor
    return plain


def gelu(x):
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)))


class Gpt2:
    """Holds a dictionary of tensors under their Hugging Face names; the prefix "transformer." is taken off."""

    def __init__(self, tensors, config):
        self.weights = {}
        for name, tensor in tensors.items():
            name = name[len('transformer.'):] if name.startswith('transformer.') else name
            if not name.endswith(('.attn.bias', '.attn.masked_bias')):
                self.weights[name] = tensor.to(torch.float32)
        self.layers, self.heads = config['n_layer'], config['n_head']
        self.eps = config.get('layer_norm_epsilon', 1e-5)
        self.head = 'lm_head.weight' if 'lm_head.weight' in self.weights else 'wte.weight'

    def norm(self, x, name):
        mean = x.mean(-1, keepdim=True)
        variance = ((x - mean) ** 2).mean(-1, keepdim=True)
        return (x - mean) / torch.sqrt(variance + self.eps) * self.weights[name + '.weight'] + self.weights[name + '.bias']

    def linear(self, x, name):
        y = x @ self.weights[name + '.weight']
        return y + self.weights[name + '.bias'] if name + '.bias' in self.weights else y

    def forward(self, ids, patterns=None):
        """ids [batch, positions] -> logits [batch, positions, vocab]; patterns: a list that gets [batch, head, q, k] a layer."""
        batch, positions = ids.shape
        x = self.weights['wte.weight'][ids] + self.weights['wpe.weight'][:positions]
        future = torch.ones(positions, positions, dtype=torch.bool).triu(1)
        for layer in range(self.layers):
            at = 'h.%d.' % layer
            parts = self.linear(self.norm(x, at + 'ln_1'), at + 'attn.c_attn').chunk(3, dim=2)
            q, k, v = (part.view(batch, positions, self.heads, -1).transpose(1, 2) for part in parts)
            scores = q @ k.transpose(2, 3) / math.sqrt(q.shape[-1])
            pattern = scores.masked_fill(future, -math.inf).softmax(-1)
            if patterns is not None:
                patterns.append(pattern)
            z = (pattern @ v).transpose(1, 2).reshape(batch, positions, -1)
            x = x + self.linear(z, at + 'attn.c_proj')
            x = x + self.linear(gelu(self.linear(self.norm(x, at + 'ln_2'), at + 'mlp.c_fc')), at + 'mlp.c_proj')
        return self.norm(x, 'ln_f') @ self.weights[self.head].T


def load(folder):
    with open(os.path.join(folder, 'config.json'), encoding='utf-8') as file:
        config = json.load(file)
    return Gpt2(read_folder(folder)[0], config)


def random_tensors(config, generator, prefix='', qkv_bias=True, tied=True):
    """Weights far from their values at the start of a training, so that every part of the model matters."""
    d, tensors = config['n_embd'], {}

    def normal(*shape, std, mean=0.0):
        return torch.randn(*shape, generator=generator) * std + mean

    tensors[prefix + 'wte.weight'] = normal(config['vocab_size'], d, std=0.3)
    tensors[prefix + 'wpe.weight'] = normal(config['n_positions'], d, std=0.1)
    for layer in range(config['n_layer']):
        at = prefix + 'h.%d.' % layer
        for name in ('ln_1', 'ln_2'):
            tensors[at + name + '.weight'] = normal(d, std=0.1, mean=1.0)
            tensors[at + name + '.bias'] = normal(d, std=0.1)
        if prefix:  # the causal mask that older checkpoints carry along
            tensors[at + 'attn.bias'] = torch.ones(config['n_positions'], config['n_positions']).tril()[None, None]
        for name, inner, outer in (('attn.c_attn', d, 3 * d), ('attn.c_proj', d, d), ('mlp.c_fc', d, 4 * d),
                                   ('mlp.c_proj', 4 * d, d)):
            tensors[at + name + '.weight'] = normal(inner, outer, std=1.5 / math.sqrt(inner))
            if qkv_bias or name != 'attn.c_attn':
                tensors[at + name + '.bias'] = normal(outer, std=0.1)
    tensors[prefix + 'ln_f.weight'] = normal(d, std=0.1, mean=1.0)
    tensors[prefix + 'ln_f.bias'] = normal(d, std=0.1)
    if not tied:
        tensors['lm_head.weight'] = normal(config['vocab_size'], d, std=0.3)
    return tensors


def config_of(n_layer, n_head, n_embd, vocab_size, n_positions, **more):
    return {'model_type': 'gpt2', 'architectures': ['GPT2LMHeadModel'], 'n_layer': n_layer, 'n_head': n_head,
            'n_embd': n_embd, 'vocab_size': vocab_size, 'n_positions': n_positions, 'n_ctx': n_positions,
            'layer_norm_epsilon': 1e-05, 'activation_function': 'gelu_new', 'bos_token_id': vocab_size - 1,
            'eos_token_id': vocab_size - 1, **more}


def write_json(path, value, indent=1):
    with open(path, 'w', encoding='utf-8') as file:
        json.dump(value, file, indent=indent)
        file.write('\n')
