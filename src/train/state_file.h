#pragma once
// The state of a training run as one file: the weights under their own names, the moments under "adam.m." and
// "adam.v."; the metadata holds the rest as text.

#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/params.h"

namespace headlight::train {

// Weights, first and second moments, each of params.size() floats.
using StateBuffers = std::array<std::span<float>, 3>;
// Whole numbers by name: the step, the random state.
using StateNumbers = std::map<std::string, std::uint64_t>;

// fixed: the options that the next step cannot do without; a run with others is refused.
[[nodiscard]] std::string write_state(const model::ParamList& params, const StateBuffers& buffers,
                                      const StateNumbers& numbers, const nlohmann::json& fixed);

// Fills the numbers named in `numbers` and the buffers; on an error nothing has changed.
[[nodiscard]] Result<void> read_state(const std::string& bytes, std::string_view file_name,
                                      const model::ParamList& params, const StateBuffers& buffers,
                                      StateNumbers& numbers, const nlohmann::json& fixed);

}  // namespace headlight::train
