#include "model/encoder_decoder_backward.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "model/encoder_decoder_shapes.h"
#include "nn/parallel.h"

namespace headlight::model {

EncoderDecoderBackward::EncoderDecoderBackward(const EncoderDecoderConfig& c, int rows, std::size_t work_floats)
    : config_(c) {
    for (auto* buffer : {&dx_, &dsum_, &dropped_, &dmemory_}) buffer->resize(nn::row_offset(rows, c.d_model));
    for (auto* buffer : {&dz_, &dq_, &dk_, &dv_}) buffer->resize(nn::row_offset(rows, c.d_attention()));
    dmlp_.resize(nn::row_offset(rows, c.d_mlp));
    partial_.resize(nn::layer_norm_partial_floats(c.d_model));
    work_.resize(work_floats);
    losses_.resize(static_cast<std::size_t>(rows));
}

double EncoderDecoderBackward::run(const Compute& compute, const EncoderDecoder& model, Activations& encoder,
                                   Activations& decoder, const Batch& batch, std::span<float> gradients,
                                   const ForwardOptions& options, float smoothing) {
    CHECK(encoder.keep() == Keep::training && decoder.keep() == Keep::training);
    CHECK(gradients.size() == model.layout().size() && config_.layer_norm_eps_outside == 0);
    CHECK(std::max(batch.source.size(), batch.target.size()) <= losses_.size());
    CHECK(batch.targets.size() == batch.target.size());
    const Pass target{compute, model, decoder, options, gradients.data(), static_cast<int>(batch.target.size())};
    const Pass source{compute, model, encoder, options, gradients.data(), static_cast<int>(batch.source.size())};

    const double loss = head(target, batch.targets, smoothing);
    std::fill_n(dmemory_.begin(), nn::row_offset(source.rows, config_.d_model), 0.0F);
    for (int layer = config_.decoder_layers - 1; layer >= 0; --layer) {
        decoder_block(target, encoder, batch.source_lengths, layer);
    }
    embedding(target, batch.target, kDecoderPlace);

    std::copy_n(dmemory_.begin(), nn::row_offset(source.rows, config_.d_model), dx_.begin());
    for (int layer = config_.encoder_layers - 1; layer >= 0; --layer) {
        encoder_block(source, batch.source_lengths, layer);
    }
    embedding(source, batch.source, kEncoderPlace);
    return loss;
}

double EncoderDecoderBackward::head(const Pass& p, std::span<const TokenId> targets, float smoothing) {
    const EncoderDecoderLayout& at = p.model.layout();
    const int d = config_.d_model;
    const int vocab = config_.vocab;
    const auto real = std::ranges::count_if(targets, [](TokenId id) { return id != nn::kNoTarget; });
    CHECK(real > 0);
    float* dlogits = p.a.at(Site::logits);  // [rows, vocab]
    const double loss = nn::cross_entropy(p.compute, dlogits, dlogits, targets, vocab, 1.0F / static_cast<float>(real),
                                          losses_.data(), smoothing);
    // logits = x W^T with W [vocab, d_model]
    matmul(p.compute, dx_.data(), d, kernels::MatrixView{dlogits, vocab, 1},
           kernels::MatrixView{p.model.weights(at.head), d, 1}, p.rows, d, vocab);
    matmul(p.compute, p.gradients + at.head, d, kernels::MatrixView{dlogits, 1, vocab},
           kernels::MatrixView{p.a.at(Site::ln3_normalized, config_.decoder_layers - 1), d, 1}, vocab, d, p.rows,
           kernels::Into::accumulate);
    return loss / static_cast<double>(real);
}

void EncoderDecoderBackward::decoder_block(const Pass& p, const Activations& encoder,
                                           std::span<const int> source_lengths, int layer) {
    const DecoderBlockLayout& at = p.model.layout().decoder[static_cast<std::size_t>(layer)];
    const auto dropout = [&](DropoutSite site, int place) {
        return dropout_at(p.options.dropout, p.options.dropout_seed, site, place + layer);
    };
    const int queries = p.a.context();
    const float* dout =
        add_and_norm(p, layer, Site::resid_post, kNorm3, at.ln3, dropout(DropoutSite::mlp_out, kDecoderPlace));
    feed_forward(p, layer, at.mlp, dout, p.a.at(Site::ln2_normalized, layer));

    dout = add_and_norm(p, layer, Site::resid_mid_cross, kNorm2, at.ln2, dropout(DropoutSite::attn_out, kCrossPlace));
    const int source_rows = encoder.batch() * encoder.context();
    attention(p, kCrossSites, layer, at.cross, dout, p.a.at(Site::ln1_normalized, layer),
              encoder.at(Site::ln2_normalized, config_.encoder_layers - 1), dmemory_.data(), source_rows,
              cross_attention_shape(config_, p.a, 0, queries, source_lengths),
              dropout(DropoutSite::pattern, kCrossPlace));

    dout = add_and_norm(p, layer, Site::resid_mid, kNorm1, at.ln1, dropout(DropoutSite::attn_out, kDecoderPlace));
    const float* x = p.a.at(Site::resid_pre, layer);
    attention(p, kSelfSites, layer, at.attn, dout, x, x, dx_.data(), p.rows,
              self_attention_shape(config_, p.a, 0, queries, {}), dropout(DropoutSite::pattern, kDecoderPlace));
}

void EncoderDecoderBackward::encoder_block(const Pass& p, std::span<const int> lengths, int layer) {
    const EncoderBlockLayout& at = p.model.layout().encoder[static_cast<std::size_t>(layer)];
    const auto dropout = [&](DropoutSite site) {
        return dropout_at(p.options.dropout, p.options.dropout_seed, site, kEncoderPlace + layer);
    };
    const float* dout = add_and_norm(p, layer, Site::resid_post, kNorm2, at.ln2, dropout(DropoutSite::mlp_out));
    feed_forward(p, layer, at.mlp, dout, p.a.at(Site::ln1_normalized, layer));
    dout = add_and_norm(p, layer, Site::resid_mid, kNorm1, at.ln1, dropout(DropoutSite::attn_out));
    const float* x = p.a.at(Site::resid_pre, layer);
    attention(p, kSelfSites, layer, at.attn, dout, x, x, dx_.data(), p.rows,
              self_attention_shape(config_, p.a, 0, p.a.context(), lengths), dropout(DropoutSite::pattern));
}

const float* EncoderDecoderBackward::add_and_norm(const Pass& p, int layer, Site sum, const NormSites& norm,
                                                  const NormLayout& at, nn::Dropout dropout) {
    const int d = config_.d_model;
    std::fill_n(dsum_.begin(), nn::row_offset(p.rows, d), 0.0F);
    nn::layer_norm_backward(p.compute, dsum_.data(), p.gradients + at.weight, p.gradients + at.bias, dx_.data(),
                            p.a.at(sum, layer), p.model.weights(at.weight),
                            {p.a.mean(norm.mean, layer), p.a.at(norm.scale, layer)}, p.rows, d, partial_.data());
    std::copy_n(dsum_.begin(), nn::row_offset(p.rows, d), dx_.begin());
    if (dropout.probability == 0) return dsum_.data();
    nn::dropout_forward(p.compute, dropped_.data(), dsum_.data(), p.rows, d, dropout);
    return dropped_.data();
}

void EncoderDecoderBackward::attention(const Pass& p, const AttentionSites& sites, int layer, const AttentionLayout& at,
                                       const float* dout, const float* x, const float* memory, float* dmemory,
                                       int memory_rows, const nn::AttentionShape& shape, nn::Dropout dropout) {
    const int d = config_.d_model;
    const int width = config_.d_attention();
    float* g = p.gradients;
    nn::linear_backward(p.compute, {dz_.data(), g + at.out_weight, g + at.out_bias}, dout, p.a.at(sites.z, layer),
                        p.model.weights(at.out_weight), p.rows, width, d, d, kernels::Into::store);
    nn::attention_backward(p.compute, {dq_.data(), dk_.data(), dv_.data()}, dz_.data(), p.a.at(sites.q, layer),
                           p.a.at(sites.k, layer), p.a.at(sites.v, layer), p.a.at(sites.pattern, layer), shape, dropout,
                           work_.data());
    const auto project = [&](float* din, const float* in, int rows, const float* dpart, std::size_t weight,
                             std::size_t bias) {
        nn::linear_backward(p.compute, {din, g + weight, config_.attention_bias ? g + bias : nullptr}, dpart, in,
                            p.model.weights(weight), rows, d, width, width);
    };
    project(dx_.data(), x, p.rows, dq_.data(), at.query_weight, at.query_bias);
    project(dmemory, memory, memory_rows, dk_.data(), at.key_weight, at.key_bias);
    project(dmemory, memory, memory_rows, dv_.data(), at.value_weight, at.value_bias);
}

void EncoderDecoderBackward::feed_forward(const Pass& p, int layer, const FeedForwardLayout& at, const float* dout,
                                          const float* x) {
    const int d = config_.d_model;
    const int d_mlp = config_.d_mlp;
    float* g = p.gradients;
    const float* dpost = dout;  // [rows, d_mlp]
    if (config_.feed_forward == FeedForward::two_layers) {
        nn::linear_backward(p.compute, {dmlp_.data(), g + at.out_weight, g + at.out_bias}, dout,
                            p.a.at(Site::mlp_post, layer), p.model.weights(at.out_weight), p.rows, d_mlp, d, d,
                            kernels::Into::store);
        dpost = dmlp_.data();
    }
    nn::relu_backward(p.compute, dmlp_.data(), dpost, p.a.at(Site::mlp_post, layer), p.rows, d_mlp);
    nn::linear_backward(p.compute, {dx_.data(), g + at.in_weight, g + at.in_bias}, dmlp_.data(), x,
                        p.model.weights(at.in_weight), p.rows, d, d_mlp, d_mlp);
}

void EncoderDecoderBackward::embedding(const Pass& p, std::span<const TokenId> ids, int place) {
    const EncoderDecoderLayout& at = p.model.layout();
    const int d = config_.d_model;
    const nn::Dropout dropout = dropout_at(p.options.dropout, p.options.dropout_seed, DropoutSite::embedding, place);
    if (dropout.probability > 0) nn::dropout_forward(p.compute, dx_.data(), dx_.data(), p.rows, d, dropout);
    if (config_.positions == Positions::table) {
        for (int row = 0; row < p.rows; ++row) {
            p.compute.kernels().add_to(p.gradients + at.positions + nn::row_offset(row % p.a.context(), d),
                                       dx_.data() + nn::row_offset(row, d), d);
        }
    }
    if (config_.scaled_embedding) {
        p.compute.kernels().scale(dx_.data(), dx_.data(), std::sqrt(static_cast<float>(d)), p.rows * d);
    }
    nn::embedding_backward(p.compute, p.gradients + at.embed, dx_.data(), ids, d);
}

}  // namespace headlight::model
