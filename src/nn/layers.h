#pragma once
// The layers: forward and backward as free functions, outputs first. Rows are positions (of all sequences of a batch,
// one after another); matrices are row-major. Saved values are explicit arguments; nothing is hidden. Backward
// functions ADD into gradients named d...; they agree with finite differences (tests/nn).

#include <cstdint>
#include <span>

#include "kernels/compute.h"

namespace headlight::nn {

using kernels::Compute;
using TokenId = std::int32_t;

// Inverted dropout with a mask that is a function of (seed, element index); probability 0 is the identity.
struct Dropout {
    float probability = 0;
    std::uint32_t seed = 0;
};

// out[i, :] = table[ids[i], :]; out is [ids.size(), d].
void embedding_forward(float* out, std::span<const TokenId> ids, const float* table, int d);
// dtable[ids[i], :] += dout[i, :], in order of i.
void embedding_backward(const Compute& compute, float* dtable, const float* dout, std::span<const TokenId> ids, int d);

// Layer normalisation (Ba, Kiros, Hinton, 2016). x, y [rows, d]; weight, bias [d]; mean, scale [rows], where
// scale = sqrt(variance + eps) + eps_outside. The backward pass is for eps_outside = 0.
struct LayerNormSaved {
    float* mean;
    float* scale;
};
void layer_norm_forward(const Compute& compute, float* y, LayerNormSaved saved, const float* x, const float* weight,
                        const float* bias, int rows, int d, float eps, float eps_outside = 0);
// partial: work space of layer_norm_partial_floats(d) floats.
void layer_norm_backward(const Compute& compute, float* dx, float* dweight, float* dbias, const float* dy,
                         const float* x, const float* weight, LayerNormSaved saved, int rows, int d, float* partial);
[[nodiscard]] std::size_t layer_norm_partial_floats(int d);

// Gradients of y = x W + b with W [in, out] (the layout of GPT-2's Conv1D). dx, dweight, dbias are added to (dx only if
// `into` says so). w_stride: distance of W's rows, for a column range of a wider matrix. Null dx, dbias are skipped.
struct LinearGradients {
    float* dx;
    float* dweight;
    float* dbias;
};
void linear_backward(const Compute& compute, LinearGradients gradients, const float* dy, const float* x,
                     const float* weight, int rows, int in, int out, std::ptrdiff_t weight_stride,
                     kernels::Into into = kernels::Into::accumulate);

void gelu_forward(const Compute& compute, float* y, const float* x, int rows, int d);
void gelu_backward(const Compute& compute, float* dx, const float* dy, const float* x, int rows, int d);

void relu_forward(const Compute& compute, float* y, const float* x, int rows, int d);
// y: of the forward pass
void relu_backward(const Compute& compute, float* dx, const float* dy, const float* y, int rows, int d);

// y = a + dropout(b), all [rows, d]
void residual_forward(const Compute& compute, float* y, const float* a, const float* b, int rows, int d,
                      Dropout dropout = {});
// y = dropout(x); y may be x
void dropout_forward(const Compute& compute, float* y, const float* x, int rows, int d, Dropout dropout);
// y += a
void add_rows(const Compute& compute, float* y, const float* a, int rows, int d);

// A row with this target counts for nothing: loss and gradient 0 (padding).
inline constexpr TokenId kNoTarget = -1;

// Softmax cross-entropy of logits [rows, vocab] against targets [rows]: the sum over rows of -log p(target), in nats,
// in order of rows. With dlogits (may be the logits) also the gradient of `weight` times that sum.
// smoothing e (Szegedy et al., 2016): the target distribution is 1 - e on the target plus e / vocab on every token; it
// changes the gradient alone, the loss stays that of the target.
[[nodiscard]] double cross_entropy(const Compute& compute, float* dlogits, const float* logits,
                                   std::span<const TokenId> targets, int vocab, float weight, double* losses,
                                   float smoothing = 0);

}  // namespace headlight::nn
