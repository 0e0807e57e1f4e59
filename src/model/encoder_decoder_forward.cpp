#include "base/check.h"
#include "model/encoder_decoder_sublayers.h"
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
        Sublayers(compute_, model_, activations_, 0, static_cast<int>(ids_.size()), options_).embed(ids_);
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
    Sublayers sub(compute_, model_, activations_, 0, count, options_);

    const float* x = sub.rows(Site::resid_pre, layer);
    sub.seen(Site::resid_pre, layer);
    sub.attention(kSelfSites, layer, at.attn, packed.attn, x, x, count, shape);
    sub.add_and_norm(layer, x, Site::attn_out, Site::resid_mid, kNorm1, at.ln1, DropoutSite::attn_out,
                     kEncoderPlace + layer);
    x = sub.rows(Site::ln1_normalized, layer);
    sub.feed_forward(layer, at.mlp, packed, x);
    sub.add_and_norm(layer, x, Site::mlp_out, Site::resid_post, kNorm2, at.ln2, DropoutSite::mlp_out,
                     kEncoderPlace + layer);
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
        Sublayers(compute_, model_, activations_, first_, count_, options_).embed(ids_);
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
    const int place = kDecoderPlace + layer;
    Sublayers sub(compute_, model_, activations_, first_, count_, options_);

    const float* x = sub.rows(Site::resid_pre, layer);
    sub.seen(Site::resid_pre, layer);
    sub.attention(kSelfSites, layer, at.attn, packed.attn, x, x, count_,
                  self_attention_shape(c, activations_, first_, queries, {}));
    sub.add_and_norm(layer, x, Site::attn_out, Site::resid_mid, kNorm1, at.ln1, DropoutSite::attn_out, place);

    x = sub.rows(Site::ln1_normalized, layer);
    // Query from the decoder; key and value from the encoder's output, projected once for all target positions.
    const float* source = first_ == 0 ? encoder_.at(Site::ln2_normalized, c.encoder_layers - 1) : nullptr;
    const int source_rows = batch == 1 ? source_lengths_[0] : batch * encoder_.context();
    sub.attention(kCrossSites, layer, at.cross, packed.cross, x, source, source_rows,
                  cross_attention_shape(c, activations_, first_, queries, source_lengths_));
    sub.add_and_norm(layer, x, Site::cross_attn_out, Site::resid_mid_cross, kNorm2, at.ln2, DropoutSite::attn_out,
                     kCrossPlace + layer);

    x = sub.rows(Site::ln2_normalized, layer);
    sub.feed_forward(layer, at.mlp, packed, x);
    sub.add_and_norm(layer, x, Site::mlp_out, Site::resid_post, kNorm3, at.ln3, DropoutSite::mlp_out, place);
}

void DecoderForward::head() {
    const EncoderDecoderConfig& c = model_.config();
    Sublayers sub(compute_, model_, activations_, first_, count_, options_);
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
