#pragma once
// How one number of the trace came about, ready to be drawn: formula lines with the numbers in them, the terms of the
// sum, and where the inputs stand. Made by explain.h; symbols only, no words, so it needs no translation.

#include <string>
#include <vector>

namespace headlight::interpret {

// A piece of a formula line. plain: as it is; number: an input; result: what this line gives (accent colour);
// superscript, subscript: small, raised or lowered.
enum class SpanKind { plain, number, result, superscript, subscript };
struct FormulaSpan {
    std::string text;
    SpanKind kind = SpanKind::plain;
};
using FormulaLine = std::vector<FormulaSpan>;  // "score = q · k / √32 = 18.42 / 5.66 = 3.26"

struct Term {
    int index = 0;  // along the summed axis
    float left = 0, right = 0;
    float value = 0;  // left * right, or what this term adds
};

struct Source {
    std::string symbol;        // "q"
    std::string site;          // "blocks.2.attn.hook_q", or the name of a weight: "h.2.mlp.c_fc.weight"
    std::vector<int> indices;  // [13, 3]
};

struct Explanation {
    std::string site;          // "blocks.2.attn.hook_pattern"
    std::vector<int> indices;  // [head, query, key], as in the site's axes
    float value = 0;           // as traced
    float recomputed = 0;      // by the formula, from the inputs
    std::vector<FormulaLine> lines;
    FormulaLine terms_title;  // "q_i k_i"
    std::vector<Term> terms;  // sorted by |value|, largest first
    float terms_sum = 0;      // of all of them, in index order
    std::vector<Source> sources;
    std::string replaced;  // a change that put `value` in the place of what the formula gives; in the person's words

    [[nodiscard]] bool empty() const { return site.empty(); }
};

}  // namespace headlight::interpret
