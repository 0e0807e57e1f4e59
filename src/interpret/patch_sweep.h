#pragma once
// Activation patching (Vig et al., 2020; Meng et al., 2022; Wang et al., 2023): copy one activation from the run of a
// clean prompt into the run of a corrupt one, place by place, and see how much of the clean answer comes back.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "interpret/intervention.h"

namespace headlight::interpret {

enum class SweepKind : std::uint8_t { residual, attention, mlp, head };  // layers x positions; head: layers x heads

// Restored share: (odds(patched) - odds(corrupt)) / (odds(clean) - odds(corrupt)), where odds is the logit of `token`
// less that of `rival` at the last position. 0: nothing came back, 1: all of it; 0 everywhere where the two runs have
// the same odds.
struct Sweep {
    SweepKind kind = SweepKind::residual;
    int rows = 0, columns = 0;
    std::vector<float> restored;         // [rows, columns]; NaN where it is not computed yet
    int done = 0;                        // cells
    nn::TokenId token = -1, rival = -1;  // once both runs are there
    float clean_odds = 0, corrupt_odds = 0;
};

// What is patched: resid_pre, attn_out or mlp_out at one position, or z of a head at all positions. Works in stages of
// passes: the two runs, then for each cell the layers from the patched one on, and of those the rows from the patched
// position on; all others are those of the corrupt run. Cells come from the last position to the first (heads: from the
// first layer to the last).
class PatchSweep {
  public:
    struct Prompts {
        std::vector<nn::TokenId> clean, corrupt;
        // -1: what the clean run says most; what the corrupt one does.
        nn::TokenId token = -1, rival = -1;
        bool operator==(const Prompts&) const = default;
    };
    // Errors say what is wrong with the prompts. compute and gpt must outlive the sweep.
    [[nodiscard]] static Result<std::unique_ptr<PatchSweep>> create(const model::Compute& compute,
                                                                    const model::Gpt& gpt, Prompts prompts,
                                                                    SweepKind kind);
    ~PatchSweep();
    // At least one stage of a pass, about budget_ms. True when all cells are there.
    bool advance(double budget_ms);
    [[nodiscard]] bool done() const;
    [[nodiscard]] const Sweep& result() const;

  private:
    struct State;
    explicit PatchSweep(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace headlight::interpret
