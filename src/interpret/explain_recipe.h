#pragma once
// How one cell of a trace is computed, resolved for one model: where its inputs stand and which weights it uses. A
// model turns a site into a recipe (explain_gpt.cpp, explain_encoder_decoder.cpp); explain.cpp draws and recomputes it.

#include <array>
#include <cstddef>
#include <string>

#include "interpret/explanation.h"
#include "model/activations.h"
#include "model/gpt.h"
#include "model/params.h"

namespace headlight::interpret {

// How a site's cell is computed.
enum class Rule {
    token_row,     // a row of the token embedding, times `factor`
    position_row,  // a row of the position embedding
    sinusoid,      // sin or cos(pos / 10000^(2i / d))
    copy,          // a
    sum,           // a + b
    norm_scale,    // √(Σ (x - μ)² / d + ε) + ε'
    normalized,    // (x - μ) / s · w + b
    linear,        // Σ x W + b
    score,         // q · k / divisor
    softmax,       // e^s / Σ e^s
    mix,           // Σ pattern · v
    gelu,
    relu
};

// The values of a site in a complete pass.
struct Place {
    nn::SiteAt at{nn::Site::embed, 0, nn::Stack::gpt};
    const model::Activations* trace = nullptr;
    int positions = 0;
};

// A parameter tensor of a model: plain floats, or matrices that a GPT holds for its kernels. Neither: there is none.
struct Tensor {
    const float* data = nullptr;
    const model::Gpt* gpt = nullptr;
    std::size_t offset = 0;  // among all parameters

    [[nodiscard]] bool empty() const { return data == nullptr && gpt == nullptr; }
    [[nodiscard]] float operator[](std::size_t i) const { return gpt != nullptr ? gpt->value(offset + i) : data[i]; }
};

struct Recipe {
    Place self;
    Rule rule = Rule::copy;
    std::string symbol;
    Place a, b;  // inputs
    const model::ParamList* params = nullptr;

    // token_row, position_row: the table and its row; linear: the matrix. normalized: weight and bias of the norm.
    Tensor weight, bias;
    std::string weight_symbol;
    int table_row = 0;
    float factor = 1;

    // linear: the column of a cell within the matrix is `first_column` + its own; [in, out], or [out, in].
    int first_column = 0, outputs = 0;
    bool transposed = false;

    float eps = 0, eps_outside = 0;

    // score, softmax, mix
    Place q, k, v, scores, pattern;
    float divisor = 1;
    std::string divisor_text;  // "√32"
    bool causal = true;
};

// indices in the axes of the site's shape, within the pass.
[[nodiscard]] Explanation explain(const Recipe& recipe, std::array<int, 3> indices);

}  // namespace headlight::interpret
