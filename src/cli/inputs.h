#pragma once
// What several commands ask for: a model folder, token ids, text, threads and kernels.

#include <string>
#include <vector>

#include "cli/command.h"
#include "kernels/compute.h"
#include "model/encoder_decoder_folder.h"
#include "model/hf_folder.h"
#include "text/tokenizer.h"

namespace headlight::cli {

// A file's bytes; "-" is standard input.
[[nodiscard]] Result<std::string> read_input(const std::string& path);

// "1,2,3" or "[1, 2, 3]" or "1 2 3".
[[nodiscard]] Result<std::vector<text::TokenId>> parse_ids(std::string_view text);
[[nodiscard]] std::string ids_text(std::span<const text::TokenId> ids);  // "1,2,3"

// Every id must be in [0, vocab).
[[nodiscard]] Result<void> check_ids(std::span<const text::TokenId> ids, int vocab);

enum class ModelKind { gpt, encoder_decoder };

// The folder that --model names, or the model of this kind that comes with the program (assets/models/story or
// assets/models/en-tr): beside the executable, in a folder above it (the source tree) or above the working folder.
[[nodiscard]] Result<std::string> model_folder(const std::string& given, ModelKind wanted = ModelKind::gpt);

// What the folder's config.json says that it holds.
[[nodiscard]] Result<ModelKind> kind_of_model(const std::string& folder);

// Models; a folder of the other kind is refused with the names of the commands that take it.
[[nodiscard]] Result<model::LoadedModel> load_gpt(const kernels::Compute& compute, const std::string& folder,
                                                  model::LoadOptions options = {});
[[nodiscard]] Result<model::LoadedEncoderDecoder> load_translator(const kernels::Compute& compute,
                                                                  const std::string& folder);

// The headers of a folder's weights, one file or shards, without reading the weights; none when there are none.
[[nodiscard]] Result<std::vector<checkpoint::Safetensors>> weight_headers(const std::string& folder);

// The tokenizer of a model folder, without its weights.
[[nodiscard]] Result<text::Tokenizer> load_tokenizer(const std::string& folder);

// "f32", "f16" or "q8"; `option` is for the message.
[[nodiscard]] Result<kernels::WeightFormat> parse_format(const std::string& name, const std::string& option);

// --weights
struct WeightsInput {
    std::string format;  // empty: as the folder has them
    void declare(std::vector<Option>& options);
    [[nodiscard]] Result<model::LoadOptions> load_options() const;
};

// --model and --weights
struct ModelInput {
    std::string folder;
    WeightsInput weights;
    void declare(std::vector<Option>& options);
    [[nodiscard]] Result<model::LoadedModel> load(const kernels::Compute& compute) const;
};

// --threads and --kernels
struct ComputeInput {
    int threads = 0;  // 0: as many as the machine has
    std::string kernels;
    void declare(std::vector<Option>& options);
    [[nodiscard]] Result<kernels::Compute> make() const;
};

// --prompt or --ids
struct PromptInput {
    std::string prompt;
    std::string ids;
    void declare(std::vector<Option>& options);
    // At least one token, all in the vocabulary. An empty prompt is the end token, where the model has one.
    [[nodiscard]] Result<std::vector<text::TokenId>> tokens(const model::LoadedModel& model) const;
};

}  // namespace headlight::cli
