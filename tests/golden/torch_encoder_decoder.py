"""A small encoder-decoder in PyTorch, for the scripts that make golden data.

Written from the paper, independently of the C++ code: Vaswani et al., 2017, "Attention Is All You Need", with post-norm
sub-layers. Weights of linear layers are [in, out]; the parameters' names are those of model/encoder_decoder_config.h.
"""
import math

import torch

import torch_gpt2


def sinusoids(context, d):
    """PE(pos, 2i) = sin(pos / 10000^(2i/d)), PE(pos, 2i+1) = cos of the same (section 3.5)."""
    table = torch.zeros(context, d, dtype=torch.float64)
    for pos in range(context):
        for column in range(d):
            angle = pos / 10000 ** (2 * (column // 2) / d)
            table[pos, column] = math.sin(angle) if column % 2 == 0 else math.cos(angle)
    return table


class EncoderDecoder:
    """values: what the sites hold, under the trace's names, of the last forward pass."""

    def __init__(self, tensors, config):
        self.weights = {name: tensor.double().requires_grad_() for name, tensor in tensors.items()}
        self.config = config
        self.values = {}

    def see(self, name, value):
        self.values[name] = value.detach()
        return value

    def linear(self, x, name):
        y = x @ self.weights[name + '.weight']
        return y + self.weights[name + '.bias'] if name + '.bias' in self.weights else y

    def norm(self, x, name):
        centred = x - x.mean(-1, keepdim=True)
        variance = (centred ** 2).mean(-1, keepdim=True)
        eps, outside = self.config['layer_norm_epsilon'], self.config['layer_norm_epsilon_outside']
        y = centred / (torch.sqrt(variance + eps) + outside)
        y = y * self.weights[name + '.weight'] + self.weights[name + '.bias']
        return self.see(name + '.hook_normalized', y)

    def attention(self, x, source, name, mask):
        """x [batch, queries, d] attends to source [batch, keys, d]; mask is true where it may not look."""
        heads, d_head = self.config['heads'], self.config['d_head']

        def split(rows, site):
            y = rows.view(rows.shape[0], rows.shape[1], heads, d_head)
            self.see(name + '.hook_' + site, y)
            return y.transpose(1, 2)

        q = split(self.linear(x, name + '.query'), 'q')
        k = split(self.linear(source, name + '.key'), 'k')
        v = split(self.linear(source, name + '.value'), 'v')
        scale = self.config['attention_scale'] or math.sqrt(d_head)
        scores = (q @ k.transpose(2, 3) / scale).masked_fill(mask, -math.inf)
        pattern = self.see(name + '.hook_pattern', scores.softmax(-1))
        z = (pattern @ v).transpose(1, 2)
        self.see(name + '.hook_z', z)
        return self.linear(z.flatten(2), name + '.out')

    def feed_forward(self, x, name):
        post = self.see(name + '.hook_post', self.see(name + '.hook_pre', self.linear(x, name + '.in')).relu())
        return post if self.config['feed_forward'] == 'one_layer' else self.linear(post, name + '.out')

    def embed(self, ids):
        x = self.weights['embed.weight'][ids]
        if self.config['scaled_embedding']:
            x = x * math.sqrt(self.config['d_model'])
        if self.config['positions'] == 'table':
            return x + self.weights['positions.weight'][:ids.shape[1]]
        return x + sinusoids(ids.shape[1], self.config['d_model'])

    def encode(self, ids, padding):
        """ids [batch, positions], padding [batch, positions] -> [batch, positions, d]"""
        x = self.embed(ids)
        for layer in range(self.config['encoder_layers']):
            at = 'encoder.%d.' % layer
            self.see(at + 'hook_resid_pre', x)
            out = self.see(at + 'hook_attn_out', self.attention(x, x, at + 'attn', padding[:, None, None, :]))
            x = self.norm(self.see(at + 'hook_resid_mid', x + out), at + 'ln1')
            out = self.see(at + 'hook_mlp_out', self.feed_forward(x, at + 'mlp'))
            x = self.norm(self.see(at + 'hook_resid_post', x + out), at + 'ln2')
        return x

    def decode(self, ids, source, padding):
        """-> logits [batch, positions, vocab]"""
        x = self.embed(ids)
        future = torch.ones(ids.shape[1], ids.shape[1], dtype=torch.bool).triu(1)
        for layer in range(self.config['decoder_layers']):
            at = 'decoder.%d.' % layer
            self.see(at + 'hook_resid_pre', x)
            out = self.see(at + 'hook_attn_out', self.attention(x, x, at + 'attn', future))
            x = self.norm(self.see(at + 'hook_resid_mid', x + out), at + 'ln1')
            out = self.attention(x, source, at + 'cross_attn', padding[:, None, None, :])
            self.see(at + 'hook_cross_attn_out', out)
            x = self.norm(self.see(at + 'hook_resid_mid_cross', x + out), at + 'ln2')
            out = self.see(at + 'hook_mlp_out', self.feed_forward(x, at + 'mlp'))
            x = self.norm(self.see(at + 'hook_resid_post', x + out), at + 'ln3')
        head = 'embed.weight' if self.config['tie_word_embeddings'] else 'head.weight'
        return self.see('logits', x @ self.weights[head].T)


def random_tensors(config, generator):
    """Weights far from their values at the start of a training, so that every part of the model matters."""
    d, width, hidden = config['d_model'], config['heads'] * config['d_head'], config['d_mlp']
    tensors = {}

    def normal(*shape, std, mean=0.0):
        return torch.randn(*shape, generator=generator) * std + mean

    def linear(name, inner, outer, bias=True):
        tensors[name + '.weight'] = normal(inner, outer, std=1.2 / math.sqrt(inner))
        if bias:
            tensors[name + '.bias'] = normal(outer, std=0.2)

    def attention(name):
        for part in ('query', 'key', 'value'):
            linear('%s.%s' % (name, part), d, width, config['attention_bias'])
        linear(name + '.out', width, d)

    def norm(name):
        tensors[name + '.weight'] = normal(d, std=0.2, mean=1.0)
        tensors[name + '.bias'] = normal(d, std=0.2)

    def feed_forward(name):
        linear(name + '.in', d, hidden)
        if config['feed_forward'] == 'two_layers':
            linear(name + '.out', hidden, d)

    tensors['embed.weight'] = normal(config['vocab_size'], d, std=0.5)
    if config['positions'] == 'table':
        tensors['positions.weight'] = normal(config['context'], d, std=0.5)
    for layer in range(config['encoder_layers']):
        at = 'encoder.%d.' % layer
        attention(at + 'attn')
        feed_forward(at + 'mlp')
        norm(at + 'ln1')
        norm(at + 'ln2')
    for layer in range(config['decoder_layers']):
        at = 'decoder.%d.' % layer
        attention(at + 'attn')
        attention(at + 'cross_attn')
        feed_forward(at + 'mlp')
        norm(at + 'ln1')
        norm(at + 'ln2')
        norm(at + 'ln3')
    if not config['tie_word_embeddings']:
        tensors['head.weight'] = normal(config['vocab_size'], d, std=0.5)
    return tensors


write_safetensors, write_json = torch_gpt2.write_safetensors, torch_gpt2.write_json
