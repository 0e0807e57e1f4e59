#pragma once
// How well a model predicts a text, by a measure that does not depend on the tokenizer.

#include "model/gpt.h"
#include "train/dataset.h"

namespace headlight::train {

struct Evaluation {
    std::size_t documents = 0;
    std::size_t bytes = 0;      // UTF-8 bytes of the documents plus one per end token
    std::size_t tokens = 0;     // of the stream
    std::size_t predicted = 0;  // tokens that were predicted: all but the first
    double nats = 0;            // the sum over predicted tokens of -log p
    [[nodiscard]] double nats_per_token() const;
    [[nodiscard]] double bits_per_byte() const;
};

// Consecutive windows of `context` predicted tokens; a window sees nothing of those before it.
[[nodiscard]] Evaluation evaluate(const kernels::Compute& compute, const model::Gpt& gpt, const TokenStream& stream,
                                  int context);

}  // namespace headlight::train
