#pragma once
// From logits to the next token: temperature, top-k, top-p, and a draw. All in float, in a fixed order, so that every
// platform picks the same token; nothing is hidden: each candidate says what cut it.

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/kernels.h"

namespace headlight::model {

struct Sampling {
    float temperature = 1.0F;  // divides the logits; 0 (or less) keeps only the most likely token
    int top_k = 0;             // keeps the k most likely; 0 (or less) is off
    float top_p = 1.0F;  // keeps the most likely tokens until they hold this share of what top-k left (Holtzman et
                         // al., 2020); the most likely one always stays; 1 (or more) is off
    bool operator==(const Sampling&) const = default;
};

// Why a token cannot be picked.
enum class Cut : std::uint8_t { kept, top_k, top_p, temperature_zero };

struct Candidate {
    std::int32_t id = 0;
    float logit = 0;              // as the model gave it
    float model_probability = 0;  // softmax of the logits
    float probability = 0;        // at the temperature, before the cuts (at temperature 0: the model's)
    float kept_probability = 0;   // after the cuts; 0 when cut
    Cut cut = Cut::kept;
};

// Reusable: after the first call with a vocabulary nothing is allocated.
class Sampler {
  public:
    // Works out all candidates of these logits [vocab]. NaN and infinite logits count as minus infinity.
    void prepare(const kernels::Kernels& kernels, std::span<const float> logits, const Sampling& sampling);

    // The whole vocabulary, logit descending, then id ascending; the kept ones come first.
    [[nodiscard]] std::span<const Candidate> candidates() const { return candidates_; }
    [[nodiscard]] int kept() const { return kept_; }
    [[nodiscard]] int bad_logits() const { return bad_logits_; }
    // The candidate into whose share `draw` in [0, 1) falls; -1 when no logit was a number.
    [[nodiscard]] std::int32_t pick(float draw) const;

  private:
    void cut(const Sampling& sampling);

    std::vector<Candidate> candidates_;
    std::vector<float> row_;
    int kept_ = 0;
    int bad_logits_ = 0;
    float kept_total_ = 0;
};

// The uniform number in [0, 1), 24 bits, that picks the n-th generated token: a function of (seed, n) alone, so that
// stepping back and forward, or moving a slider, never draws anew.
[[nodiscard]] float draw_at(std::uint32_t seed, std::uint64_t n);

}  // namespace headlight::model
