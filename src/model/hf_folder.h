#pragma once
// A Hugging Face GPT-2 folder as a model: config.json, model.safetensors, tokenizer.json or vocab.json + merges.txt.

#include <map>
#include <optional>
#include <string>

#include "checkpoint/safetensors.h"
#include "model/gpt.h"
#include "text/tokenizer.h"

namespace headlight::model {

struct LoadedModel {
    Gpt gpt;
    std::optional<text::Tokenizer> tokenizer;  // a folder used with ids alone needs none
};

using Files = std::map<std::string, std::string>;  // file name -> bytes

// Errors name the file, the tensor, what was found and what was expected. Tolerated: the prefix "transformer.", mask
// buffers, a missing lm_head.weight (then the head is tied), unknown tensors of other names are refused.
[[nodiscard]] Result<LoadedModel> load_model(const Compute& compute, const Files& files);
[[nodiscard]] Result<LoadedModel> load_model_folder(const Compute& compute, const std::string& folder);

// config.json alone. lm_head_in_file: whether the weights have one of their own; overrides the config when given.
[[nodiscard]] Result<GptConfig> parse_config(std::string_view json, std::string_view file_name,
                                             std::optional<bool> lm_head_in_file = std::nullopt);
[[nodiscard]] std::string config_json(const GptConfig& config);

// The parameters as model.safetensors in F32, F16 or BF16.
[[nodiscard]] std::string weights_file(const Gpt& gpt, checkpoint::Dtype dtype);

// Writes the three kinds of files, each atomically.
[[nodiscard]] Result<void> save_model_folder(const std::string& folder, const Gpt& gpt,
                                             const text::Tokenizer* tokenizer, checkpoint::Dtype dtype);

}  // namespace headlight::model
