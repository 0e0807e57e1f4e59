#pragma once
// The parts that the blocks of all models are made of: attention between projections, and a norm. They write the new
// rows of one stack's activations and show every site to the observer. Private to the forward and backward passes.

#include "model/encoder_decoder.h"
#include "nn/attention.h"

namespace headlight::model {

// The sites of one attention.
struct AttentionSites {
    Site q, k, v, scores, pattern, z, out;
};
inline constexpr AttentionSites kSelfSites{Site::q,       Site::k, Site::v,       Site::attn_scores,
                                           Site::pattern, Site::z, Site::attn_out};
inline constexpr AttentionSites kCrossSites{Site::cross_q,       Site::cross_k, Site::cross_v,       Site::cross_scores,
                                            Site::cross_pattern, Site::cross_z, Site::cross_attn_out};

// Packed [d_model, D], [d_model, D], [d_model, D], [D, d_model] with D = heads * d_head; biases [D], [D], [D],
// [d_model], null where there are none.
struct AttentionWeights {
    const kernels::PackedMatrix &query, &key, &value, &out;
    const float *query_bias, *key_bias, *value_bias, *out_bias;
};

// The sites of one norm.
struct NormSites {
    Site scale, normalized;
    Activations::Norm mean;
};
inline constexpr NormSites kNorm1{Site::ln1_scale, Site::ln1_normalized, Activations::Norm::ln1};
inline constexpr NormSites kNorm2{Site::ln2_scale, Site::ln2_normalized, Activations::Norm::ln2};
inline constexpr NormSites kNorm3{Site::ln3_scale, Site::ln3_normalized, Activations::Norm::ln3};
inline constexpr NormSites kNormFinal{Site::ln_final_scale, Site::ln_final_normalized, Activations::Norm::ln_final};

struct NormWeights {
    const float *weight, *bias;  // [d_model]
    float eps, eps_outside = 0;
};

// Where dropout masks are drawn: a GPT's layers and an encoder's are numbered from 0, a decoder's attentions from here.
inline constexpr int kEncoderPlace = 0, kDecoderPlace = 1000, kCrossPlace = 2000;

// New rows of one stack: positions first .. of every sequence, `count` rows in all.
class Sublayers {
  public:
    Sublayers(const Compute& compute, Activations& activations, int first, int count, const ForwardOptions& options)
        : compute_(compute), a_(activations), first_(first), count_(count), options_(options) {}

    // Attention of `x` [count, d_model] to `memory` [memory_rows, d_model]; null memory: keys and values are in the
    // cache already. Writes the sites up to `out`, which it returns, [count, d_model].
    const float* attention(const AttentionSites& sites, int layer, const AttentionWeights& weights, const float* x,
                           const float* memory, int memory_rows, const nn::AttentionShape& shape, int place);
    // Of `memory` [memory_rows, d_model] alone, where it is not done by attention().
    void keys_and_values(const AttentionSites& sites, int layer, const AttentionWeights& weights, const float* memory,
                         int memory_rows);
    // sum = x + dropout(branch)
    const float* add(int layer, const float* x, const float* branch, Site sum, DropoutSite dropout, int place);
    // The layer norm of `x`, [count, d_model].
    const float* norm(int layer, const float* x, const NormSites& sites, const NormWeights& weights);

    [[nodiscard]] float* rows(Site site, int layer = 0);  // the new rows of a site
    void seen(Site site, int layer = 0);
    [[nodiscard]] nn::Dropout dropout(DropoutSite site, int place) const {
        return dropout_at(options_.dropout, options_.dropout_seed, site, place);
    }

  private:
    // site [x_rows, n] = x [x_rows, d_model] weight + bias; rows of the source always begin at its first position
    void project(Site site, int layer, const float* x, int x_rows, const kernels::PackedMatrix& weight,
                 const float* bias);
    void attend(const AttentionSites& sites, int layer, const nn::AttentionShape& shape, int place);

    const Compute& compute_;
    Activations& a_;
    int first_, count_;
    const ForwardOptions& options_;
};

}  // namespace headlight::model
