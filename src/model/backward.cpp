#include "model/backward.h"

#include <algorithm>

#include "base/check.h"
#include "nn/attention.h"
#include "nn/parallel.h"

namespace headlight::model {
namespace {

nn::LayerNormSaved saved(Activations& a, Site scale, Activations::Norm mean, int layer = 0) {
    return {a.mean(mean, layer), a.at(scale, layer)};
}

nn::AttentionShape attention_shape(const GptConfig& c, const Activations& a) {
    return {a.batch(), 0, a.context(), a.context(), c.heads, c.d_head()};
}

}  // namespace

Backward::Backward(const Compute& compute, const GptConfig& c, int batch, int context)
    : rows_(batch * context), d_model_(c.d_model), d_mlp_(c.d_mlp) {
    const std::size_t wide = nn::row_offset(rows_, d_model_);
    for (auto* buffer : {&dx_, &dropped_, &dnorm_, &dz_, &dq_, &dk_, &dv_}) buffer->resize(wide);
    dmlp_.resize(nn::row_offset(rows_, d_mlp_));
    partial_.resize(nn::layer_norm_partial_floats(d_model_));
    work_.resize(nn::attention_work_floats(compute, {batch, 0, context, context, c.heads, c.d_head()}));
    losses_.resize(static_cast<std::size_t>(rows_));
}

double Backward::run(const Compute& compute, const Gpt& gpt, Activations& a, std::span<const TokenId> ids,
                     std::span<const TokenId> targets, std::span<float> gradients, const ForwardOptions& options) {
    const GptConfig& c = gpt.config();
    const GptLayout& at = gpt.layout();
    CHECK(a.keep() == Keep::training && gradients.size() == at.size());
    CHECK(static_cast<int>(ids.size()) == rows_ && targets.size() == ids.size());
    float* g = gradients.data();

    float* dlogits = a.at(Site::logits);  // [rows, vocab]
    const double loss = nn::cross_entropy(compute, dlogits, dlogits, targets, c.vocab, 1.0F / static_cast<float>(rows_),
                                          losses_.data());
    // logits = normalized W^T with W [vocab, d_model]
    const kernels::MatrixView dlogits_view{dlogits, c.vocab, 1};
    matmul(compute, dnorm_.data(), d_model_, dlogits_view, kernels::MatrixView{gpt.weights(at.lm_head), d_model_, 1},
           rows_, d_model_, c.vocab);
    matmul(compute, g + at.lm_head, d_model_, kernels::MatrixView{dlogits, 1, c.vocab},
           kernels::MatrixView{a.at(Site::ln_final_normalized), d_model_, 1}, c.vocab, d_model_, rows_,
           kernels::Into::accumulate);
    std::ranges::fill(dx_, 0.0F);
    nn::layer_norm_backward(compute, dx_.data(), g + at.ln_f_weight, g + at.ln_f_bias, dnorm_.data(),
                            a.at(Site::resid_post, c.layers - 1), gpt.weights(at.ln_f_weight),
                            saved(a, Site::ln_final_scale, Activations::Norm::ln_final), rows_, d_model_,
                            partial_.data());

    for (int layer = c.layers - 1; layer >= 0; --layer) {
        feed_forward(compute, gpt, a, layer, g, options);
        attention(compute, gpt, a, layer, g, options);
    }

    const float* dembed = branch(compute, dropout_at(options.dropout, options.dropout_seed, DropoutSite::embedding, 0));
    nn::embedding_backward(compute, g + at.wte, dembed, ids, d_model_);
    for (int row = 0; row < rows_; ++row) {
        compute.kernels().add_to(g + at.wpe + nn::row_offset(row % a.context(), d_model_),
                                 dembed + nn::row_offset(row, d_model_), d_model_);
    }
    return loss / rows_;
}

const float* Backward::branch(const Compute& compute, nn::Dropout dropout) {
    if (dropout.probability == 0) return dx_.data();
    nn::dropout_forward(compute, dropped_.data(), dx_.data(), rows_, d_model_, dropout);
    return dropped_.data();
}

void Backward::feed_forward(const Compute& compute, const Gpt& gpt, Activations& a, int layer, float* g,
                            const ForwardOptions& options) {
    const BlockLayout& at = gpt.layout().blocks[static_cast<std::size_t>(layer)];
    const float* dout = branch(compute, dropout_at(options.dropout, options.dropout_seed, DropoutSite::mlp_out, layer));
    nn::linear_backward(compute, {dmlp_.data(), g + at.mlp_proj_weight, g + at.mlp_proj_bias}, dout,
                        a.at(Site::mlp_post, layer), gpt.weights(at.mlp_proj_weight), rows_, d_mlp_, d_model_, d_model_,
                        kernels::Into::store);
    nn::gelu_backward(compute, dmlp_.data(), dmlp_.data(), a.at(Site::mlp_pre, layer), rows_, d_mlp_);
    nn::linear_backward(compute, {dnorm_.data(), g + at.fc_weight, g + at.fc_bias}, dmlp_.data(),
                        a.at(Site::ln2_normalized, layer), gpt.weights(at.fc_weight), rows_, d_model_, d_mlp_, d_mlp_,
                        kernels::Into::store);
    nn::layer_norm_backward(compute, dx_.data(), g + at.ln_2_weight, g + at.ln_2_bias, dnorm_.data(),
                            a.at(Site::resid_mid, layer), gpt.weights(at.ln_2_weight),
                            saved(a, Site::ln2_scale, Activations::Norm::ln2, layer), rows_, d_model_, partial_.data());
}

void Backward::attention(const Compute& compute, const Gpt& gpt, Activations& a, int layer, float* g,
                         const ForwardOptions& options) {
    const GptConfig& c = gpt.config();
    const BlockLayout& at = gpt.layout().blocks[static_cast<std::size_t>(layer)];
    const float* dout =
        branch(compute, dropout_at(options.dropout, options.dropout_seed, DropoutSite::attn_out, layer));
    nn::linear_backward(compute, {dz_.data(), g + at.proj_weight, g + at.proj_bias}, dout, a.at(Site::z, layer),
                        gpt.weights(at.proj_weight), rows_, d_model_, d_model_, d_model_, kernels::Into::store);
    nn::attention_backward(
        compute, {dq_.data(), dk_.data(), dv_.data()}, dz_.data(), a.at(Site::q, layer), a.at(Site::k, layer),
        a.at(Site::v, layer), a.at(Site::pattern, layer), attention_shape(c, a),
        dropout_at(options.dropout, options.dropout_seed, DropoutSite::pattern, layer), work_.data());
    // q, k and v are column ranges of one matrix [d_model, 3 d_model].
    const std::array<const float*, 3> dparts{dq_.data(), dk_.data(), dv_.data()};
    for (std::size_t part = 0; part < dparts.size(); ++part) {
        const std::size_t column = part * static_cast<std::size_t>(d_model_);
        float* dbias = c.qkv_bias ? g + at.attn_bias + column : nullptr;
        nn::linear_backward(compute, {dnorm_.data(), g + at.attn_weight + column, dbias}, dparts[part],
                            a.at(Site::ln1_normalized, layer), gpt.weights(at.attn_weight) + column, rows_, d_model_,
                            d_model_, std::ptrdiff_t{3} * d_model_,
                            part == 0 ? kernels::Into::store : kernels::Into::accumulate);
    }
    nn::layer_norm_backward(compute, dx_.data(), g + at.ln_1_weight, g + at.ln_1_bias, dnorm_.data(),
                            a.at(Site::resid_pre, layer), gpt.weights(at.ln_1_weight),
                            saved(a, Site::ln1_scale, Activations::Norm::ln1, layer), rows_, d_model_, partial_.data());
}

}  // namespace headlight::model
