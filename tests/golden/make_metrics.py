"""Writes tests/golden/metrics.json: chrF and BLEU of small corpora, for tests/text/metrics_test.cpp.

    python3 tests/golden/make_metrics.py

Follows the definitions of sacrebleu 2 (chrF: nc:6 nw:0 space:no eff:yes, beta 2; BLEU: tok:13a smooth:exp case:mixed
eff:no, one reference), written independently with Python's own strings, Counter and re. Where sacrebleu is installed,
its values are compared as well.
"""

import json
import math
import pathlib
import re
from collections import Counter

CORPORA = {
    # Turkish, with dotted and dotless i, of several lengths; some exact, some wrong.
    "turkish": [
        ("Kaç!", "Kaç!"),
        ("Dün kitap okudum.", "Dün bir kitap okudum."),
        ("İstanbul'da yaşıyorum.", "Ben İstanbul'da yaşıyorum."),
        ("Işık ılık, İğne ince.", "Işık ılıktır, iğne incedir."),
        ("O 3,5 lira, bu 1.000 lira.", "O 3.5 lira; bu ise 1000 lira."),
        ("Evet.", "Hayır!"),
        ("O-", "O"),
    ],
    "same": [("Merhaba dünya, nasılsın bugün?", "Merhaba dünya, nasılsın bugün?")],
    "dotless is another letter": [("kizil isik", "kızıl ışık")],
    "too short for four words": [("Evet.", "Evet.")],
    "nothing in common": [("abc def ghi jkl", "xyz uvw rst opq")],
    "empty hypothesis": [("", "Bir şey.")],
    "one order without a match": [("bu bir a deneme", "bu bir b deneme")],
    "two orders without a match": [("bu a bir deneme b", "bu c bir deneme d e f")],
    "white space": [("a \u00a0b\u2003c\u0085d\u001ce f", "abcdef")],
    "long hypothesis": [("the the the the the the the", "the cat is on the mat")],  # Papineni's, 2002, example 2
    "outside the plane": [("😀 çok güzel 😀", "😀 çok güzel 🎉")],
}

SENTENCES = [
    "Hello, world.",
    "3,5 or 1.000, or 2.",
    ".5 and 5. and a.b,c",
    "state-of-the-art 1990-95 -5",
    "It's \"quoted\" (or not) [x]/{y}~ a_b^c",
    "&quot;a&quot; &amp;lt; &lt;b&gt; <skipped>c",
    "Çağ, ışık; İzmir'de: 'iyi'...",
    "end-\nline\nbreak",
    "  ,., a ,,b 1,,2 ",
    "100% #5 @x $1,000.50 a&b * + =",
]


def chrf(pairs):
    total = [[0, 0, 0] for _ in range(6)]
    for hypothesis, reference in pairs:
        ours, theirs = "".join(hypothesis.split()), "".join(reference.split())
        for n in range(1, 7):
            a = Counter(ours[i : i + n] for i in range(len(ours) - n + 1))
            b = Counter(theirs[i : i + n] for i in range(len(theirs) - n + 1))
            counts = [sum(a.values()) if b else 0, sum(b.values()), sum((a & b).values())]
            total[n - 1] = [x + y for x, y in zip(total[n - 1], counts)]
    used = [t for t in total if t[0] > 0 and t[1] > 0]
    if not used:
        return 0.0
    p = sum(t[2] / t[0] for t in used) / len(used)
    r = sum(t[2] / t[1] for t in used) / len(used)
    return 100 * 5 * p * r / (4 * p + r) if p + r else 0.0


def words_13a(line):
    for a, b in [("<skipped>", ""), ("-\n", ""), ("\n", " ")]:
        line = line.replace(a, b)
    for a, b in [("&quot;", '"'), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")]:
        line = line.replace(a, b)
    line = f" {line} "
    line = re.sub(r"([ -&(-+:-@/\[-`{-~])", r" \1 ", line)  # as mteval-v13a.pl has it
    line = re.sub(r"([^0-9])([.,])", r"\1 \2 ", line)
    line = re.sub(r"([.,])([^0-9])", r" \1 \2", line)
    line = re.sub(r"([0-9])(-)", r"\1 \2 ", line)
    return line.split()


def bleu(pairs):
    total, ours_length, theirs_length = [[0, 0] for _ in range(4)], 0, 0
    for hypothesis, reference in pairs:
        ours, theirs = words_13a(hypothesis.rstrip()), words_13a(reference.rstrip())
        ours_length += len(ours)
        theirs_length += len(theirs)
        for n in range(1, 5):
            a = Counter(tuple(ours[i : i + n]) for i in range(len(ours) - n + 1))
            b = Counter(tuple(theirs[i : i + n]) for i in range(len(theirs) - n + 1))
            total[n - 1][0] += sum((a & b).values())
            total[n - 1][1] += sum(a.values())
    if not any(t[0] for t in total) or total[3][1] == 0:
        return 0.0
    logs, halvings = 0.0, 1
    for common, count in total:
        if common == 0:
            halvings *= 2
            logs += math.log(1 / (halvings * count))
        else:
            logs += math.log(common / count)
    penalty = 1.0 if ours_length >= theirs_length else math.exp(1 - theirs_length / ours_length)
    return 100 * penalty * math.exp(logs / 4)


def compare_with_sacrebleu(name, pairs, ours):
    try:
        import sacrebleu
    except ImportError:
        return
    hypotheses, references = [p[0] for p in pairs], [[p[1] for p in pairs]]
    theirs = (sacrebleu.corpus_chrf(hypotheses, references).score, sacrebleu.corpus_bleu(hypotheses, references).score)
    assert all(abs(a - b) < 1e-9 for a, b in zip(ours, theirs)), (name, ours, theirs)


def main():
    corpora = []
    for name, pairs in CORPORA.items():
        scores = chrf(pairs), bleu(pairs)
        compare_with_sacrebleu(name, pairs, scores)
        corpora.append({"name": name, "pairs": pairs, "chrf": scores[0], "bleu": scores[1]})
    words = [{"sentence": s, "words": words_13a(s)} for s in SENTENCES]
    out = pathlib.Path(__file__).parent / "metrics.json"
    out.write_text(json.dumps({"corpora": corpora, "words": words}, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
