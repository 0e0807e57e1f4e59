#pragma once
// Summaries of attention patterns: many matrices boiled down to one. They are to look at, not to conclude from: nothing
// in the model computes them, heads that do opposite things average out, and what heads and MLPs do with what they
// read is left out (Jain and Wallace, 2019, "Attention is not explanation").
//
// Of any stack's self-attention. Results are [positions, positions], rows are queries.

#include <vector>

#include "kernels/compute.h"
#include "model/activations.h"

namespace headlight::interpret {

inline constexpr int kAllLayers = -1;

// The plain mean over the heads of a layer, or over those of all layers.
[[nodiscard]] std::vector<float> head_average(const model::Activations& trace, int layer, int positions);

// Attention rollout (Abnar and Zuidema, 2020, section 3): R_0 = I, R_l = (0.5 mean over heads of A_l + 0.5 I) R_(l-1).
// Half of every layer is taken for the residual connection. Row i then says what share of position i after layer l came
// from the token at each position; rows sum to 1 as those of the patterns do.
class AttentionRollout {
  public:
    // trace: a complete pass over `positions` positions, Keep::trace. Both must outlive the rollout.
    AttentionRollout(const kernels::Compute& compute, const model::Activations& trace, int positions);

    // One more layer, of positions^3 multiplications. True when the last one is in.
    bool advance();
    [[nodiscard]] bool done() const { return layers_done_ == trace_.layers(); }
    [[nodiscard]] int layers_done() const { return layers_done_; }
    [[nodiscard]] const std::vector<float>& result() const { return rollout_; }

  private:
    const kernels::Compute& compute_;
    const model::Activations& trace_;
    int positions_, layers_done_ = 0;
    std::vector<float> rollout_;
};

// All at once, through the first `layers` layers (kAllLayers: all).
[[nodiscard]] std::vector<float> attention_rollout(const kernels::Compute& compute, const model::Activations& trace,
                                                   int positions, int layers = kAllLayers);

}  // namespace headlight::interpret
