#pragma once
// Turning matrices over in registers: where rows lie in memory and columns are wanted side by side. Included after the
// F32 of an implementation was chosen.

#include <cstddef>

#include "kernels/simd_unroll.h"

namespace headlight::kernels {
namespace {

// Quad g of `out` is the four floats at p + g * stride. Wider vectors bring an overload of their own.
template <class V>
inline void load_quads(V& out, const float* p, std::ptrdiff_t) {
    static_assert(V::kLanes == 4);
    out = load(p);
}

// Of V::kLanes rows `stride` apart, the four elements from `from` on: lane j of out[i] is element i of row j.
template <class V>
inline void load_turned(V (&out)[4], const float* from, std::ptrdiff_t stride) {
    HEADLIGHT_UNROLL
    for (int i = 0; i < 4; ++i) load_quads(out[i], from + i * stride, 4 * stride);
    transpose4(out[0], out[1], out[2], out[3]);
}

// to[k * kWidth + j] = from[j * stride + k] for j < kWidth, k < depth.
template <class V, int kWidth>
inline void turn_over(float* to, const float* from, std::ptrdiff_t stride, int depth) {
    int k = 0;
    if constexpr (V::kLanes >= 4 && kWidth % V::kLanes == 0) {
        for (; k + 4 <= depth; k += 4) {
            HEADLIGHT_UNROLL
            for (int j = 0; j < kWidth; j += V::kLanes) {
                V turned[4];
                load_turned(turned, from + j * stride + k, stride);
                HEADLIGHT_UNROLL
                for (int i = 0; i < 4; ++i) store(to + (k + i) * kWidth + j, turned[i]);
            }
        }
    }
    for (; k < depth; ++k) {
        for (int j = 0; j < kWidth; ++j) to[k * kWidth + j] = from[j * stride + k];
    }
}

// to[k * kWidth + j] = from[k * stride + j] for j < kWidth, k < depth.
template <class V, int kWidth>
inline void copy_rows(float* to, const float* from, std::ptrdiff_t stride, int depth) {
    for (int k = 0; k < depth; ++k, to += kWidth, from += stride) {
        if constexpr (kWidth % V::kLanes == 0) {
            HEADLIGHT_UNROLL
            for (int j = 0; j < kWidth; j += V::kLanes) store(to + j, load(from + j));
        } else {
            for (int j = 0; j < kWidth; ++j) to[j] = from[j];
        }
    }
}

}  // namespace
}  // namespace headlight::kernels
