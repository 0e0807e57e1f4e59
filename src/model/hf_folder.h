#pragma once
// A Hugging Face GPT-2 folder as a model: config.json, model.safetensors, tokenizer.json or vocab.json + merges.txt.

#include <optional>
#include <string>

#include "checkpoint/safetensors.h"
#include "model/gpt_loader.h"
#include "model/loaded_model.h"

namespace headlight::model {

// Errors name the file, the tensor, what was found and what was expected. Taken: one model.safetensors, or shards with
// their index; F32, F16, BF16, F64, and the eight bits of weights_writer.h. Tolerated: the prefix "transformer.", mask
// buffers, a missing lm_head.weight (then the head is tied); unknown tensors of other names are refused.
[[nodiscard]] Result<LoadedModel> load_model(const Compute& compute, const Files& files, LoadOptions options = {});
// The same from a disk, piece by piece (GptLoader).
[[nodiscard]] Result<LoadedModel> load_model_folder(const Compute& compute, const std::string& folder,
                                                    LoadOptions options = {});

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
