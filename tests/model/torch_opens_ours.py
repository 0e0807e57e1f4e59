#!/usr/bin/python3
"""Opens the model folders in FOLDER, which the tests wrote, with an independent reader and compares logits:
torch_opens_ours.py FOLDER. Each has ours.json (ids, logits) or ours.safetensors (a trace).

Needs PyTorch; without it the test is skipped (exit code 77). The names of the tensors must be those of transformers'
GPT2Model, without which its from_pretrained would leave layers at random.
"""
import json
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


def transformers_names(config):
    names = {'wte.weight', 'wpe.weight', 'ln_f.weight', 'ln_f.bias'}
    names |= {'h.%d.%s' % (layer, part) for layer in range(config['n_layer']) for part in PART_NAMES}
    if not config['tie_word_embeddings']:
        names.add('lm_head.weight')
    if not config['qkv_bias']:
        names -= {name for name in names if name.endswith('c_attn.bias')}
    return names


def what_we_say(folder):
    path = os.path.join(folder, 'ours.safetensors')
    if os.path.exists(path):
        trace, metadata = reference.read_safetensors(path)
        return {'ids': [int(number) for number in metadata['ids'].split(',')], 'logits': trace['logits'].flatten().tolist()}
    with open(os.path.join(folder, 'ours.json'), encoding='utf-8') as file:
        return json.load(file)


@torch.no_grad()
def complaint(folder):
    with open(os.path.join(folder, 'config.json'), encoding='utf-8') as file:
        config = json.load(file)
    ours = what_we_say(folder)
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
    model = reference.Gpt2(tensors, config)
    model.weights = {name: weight.double() for name, weight in model.weights.items()}
    logits = model.forward(torch.tensor([ours['ids']])).flatten()
    theirs = torch.tensor(ours['logits'])
    worst = ((logits - theirs).abs() / (1 + logits.abs())).max().item()
    if theirs.abs().max() < 0.5:
        return 'logits near 0 prove nothing'
    return None if worst < 1e-5 else 'logits differ by %g' % worst


def main():
    kinds, bad = sorted(os.listdir(sys.argv[1])), 0
    for number, kind in enumerate(kinds, 1):
        wrong = complaint(os.path.join(sys.argv[1], kind))
        bad += wrong is not None
        print('not ok %d %s: %s' % (number, kind, wrong) if wrong else 'ok %d %s opens in PyTorch' % (number, kind))
    sys.exit(1 if bad or not kinds else 0)


main()
