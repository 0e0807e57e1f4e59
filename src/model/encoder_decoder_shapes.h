#pragma once
// What the heads of an encoder-decoder see; the same for its forward and its backward pass.

#include "model/encoder_decoder.h"
#include "nn/attention.h"

namespace headlight::model {

// Self-attention of `queries` new positions from `first` on: an encoder sees everything but padding (lengths: of the
// sequences), a decoder everything before.
[[nodiscard]] nn::AttentionShape self_attention_shape(const EncoderDecoderConfig& config,
                                                      const Activations& activations, int first, int queries,
                                                      std::span<const int> lengths);
// A decoder's attention to the source.
[[nodiscard]] nn::AttentionShape cross_attention_shape(const EncoderDecoderConfig& config,
                                                       const Activations& activations, int first, int queries,
                                                       std::span<const int> source_lengths);

}  // namespace headlight::model
