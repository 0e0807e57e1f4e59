#pragma once
// Any number of a trace, as the formula that made it. One description per kind of site both writes the formula with its
// numbers and recomputes the value, so that the text cannot drift from the math (tests recompute cells of every site).

#include <array>
#include <cstdint>
#include <span>

#include "interpret/explanation.h"
#include "model/activations.h"
#include "model/gpt.h"

namespace headlight::interpret {

// A complete pass: what the explanations read.
struct Pass {
    const model::Gpt& gpt;
    const model::Activations& trace;    // Keep::trace
    std::span<const std::int32_t> ids;  // [positions]
};

// indices in the axes of the site's shape (unused ones 0), within the pass. layer is ignored by sites without layers.
[[nodiscard]] Explanation explain(const Pass& pass, nn::Site site, int layer, std::array<int, 3> indices);

}  // namespace headlight::interpret
