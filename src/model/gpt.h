#pragma once
// A GPT-2-shaped decoder (Radford et al., 2019): pre-norm blocks, learned positions, tanh-GELU, tied or untied head.
// There is one forward pass: training, prefill, decoding with the KV cache, tracing and interventions all run it.

#include <memory>
#include <span>
#include <vector>

#include "kernels/compute.h"
#include "model/activations.h"
#include "model/config.h"
#include "nn/layers.h"

namespace headlight::model {

using kernels::Compute;
using nn::TokenId;

// Weights, const after load. The caller owns activations and cache.
class Gpt {
  public:
    // params: GptLayout(config).size() floats in the layout's order.
    Gpt(const Compute& compute, const GptConfig& config, std::vector<float> params);
    Gpt(Gpt&&) = default;
    Gpt& operator=(Gpt&&) = default;

    // Weights drawn from N(0, 0.02), residual projections scaled by 1 / sqrt(2 layers), norms 1 and 0, as GPT-2.
    [[nodiscard]] static Gpt random(const Compute& compute, const GptConfig& config, std::uint64_t seed);

    [[nodiscard]] const GptConfig& config() const { return config_; }
    [[nodiscard]] const GptLayout& layout() const { return layout_; }
    [[nodiscard]] std::span<const float> params() const { return params_; }
    // A tensor's first float.
    [[nodiscard]] const float* weights(std::size_t offset) const { return params_.data() + offset; }

    // For the trainer: change the parameters, then pack() before the next forward pass.
    [[nodiscard]] std::span<float> mutable_params() { return params_; }
    void pack(const Compute& compute);

    // The matrices of a block, interleaved once for the kernels.
    struct PackedBlock {
        kernels::PackedMatrix query, key, value, proj;  // [d_model, d_model] each
        kernels::PackedMatrix fc;                       // [d_model, d_mlp]
        kernels::PackedMatrix mlp_proj;                 // [d_mlp, d_model]
    };
    [[nodiscard]] const PackedBlock& packed(int layer) const { return packed_[static_cast<std::size_t>(layer)]; }
    [[nodiscard]] const kernels::PackedMatrix& packed_head() const { return packed_head_; }  // [d_model, vocab]

  private:
    GptConfig config_;
    GptLayout layout_;
    std::vector<float> params_;
    std::vector<PackedBlock> packed_;
    kernels::PackedMatrix packed_head_;
};

// Which positions get logits.
enum class LogitRows { last, all };

struct ForwardOptions {
    LogitRows logits = LogitRows::all;   // Keep::decode always computes the last one only
    nn::Observer* observer = nullptr;    // sees (and may replace) the value of every site
    float dropout = 0;                   // training only
    std::uint64_t dropout_seed = 0;      // a new one for each step
    std::span<float> dropout_work = {};  // nn::attention_work_floats(), needed with dropout
};

// A forward pass over new positions, resumable after each stage (embedding, one per block, head), so that a page can
// spread it over frames.
class Forward {
  public:
    // ids: the tokens at positions first, first + 1, ...; keys and values of earlier positions must be in
    // `activations`. With a batch: `batch` sequences of `context` tokens one after another, first = 0.
    Forward(const Compute& compute, const Gpt& gpt, Activations& activations, std::span<const TokenId> ids, int first,
            ForwardOptions options = {});

    // Runs the next stage; true when the pass is complete.
    bool advance();
    void run();
    [[nodiscard]] bool done() const { return stage_ == stages(); }
    [[nodiscard]] int stage() const { return stage_; }
    [[nodiscard]] int stages() const { return gpt_.config().layers + 2; }

    // After the pass: the logits of the last position, [vocab].
    [[nodiscard]] const float* last_logits() const;

  private:
    void embed();
    void block(int layer);
    void attention(int layer);
    void feed_forward(int layer);
    void head();

    const Compute& compute_;
    const Gpt& gpt_;
    Activations& activations_;
    std::span<const TokenId> ids_;
    int first_;
    int count_;  // rows to compute
    ForwardOptions options_;
    int stage_ = 0;
};

// The places where dropout is applied; the seed of each layer's mask follows from the step's seed.
enum class DropoutSite { embedding, pattern, attn_out, mlp_out };
[[nodiscard]] nn::Dropout dropout_at(float probability, std::uint64_t seed, DropoutSite site, int layer);

}  // namespace headlight::model
