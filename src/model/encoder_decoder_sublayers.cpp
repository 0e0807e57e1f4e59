#include "model/encoder_decoder_sublayers.h"

#include <algorithm>
#include <cmath>

#include "nn/parallel.h"

namespace headlight::model {

nn::AttentionShape self_attention_shape(const EncoderDecoderConfig& c, const Activations& a, int first, int queries,
                                        std::span<const int> lengths) {
    nn::AttentionShape shape{a.batch(), first, queries, a.context(), c.heads, c.d_head};
    shape.divisor = c.score_divisor();
    if (a.shape().stack == nn::Stack::encoder) {
        shape.causal = false;
        shape.key_capacity = a.context();
        shape.key_counts = lengths;
    }
    return shape;
}

nn::AttentionShape cross_attention_shape(const EncoderDecoderConfig& c, const Activations& a, int first, int queries,
                                         std::span<const int> source_lengths) {
    nn::AttentionShape shape{a.batch(), first, queries, a.context(), c.heads, c.d_head};
    shape.divisor = c.score_divisor();
    shape.causal = false;
    shape.key_capacity = a.source_context();
    shape.key_counts = source_lengths;
    return shape;
}

float* Sublayers::rows(Site site, int layer) {
    const bool one_row = site == Site::logits && a_.keep() == Keep::decode;
    const auto stride = static_cast<std::size_t>(a_.view(site, layer, 0).stride[0]);
    return a_.at(site, layer) + (one_row ? 0 : static_cast<std::size_t>(first_) * stride);
}

void Sublayers::seen(Site site, int layer) {
    if (options_.observer == nullptr) return;
    const bool of_source = site == Site::cross_k || site == Site::cross_v;
    options_.observer->at({site, layer, a_.shape().stack}, a_.view(site, layer, first_ + count_),
                          of_source ? 0 : first_);
}

void Sublayers::embed(std::span<const TokenId> ids) {
    const EncoderDecoderConfig& c = model_.config();
    const int d = c.d_model;
    float* embedded = rows(Site::embed);  // [count, d_model]
    nn::embedding_forward(embedded, ids, model_.weights(model_.layout().embed), d);
    if (c.scaled_embedding) {
        compute_.kernels().scale(embedded, embedded, std::sqrt(static_cast<float>(d)), count_ * d);
    }
    seen(Site::embed);
    float* positions = rows(Site::pos_embed);  // [count, d_model]
    for (int row = 0; row < count_; ++row) {
        const int position = first_ + (a_.batch() == 1 ? row : row % a_.context());
        std::copy_n(model_.position(position), d, positions + nn::row_offset(row, d));
    }
    seen(Site::pos_embed);
    float* x = rows(Site::resid_pre);
    nn::residual_forward(compute_, x, embedded, positions, count_, d);
    if (options_.dropout > 0) {
        nn::dropout_forward(compute_, x, x, count_, d, dropout(DropoutSite::embedding, stack_place()));
    }
}

void Sublayers::attention(const AttentionSites& sites, int layer, const AttentionLayout& at,
                          const EncoderDecoder::PackedAttention& packed, const float* x, const float* memory,
                          int memory_rows, const nn::AttentionShape& shape) {
    const EncoderDecoderConfig& c = model_.config();
    const int d = c.d_model;
    const int width = c.d_attention();
    const auto project = [&](Site site, float* out, const float* in, int in_rows, const kernels::PackedMatrix& weight,
                             std::size_t bias) {  // [in_rows, width] = in [in_rows, d_model] weight
        matmul(compute_, out, width, {in, d, 1}, weight, in_rows, kernels::Into::store,
               c.attention_bias ? model_.weights(bias) : nullptr);
        seen(site, layer);
    };
    const bool of_source = sites.k == Site::cross_k;
    const auto memory_out = [&](Site site) { return of_source ? a_.at(site, layer) : rows(site, layer); };
    project(sites.q, rows(sites.q, layer), x, count_, packed.query, at.query_bias);
    if (memory != nullptr) {
        project(sites.k, memory_out(sites.k), memory, memory_rows, packed.key, at.key_bias);
        project(sites.v, memory_out(sites.v), memory, memory_rows, packed.value, at.value_bias);
    }

    nn::attention_scores(compute_, a_.at(sites.scores, layer), a_.at(sites.q, layer), a_.at(sites.k, layer), shape);
    seen(sites.scores, layer);
    nn::attention_pattern(compute_, a_.at(sites.pattern, layer), a_.at(sites.scores, layer), shape);
    seen(sites.pattern, layer);
    const int place = layer + (of_source ? kCrossPlace : stack_place());
    nn::attention_mix(compute_, a_.at(sites.z, layer), a_.at(sites.pattern, layer), a_.at(sites.v, layer), shape,
                      dropout(DropoutSite::pattern, place), options_.dropout_work.data());
    seen(sites.z, layer);

    matmul(compute_, rows(sites.out, layer), d, {rows(sites.z, layer), width, 1}, packed.out, count_,
           kernels::Into::store, model_.weights(at.out_bias));
    seen(sites.out, layer);
}

void Sublayers::feed_forward(int layer, const FeedForwardLayout& at, const EncoderDecoder::PackedBlock& packed,
                             const float* x) {
    const EncoderDecoderConfig& c = model_.config();
    const int d = c.d_model;
    float* pre = rows(Site::mlp_pre, layer);  // [count, d_mlp]
    matmul(compute_, pre, c.d_mlp, {x, d, 1}, packed.in, count_, kernels::Into::store, model_.weights(at.in_bias));
    seen(Site::mlp_pre, layer);
    float* post = rows(Site::mlp_post, layer);  // [count, d_mlp]
    nn::relu_forward(compute_, post, pre, count_, c.d_mlp);
    seen(Site::mlp_post, layer);
    float* out = rows(Site::mlp_out, layer);  // [count, d_model]
    if (c.feed_forward == FeedForward::one_layer) {
        std::copy_n(post, nn::row_offset(count_, d), out);
    } else {
        matmul(compute_, out, d, {post, c.d_mlp, 1}, packed.mlp_out, count_, kernels::Into::store,
               model_.weights(at.out_bias));
    }
    seen(Site::mlp_out, layer);
}

void Sublayers::add_and_norm(int layer, const float* x, Site branch, Site sum, const NormSites& norm,
                             const NormLayout& at, DropoutSite site, int place) {
    const EncoderDecoderConfig& c = model_.config();
    nn::residual_forward(compute_, rows(sum, layer), x, rows(branch, layer), count_, c.d_model, dropout(site, place));
    seen(sum, layer);
    const nn::LayerNormSaved saved{a_.mean(norm.mean, layer) + first_, rows(norm.scale, layer)};
    nn::layer_norm_forward(compute_, rows(norm.normalized, layer), saved, rows(sum, layer), model_.weights(at.weight),
                           model_.weights(at.bias), count_, c.d_model, c.layer_norm_eps, c.layer_norm_eps_outside);
    seen(norm.scale, layer);
    seen(norm.normalized, layer);
}

}  // namespace headlight::model
