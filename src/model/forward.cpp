#include <algorithm>

#include "base/check.h"
#include "model/gpt.h"
#include "nn/attention.h"
#include "nn/parallel.h"

namespace headlight::model {

Forward::Forward(const Compute& compute, const Gpt& gpt, Activations& activations, std::span<const TokenId> ids,
                 int first, ForwardOptions options)
    : compute_(compute),
      gpt_(gpt),
      activations_(activations),
      ids_(ids),
      first_(first),
      count_(static_cast<int>(ids.size())),
      options_(options) {
    const int batch = activations.batch();
    CHECK(count_ > 0 && first >= 0);
    CHECK(batch == 1 ? first + count_ <= activations.context() : first == 0 && count_ == batch * activations.context());
    for (const TokenId id : ids) CHECK(id >= 0 && id < gpt.config().vocab);
    if (activations.keep() == Keep::decode) options_.logits = LogitRows::last;
    if (options.dropout > 0) {
        const nn::AttentionShape shape{
            batch, 0, activations.context(), activations.context(), gpt.config().heads, gpt.config().d_head()};
        CHECK(options.dropout_work.size() >= nn::attention_work_floats(compute, shape));
    }
}

float* Forward::rows(Site site, int layer) {
    const bool one_row = site == Site::logits && activations_.keep() == Keep::decode;
    const auto stride = static_cast<std::size_t>(activations_.view(site, layer, 0).stride[0]);
    return activations_.at(site, layer) + (one_row ? 0 : static_cast<std::size_t>(first_) * stride);
}

nn::LayerNormSaved Forward::norm(Site scale, Activations::Norm mean, int layer) {
    return {activations_.mean(mean, layer) + first_, rows(scale, layer)};
}

void Forward::seen(Site site, int layer) {
    if (options_.observer == nullptr) return;
    options_.observer->at({site, layer}, activations_.view(site, layer, first_ + count_), first_);
}

bool Forward::advance() {
    CHECK(!done());
    if (stage_ == 0) {
        embed();
    } else if (stage_ <= gpt_.config().layers) {
        block(stage_ - 1);
    } else {
        head();
    }
    ++stage_;
    return done();
}

void Forward::run() {
    while (!advance()) {
    }
}

void Forward::embed() {
    const int d = gpt_.config().d_model;
    const auto context = static_cast<std::size_t>(activations_.context());
    nn::embedding_forward(rows(Site::embed), ids_, gpt_.weights(gpt_.layout().wte), d);
    seen(Site::embed);
    for (std::size_t row = 0; row < ids_.size(); ++row) {
        const std::size_t position = (static_cast<std::size_t>(first_) + row) % context;
        const float* from = gpt_.weights(gpt_.layout().wpe) + position * static_cast<std::size_t>(d);
        std::copy_n(from, d, rows(Site::pos_embed) + row * static_cast<std::size_t>(d));
    }
    seen(Site::pos_embed);
    float* x = rows(Site::resid_pre, 0);
    nn::residual_forward(compute_, x, rows(Site::embed), rows(Site::pos_embed), count_, d);
    if (options_.dropout > 0) {
        const auto dropout = dropout_at(options_.dropout, options_.dropout_seed, DropoutSite::embedding, 0);
        nn::dropout_forward(compute_, x, x, count_, d, dropout);
    }
}

// x = x + attention(norm(x)); x = x + feed_forward(norm(x))
void Forward::block(int layer) {
    seen(Site::resid_pre, layer);
    attention(layer);
    seen(Site::resid_mid, layer);
    feed_forward(layer);
    seen(Site::resid_post, layer);
}

void Forward::attention(int layer) {
    const GptConfig& c = gpt_.config();
    const BlockLayout& at = gpt_.layout().blocks[static_cast<std::size_t>(layer)];
    const Gpt::PackedBlock& packed = gpt_.packed(layer);
    const int d = c.d_model;

    float* x = rows(Site::ln1_normalized, layer);  // [count, d_model]
    nn::layer_norm_forward(compute_, x, norm(Site::ln1_scale, Activations::Norm::ln1, layer),
                           rows(Site::resid_pre, layer), gpt_.weights(at.ln_1_weight), gpt_.weights(at.ln_1_bias),
                           count_, d, c.layer_norm_eps);
    seen(Site::ln1_scale, layer);
    seen(Site::ln1_normalized, layer);

    const float* bias = c.qkv_bias ? gpt_.weights(at.attn_bias) : nullptr;
    const auto project = [&](Site site, const kernels::PackedMatrix& weight, int part) {
        matmul(compute_, rows(site, layer), d, {x, d, 1}, weight, count_, kernels::Into::store,
               bias == nullptr ? nullptr : bias + part * d);
        seen(site, layer);
    };
    project(Site::q, packed.query, 0);
    project(Site::k, packed.key, 1);
    project(Site::v, packed.value, 2);

    const nn::AttentionShape shape{activations_.batch(),   first_,  count_ / activations_.batch(),
                                   activations_.context(), c.heads, c.d_head()};
    nn::attention_scores(compute_, activations_.at(Site::attn_scores, layer), activations_.at(Site::q, layer),
                         activations_.at(Site::k, layer), shape);
    seen(Site::attn_scores, layer);
    nn::attention_pattern(compute_, activations_.at(Site::pattern, layer), activations_.at(Site::attn_scores, layer),
                          shape);
    seen(Site::pattern, layer);
    nn::attention_mix(compute_, activations_.at(Site::z, layer), activations_.at(Site::pattern, layer),
                      activations_.at(Site::v, layer), shape,
                      dropout_at(options_.dropout, options_.dropout_seed, DropoutSite::pattern, layer),
                      options_.dropout_work.data());
    seen(Site::z, layer);

    float* out = rows(Site::attn_out, layer);  // [count, d_model]
    matmul(compute_, out, d, {rows(Site::z, layer), d, 1}, packed.proj, count_, kernels::Into::store,
           gpt_.weights(at.proj_bias));
    seen(Site::attn_out, layer);
    nn::residual_forward(compute_, rows(Site::resid_mid, layer), rows(Site::resid_pre, layer), out, count_, d,
                         dropout_at(options_.dropout, options_.dropout_seed, DropoutSite::attn_out, layer));
}

void Forward::feed_forward(int layer) {
    const GptConfig& c = gpt_.config();
    const BlockLayout& at = gpt_.layout().blocks[static_cast<std::size_t>(layer)];
    const Gpt::PackedBlock& packed = gpt_.packed(layer);
    const int d = c.d_model;

    float* x = rows(Site::ln2_normalized, layer);  // [count, d_model]
    nn::layer_norm_forward(compute_, x, norm(Site::ln2_scale, Activations::Norm::ln2, layer),
                           rows(Site::resid_mid, layer), gpt_.weights(at.ln_2_weight), gpt_.weights(at.ln_2_bias),
                           count_, d, c.layer_norm_eps);
    seen(Site::ln2_scale, layer);
    seen(Site::ln2_normalized, layer);

    float* pre = rows(Site::mlp_pre, layer);  // [count, d_mlp]
    matmul(compute_, pre, c.d_mlp, {x, d, 1}, packed.fc, count_, kernels::Into::store, gpt_.weights(at.fc_bias));
    seen(Site::mlp_pre, layer);
    float* post = rows(Site::mlp_post, layer);  // [count, d_mlp]
    nn::gelu_forward(compute_, post, pre, count_, c.d_mlp);
    seen(Site::mlp_post, layer);
    float* out = rows(Site::mlp_out, layer);  // [count, d_model]
    matmul(compute_, out, d, {post, c.d_mlp, 1}, packed.mlp_proj, count_, kernels::Into::store,
           gpt_.weights(at.mlp_proj_bias));
    seen(Site::mlp_out, layer);
    nn::residual_forward(compute_, rows(Site::resid_post, layer), rows(Site::resid_mid, layer), out, count_, d,
                         dropout_at(options_.dropout, options_.dropout_seed, DropoutSite::mlp_out, layer));
}

void Forward::head() {
    const GptConfig& c = gpt_.config();
    const GptLayout& at = gpt_.layout();
    const int d = c.d_model;
    float* x = rows(Site::ln_final_normalized);  // [count, d_model]
    nn::layer_norm_forward(compute_, x, norm(Site::ln_final_scale, Activations::Norm::ln_final),
                           rows(Site::resid_post, c.layers - 1), gpt_.weights(at.ln_f_weight),
                           gpt_.weights(at.ln_f_bias), count_, d, c.layer_norm_eps);
    seen(Site::ln_final_scale);
    seen(Site::ln_final_normalized);

    float* out = rows(Site::logits);  // [count, vocab], or one row
    int rows_left = count_;
    if (options_.logits == LogitRows::last) {
        x += nn::row_offset(count_ - 1, d);
        if (activations_.keep() != Keep::decode) out += nn::row_offset(count_ - 1, c.vocab);
        rows_left = 1;
    }
    matmul(compute_, out, c.vocab, {x, d, 1}, gpt_.packed_head(), rows_left);
    seen(Site::logits);
}

const float* Forward::last_logits() const {
    CHECK(done());
    const float* logits = activations_.at(Site::logits);
    if (activations_.keep() == Keep::decode) return logits;
    return logits + nn::row_offset(first_ + count_ - 1, gpt_.config().vocab);
}

}  // namespace headlight::model
