#include "checkpoint/hf_config.h"

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "checkpoint/config_reader.h"

namespace headlight::checkpoint {
namespace {

using nlohmann::json;

void read_kind(const json& object, ConfigReader& reader, Gpt2Config& config) {
    const bool gpt2 = object.contains("model_type") && object["model_type"] == "gpt2";
    if (!gpt2) reader.refuse("model_type", "\"gpt2\"");
    if (reader.has("activation_function")) {
        const json& name = object["activation_function"];
        if (name == "gelu_new" || name == "gelu_pytorch_tanh") {
            config.activation_function = name.get<std::string>();
        } else {
            reader.refuse("activation_function", "\"gelu_new\" or \"gelu_pytorch_tanh\"");
        }
    }
    reader.require("scale_attn_weights", true);
    reader.require("scale_attn_by_inverse_layer_idx", false);
    reader.require("add_cross_attention", false);
}

void read_sizes(ConfigReader& reader, Gpt2Config& config) {
    // Limits far above any GPT-2, low enough that products of two fit an int and a typo is told as one.
    reader.read("n_layer", "num_hidden_layers", config.n_layer, 1'000);
    reader.read("n_embd", "hidden_size", config.n_embd, 16'384);
    reader.read("n_head", "num_attention_heads", config.n_head, 1'000);
    reader.read("vocab_size", "vocab_size", config.vocab_size, 10'000'000);
    reader.read("n_positions", "max_position_embeddings", config.n_positions, 1'000'000);
    if (reader.has("n_inner")) {
        int inner = 0;
        reader.read("n_inner", "n_inner", inner, 100'000);
        config.n_inner = inner;
    }
    if (config.n_embd % config.n_head != 0) {
        reader.refuse("n_head", "a divisor of n_embd, " + std::to_string(config.n_embd));
    }
}

constexpr int kQuantBlock = 32;

// Ours alone: other ways to quantise store other tensors.
void read_quantisation(const json& object, ConfigReader& reader, Gpt2Config& config) {
    if (!reader.has("quantization_config")) return;
    const json& how = object["quantization_config"];
    const bool ours = how.is_object() && how.contains("quant_method") && how["quant_method"] == "headlight_q8" &&
                      (!how.contains("block") || how["block"] == kQuantBlock);
    if (!ours) reader.refuse("quantization_config", "quant_method \"headlight_q8\" with blocks of 32, or none");
    config.headlight_q8 = ours;
}

}  // namespace

Result<Gpt2Config> parse_gpt2_config(std::string_view text, std::string_view file_name) {
    const json object = read_json(text);
    if (!object.is_object()) {
        return invalid(std::string(file_name) + ": not a JSON object; expected a Hugging Face config.json");
    }
    Gpt2Config config;
    ConfigReader reader(object, file_name);
    read_kind(object, reader, config);
    read_sizes(reader, config);
    reader.read("layer_norm_epsilon", config.layer_norm_epsilon, 1.0);
    reader.read("embd_pdrop", config.embd_pdrop, 1.0);
    reader.read("attn_pdrop", config.attn_pdrop, 1.0);
    reader.read("resid_pdrop", config.resid_pdrop, 1.0);
    reader.read("tie_word_embeddings", config.tie_word_embeddings);
    reader.read("qkv_bias", config.qkv_bias);
    reader.read_token("bos_token_id", config.bos_token_id, config.vocab_size);
    reader.read_token("eos_token_id", config.eos_token_id, config.vocab_size);
    read_quantisation(object, reader, config);
    if (reader.error()) return std::unexpected(*reader.error());
    return config;
}

std::string gpt2_config_json(const Gpt2Config& config) {
    auto or_null = [](const std::optional<int>& value) { return value ? json(*value) : json(); };
    nlohmann::ordered_json object;
    object["model_type"] = "gpt2";
    object["architectures"] = std::array{"GPT2LMHeadModel"};
    object["n_layer"] = config.n_layer;
    object["n_head"] = config.n_head;
    object["n_embd"] = config.n_embd;
    object["n_inner"] = or_null(config.n_inner);
    object["vocab_size"] = config.vocab_size;
    object["n_positions"] = config.n_positions;
    object["n_ctx"] = config.n_positions;  // the old name; some readers still ask for it
    object["layer_norm_epsilon"] = config.layer_norm_epsilon;
    object["activation_function"] = config.activation_function;
    object["tie_word_embeddings"] = config.tie_word_embeddings;
    object["qkv_bias"] = config.qkv_bias;
    object["bos_token_id"] = or_null(config.bos_token_id);
    object["eos_token_id"] = or_null(config.eos_token_id);
    object["embd_pdrop"] = config.embd_pdrop;
    object["attn_pdrop"] = config.attn_pdrop;
    object["resid_pdrop"] = config.resid_pdrop;
    if (config.headlight_q8) object["quantization_config"] = {{"quant_method", "headlight_q8"}, {"block", kQuantBlock}};
    return write_json(object, 2) + "\n";
}

}  // namespace headlight::checkpoint
