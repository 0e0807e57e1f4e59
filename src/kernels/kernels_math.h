#pragma once
// exp, tanh and what is built from them. The same operations in the same order for every vector type.

#include "kernels/kernels_each.h"

namespace headlight::kernels {
namespace {

inline I32 scale_bits(I32 exponent) {
    return shift_left<23>(exponent + isplat(127));
}

// exp(x) = 2^exponent * fraction.
struct ExpParts {
    F32 fraction;
    I32 exponent;
};

// n = round(x / ln 2), and a polynomial for exp(r), r = x - n ln 2 in [-ln 2 / 2, ln 2 / 2], as in Cephes (Moshier);
// its coefficients interpolate (exp(r) - 1 - r) / r^2 at the Chebyshev nodes, error 7e-10.
inline ExpParts exp_parts(F32 x) {
    constexpr float kRound = 12582912.0f;  // 1.5 * 2^23: adding it rounds to the nearest integer, ties to even
    const F32 shifted = x * splat(1.44269504f) + splat(kRound);
    const F32 n = shifted - splat(kRound);
    const F32 r = (x - n * splat(0.693359375f)) - n * splat(-2.12194440e-4f);
    F32 p = splat(0.00019890994f);
    p = p * r + splat(0.00139336532f);
    p = p * r + splat(0.00833331048f);
    p = p * r + splat(0.0416664667f);
    p = p * r + splat(0.166666672f);
    p = p * r + splat(0.5f);
    return {(p * (r * r) + r) + splat(1.0f), bits(shifted) - bits(splat(kRound))};
}

// Subnormal results are rounded once; below the least subnormal 0; above the largest float infinity; NaN stays NaN.
inline F32 exp_of(F32 x) {
    // Lanes that give 0 compute exp(0) instead: masked scores (-inf) would take the slow path of subnormals.
    const Mask zero = less(x, splat(-103.97208f));
    const ExpParts parts = exp_parts(min(select(zero, splat(0.0f), x), splat(89.0f)));
    // 2^n in two factors, because n can be -150 or 128.
    const I32 half = shift_right_signed<1>(parts.exponent);
    const F32 y = (parts.fraction * from_bits(scale_bits(half))) * from_bits(scale_bits(parts.exponent - half));
    return select(zero, splat(0.0f), y);
}

// tanh in three parts, so that long rows can be taken part by part: an odd polynomial in a = |x|, for below 0.625
// (interpolated as above, error 4e-9) ...
inline F32 tanh_below(F32 a) {
    const F32 z = a * a;
    F32 p = splat(0.00229274482f);
    p = p * z + splat(-0.00834394526f);
    p = p * z + splat(0.0217689183f);
    p = p * z + splat(-0.0539592579f);
    p = p * z + splat(0.133333042f);
    p = p * z + splat(-0.333333343f);
    return p * (z * a) + a;
}

// ... exp(2 a), up to where tanh is 1 in float ...
inline F32 exp_of_twice(F32 a) {
    const ExpParts squared = exp_parts(min(a + a, splat(40.0f)));
    return squared.fraction * from_bits(scale_bits(squared.exponent));
}

// ... of which 1 - 2 / (exp(2 a) + 1) is made beyond, and the sign of x.
inline F32 tanh_joined(F32 x, F32 below, F32 exp_2a) {
    const F32 beyond = splat(1.0f) - splat(2.0f) / (exp_2a + splat(1.0f));
    const I32 sign = bits(x) & isplat(0x80000000u);
    return from_bits(bits(select(less(magnitude(x), splat(0.625f)), below, beyond)) | sign);
}

inline F32 tanh_of(F32 x) {
    const F32 a = magnitude(x);
    return tanh_joined(x, tanh_below(a), exp_of_twice(a));
}

constexpr float kGeluRoot = 0.797884561f;  // sqrt(2 / pi)
constexpr float kGeluCube = 0.044715f;

// What gelu(x) takes the tanh of.
inline F32 gelu_argument(F32 x) {
    return splat(kGeluRoot) * (x + splat(kGeluCube) * (x * (x * x)));
}

// gelu'(x) = (1 + t) / 2 + x / 2 (1 - t^2) sqrt(2 / pi) (1 + 3 0.044715 x^2)
inline F32 gelu_slope(F32 x) {
    const F32 t = tanh_of(gelu_argument(x));
    const F32 inner = splat(kGeluRoot) * (splat(1.0f) + splat(3.0f * kGeluCube) * (x * x));
    return splat(0.5f) * (splat(1.0f) + t) + ((splat(0.5f) * x) * (splat(1.0f) - t * t)) * inner;
}

// Murmur3's finaliser (Appleby): every input bit changes every output bit with probability near one half.
inline I32 mixed(I32 h) {
    h = (h ^ shift_right<16>(h)) * isplat(0x85ebca6bu);
    h = (h ^ shift_right<13>(h)) * isplat(0xc2b2ae35u);
    return h ^ shift_right<16>(h);
}

}  // namespace
}  // namespace headlight::kernels
