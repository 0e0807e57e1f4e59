#pragma once
// What the heads of a GPT do on a few texts: HeadStats over all of them, so that they do not hang on one prompt.

#include <memory>
#include <span>
#include <vector>

#include "interpret/head_stats.h"
#include "model/gpt.h"

namespace headlight::interpret {

// Runs one text after the other, in passes of a few rows. Of the model's values, keys and values of one text and the
// rest of one layer are kept, so the memory does not grow with the number of layers as a trace does.
class HeadSample {
  public:
    // Texts are cut to kMostTokens and the model's positions; those of one token are left out, they tell nothing.
    // rows: of a pass. compute and gpt must outlive this.
    HeadSample(const model::Compute& compute, const model::Gpt& gpt, std::vector<std::vector<nn::TokenId>> texts,
               int rows);
    ~HeadSample();
    static constexpr int kMostTokens = 64;

    // At least one stage of a pass, about budget_ms. True when all texts were run.
    bool advance(double budget_ms);
    [[nodiscard]] bool done() const;
    [[nodiscard]] double fraction() const;  // 0..1 of the rows

    // Of what was run so far.
    [[nodiscard]] HeadStats stats(int layer, int head) const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace headlight::interpret
