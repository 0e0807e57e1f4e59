#pragma once
// How surprised the model was by each token of a text: -log2 p(token | the tokens before), in bits. Their mean times
// ln 2 is the loss.

#include <cstdint>
#include <span>
#include <vector>

#include "interpret/matrix.h"

namespace headlight::interpret {

// logits: of the position before, [vocab].
[[nodiscard]] double surprise_bits(std::span<const float> logits, std::int32_t token);

// One number a token. logits: [positions, vocab] of the pass over `ids`, rows 0 to positions - 2 filled in. The first
// token has nothing before it: NaN.
[[nodiscard]] std::vector<float> token_surprise(std::span<const std::int32_t> ids, const Matrix& logits);

}  // namespace headlight::interpret
