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
      options_(options),
      stage_(options.first_layer + 1) {
    const int batch = activations.batch();
    CHECK(count_ > 0 && first >= 0 && stage_ >= 0 && stage_ < stages());
    CHECK(stage_ == 0 || activations.keep() == Keep::trace);
    CHECK(batch == 1 ? first + count_ <= activations.context() : first == 0 && count_ == batch * activations.context());
    for (const TokenId id : ids) CHECK(id >= 0 && id < gpt.config().vocab);
    if (activations.keep() == Keep::decode && options.logits == LogitRows::all) options_.logits = LogitRows::last;
    if (options.dropout > 0) {
        const nn::AttentionShape shape{
            batch, 0, activations.context(), activations.context(), gpt.config().heads, gpt.config().d_head()};
        CHECK(options.dropout_work.size() >= nn::attention_work_floats(compute, shape));
    }
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
    Sublayers sub(compute_, activations_, first_, count_, options_);
    float* embed = sub.rows(Site::embed);  // [count, d_model]
    for (std::size_t row = 0; row < ids_.size(); ++row) {
        gpt_.embedding(ids_[row], embed + row * static_cast<std::size_t>(d));
    }
    sub.seen(Site::embed);
    for (std::size_t row = 0; row < ids_.size(); ++row) {
        const std::size_t position = (static_cast<std::size_t>(first_) + row) % context;
        const float* from = gpt_.weights(gpt_.layout().wpe) + position * static_cast<std::size_t>(d);
        std::copy_n(from, d, sub.rows(Site::pos_embed) + row * static_cast<std::size_t>(d));
    }
    sub.seen(Site::pos_embed);
    float* x = sub.rows(Site::resid_pre, 0);
    nn::residual_forward(compute_, x, sub.rows(Site::embed), sub.rows(Site::pos_embed), count_, d);
    if (options_.dropout > 0) {
        nn::dropout_forward(compute_, x, x, count_, d, sub.dropout(DropoutSite::embedding, 0));
    }
}

// x = x + attention(norm(x)); x = x + feed_forward(norm(x))
void Forward::block(int layer) {
    attention(layer);
    feed_forward(layer);
}

void Forward::attention(int layer) {
    const GptConfig& c = gpt_.config();
    const BlockLayout& at = gpt_.layout().blocks[static_cast<std::size_t>(layer)];
    const Gpt::PackedBlock& packed = gpt_.packed(layer);
    Sublayers sub(compute_, activations_, first_, count_, options_);

    sub.seen(Site::resid_pre, layer);
    const float* x = sub.norm(layer, sub.rows(Site::resid_pre, layer), kNorm1,
                              {gpt_.weights(at.ln_1_weight), gpt_.weights(at.ln_1_bias), c.layer_norm_eps});
    // The biases of query, key and value lie side by side.
    const auto bias = [&](int part) { return c.qkv_bias ? gpt_.weights(at.attn_bias) + part * c.d_model : nullptr; };
    const AttentionWeights weights{packed.query, packed.key, packed.value, packed.proj,
                                   bias(0),      bias(1),    bias(2),      gpt_.weights(at.proj_bias)};
    const float* memory = x;
    if (layer + 1 == c.layers && reads_last_row_only()) {
        sub.keys_and_values(kSelfSites, layer, weights, x, count_);
        x += nn::row_offset(count_ - 1, c.d_model);
        memory = nullptr;
        first_ += count_ - 1;
        count_ = 1;
    }
    const nn::AttentionShape shape{activations_.batch(),   first_,  count_ / activations_.batch(),
                                   activations_.context(), c.heads, c.d_head()};
    Sublayers seen(compute_, activations_, first_, count_, options_);
    const float* out = seen.attention(kSelfSites, layer, weights, x, memory, count_, shape, layer);
    seen.add(layer, seen.rows(Site::resid_pre, layer), out, Site::resid_mid, DropoutSite::attn_out, layer);
}

// Decoding keeps of the last block only keys and values; its output is read at the last position alone.
bool Forward::reads_last_row_only() const {
    return activations_.keep() == Keep::decode && options_.observer == nullptr;
}

void Forward::feed_forward(int layer) {
    const GptConfig& c = gpt_.config();
    const BlockLayout& at = gpt_.layout().blocks[static_cast<std::size_t>(layer)];
    const Gpt::PackedBlock& packed = gpt_.packed(layer);
    const int d = c.d_model;
    Sublayers sub(compute_, activations_, first_, count_, options_);

    const float* resid = sub.rows(Site::resid_mid, layer);
    const float* x =
        sub.norm(layer, resid, kNorm2, {gpt_.weights(at.ln_2_weight), gpt_.weights(at.ln_2_bias), c.layer_norm_eps});

    float* pre = sub.rows(Site::mlp_pre, layer);  // [count, d_mlp]
    matmul(compute_, pre, c.d_mlp, {x, d, 1}, packed.fc, count_, kernels::Into::store, gpt_.weights(at.fc_bias));
    sub.seen(Site::mlp_pre, layer);
    float* post = sub.rows(Site::mlp_post, layer);  // [count, d_mlp]
    nn::gelu_forward(compute_, post, pre, count_, c.d_mlp);
    sub.seen(Site::mlp_post, layer);
    float* out = sub.rows(Site::mlp_out, layer);  // [count, d_model]
    matmul(compute_, out, d, {post, c.d_mlp, 1}, packed.mlp_proj, count_, kernels::Into::store,
           gpt_.weights(at.mlp_proj_bias));
    sub.seen(Site::mlp_out, layer);
    sub.add(layer, resid, out, Site::resid_post, DropoutSite::mlp_out, layer);
}

void Forward::head() {
    const GptConfig& c = gpt_.config();
    const GptLayout& at = gpt_.layout();
    const int d = c.d_model;
    Sublayers sub(compute_, activations_, first_, count_, options_);
    const float* x = sub.norm(0, sub.rows(Site::resid_post, c.layers - 1), kNormFinal,
                              {gpt_.weights(at.ln_f_weight), gpt_.weights(at.ln_f_bias), c.layer_norm_eps});

    if (options_.logits == LogitRows::none) return;
    float* out = sub.rows(Site::logits);  // [count, vocab], or one row
    int rows_left = count_;
    if (options_.logits == LogitRows::last) {
        x += nn::row_offset(count_ - 1, d);
        if (activations_.keep() != Keep::decode) out += nn::row_offset(count_ - 1, c.vocab);
        rows_left = 1;
    }
    matmul(compute_, out, c.vocab, {x, d, 1}, gpt_.packed_head(), rows_left);
    sub.seen(Site::logits);
}

void head_rows(const Compute& compute, const Gpt& gpt, Activations& trace, int first, int rows) {
    CHECK(trace.keep() == Keep::trace && first >= 0 && rows > 0 && first + rows <= trace.context());
    const int d = gpt.config().d_model, vocab = gpt.config().vocab;
    const float* x = trace.at(Site::ln_final_normalized) + nn::row_offset(first, d);
    matmul(compute, trace.at(Site::logits) + nn::row_offset(first, vocab), vocab, {x, d, 1}, gpt.packed_head(), rows);
}

const float* Forward::last_logits() const {
    CHECK(done() && options_.logits != LogitRows::none);
    const float* logits = activations_.at(Site::logits);
    if (activations_.keep() == Keep::decode) return logits;
    return logits + nn::row_offset(first_ + count_ - 1, gpt_.config().vocab);
}

}  // namespace headlight::model
