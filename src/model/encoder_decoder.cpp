#include "model/encoder_decoder.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/check.h"
#include "base/rng.h"
#include "kernels/elementary.h"
#include "nn/parallel.h"

namespace headlight::model {
namespace {

// Vaswani et al., section 3.5: PE(pos, 2i) = sin(pos / 10000^(2i / d)), PE(pos, 2i + 1) = cos of the same.
std::vector<float> sinusoids(int rows, int d) {
    std::vector<float> table(nn::row_offset(rows, d));
    for (int column = 0; column < d; ++column) {
        const int pair = column / 2;
        const double frequency = kernels::exp_f64(-2.0 * pair / d * kernels::log_f64(10000.0));
        for (int row = 0; row < rows; ++row) {
            const double angle = row * frequency;
            table[nn::row_offset(row, d) + static_cast<std::size_t>(column)] =
                static_cast<float>(column % 2 == 0 ? kernels::sin_f64(angle) : kernels::cos_f64(angle));
        }
    }
    return table;
}

}  // namespace

EncoderDecoder::EncoderDecoder(const Compute& compute, const EncoderDecoderConfig& config, std::vector<float> params)
    : config_(config), layout_(config), params_(std::move(params)) {
    CHECK(params_.size() == layout_.size());
    if (config.positions == Positions::sinusoidal) sinusoids_ = sinusoids(config.context, config.d_model);
    pack(compute);
}

EncoderDecoder EncoderDecoder::random(const Compute& compute, const EncoderDecoderConfig& config, std::uint64_t seed) {
    const EncoderDecoderLayout layout(config);
    std::vector<float> params(layout.size(), 0.0F);
    Rng rng(seed);
    for (const ParamInfo& info : layout.params()) {
        const std::span tensor = std::span(params).subspan(info.offset, info.size);
        if (info.shape.size() == 2) {
            const bool of_tokens = info.offset == layout.embed || info.offset == layout.head;
            const auto sum = static_cast<double>(info.shape[0] + info.shape[1]);
            const double deviation =
                of_tokens ? 1 / std::sqrt(static_cast<double>(config.d_model)) : std::sqrt(2 / sum);
            for (float& w : tensor) w = static_cast<float>(rng.normal() * deviation);
        } else if (info.name.find(".ln") != std::string::npos && info.name.ends_with(".weight")) {
            std::ranges::fill(tensor, 1.0F);
        }
    }
    return {compute, config, std::move(params)};
}

const float* EncoderDecoder::position(int row) const {
    CHECK(row >= 0 && row < config_.context);
    const std::size_t at = nn::row_offset(row, config_.d_model);
    return sinusoids_.empty() ? weights(layout_.positions) + at : sinusoids_.data() + at;
}

void EncoderDecoder::pack(const Compute& compute) {
    const int d = config_.d_model;
    const int width = config_.d_attention();
    const auto linear = [&](kernels::PackedMatrix& packed, std::size_t offset, int in, int out) {
        packed.pack(compute, {weights(offset), out, 1}, in, out);
    };
    const auto attention = [&](PackedAttention& packed, const AttentionLayout& at) {
        linear(packed.query, at.query_weight, d, width);
        linear(packed.key, at.key_weight, d, width);
        linear(packed.value, at.value_weight, d, width);
        linear(packed.out, at.out_weight, width, d);
    };
    const auto feed_forward = [&](PackedBlock& packed, const FeedForwardLayout& at) {
        linear(packed.in, at.in_weight, d, config_.d_mlp);
        if (config_.feed_forward == FeedForward::two_layers) linear(packed.mlp_out, at.out_weight, config_.d_mlp, d);
    };
    encoder_.resize(layout_.encoder.size());
    for (std::size_t l = 0; l < encoder_.size(); ++l) {
        attention(encoder_[l].attn, layout_.encoder[l].attn);
        feed_forward(encoder_[l], layout_.encoder[l].mlp);
    }
    decoder_.resize(layout_.decoder.size());
    for (std::size_t l = 0; l < decoder_.size(); ++l) {
        attention(decoder_[l].attn, layout_.decoder[l].attn);
        attention(decoder_[l].cross, layout_.decoder[l].cross);
        feed_forward(decoder_[l], layout_.decoder[l].mlp);
    }
    head_.pack(compute, {weights(layout_.head), 1, d}, d, config_.vocab);
}

Activations encoder_activations(const EncoderDecoderConfig& c, int batch, int source_context, Keep keep) {
    return {StackShape{nn::Stack::encoder, c.encoder_layers, c.d_model, c.heads, c.d_head, c.d_mlp, 0}, batch,
            source_context, keep};
}

Activations decoder_activations(const EncoderDecoderConfig& c, int batch, int target_context, int source_context,
                                Keep keep) {
    return {StackShape{nn::Stack::decoder, c.decoder_layers, c.d_model, c.heads, c.d_head, c.d_mlp, c.vocab}, batch,
            target_context, keep, source_context};
}

}  // namespace headlight::model
