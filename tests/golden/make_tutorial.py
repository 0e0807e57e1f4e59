#!/usr/bin/python3
"""Makes assets/tutorial/tutorial.json (what the tutorial printed, and its 25 mistakes) and tests/golden/tutorial_chains.json
(the chains B and C to six decimals) from the tables of the reference that the project measured.

  /usr/bin/python3 tests/golden/make_tutorial.py REFERENCE.md

REFERENCE.md is ../shared/reference/tutorial_numbers.md; the two JSON files are in the repository, so that nobody needs it
to build or test. Which cells a mistake touches is found by computing the table again from its printed inputs.
"""
import json
import math
import re
import sys

lines = open(sys.argv[1], encoding='utf-8').read().split('\n')


def number(text):
    try:
        return float(text.strip().strip('*'))
    except ValueError:
        return None


def rows_from(start):
    """The table whose header is at or after line `start`: rows of texts, without the header and its rule."""
    while not lines[start].startswith('|'):
        start += 1
    out = []
    for line in lines[start + 2:]:
        if not line.startswith('|'):
            break
        out.append([cell.strip() for cell in line.strip().strip('|').split('|')])
    return out


def find(label, section=''):
    at = next(i for i, line in enumerate(lines) if line.startswith(section)) if section else 0
    return next(i for i in range(at, len(lines)) if lines[i].startswith(label)) + 1


def matrix(label, section='', named=True):
    return [[number(cell) for cell in row[1 if named else 0:]] for row in rows_from(find(label, section))]


def transpose(m):
    return [list(column) for column in zip(*m)]


def product(a, b):
    return [[sum(x * y for x, y in zip(row, column)) for column in zip(*b)] for row in a]


def add(a, b):
    return [[x + y for x, y in zip(r, s)] for r, s in zip(a, b)]


def softmax(row):
    top = max(row)
    powers = [math.exp(x - top) for x in row]
    return [p / sum(powers) for p in powers]


def rounded(m, digits):
    return [[round(x, digits) for x in row] for row in m]


def differing(printed, right, tolerance):
    return [[i, j] for i, row in enumerate(printed) for j, x in enumerate(row)
            if x is not None and right[i][j] is not None and abs(x - right[i][j]) > tolerance]


def vaswani(pos, dim):
    angle = pos / 10000 ** (dim // 2 * 2 / 6)
    return math.sin(angle) if dim % 2 == 0 else math.cos(angle)


def own_rule(pos, dim):
    angle = pos / 10000 ** (2 * dim / 6)
    return math.sin(angle) if dim % 2 == 0 else math.cos(angle)


WORDS = ['I', 'drink', 'things', 'Know', 'When', "won't", 'play', 'out', 'true', 'storm', 'brings', 'game', 'the', 'win',
         'of', 'enemy', 'you', 'wait', 'thrones', 'and', 'or', 'die', 'He']
ID = {word: i + 1 for i, word in enumerate(WORDS)}
CORPUS = ['I drink and I know things.', 'When you play the game of thrones, you win or you die.',
          "The true enemy won't wait out the storm, He brings the storm."]
LISTED = [['I', 'drink', 'and', 'I', 'Know', 'things'],
          ['When', 'you', 'play', 'the', 'game', 'of', 'thrones', 'you', 'win', 'or', 'you', 'die'],
          ['The', 'true', 'enemy', "won't", 'wait', 'out', 'the', 'storm', 'He', 'brings', 'the', 'storm']]

E = transpose(matrix('## Step 4', named=False))
P = transpose(matrix('Printed P', named=False))
X = matrix('## Step 6')
inputs = {
    'wq': matrix('W_Q', named=False), 'wk': matrix('W_K', named=False), 'wv': matrix('W_V', named=False),
    'wo': matrix('W_O', named=False), 'ffn_w': matrix('W (6x6)', named=False),
    'ffn_b': [[0.42, 0.18, 0.25, 0.42, 0.35, 0.45]],
    'toy': [[1, 2, 3], [4, 5, 6], [7, 8, 9]],
    'small': [[0.1, 0.8, 0.2], [0.9, 0.1, 0.4], [0.3, 0.5, 0.7]],
    'figure': matrix("Decoder's last", named=False),
    'example_x': [[1, 0, 1, 0], [0, 2, 0, 2], [1, 1, 1, 1]],
    'example_wq': [[1, 0, 1], [1, 0, 0], [0, 0, 1], [0, 1, 1]],
    'example_wk': [[0, 0, 1], [1, 1, 0], [0, 1, 0], [1, 1, 0]],
    'example_wv': [[0, 2, 0], [0, 3, 0], [1, 0, 3], [1, 1, 0]],
}
visible = [row for row in rows_from(find('Flattened row-wise')) if number(row[0]) is not None]
# Columns as in the figure of the logits: I, drink, things, you (not visible), He.
inputs['visible'] = [[number(cell) for cell in row[1:4]] + [None, number(row[5])] for row in visible]
figures = rows_from(find('| 35 |') + 1)
logits = [number(cell) for cell in figures[0][1:]]
inputs['figure_logits'] = [logits]


def moments(label):
    table = rows_from(find(label))
    return ([[number(row[1])] for row in table], [[number(row[4 if label.startswith('Formula') else 3])] for row in table])


mean1, std1 = moments('Formula shown')
mean2, std2 = moments('ReLU + previous (36/36 match)')  # the residual: replaced below
at = find('ReLU + previous')
while lines[at].startswith('|') or not lines[at]:
    at += 1
    if lines[at].startswith('| row |'):
        break
table2 = rows_from(at)
mean2, std2 = [[number(r[1])] for r in table2], [[number(r[3])] for r in table2]

printed = {
    'sentence': [[5, 17, 7, None, 12, 15, 19]], 'count': [[30, 23]], 'ids': [[5, 17, 7, 12, 15, 19]],
    'vocabulary': [[i + 1] for i in range(23)],
    'embedding': E, 'positions': P, 'x': X,
    'wq': inputs['wq'], 'wk': inputs['wk'], 'wv': inputs['wv'],
    'q': matrix('Q printed'), 'k': matrix('K printed'), 'v': matrix('V printed'),
    'scores': matrix('Q K^T printed'), 'scaled': matrix('Scaled by sqrt(6)'), 'pattern': matrix('Softmax (printed'),
    'z': matrix('Head output ='), 'wo': inputs['wo'], 'attn_out': matrix('Attention output ('),
    'residual1': matrix('X + attention'), 'mean1': mean1, 'std1': std1, 'norm1': matrix('Normalised (36/36'),
    'ffn_w': inputs['ffn_w'], 'ffn_b': inputs['ffn_b'], 'ffn_linear': matrix('X.W printed'),
    'ffn_pre': matrix('X.W + b printed'), 'ffn': matrix('ReLU printed'),
    'residual2': matrix('ReLU + previous'), 'mean2': mean2, 'std2': std2,
    'encoder_out': matrix('Encoder output printed'),
    'target': [[24, 17, 14, 21, 17, 22]],
    'dec_embedding': [[0.31, 0.21, 0.12, 0.64, 0.98, 0.2]] + [[None] * 6] * 5,
    'toy': inputs['toy'],
    'toy_scores': [[1, 4, 7], [2, 5, 8], [3, 6, 9]], 'toy_masked': [[1, 0, 0], [4, 5, 0], [7, 8, 9]],
    'toy_scores2': [[1, 2, 3], [4, 5, 6], [7, 8, 9]], 'toy_masked2': [[1, 2, 3], [0, 5, 6], [0, 0, 9]],
    'figure': inputs['figure'], 'flat': [[x for row in inputs['figure'] for x in row]], 'head_size': [[36, 23]], 'visible': inputs['visible'],
    'figure_logits': [logits], 'figure_probabilities': [[number(cell) for cell in figures[1][1:]]],
}
ALL = []


def cells(name, right, tolerance):
    return {'sheet': name, 'cells': differing(printed[name], right, tolerance)}


def place(name, listed=ALL):
    return {'sheet': name, 'cells': listed}


paper_p = [[vaswani(pos, dim) for dim in range(6)] for pos in range(6)]
own_p = [[own_rule(pos, dim) for dim in range(6)] for pos in range(6)]
own_wrong = differing(P, own_p, 1e-4)
index_wrong = [cell for cell in differing(P, paper_p, 1e-4) if cell not in own_wrong]
scaled_by_6 = [[x / math.sqrt(6) for x in row] for row in printed['scores']]
pattern = [softmax(row) for row in printed['scaled']]
attn_out = product(printed['z'], inputs['wo'])
linear = product(printed['norm1'], inputs['ffn_w'])
scores_right = product(inputs['toy'], transpose(inputs['toy']))
masked = lambda m: [[x if j <= i else -math.inf for j, x in enumerate(row)] for i, row in enumerate(m)]
flat = [x for row in inputs['figure'] for x in row]
bounds = [[None if j == 3 else sum(flat[int(row[0])] * w[j] for row, w in zip(visible, inputs['visible'])) for j in range(5)]]
probabilities = [[0.56 * math.exp(x - logits[3]) for x in logits]]
assert len(own_wrong) == 9 and len(own_wrong) + len(index_wrong) == 23
wrong_linear = differing(printed['ffn_linear'], linear, 0.0051)
assert len(wrong_linear) == 20

# step, places, whether a printed number is wrong. Titles and texts are "tutorial.mistake.<n>.title" and ".text".
mistakes = [
    (3, [place('sentence', [[0, 3]])], True),
    (2, [place('count', [[0, 1]])], True),
    (5, [place('positions', index_wrong)], True),
    (5, [place('positions', own_wrong)], True),
    (6, [], False),
    (7, [], False),
    (7, [place('v')], True),
    (7, [place('scaled')], True),
    (7, [cells('pattern', pattern, 5.15e-5), cells('attn_out', attn_out, 5.15e-3)], True),
    (7, [place('pattern', [[i, 0] for i in range(6)])], False),
    (8, [place('mean1')], True),
    (8, [], False),
    (9, [place('ffn_linear', wrong_linear)], True),
    (9, [], False),
    (10, [place('std2')], True),
    (12, [place('cross_swapped')], True),
    (13, [place('figure', [[i, j] for i in range(1, 6) for j in range(6)]), place('head_size', [[0, 0]])], True),
    (13, [place('figure')], True),
    (13, [place('head_size', [[0, 1]])], True),
    (13, [cells('figure_logits', bounds, 0.005)], True),
    (13, [cells('figure_probabilities', probabilities, 0.005)], True),
    (12, [cells('toy_scores', scores_right, 0), cells('toy_scores2', scores_right, 0),
          cells('toy_masked', masked(printed['toy_scores']), 0),
          cells('toy_masked2', masked(printed['toy_scores2']), 0)], True),
    (12, [], False),
    (13, [], False),
    (9, [], False),
]
assert len(mistakes) == 25


def text_of(value):
    return json.dumps(value, ensure_ascii=False)


def dump(path, document):
    """One line a table: short enough to read, stable enough to compare."""
    out = ['{']
    entries = list(document.items())
    for i, (key, value) in enumerate(entries):
        comma = ',' if i + 1 < len(entries) else ''
        if isinstance(value, dict):
            inner = [f'    {text_of(k)}: {text_of(v)}' for k, v in value.items()]
            out.append(f'  {text_of(key)}: {{\n' + ',\n'.join(inner) + '\n  }' + comma)
        elif key == 'mistakes':
            out.append(f'  {text_of(key)}: [\n' + ',\n'.join('    ' + text_of(v) for v in value) + '\n  ]' + comma)
        else:
            out.append(f'  {text_of(key)}: {text_of(value)}' + comma)
    open(path, 'w', encoding='utf-8').write('\n'.join(out) + '\n}\n')


def whole(m):
    """24.0 -> 24"""
    return [[int(x) if x is not None and x == int(x) else x for x in row] for row in m]


dump('assets/tutorial/tutorial.json', {
    'sentences': CORPUS, 'words': LISTED, 'vocabulary': ['<pad>'] + WORDS + ['<start>', '<end>'],
    'prompt': ['When', 'you', 'play', 'the', 'game', 'of', 'thrones'],
    'source': [5, 17, 7, 12, 15, 19], 'target': [24, 17, 14, 21, 17, 22],
    'visible_rows': [int(row[0]) for row in visible], 'visible_words': [1, 2, 3, 17, 23],
    'inputs': {k: whole(v) for k, v in inputs.items()},
    'printed': {k: whole(v) for k, v in printed.items()},
    'mistakes': [{'number': i + 1, 'step': step, 'in_numbers': shows, 'places': places}
                 for i, (step, places, shows) in enumerate(mistakes)],
})

NAMES_B = {'V': 'v', 'scaled scores': 'scaled', 'attention weights': 'pattern', 'head output': 'z', 'x W_O': 'attn_out',
           'residual 1': 'residual1', 'norm 1': 'norm1', 'X.W+b': 'ffn_pre', 'ReLU': 'ffn', 'residual 2': 'residual2',
           'encoder output': 'encoder_out'}
NAMES_C = {'X': 'x', 'Q': 'q', 'K': 'k', **NAMES_B}


def chain(names, begin, end):
    first, last = find(begin), find(end) if end else len(lines)
    out = {}
    for i in range(first, last):
        if lines[i] in names and lines[i + 1].startswith('|'):
            out[names[lines[i]]] = [[number(cell) for cell in row[1:]] for row in rows_from(i)]
    assert set(out) == set(names.values()), set(names.values()) - set(out)
    return out


b = chain(NAMES_B, '### Chain B', '### Chain C inputs')
c = chain(NAMES_C, '### Chain C inputs', '### Masking toy')
c['positions'] = transpose(matrix('### Chain C inputs', named=False))
dump('tests/golden/tutorial_chains.json', {
    'B': b, 'C': c,
    'example': {  # the attention example of the second seed
        'q': [[1, 0, 2], [2, 2, 2], [2, 1, 3]], 'k': [[0, 1, 1], [4, 4, 0], [2, 3, 1]],
        'v': [[1, 2, 3], [2, 8, 0], [2, 6, 3]], 'scores': [[2, 4, 4], [4, 16, 12], [4, 12, 10]],
        'pattern': [[0.0633789, 0.4683105, 0.4683105], [6.03366e-06, 0.9820079, 0.0179861],
                    [2.95387e-04, 0.8805369, 0.1191677]],
        'z': [[1.9366211, 6.6831053, 1.5950684], [1.9999940, 7.9639916, 0.0539764], [1.9997046, 7.7598923, 0.3583893]],
    },
})
