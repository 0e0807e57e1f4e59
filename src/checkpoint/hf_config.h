#pragma once
// config.json of a Hugging Face GPT-2 folder (transformers' GPT2Config) as plain values.

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace headlight::checkpoint {

// Defaults are those of GPT2Config, for keys that a file leaves out.
struct Gpt2Config {
    int n_layer = 12;
    int n_head = 12;
    int n_embd = 768;
    int vocab_size = 50257;
    int n_positions = 1024;
    std::optional<int> n_inner = std::nullopt;  // absent: 4 n_embd
    double layer_norm_epsilon = 1e-5;
    std::string activation_function = "gelu_new";  // or "gelu_pytorch_tanh": the same function
    bool tie_word_embeddings = true;
    bool qkv_bias = true;  // our own key: false when the query, key and value projections have no bias
    std::optional<int> bos_token_id = std::nullopt;
    std::optional<int> eos_token_id = std::nullopt;
    double embd_pdrop = 0.1;
    double attn_pdrop = 0.1;
    double resid_pdrop = 0.1;
    bool headlight_q8 = false;  // quantization_config: the matrices are stored as quants and scales (weights_writer.h)

    [[nodiscard]] int inner() const { return n_inner.value_or(4 * n_embd); }
    friend bool operator==(const Gpt2Config&, const Gpt2Config&) = default;
};

// Unknown keys are ignored. Refused, with a message that names `file_name`, the key, what was found and what would be
// right: other model types, other activations, variants of attention that compute something else, sizes that do not fit
// each other.
Result<Gpt2Config> parse_gpt2_config(std::string_view text, std::string_view file_name);

// JSON that transformers' GPT2Config.from_json_file reads, ending in a newline.
[[nodiscard]] std::string gpt2_config_json(const Gpt2Config& config);

}  // namespace headlight::checkpoint
