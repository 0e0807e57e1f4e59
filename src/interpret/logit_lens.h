#pragma once
// The logit lens (nostalgebraist, "interpreting GPT: the logit lens", 2020): what the model would answer if it stopped
// here. Every point of the residual stream goes through the final norm, with mean and scale of its own, and the
// unembedding (Belrose et al., 2023, section 2: the plain lens). Made by the kernels of the forward pass: the last
// point's logits are those of the model, bit for bit.

#include <array>
#include <span>
#include <vector>

#include "model/activations.h"
#include "model/gpt.h"
#include "nn/sites.h"

namespace headlight::interpret {

// Points of the stream in the order of the pass: resid_pre of layer 0, then of each layer resid_mid (after attention)
// and resid_post (after the MLP). 2 layers + 1 of them; the last one is what the head reads.
[[nodiscard]] constexpr int lens_points(int layers) {
    return 2 * layers + 1;
}
[[nodiscard]] constexpr nn::SiteAt lens_site(int point) {
    if (point == 0) return {nn::Site::resid_pre, 0};
    return {point % 2 == 1 ? nn::Site::resid_mid : nn::Site::resid_post, (point - 1) / 2};
}

struct LensToken {
    nn::TokenId id = -1;  // -1: the vocabulary is smaller than that
    float probability = 0;
};

struct LensCell {
    static constexpr int kTop = 5;
    bool ready = false;                 // all else is 0 before
    std::array<LensToken, kTop> top{};  // probability descending, then id
    int next_rank = -1;                 // of the token that comes next in the text, 1 = top; -1 at the last position
    float next_probability = 0;         // its probability; 0 at the last position
    float entropy = 0;                  // of the distribution, in bits
};

// All cells of one pass, a few at a time: those of the last position first, from the head down, then of the position
// before it, and so on.
class LogitLens {
  public:
    // trace: a complete pass over `ids`, Keep::trace (its logits are not read). All must outlive the lens, and the
    // trace must not change.
    LogitLens(const model::Compute& compute, const model::Gpt& gpt, const model::Activations& trace,
              std::span<const nn::TokenId> ids);

    // Up to `rows` more cells (at least one), as one product: the weights of the head are read once a call. True when
    // all are there.
    bool advance(int rows);
    [[nodiscard]] bool done() const { return made_ == size(); }
    [[nodiscard]] int made() const { return made_; }
    [[nodiscard]] int size() const { return points() * positions(); }

    [[nodiscard]] int points() const { return lens_points(gpt_.config().layers); }
    [[nodiscard]] int positions() const { return static_cast<int>(ids_.size()); }
    [[nodiscard]] const LensCell& cell(int point, int position) const;

  private:
    struct Place {
        int point, position;
    };
    [[nodiscard]] Place place(int index) const;  // of the index-th cell to be made

    const model::Compute& compute_;
    const model::Gpt& gpt_;
    const model::Activations& trace_;
    std::span<const nn::TokenId> ids_;
    std::vector<LensCell> cells_;  // [points, positions]
    std::vector<float> logits_;    // [rows of a call, vocab]
    int made_ = 0;
};

// One cell's logits, [vocab].
[[nodiscard]] std::vector<float> lens_distribution(const model::Compute& compute, const model::Gpt& gpt,
                                                   const model::Activations& trace, int point, int position);

// What a cell says of logits [vocab]; next: the token that comes next, or -1.
[[nodiscard]] LensCell lens_cell(std::span<const float> logits, nn::TokenId next);

}  // namespace headlight::interpret
