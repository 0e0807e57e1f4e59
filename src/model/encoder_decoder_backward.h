#pragma once
// Gradients of the whole encoder-decoder in reverse, from forward passes kept with Keep::training.

#include "model/sublayers.h"

namespace headlight::model {

// Buffers of the backward pass, made once for the largest batch; a step allocates nothing.
class EncoderDecoderBackward {
  public:
    // rows: the most of batch * context on either side. work_floats: nn::attention_work_floats of the largest shapes.
    EncoderDecoderBackward(const EncoderDecoderConfig& config, int rows, std::size_t work_floats);

    struct Batch {
        std::span<const TokenId> source;  // [batch * source context]
        std::span<const int> source_lengths;
        std::span<const TokenId> target;   // [batch * target context]: the decoder's input, beginning with <start>
        std::span<const TokenId> targets;  // what follows each of them; nn::kNoTarget on padding
    };
    // encoder, decoder: of the forward passes over this batch with the same dropout; the logits there become the
    // gradient's work space. gradients (EncoderDecoderLayout order) are ADDED to. smoothing: of the labels.
    // Returns the mean cross-entropy per target token in nats (without the smoothing).
    double run(const Compute& compute, const EncoderDecoder& model, Activations& encoder, Activations& decoder,
               const Batch& batch, std::span<float> gradients, const ForwardOptions& options, float smoothing = 0);

    // Work space that the forward passes may use as well (ForwardOptions::dropout_work).
    [[nodiscard]] std::span<float> work() { return work_; }

  private:
    // The stack that is walked through: its rows, sizes and parameters' gradients.
    struct Pass {
        const Compute& compute;
        const EncoderDecoder& model;
        Activations& a;
        const ForwardOptions& options;
        float* gradients;
        int rows;  // batch * context
    };
    double head(const Pass& pass, std::span<const TokenId> targets, float smoothing);
    void decoder_block(const Pass& pass, const Activations& encoder, std::span<const int> source_lengths, int layer);
    void encoder_block(const Pass& pass, std::span<const int> lengths, int layer);
    // From the gradient of norm(x + dropout(branch)) in dx_ to that of x (in dx_) and of the branch (returned).
    const float* add_and_norm(const Pass& pass, int layer, Site sum, const NormSites& norm, const NormLayout& at,
                              nn::Dropout dropout);
    // Adds the gradient of x to dx_, and that of the memory to dmemory.
    void attention(const Pass& pass, const AttentionSites& sites, int layer, const AttentionLayout& at,
                   const float* dout, const float* x, const float* memory, float* dmemory, int memory_rows,
                   const nn::AttentionShape& shape, nn::Dropout dropout);
    void feed_forward(const Pass& pass, int layer, const FeedForwardLayout& at, const float* dout, const float* x);
    void embedding(const Pass& pass, std::span<const TokenId> ids, int place);

    EncoderDecoderConfig config_;
    std::vector<float> dx_;                 // [rows, d_model] of the stream
    std::vector<float> dsum_;               // [rows, d_model] before a norm
    std::vector<float> dropped_;            // [rows, d_model]
    std::vector<float> dmemory_;            // [rows, d_model] of the encoder's output
    std::vector<float> dz_, dq_, dk_, dv_;  // [rows, heads * d_head]
    std::vector<float> dmlp_;               // [rows, d_mlp]
    std::vector<float> partial_;            // for layer_norm_backward
    std::vector<float> work_;               // for attention_backward
    std::vector<double> losses_;            // [rows]
};

}  // namespace headlight::model
