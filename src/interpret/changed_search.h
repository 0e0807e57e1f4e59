#pragma once
// Searching for a translation while something is changed inside the encoder-decoder.

#include <optional>
#include <vector>

#include "interpret/intervention.h"
#include "model/translator.h"

namespace headlight::interpret {

// Hypotheses of the changed model: every step of each runs with the changes. Means are those of the same hypothesis
// without changes, which then runs beside it.
class ChangedHypotheses final : public model::Hypotheses {
  public:
    // changes: that fit the model, the sources it will read and as many targets as it has room for (fitting()). compute
    // and model must outlive it.
    ChangedHypotheses(const model::Compute& compute, const model::EncoderDecoder& model,
                      std::vector<Intervention> changes, int hypotheses);

    Result<void> read(std::span<const nn::TokenId> source) override;
    std::span<const float> step(int hypothesis, nn::TokenId token, int position) override;
    void copy(int from, int to, int positions) override;

  private:
    [[nodiscard]] InterventionObserver observer(int hypothesis) const;

    std::vector<Intervention> changes_;
    model::DecodeState changed_;
    std::optional<model::DecodeState> unchanged_;  // while there are means
    int sources_ = 0;
};

}  // namespace headlight::interpret
