#include <algorithm>

#include "base/check.h"
#include "model/gpt.h"
#include "model/sublayers.h"
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
    feed_forward(layer);
    seen(Site::resid_post, layer);
}

void Forward::attention(int layer) {
    const GptConfig& c = gpt_.config();
    const BlockLayout& at = gpt_.layout().blocks[static_cast<std::size_t>(layer)];
    const Gpt::PackedBlock& packed = gpt_.packed(layer);
    Sublayers sub(compute_, activations_, first_, count_, options_);

    const float* resid = rows(Site::resid_pre, layer);
    const float* x =
        sub.norm(layer, resid, kNorm1, {gpt_.weights(at.ln_1_weight), gpt_.weights(at.ln_1_bias), c.layer_norm_eps});
    // The biases of query, key and value lie side by side.
    const auto bias = [&](int part) { return c.qkv_bias ? gpt_.weights(at.attn_bias) + part * c.d_model : nullptr; };
    const AttentionWeights weights{packed.query, packed.key, packed.value, packed.proj,
                                   bias(0),      bias(1),    bias(2),      gpt_.weights(at.proj_bias)};
    const nn::AttentionShape shape{activations_.batch(),   first_,  count_ / activations_.batch(),
                                   activations_.context(), c.heads, c.d_head()};
    const float* out = sub.attention(kSelfSites, layer, weights, x, x, count_, shape, layer);
    sub.add(layer, resid, out, Site::resid_mid, DropoutSite::attn_out, layer);
}

void Forward::feed_forward(int layer) {
    const GptConfig& c = gpt_.config();
    const BlockLayout& at = gpt_.layout().blocks[static_cast<std::size_t>(layer)];
    const Gpt::PackedBlock& packed = gpt_.packed(layer);
    const int d = c.d_model;

    const float* x = Sublayers(compute_, activations_, first_, count_, options_)
                         .norm(layer, rows(Site::resid_mid, layer), kNorm2,
                               {gpt_.weights(at.ln_2_weight), gpt_.weights(at.ln_2_bias), c.layer_norm_eps});

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
    const float* x = Sublayers(compute_, activations_, first_, count_, options_)
                         .norm(0, rows(Site::resid_post, c.layers - 1), kNormFinal,
                               {gpt_.weights(at.ln_f_weight), gpt_.weights(at.ln_f_bias), c.layer_norm_eps});

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
