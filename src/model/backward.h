#pragma once
// Gradients of the whole model, layer by layer in reverse, from a forward pass kept with Keep::training.

#include "model/gpt.h"

namespace headlight::model {

// Buffers of the backward pass, made once; a step allocates nothing.
class Backward {
  public:
    Backward(const Compute& compute, const GptConfig& config, int batch, int context);

    // activations: of forward(ids) with the same dropout; the logits there become the gradient's work space.
    // targets: as many as ids. gradients (GptLayout order) are ADDED to.
    // Returns the mean cross-entropy per token in nats.
    double run(const Compute& compute, const Gpt& gpt, Activations& activations, std::span<const TokenId> ids,
               std::span<const TokenId> targets, std::span<float> gradients, const ForwardOptions& options);

    // Work space that the forward pass may use as well (ForwardOptions::dropout_work).
    [[nodiscard]] std::span<float> work() { return work_; }

  private:
    void feed_forward(const Compute& compute, const Gpt& gpt, Activations& a, int layer, float* gradients,
                      const ForwardOptions& options);
    void attention(const Compute& compute, const Gpt& gpt, Activations& a, int layer, float* gradients,
                   const ForwardOptions& options);
    // The gradient of a residual branch's output: dx_ itself, or its dropped copy.
    const float* branch(const Compute& compute, nn::Dropout dropout);

    int rows_, d_model_, d_mlp_;
    std::vector<float> dx_;                 // [rows, d_model] of the residual stream
    std::vector<float> dropped_;            // [rows, d_model]
    std::vector<float> dnorm_;              // [rows, d_model] of a norm's output
    std::vector<float> dz_, dq_, dk_, dv_;  // [rows, d_model]
    std::vector<float> dmlp_;               // [rows, d_mlp]
    std::vector<float> partial_;            // for layer_norm_backward
    std::vector<float> work_;               // for attention_backward
    std::vector<double> losses_;            // [rows]
};

}  // namespace headlight::model
