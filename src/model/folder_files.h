#pragma once
// What the folders of both kinds of models have in common. Private to the model folders.

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "checkpoint/safetensors.h"
#include "model/loaded_model.h"
#include "model/params.h"

namespace headlight::model {

inline constexpr std::string_view kConfigFile = "config.json";
inline constexpr std::string_view kWeightsFile = "model.safetensors";
inline constexpr std::string_view kIndexFile = "model.safetensors.index.json";

// The file of that name, or an error that says which files a folder has.
[[nodiscard]] std::unexpected<Error> no_such_file(std::string_view name);
[[nodiscard]] Result<const std::string*> require_file(const Files& files, std::string_view name);
// Those of a folder that a model may have.
[[nodiscard]] Result<Files> read_folder(const std::string& folder);

// Reads every parameter; `find` may know a tensor under another name.
using FindTensor = std::function<const checkpoint::TensorInfo*(const std::string& name)>;
[[nodiscard]] Result<std::vector<float>> read_params(const checkpoint::Safetensors& file, const ParamList& layout,
                                                     const FindTensor& find);

// Nothing when there is none among the files; refused when it has more tokens than the model.
[[nodiscard]] Result<std::optional<text::Tokenizer>> read_tokenizer(const Files& files, int vocab);

[[nodiscard]] std::string weights_file(const ParamList& layout, std::span<const float> params, checkpoint::Dtype dtype);
// Nothing to do without one.
[[nodiscard]] Result<void> save_tokenizer(const std::string& folder, const text::Tokenizer* tokenizer);
[[nodiscard]] Result<void> save_folder(const std::string& folder, const std::string& config, const std::string& weights,
                                       const text::Tokenizer* tokenizer);

}  // namespace headlight::model
