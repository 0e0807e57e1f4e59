#pragma once
// A trace as one safetensors file, under TransformerLens' names and shapes (without its batch axis).

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/activations.h"
#include "nn/layers.h"

namespace headlight::interpret {

// A contiguous copy of a site's values; masked scores are -infinity.
struct TraceTensor {
    std::string name;  // "blocks.3.attn.hook_pattern", "decoder.1.cross_attn.hook_pattern"
    std::vector<std::int64_t> shape;
    std::vector<float> data;
};

// The sites of the first `positions` positions in the order of the forward pass; only those whose name is wanted, if
// `wanted` is given. The trace must hold every site (Keep::trace).
[[nodiscard]] std::vector<TraceTensor> trace_tensors(const model::Activations& trace, int positions,
                                                     const std::function<bool(std::string_view name)>& wanted = {});

// The ids stand in the metadata as "1,2,3".
[[nodiscard]] std::string trace_file(std::span<const TraceTensor> tensors, std::span<const nn::TokenId> ids,
                                     std::map<std::string, std::string> metadata);

}  // namespace headlight::interpret
