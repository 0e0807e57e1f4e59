#include "model/hf_folder.h"

#include <algorithm>

#include "checkpoint/hf_config.h"
#include "model/folder_files.h"

namespace headlight::model {
namespace {

constexpr std::string_view kPrefix = "transformer.";
constexpr std::string_view kHead = "lm_head.weight";

std::span<const std::byte> as_bytes(const std::string& text) {
    return std::as_bytes(std::span(text));
}

// The causal mask that older checkpoints carry along.
bool is_mask_buffer(std::string_view name) {
    return name.ends_with(".attn.bias") || name.ends_with(".attn.masked_bias");
}

const checkpoint::TensorInfo* find_tensor(const checkpoint::Safetensors& file, const std::string& name) {
    const auto* plain = file.find(name);
    return plain != nullptr ? plain : file.find(std::string(kPrefix) + name);
}

Result<void> refuse_strangers(const checkpoint::Safetensors& file, const GptLayout& layout) {
    for (const auto& tensor : file.tensors()) {
        std::string_view name = tensor.name;
        if (name.starts_with(kPrefix)) name.remove_prefix(kPrefix.size());
        if (is_mask_buffer(name) || name == kHead) continue;
        const bool known =
            std::ranges::any_of(layout.params(), [&](const ParamInfo& info) { return info.name == name; });
        if (!known) {
            return invalid(file.file_name() + ": tensor " + checkpoint::quoted_name(tensor.name) +
                           " is not part of a GPT-2 with the layers of config.json");
        }
    }
    return {};
}

}  // namespace

Result<GptConfig> parse_config(std::string_view json, std::string_view file_name, std::optional<bool> lm_head_in_file) {
    ASSIGN_OR_RETURN(const checkpoint::Gpt2Config hf, checkpoint::parse_gpt2_config(json, file_name));
    GptConfig config;
    config.vocab = hf.vocab_size;
    config.context = hf.n_positions;
    config.d_model = hf.n_embd;
    config.layers = hf.n_layer;
    config.heads = hf.n_head;
    config.d_mlp = hf.inner();
    config.qkv_bias = hf.qkv_bias;
    config.tied_head = hf.tie_word_embeddings;
    if (lm_head_in_file.has_value()) config.tied_head = hf.tie_word_embeddings || !*lm_head_in_file;
    config.layer_norm_eps = static_cast<float>(hf.layer_norm_epsilon);
    config.end_token = hf.eos_token_id.value_or(-1);
    RETURN_IF_ERROR(check(config));
    return config;
}

std::string config_json(const GptConfig& config) {
    checkpoint::Gpt2Config hf;
    hf.vocab_size = config.vocab;
    hf.n_positions = config.context;
    hf.n_embd = config.d_model;
    hf.n_layer = config.layers;
    hf.n_head = config.heads;
    if (config.d_mlp != 4 * config.d_model) hf.n_inner = config.d_mlp;
    hf.qkv_bias = config.qkv_bias;
    hf.tie_word_embeddings = config.tied_head;
    // 1e-5f widened to double would print as 9.999999747e-06: keep the digits of the float.
    hf.layer_norm_epsilon = config.layer_norm_eps == 1e-5F ? 1e-5 : static_cast<double>(config.layer_norm_eps);
    if (config.end_token >= 0) hf.bos_token_id = hf.eos_token_id = config.end_token;
    return checkpoint::gpt2_config_json(hf);
}

Result<LoadedModel> load_model(const Compute& compute, const Files& files) {
    ASSIGN_OR_RETURN(const std::string* config_text, require_file(files, kConfigFile));
    ASSIGN_OR_RETURN(const std::string* weights, require_file(files, kWeightsFile));
    ASSIGN_OR_RETURN(const auto file, checkpoint::Safetensors::parse(as_bytes(*weights), kWeightsFile));
    const bool has_head = find_tensor(file, std::string(kHead)) != nullptr;
    ASSIGN_OR_RETURN(const GptConfig config, parse_config(*config_text, kConfigFile, has_head));
    const GptLayout layout(config);
    RETURN_IF_ERROR(refuse_strangers(file, layout));
    const auto find = [&](const std::string& name) { return find_tensor(file, name); };
    ASSIGN_OR_RETURN(auto params, read_params(file, layout, find));
    ASSIGN_OR_RETURN(auto tokenizer, read_tokenizer(files, config.vocab));
    return LoadedModel{Gpt(compute, config, std::move(params)), std::move(tokenizer)};
}

Result<LoadedModel> load_model_folder(const Compute& compute, const std::string& folder) {
    ASSIGN_OR_RETURN(const Files files, read_folder(folder));
    auto loaded = load_model(compute, files);
    if (!loaded.has_value()) return fail(loaded.error().code, folder + ": " + loaded.error().message);
    return loaded;
}

std::string weights_file(const Gpt& gpt, checkpoint::Dtype dtype) {
    return weights_file(gpt.layout(), gpt.params(), dtype);
}

Result<void> save_model_folder(const std::string& folder, const Gpt& gpt, const text::Tokenizer* tokenizer,
                               checkpoint::Dtype dtype) {
    return save_folder(folder, config_json(gpt.config()), weights_file(gpt, dtype), tokenizer);
}

}  // namespace headlight::model
