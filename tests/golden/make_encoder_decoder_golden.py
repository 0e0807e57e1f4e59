#!/usr/bin/python3
"""Makes tests/golden/encoder_decoder: small encoder-decoders with fixed weights, one padded batch each, and what PyTorch
makes of them: every value on the way, the loss without and with smoothed labels, every gradient of the latter, and what
ten steps of AdamW do to the model.

  /usr/bin/python3 tests/golden/make_encoder_decoder_golden.py [OUT]     (default: tests/golden/encoder_decoder)

Computed in double precision and stored as float. Made with PyTorch 1.13.0 and numpy 1.24.2 of Debian 12.
"""
import os
import sys

import torch

import torch_encoder_decoder as reference

IGNORED = -1  # the target of a position that does not count
STEPS = 10
ADAMW = {'lr': 0.005, 'beta1': 0.9, 'beta2': 0.98, 'eps': 1e-9, 'weight_decay': 0.1, 'clip': 1.0}

CASES = {
    # As the paper says.
    'paper': ({'vocab_size': 19, 'context': 12, 'd_model': 12, 'encoder_layers': 2, 'decoder_layers': 2, 'heads': 3,
               'd_head': 4, 'd_mlp': 20, 'feed_forward': 'two_layers', 'positions': 'sinusoidal', 'attention_bias': True,
               'scaled_embedding': True, 'tie_word_embeddings': True, 'attention_scale': 0.0},
              {'sources': [9, 4, 7], 'targets': [6, 8, 3], 'label_smoothing': 0.1}),
    # Everything otherwise: one-layer feed-forward, a table of positions, its own head, a scale of its own, heads that are
    # wider than the model, and more blocks here than there.
    'tutorial': ({'vocab_size': 13, 'context': 9, 'd_model': 6, 'encoder_layers': 1, 'decoder_layers': 2, 'heads': 2,
                  'd_head': 5, 'd_mlp': 6, 'feed_forward': 'one_layer', 'positions': 'table', 'attention_bias': False,
                  'scaled_embedding': False, 'tie_word_embeddings': False, 'attention_scale': 2.0},
                 {'sources': [3, 8], 'targets': [9, 2], 'label_smoothing': 0.0}),
}
START, END, PAD = 0, 1, 2


def padded(rows, fill):
    longest = max(len(row) for row in rows)
    return torch.tensor([row + [fill] * (longest - len(row)) for row in rows])


class Batch:
    """Random sentences: sources, decoder inputs that begin with START, and targets, which are one token ahead."""

    def __init__(self, config, sources, targets, label_smoothing, generator):
        def sentence(length):
            return torch.randint(3, config['vocab_size'], (length,), generator=generator).tolist()

        wanted = [sentence(length - 1) for length in targets]
        self.source_lengths = sources
        self.sources = padded([sentence(length) for length in sources], PAD)
        self.inputs = padded([[START] + row for row in wanted], PAD)
        self.targets = padded([row + [END] for row in wanted], IGNORED)
        self.padding = torch.arange(self.sources.shape[1])[None, :] >= torch.tensor(sources)[:, None]
        self.plain = torch.nn.CrossEntropyLoss(ignore_index=IGNORED)
        self.smoothed = torch.nn.CrossEntropyLoss(label_smoothing=label_smoothing, ignore_index=IGNORED)

    def losses(self, model):
        """-> the loss that is shown, the loss that is made smaller: means over the targets that count"""
        encoded = model.encode(self.sources, self.padding)
        logits = model.decode(self.inputs, encoded, self.padding).flatten(0, 1)
        targets = self.targets.flatten()
        return self.plain(logits, targets), self.smoothed(logits, targets)


def train(model, batch):
    """-> losses, gradient norms"""
    groups = [{'params': [w for w in model.weights.values() if w.dim() == 2], 'weight_decay': ADAMW['weight_decay']},
              {'params': [w for w in model.weights.values() if w.dim() != 2], 'weight_decay': 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=ADAMW['lr'], betas=(ADAMW['beta1'], ADAMW['beta2']), eps=ADAMW['eps'])
    losses, norms = [], []
    for _ in range(STEPS):
        optimiser.zero_grad()
        loss, smoothed = batch.losses(model)
        smoothed.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.weights.values(), ADAMW['clip']).item())
        optimiser.step()
        losses.append(loss.item())
    return losses, norms


def make(folder, name, config, sentences):
    generator = torch.Generator().manual_seed(len(name))
    config = {'model_type': 'headlight-encoder-decoder', **config, 'layer_norm_epsilon': 1e-5,
              'layer_norm_epsilon_outside': 0.0, 'start_token_id': START, 'end_token_id': END, 'pad_token_id': PAD}
    tensors = reference.random_tensors(config, generator)
    batch = Batch(config, generator=generator, **sentences)
    model = reference.EncoderDecoder(tensors, config)
    loss, smoothed = batch.losses(model)
    smoothed.backward()
    gradients = {key: value.grad.clone() for key, value in model.weights.items()}
    values = dict(model.values)
    losses, norms = train(model, batch)

    os.makedirs(folder, exist_ok=True)
    reference.write_json(os.path.join(folder, 'config.json'), config)
    reference.write_safetensors(os.path.join(folder, 'model.safetensors'), tensors, 'F32', {'format': 'pt'})
    reference.write_safetensors(os.path.join(folder, 'gradients.safetensors'), gradients)
    reference.write_safetensors(os.path.join(folder, 'values.safetensors'), values)
    reference.write_safetensors(os.path.join(folder, 'after.safetensors'), model.weights)
    reference.write_json(os.path.join(folder, 'expected.json'), {
        'batch': len(batch.source_lengths), 'sources': batch.sources.flatten().tolist(),
        'source_lengths': batch.source_lengths, 'inputs': batch.inputs.flatten().tolist(),
        'targets': batch.targets.flatten().tolist(), 'target_lengths': sentences['targets'],
        'label_smoothing': sentences['label_smoothing'], 'loss': loss.item(),
        'smoothed_loss': smoothed.item(), 'adamw': ADAMW, 'losses': losses,
        'gradient_norms': norms}, None)
    print('%s: %d parameters, loss %.6f, after %d steps %.6f' % (
        name, sum(tensor.numel() for tensor in tensors.values()), loss.item(), STEPS, losses[-1]))


if __name__ == '__main__':
    here = os.path.dirname(os.path.abspath(__file__))
    out = sys.argv[1] if len(sys.argv) > 1 else os.path.join(here, 'encoder_decoder')
    for case, (model_config, sentences_of) in CASES.items():
        make(os.path.join(out, case), case, model_config, sentences_of)
