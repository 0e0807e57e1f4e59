#include "train/adamw.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/check.h"
#include "kernels/elementary.h"

namespace headlight::train {
namespace {

// base^exponent by squaring: the same bits everywhere, unlike a platform's pow.
double power(double base, std::int64_t exponent) {
    double result = 1;
    for (; exponent > 0; exponent /= 2, base *= base) {
        if (exponent % 2 == 1) result *= base;
    }
    return result;
}

}  // namespace

AdamW::AdamW(const model::ParamList& layout, AdamWOptions options)
    : options_(options), m_(layout.size(), 0.0F), v_(layout.size(), 0.0F) {
    constexpr std::size_t kPiece = 16384;
    for (const model::ParamInfo& info : layout.params()) {
        for (std::size_t done = 0; done < info.size; done += kPiece) {
            const auto size = static_cast<int>(std::min(kPiece, info.size - done));
            pieces_.push_back({info.offset + done, size, info.shape.size() == 2});
        }
    }
    squares_.resize(pieces_.size());
}

double AdamW::update(const kernels::Compute& compute, std::span<float> params, std::span<const float> gradients,
                     float lr, std::int64_t step) {
    CHECK(params.size() == m_.size() && gradients.size() == m_.size() && step >= 1);
    const int pieces = static_cast<int>(pieces_.size());
    const auto piece_at = [&](int task) -> const Piece& { return pieces_[static_cast<std::size_t>(task)]; };
    compute.pool().run(pieces, [&](int task, int) {
        const Piece& piece = piece_at(task);
        const float* g = gradients.data() + piece.offset;
        squares_[static_cast<std::size_t>(task)] = static_cast<double>(compute.kernels().dot(g, g, piece.size));
    });
    double square = 0;
    for (const double part : squares_) square += part;
    const double norm = std::sqrt(square);
    if (!std::isfinite(norm)) return norm;

    const double clip = options_.clip;
    kernels::Kernels::AdamStep values{};
    values.lr = lr;
    values.beta1 = options_.beta1;
    values.beta2 = options_.beta2;
    values.eps = options_.eps;
    values.grad_scale = norm > clip ? static_cast<float>(clip / norm) : 1.0F;
    values.m_correction = static_cast<float>(1.0 / (1.0 - power(options_.beta1, step)));
    values.v_correction = static_cast<float>(1.0 / (1.0 - power(options_.beta2, step)));
    compute.pool().run(pieces, [&](int task, int) {
        const Piece& piece = piece_at(task);
        auto own = values;
        own.decay = piece.decays ? options_.weight_decay : 0.0F;
        compute.kernels().adamw(params.data() + piece.offset, m_.data() + piece.offset, v_.data() + piece.offset,
                                gradients.data() + piece.offset, piece.size, own);
    });
    return norm;
}

float Schedule::lr(std::int64_t step) const {
    if (step <= warmup) return static_cast<float>(peak * static_cast<double>(step) / static_cast<double>(warmup));
    const auto span = static_cast<double>(std::max<std::int64_t>(steps - warmup, 1));
    const double progress = std::min(1.0, static_cast<double>(step - warmup) / span);
    return static_cast<float>(floor + (peak - floor) * 0.5 * (1 + kernels::cos_f64(std::numbers::pi * progress)));
}

}  // namespace headlight::train
