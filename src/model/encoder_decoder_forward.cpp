#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "model/encoder_decoder_shapes.h"
#include "model/sublayers.h"
#include "nn/parallel.h"

namespace headlight::model {
namespace {

void check_ids(const EncoderDecoder& model, std::span<const TokenId> ids) {
    for (const TokenId id : ids) CHECK(id >= 0 && id < model.config().vocab);
}

void check_lengths(const Activations& a, std::span<const int> lengths, int most) {
    CHECK(static_cast<int>(lengths.size()) == a.batch());
    for (const int length : lengths) CHECK(length >= 1 && length <= most);
}

AttentionWeights weights_of(const EncoderDecoder& model, const AttentionLayout& at,
                            const EncoderDecoder::PackedAttention& packed) {
    const auto bias = [&](std::size_t offset) {
        return model.config().attention_bias ? model.weights(offset) : nullptr;
    };
    return {packed.query,        packed.key,        packed.value,        packed.out,
            bias(at.query_bias), bias(at.key_bias), bias(at.value_bias), model.weights(at.out_bias)};
}

NormWeights weights_of(const EncoderDecoder& model, const NormLayout& at) {
    return {model.weights(at.weight), model.weights(at.bias), model.config().layer_norm_eps,
            model.config().layer_norm_eps_outside};
}

// resid_pre of layer 0 = dropout(embedding of ids + positions); `first`: the first id's position
void embed(const Compute& compute, const EncoderDecoder& model, const Activations& a, Sublayers& sub,
           std::span<const TokenId> ids, int first, int place) {
    const EncoderDecoderConfig& c = model.config();
    const int d = c.d_model;
    const int count = static_cast<int>(ids.size());
    float* embedded = sub.rows(Site::embed);  // [count, d_model]
    nn::embedding_forward(embedded, ids, model.weights(model.layout().embed), d);
    if (c.scaled_embedding) {
        compute.kernels().scale(embedded, embedded, std::sqrt(static_cast<float>(d)), count * d);
    }
    sub.seen(Site::embed);
    float* positions = sub.rows(Site::pos_embed);  // [count, d_model]
    for (int row = 0; row < count; ++row) {
        const int position = first + (a.batch() == 1 ? row : row % a.context());
        std::copy_n(model.position(position), d, positions + nn::row_offset(row, d));
    }
    sub.seen(Site::pos_embed);
    float* x = sub.rows(Site::resid_pre);
    nn::residual_forward(compute, x, embedded, positions, count, d);
    const nn::Dropout dropout = sub.dropout(DropoutSite::embedding, place);
    if (dropout.probability > 0) nn::dropout_forward(compute, x, x, count, d, dropout);
}

// mlp_out [count, d_model] of x [count, d_model]
const float* feed_forward(const Compute& compute, const EncoderDecoder& model, Sublayers& sub, int layer,
                          const FeedForwardLayout& at, const EncoderDecoder::PackedBlock& packed, const float* x,
                          int count) {
    const EncoderDecoderConfig& c = model.config();
    float* pre = sub.rows(Site::mlp_pre, layer);  // [count, d_mlp]
    matmul(compute, pre, c.d_mlp, {x, c.d_model, 1}, packed.in, count, kernels::Into::store, model.weights(at.in_bias));
    sub.seen(Site::mlp_pre, layer);
    float* post = sub.rows(Site::mlp_post, layer);  // [count, d_mlp]
    nn::relu_forward(compute, post, pre, count, c.d_mlp);
    sub.seen(Site::mlp_post, layer);
    float* out = sub.rows(Site::mlp_out, layer);
    if (c.feed_forward == FeedForward::one_layer) {
        std::copy_n(post, nn::row_offset(count, c.d_model), out);
    } else {
        matmul(compute, out, c.d_model, {post, c.d_mlp, 1}, packed.mlp_out, count, kernels::Into::store,
               model.weights(at.out_bias));
    }
    sub.seen(Site::mlp_out, layer);
    return out;
}

}  // namespace

EncoderForward::EncoderForward(const Compute& compute, const EncoderDecoder& model, Activations& activations,
                               std::span<const TokenId> ids, std::span<const int> lengths, ForwardOptions options)
    : compute_(compute), model_(model), activations_(activations), ids_(ids), lengths_(lengths), options_(options) {
    const int batch = activations.batch();
    const int count = static_cast<int>(ids.size());
    CHECK(activations.shape().stack == nn::Stack::encoder && activations.context() <= model.config().context);
    CHECK(batch == 1 ? count >= 1 && count <= activations.context() : count == batch * activations.context());
    check_lengths(activations, lengths, batch == 1 ? count : activations.context());
    check_ids(model, ids);
}

bool EncoderForward::advance() {
    CHECK(!done());
    if (stage_ == 0) {
        Sublayers sub(compute_, activations_, 0, static_cast<int>(ids_.size()), options_);
        embed(compute_, model_, activations_, sub, ids_, 0, kEncoderPlace);
    } else {
        block(stage_ - 1);
    }
    ++stage_;
    return done();
}

void EncoderForward::run() {
    while (!advance()) {
    }
}

// x = norm(x + attention(x)); x = norm(x + feed_forward(x))
void EncoderForward::block(int layer) {
    const EncoderBlockLayout& at = model_.layout().encoder[static_cast<std::size_t>(layer)];
    const EncoderDecoder::PackedBlock& packed = model_.encoder_block(layer);
    const int count = static_cast<int>(ids_.size());
    const nn::AttentionShape shape =
        self_attention_shape(model_.config(), activations_, 0, count / activations_.batch(), lengths_);
    Sublayers sub(compute_, activations_, 0, count, options_);

    const float* x = sub.rows(Site::resid_pre, layer);
    sub.seen(Site::resid_pre, layer);
    const int place = kEncoderPlace + layer;
    const float* out =
        sub.attention(kSelfSites, layer, weights_of(model_, at.attn, packed.attn), x, x, count, shape, place);
    x = sub.norm(layer, sub.add(layer, x, out, Site::resid_mid, DropoutSite::attn_out, place), kNorm1,
                 weights_of(model_, at.ln1));
    out = feed_forward(compute_, model_, sub, layer, at.mlp, packed, x, count);
    sub.norm(layer, sub.add(layer, x, out, Site::resid_post, DropoutSite::mlp_out, place), kNorm2,
             weights_of(model_, at.ln2));
}

DecoderForward::DecoderForward(const Compute& compute, const EncoderDecoder& model, Activations& activations,
                               const Activations& encoder, std::span<const TokenId> ids, int first,
                               std::span<const int> source_lengths, ForwardOptions options)
    : compute_(compute),
      model_(model),
      activations_(activations),
      encoder_(encoder),
      ids_(ids),
      source_lengths_(source_lengths),
      first_(first),
      count_(static_cast<int>(ids.size())),
      options_(options) {
    const int batch = activations.batch();
    CHECK(activations.shape().stack == nn::Stack::decoder && activations.context() <= model.config().context);
    CHECK(encoder.shape().stack == nn::Stack::encoder && encoder.batch() == batch);
    CHECK(encoder.context() == activations.source_context());
    CHECK(count_ > 0 && first >= 0);
    CHECK(batch == 1 ? first + count_ <= activations.context() : first == 0 && count_ == batch * activations.context());
    check_lengths(activations, source_lengths, encoder.context());
    check_ids(model, ids);
    activations.set_source_positions(source_lengths[0]);
}

bool DecoderForward::advance() {
    CHECK(!done());
    if (stage_ == 0) {
        Sublayers sub(compute_, activations_, first_, count_, options_);
        embed(compute_, model_, activations_, sub, ids_, first_, kDecoderPlace);
    } else if (stage_ <= model_.config().decoder_layers) {
        block(stage_ - 1);
    } else {
        head();
    }
    ++stage_;
    return done();
}

void DecoderForward::run() {
    while (!advance()) {
    }
}

// x = norm(x + self_attention(x)); x = norm(x + cross_attention(x, source)); x = norm(x + feed_forward(x))
void DecoderForward::block(int layer) {
    const EncoderDecoderConfig& c = model_.config();
    const DecoderBlockLayout& at = model_.layout().decoder[static_cast<std::size_t>(layer)];
    const EncoderDecoder::PackedBlock& packed = model_.decoder_block(layer);
    const int batch = activations_.batch();
    const int queries = count_ / batch;
    Sublayers sub(compute_, activations_, first_, count_, options_);

    const float* x = sub.rows(Site::resid_pre, layer);
    sub.seen(Site::resid_pre, layer);
    const float* out = sub.attention(kSelfSites, layer, weights_of(model_, at.attn, packed.attn), x, x, count_,
                                     self_attention_shape(c, activations_, first_, queries, {}), kDecoderPlace + layer);
    x = sub.norm(layer, sub.add(layer, x, out, Site::resid_mid, DropoutSite::attn_out, kDecoderPlace + layer), kNorm1,
                 weights_of(model_, at.ln1));

    // Query from the decoder; key and value from the encoder's output, projected once for all target positions.
    const float* source = first_ == 0 ? encoder_.at(Site::ln2_normalized, c.encoder_layers - 1) : nullptr;
    const int source_rows = batch == 1 ? source_lengths_[0] : batch * encoder_.context();
    out = sub.attention(kCrossSites, layer, weights_of(model_, at.cross, packed.cross), x, source, source_rows,
                        cross_attention_shape(c, activations_, first_, queries, source_lengths_), kCrossPlace + layer);
    x = sub.norm(layer, sub.add(layer, x, out, Site::resid_mid_cross, DropoutSite::attn_out, kCrossPlace + layer),
                 kNorm2, weights_of(model_, at.ln2));

    out = feed_forward(compute_, model_, sub, layer, at.mlp, packed, x, count_);
    sub.norm(layer, sub.add(layer, x, out, Site::resid_post, DropoutSite::mlp_out, kDecoderPlace + layer), kNorm3,
             weights_of(model_, at.ln3));
}

void DecoderForward::head() {
    const EncoderDecoderConfig& c = model_.config();
    Sublayers sub(compute_, activations_, first_, count_, options_);
    const float* x = sub.rows(Site::ln3_normalized, c.decoder_layers - 1);  // [count, d_model]
    float* out = sub.rows(Site::logits);                                    // [count, vocab], or one row
    int rows = count_;
    if (activations_.keep() == Keep::decode) {
        x += nn::row_offset(count_ - 1, c.d_model);
        rows = 1;
    }
    matmul(compute_, out, c.vocab, {x, c.d_model, 1}, model_.packed_head(), rows);
    sub.seen(Site::logits);
}

const float* DecoderForward::last_logits() const {
    CHECK(done() && activations_.batch() == 1);
    const float* logits = activations_.at(Site::logits);
    if (activations_.keep() == Keep::decode) return logits;
    return logits + nn::row_offset(first_ + count_ - 1, model_.config().vocab);
}

}  // namespace headlight::model
