#pragma once
// The encoder-decoder of "Attention Is All You Need" (Vaswani et al., 2017), post-norm: LayerNorm(x + Sublayer(x)).
// There is one forward pass for training, decoding with the KV cache, tracing and the tutorial.

#include <span>
#include <vector>

#include "kernels/compute.h"
#include "model/activations.h"
#include "model/encoder_decoder_config.h"
#include "model/gpt.h"

namespace headlight::model {

// Weights, const after load. The caller owns activations and cache.
class EncoderDecoder {
  public:
    // params: EncoderDecoderLayout(config).size() floats in the layout's order.
    EncoderDecoder(const Compute& compute, const EncoderDecoderConfig& config, std::vector<float> params);

    // Embeddings from N(0, 1 / d_model), projections from N(0, 2 / (in + out)) (Glorot, Bengio, 2010), biases 0,
    // norms 1.
    [[nodiscard]] static EncoderDecoder random(const Compute& compute, const EncoderDecoderConfig& config,
                                               std::uint64_t seed);

    [[nodiscard]] const EncoderDecoderConfig& config() const { return config_; }
    [[nodiscard]] const EncoderDecoderLayout& layout() const { return layout_; }
    [[nodiscard]] std::span<const float> params() const { return params_; }
    [[nodiscard]] const float* weights(std::size_t offset) const { return params_.data() + offset; }
    // The position encoding of a row, [d_model].
    [[nodiscard]] const float* position(int row) const;

    // For the trainer and for edited numbers: change the parameters, then pack() before the next forward pass.
    [[nodiscard]] std::span<float> mutable_params() { return params_; }
    void pack(const Compute& compute);

    // With D = heads * d_head.
    struct PackedAttention {
        kernels::PackedMatrix query, key, value;  // [d_model, D]
        kernels::PackedMatrix out;                // [D, d_model]
    };
    struct PackedBlock {
        PackedAttention attn, cross;        // cross: decoder only
        kernels::PackedMatrix in, mlp_out;  // [d_model, d_mlp], [d_mlp, d_model]
    };
    [[nodiscard]] const PackedBlock& encoder_block(int layer) const {
        return encoder_[static_cast<std::size_t>(layer)];
    }
    [[nodiscard]] const PackedBlock& decoder_block(int layer) const {
        return decoder_[static_cast<std::size_t>(layer)];
    }
    [[nodiscard]] const kernels::PackedMatrix& packed_head() const { return head_; }  // [d_model, vocab]

  private:
    EncoderDecoderConfig config_;
    EncoderDecoderLayout layout_;
    std::vector<float> params_;
    std::vector<float> sinusoids_;  // [context, d_model], unless positions are a table
    std::vector<PackedBlock> encoder_, decoder_;
    kernels::PackedMatrix head_;
};

// Activations of the two stacks for `batch` sequences. The decoder's sites of cross-attention have source_context keys.
[[nodiscard]] Activations encoder_activations(const EncoderDecoderConfig& config, int batch, int source_context,
                                              Keep keep);
[[nodiscard]] Activations decoder_activations(const EncoderDecoderConfig& config, int batch, int target_context,
                                              int source_context, Keep keep);

// Runs the encoder over whole sources, resumable after each stage (embedding, one per block).
// ids: batch * context tokens; sequence b has lengths[b] of them, the rest is padding, which nothing attends to.
// The result is ln2_normalized of the last layer (encoder_output).
class EncoderForward {
  public:
    EncoderForward(const Compute& compute, const EncoderDecoder& model, Activations& activations,
                   std::span<const TokenId> ids, std::span<const int> lengths, ForwardOptions options = {});
    bool advance();  // true when the pass is complete
    void run();
    [[nodiscard]] bool done() const { return stage_ == stages(); }
    [[nodiscard]] int stage() const { return stage_; }
    [[nodiscard]] int stages() const { return model_.config().encoder_layers + 1; }

  private:
    void block(int layer);

    const Compute& compute_;
    const EncoderDecoder& model_;
    Activations& activations_;
    std::span<const TokenId> ids_;
    std::span<const int> lengths_;
    ForwardOptions options_;
    int stage_ = 0;
};

// Runs the decoder over positions first, first + 1, ... of each target; earlier keys and values, and for first > 0
// those of the source too, must be in `activations`. With a batch: whole targets, first = 0.
// encoder: of the complete encoder pass over the same batch; source_lengths as given to it.
class DecoderForward {
  public:
    DecoderForward(const Compute& compute, const EncoderDecoder& model, Activations& activations,
                   const Activations& encoder, std::span<const TokenId> ids, int first,
                   std::span<const int> source_lengths, ForwardOptions options = {});
    bool advance();
    void run();
    [[nodiscard]] bool done() const { return stage_ == stages(); }
    [[nodiscard]] int stage() const { return stage_; }
    [[nodiscard]] int stages() const { return model_.config().decoder_layers + 2; }
    // After the pass: the logits of the last position, [vocab] (batch 1).
    [[nodiscard]] const float* last_logits() const;

  private:
    void block(int layer);
    void head();

    const Compute& compute_;
    const EncoderDecoder& model_;
    Activations& activations_;
    const Activations& encoder_;
    std::span<const TokenId> ids_;
    std::span<const int> source_lengths_;
    int first_;
    int count_;  // rows to compute
    ForwardOptions options_;
    int stage_ = 0;
};

}  // namespace headlight::model
