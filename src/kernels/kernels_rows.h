#pragma once
// Everything that works on a row: reductions, softmax, layer norm, element-wise functions, AdamW.

#include "kernels/kernels_math.h"

namespace headlight::kernels {
namespace {

float row_sum(const float* x, int n) {
    return sum_of(n, [=](auto i) { return i.get(x); });
}

float row_dot(const float* x, const float* y, int n) {
    return sum_of(n, [=](auto i) { return i.get(x) * i.get(y); });
}

constexpr float kInfinity = __builtin_huge_valf();

float row_max(const float* x, int n) {
    const auto partials = reduce(n, -kInfinity, Maximum{}, [=](auto i) { return i.get_or(x, -kInfinity); });
    return reduce_max(partials.fold(Maximum{}));
}

void softmax(float* y, const float* x, int n) {
    const F32 top = splat(row_max(x, n));
    const float total = sum_of(n, [=](auto i) {
        const F32 e = exp_of(i.get(x) - top);
        i.put(y, e);
        return i.or_else(e, 0.0f);
    });
    each(n, [=](auto i) { i.put(y, i.get(y) / splat(total)); });
}

void softmax_backward(float* dx, const float* dy, const float* y, int n) {
    const F32 mean = splat(row_dot(y, dy, n));
    each(n, [=](auto i) { i.put(dx, i.get(y) * (i.get(dy) - mean)); });
}

void layer_norm(float* y, float* mean, float* scale, const float* x, const float* weight, const float* bias, int d,
                float eps, float eps_outside) {
    const float m = row_sum(x, d) / static_cast<float>(d);
    const float squares = sum_of(d, [=](auto i) {
        const F32 centred = i.get(x) - splat(m);
        return i.or_else(centred * centred, 0.0f);
    });
    const float s = __builtin_sqrtf(squares / static_cast<float>(d) + eps) + eps_outside;
    each(d, [=](auto i) { i.put(y, (i.get(x) - splat(m)) / splat(s) * i.get(weight) + i.get(bias)); });
    *mean = m;
    *scale = s;
}

// With h = (x - mean) / scale and g = dy weight: dx += (g - mean(g) - h mean(g h)) / scale.
void layer_norm_backward(float* dx, float* dweight, float* dbias, const float* dy, const float* x, const float* weight,
                         float mean, float scale, int d) {
    const auto h = [=](auto i) { return (i.get(x) - splat(mean)) / splat(scale); };
    const float count = static_cast<float>(d);
    const float g_mean = row_dot(dy, weight, d) / count;
    const float gh_mean =
        sum_of(d, [=](auto i) { return i.or_else((i.get(dy) * i.get(weight)) * h(i), 0.0f); }) / count;
    each(d, [=](auto i) {
        const F32 slope = i.get(dy), normal = h(i);
        const F32 through = ((slope * i.get(weight) - splat(g_mean)) - normal * splat(gh_mean)) / splat(scale);
        i.put(dx, i.get(dx) + through);
        i.put(dweight, i.get(dweight) + slope * normal);
        i.put(dbias, i.get(dbias) + slope);
    });
}

// In three loops over a piece of the row: all constants together are more than there are registers, and a browser would
// read them from memory for every vector.
void gelu(float* y, const float* x, int n) {
    constexpr int kPiece = 128;
    alignas(64) float argument[kPiece], below[kPiece], exp_2a[kPiece];
    for (; n > 0; n -= kPiece, x += kPiece, y += kPiece) {
        const int size = n < kPiece ? n : kPiece;
        each(size, [&](auto i) {
            const F32 u = gelu_argument(i.get(x));
            i.put(argument, u);
            i.put(below, tanh_below(magnitude(u)));
        });
        each(size, [&](auto i) { i.put(exp_2a, exp_of_twice(magnitude(i.get(argument)))); });
        each(size, [&](auto i) {
            const F32 t = tanh_joined(i.get(argument), i.get(below), i.get(exp_2a));
            i.put(y, (splat(0.5f) * i.get(x)) * (splat(1.0f) + t));
        });
    }
}

void gelu_backward(float* dx, const float* dy, const float* x, int n) {
    each(n, [=](auto i) { i.put(dx, i.get(dy) * gelu_slope(i.get(x))); });
}

void relu(float* y, const float* x, int n) {
    each(n, [=](auto i) {
        const F32 v = i.get(x);
        i.put(y, select(less(v, splat(0.0f)), splat(0.0f), v));
    });
}

void relu_backward(float* dx, const float* dy, const float* y, int n) {
    each(n, [=](auto i) { i.put(dx, select(less(splat(0.0f), i.get(y)), i.get(dy), splat(0.0f))); });
}

void exp_row(float* y, const float* x, int n) {
    each(n, [=](auto i) { i.put(y, exp_of(i.get(x))); });
}

void tanh_row(float* y, const float* x, int n) {
    each(n, [=](auto i) { i.put(y, tanh_of(i.get(x))); });
}

void add(float* y, const float* a, const float* b, int n) {
    each(n, [=](auto i) { i.put(y, i.get(a) + i.get(b)); });
}

void add_to(float* y, const float* a, int n) {
    each(n, [=](auto i) { i.put(y, i.get(y) + i.get(a)); });
}

void scale_row(float* y, const float* x, float factor, int n) {
    each(n, [=](auto i) { i.put(y, i.get(x) * splat(factor)); });
}

void scaled_add_to(float* y, const float* x, float factor, int n) {
    each(n, [=](auto i) { i.put(y, i.get(y) + i.get(x) * splat(factor)); });
}

void dropout(float* y, const float* x, int n, float probability, std::uint32_t seed, std::uint32_t first) {
    // h >= p 2^32 for whole numbers h means h >= the ceiling; p < 1, so that it fits.
    const double edge = static_cast<double>(probability) * 4294967296.0;
    std::uint32_t least = static_cast<std::uint32_t>(edge);
    if (static_cast<double>(least) < edge) ++least;
    const float factor = 1.0f / (1.0f - probability);
    each(n, [=](auto i) {
        const I32 index = iota(first + static_cast<std::uint32_t>(i.at));
        const I32 hash = mixed(index * isplat(0x9e3779b1u) + isplat(seed));
        i.put(y, select(less_unsigned(hash, isplat(least)), splat(0.0f), i.get(x) * splat(factor)));
    });
}

void adamw(float* w, float* m, float* v, const float* grad, int n, const Kernels::AdamStep& step) {
    const Kernels::AdamStep s = step;
    each(n, [=](auto i) {
        const F32 g = i.get(grad) * splat(s.grad_scale);
        const F32 mean = splat(s.beta1) * i.get(m) + splat(1.0f - s.beta1) * g;
        const F32 square = splat(s.beta2) * i.get(v) + splat(1.0f - s.beta2) * (g * g);
        const F32 direction = (mean * splat(s.m_correction)) / (sqrt(square * splat(s.v_correction)) + splat(s.eps));
        const F32 old = i.get(w);
        i.put(m, mean);
        i.put(v, square);
        i.put(w, old - splat(s.lr) * (direction + splat(s.decay) * old));
    });
}

// Plain integers: exact, so that every implementation gives the same without special instructions.
void from_f16(float* y, const std::uint16_t* x, int n) {
    constexpr std::uint32_t kRebias = (127u - 15u) << 23;
    for (int i = 0; i < n; ++i) {
        const std::uint32_t half = x[i];
        const std::uint32_t shifted = (half & 0x7fffu) << 13, exponent = shifted & 0x0f800000u;
        // The last step of a subnormal is an exact subtraction of floats: 2^-14 was put in as a hidden bit.
        const float subnormal = __builtin_bit_cast(float, shifted + kRebias + (1u << 23)) - 6.103515625e-5f;
        const std::uint32_t normal = shifted + kRebias + (exponent == 0x0f800000u ? kRebias : 0u);
        const std::uint32_t magnitude = exponent == 0 ? __builtin_bit_cast(std::uint32_t, subnormal) : normal;
        y[i] = __builtin_bit_cast(float, magnitude | (half & 0x8000u) << 16);
    }
}

}  // namespace
}  // namespace headlight::kernels
