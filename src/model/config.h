#pragma once
// What a GPT-2-shaped model is made of, and how its parameters lie in one flat buffer.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/params.h"

namespace headlight::model {

struct GptConfig {
    int vocab = 2048;
    int context = 256;  // positions
    int d_model = 192;
    int layers = 6;
    int heads = 6;
    int d_mlp = 768;
    bool qkv_bias = true;
    bool tied_head = true;  // the unembedding is the token embedding
    float layer_norm_eps = 1e-5F;
    int end_token = -1;  // <|endoftext|>, or -1

    [[nodiscard]] int d_head() const { return d_model / heads; }
    bool operator==(const GptConfig&) const = default;
};

// Refuses sizes that make no model (zero, heads that do not divide d_model) or one too large for any memory.
[[nodiscard]] Result<void> check(const GptConfig& config);

// Offsets of a block's tensors. Linear weights are [in, out] (Conv1D).
struct BlockLayout {
    std::size_t ln_1_weight, ln_1_bias;  // [d_model]
    std::size_t attn_weight, attn_bias;  // [d_model, 3 d_model] for q, k, v side by side; [3 d_model] if qkv_bias
    std::size_t proj_weight, proj_bias;  // [d_model, d_model], [d_model]
    std::size_t ln_2_weight, ln_2_bias;  // [d_model]
    std::size_t fc_weight, fc_bias;      // [d_model, d_mlp], [d_mlp]
    std::size_t mlp_proj_weight, mlp_proj_bias;  // [d_mlp, d_model], [d_model]
};

class GptLayout : public ParamList {
  public:
    explicit GptLayout(const GptConfig& config);

    // Held as matrices for the kernels: every parameter of two dimensions but the positions.
    [[nodiscard]] bool is_matrix(const ParamInfo& param) const {
        return param.shape.size() == 2 && param.offset != wpe;
    }
    // A matrix whose rows are the outputs: the embedding and the head.
    [[nodiscard]] bool has_output_rows(const ParamInfo& param) const {
        return param.offset == wte || param.offset == lm_head;
    }

    std::size_t wte = 0;  // [vocab, d_model]
    std::size_t wpe = 0;  // [context, d_model]
    std::vector<BlockLayout> blocks;
    std::size_t ln_f_weight = 0, ln_f_bias = 0;  // [d_model]
    std::size_t lm_head = 0;                     // [vocab, d_model]; the same as wte when tied
};

}  // namespace headlight::model
