#pragma once
// Any number of a trace, as the formula that made it. One description per kind of site both writes the formula with its
// numbers and recomputes the value, so that the text cannot drift from the math (tests recompute cells of every site).

#include <array>
#include <cstdint>
#include <span>

#include "interpret/explanation.h"
#include "model/activations.h"
#include "model/encoder_decoder.h"
#include "model/gpt.h"

namespace headlight::interpret {

// A complete pass: what the explanations read.
struct Pass {
    const model::Gpt& gpt;
    const model::Activations& trace;    // Keep::trace
    std::span<const std::int32_t> ids;  // [positions]
};

// The same of an encoder-decoder.
struct PairPass {
    const model::EncoderDecoder& model;
    const model::Activations& encoder;     // Keep::trace
    const model::Activations& decoder;     // Keep::trace; unread by explanations of the encoder's sites
    std::span<const std::int32_t> source;  // [source positions]
    std::span<const std::int32_t> target;  // [target positions]: what the decoder read
};

// indices in the axes of the site's shape (unused ones 0), within the pass. layer is ignored by sites without layers.
[[nodiscard]] Explanation explain(const Pass& pass, nn::Site site, int layer, std::array<int, 3> indices);
[[nodiscard]] Explanation explain(const PairPass& pass, nn::SiteAt site, std::array<int, 3> indices);

}  // namespace headlight::interpret
