#pragma once
// How surprised the model was by each token of a text: -log2 p(token | the tokens before), in bits. Their mean times
// ln 2 is the loss.

#include <cstdint>
#include <span>
#include <vector>

#include "interpret/matrix.h"

namespace headlight::interpret {

// What the softmax of logits [vocab] needs, in double: with x = logit - most, sums of exp(x) and of exp(x) x.
struct LogitSums {
    double most = 0, sum = 0, weighted = 0;
};
[[nodiscard]] LogitSums logit_sums(std::span<const float> logits);

// logits: of the position before, [vocab].
[[nodiscard]] double surprise_bits(std::span<const float> logits, std::int32_t token);

// One number a token. logits: [positions, vocab] of the pass over `ids`, rows 0 to positions - 2 filled in. The first
// token has nothing before it: NaN.
[[nodiscard]] std::vector<float> token_surprise(std::span<const std::int32_t> ids, const Matrix& logits);

}  // namespace headlight::interpret
