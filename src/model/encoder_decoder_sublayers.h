#pragma once
// The parts that encoder and decoder blocks are made of: embedding, attention, add & norm, feed-forward. Private to
// encoder_decoder_forward.cpp and its backward twin.

#include "model/encoder_decoder.h"
#include "nn/attention.h"

namespace headlight::model {

// The sites of one attention, and of the sum behind it.
struct AttentionSites {
    Site q, k, v, scores, pattern, z, out;
};
inline constexpr AttentionSites kSelfSites{Site::q,       Site::k, Site::v,       Site::attn_scores,
                                           Site::pattern, Site::z, Site::attn_out};
inline constexpr AttentionSites kCrossSites{Site::cross_q,       Site::cross_k, Site::cross_v,       Site::cross_scores,
                                            Site::cross_pattern, Site::cross_z, Site::cross_attn_out};

// The sites of one norm.
struct NormSites {
    Site scale, normalized;
    Activations::Norm mean;
};
inline constexpr NormSites kNorm1{Site::ln1_scale, Site::ln1_normalized, Activations::Norm::ln1};
inline constexpr NormSites kNorm2{Site::ln2_scale, Site::ln2_normalized, Activations::Norm::ln2};
inline constexpr NormSites kNorm3{Site::ln3_scale, Site::ln3_normalized, Activations::Norm::ln3};

// Each attention, and each stack, draws dropout masks of its own: their layers are numbered from here.
inline constexpr int kEncoderPlace = 0, kDecoderPlace = 1000, kCrossPlace = 2000;

// What the heads of self-attention see: an encoder's everything but padding, a decoder's everything before.
[[nodiscard]] nn::AttentionShape self_attention_shape(const EncoderDecoderConfig& config,
                                                      const Activations& activations, int first, int queries,
                                                      std::span<const int> lengths);
[[nodiscard]] nn::AttentionShape cross_attention_shape(const EncoderDecoderConfig& config,
                                                       const Activations& activations, int first, int queries,
                                                       std::span<const int> source_lengths);

// New rows of one stack: positions first .. of every sequence, `count` rows in all.
class Sublayers {
  public:
    Sublayers(const Compute& compute, const EncoderDecoder& model, Activations& activations, int first, int count,
              const ForwardOptions& options)
        : compute_(compute), model_(model), a_(activations), first_(first), count_(count), options_(options) {}

    // resid_pre of layer 0 = dropout(embedding of ids + positions)
    void embed(std::span<const TokenId> ids);
    // out = attention of `x` [count, d_model] to `memory` [memory_rows, d_model]; null memory: keys and values are in
    // the cache already.
    void attention(const AttentionSites& sites, int layer, const AttentionLayout& at,
                   const EncoderDecoder::PackedAttention& packed, const float* x, const float* memory, int memory_rows,
                   const nn::AttentionShape& shape);
    void feed_forward(int layer, const FeedForwardLayout& at, const EncoderDecoder::PackedBlock& packed,
                      const float* x);
    // sum = x + dropout(branch); normalized = layer norm of sum
    void add_and_norm(int layer, const float* x, Site branch, Site sum, const NormSites& norm, const NormLayout& at,
                      DropoutSite dropout, int place);

    [[nodiscard]] float* rows(Site site, int layer = 0);  // the new rows of a site
    void seen(Site site, int layer = 0);

  private:
    [[nodiscard]] nn::Dropout dropout(DropoutSite site, int place) const {
        return dropout_at(options_.dropout, options_.dropout_seed, site, place);
    }
    [[nodiscard]] int stack_place() const {
        return a_.shape().stack == nn::Stack::encoder ? kEncoderPlace : kDecoderPlace;
    }

    const Compute& compute_;
    const EncoderDecoder& model_;
    Activations& a_;
    int first_, count_;
    const ForwardOptions& options_;
};

}  // namespace headlight::model
