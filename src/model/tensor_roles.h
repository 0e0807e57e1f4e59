#pragma once
// What the tensors of a GPT's checkpoint are for. Private to the loader.

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "checkpoint/safetensors.h"
#include "model/config.h"

namespace headlight::model {

enum class Role : std::uint8_t {
    skip,     // a mask buffer, a tied head written out, a second copy
    numbers,  // of a parameter, in any float type
    quants,   // of a matrix in eight bits: I8 in the parameter's shape
    scales,   // of such a matrix: NAME.scale
};
struct Use {
    Role role = Role::skip;
    std::size_t param = 0;  // in GptLayout::params()
};

using HasTensor = std::function<bool(std::string_view name)>;

// lm_head.weight is there, under either of its names.
[[nodiscard]] bool has_head(const HasTensor& has);

// The tensor's use, or an error that names it: no part of this model, or the wrong shape. `has`: all names of the
// checkpoint; of "wte.weight" and "transformer.wte.weight" the first is read. `q8`: config.json says that matrices are
// stored in eight bits.
[[nodiscard]] Result<Use> use_of(const checkpoint::TensorInfo& tensor, const std::string& file, const GptLayout& layout,
                                 bool q8, const HasTensor& has);

// Refuses a checkpoint that lacks a parameter.
[[nodiscard]] Result<void> check_all_there(const std::string& file, const GptLayout& layout, const HasTensor& has);
[[nodiscard]] std::unexpected<Error> missing_tensor(const std::string& file, const std::string& name,
                                                    std::span<const std::int64_t> shape);

// Of the scales of a matrix: [ceil(in / 32), out], or [out, ceil(in / 32)] when its rows are the outputs.
[[nodiscard]] std::vector<std::int64_t> scale_shape(const GptLayout& layout, const ParamInfo& param);

inline constexpr std::string_view kScaleSuffix = ".scale";

}  // namespace headlight::model
