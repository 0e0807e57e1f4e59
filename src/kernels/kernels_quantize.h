#pragma once
// Activations as numbers of 14 bits, in the blocks and the order that products with eight-bit weights take (q8.h; the
// layout stands in kernels.h). Included after the F32 and the kTileRows of an implementation were chosen.

#include "kernels/kernels_each.h"
#include "kernels/q8.h"

namespace headlight::kernels {
namespace {

constexpr int kPairs = kQ8Block / 2;

// Of n activations, a multiple of kLanes.
struct ActivationScale {
    float scale, inverse;
};

// A NaN or an infinity makes the scale NaN, and so every sum that it is part of.
inline ActivationScale activation_scale(const float* x, int n) {
    F32 most = splat(0.0f), bad = splat(0.0f);
    for (int i = 0; i < n; i += kLanes) {
        const F32 value = load(x + i);
        most = max(most, magnitude(value));
        bad = bad + value * splat(0.0f);
    }
    const float largest = reduce_max(most);
    // Below that, the reciprocal is infinite; such activations are lost in any sum.
    return {largest / static_cast<float>(kActivationMost) + reduce_sum(bad),
            largest > 1e-33f ? static_cast<float>(kActivationMost) / largest : 0.0f};
}

inline void quantize_block(std::int16_t* q, const float* x, F32 inverse) {
    const F32 magic = splat(12582912.0f);  // 1.5 * 2^23: its last bit counts ones
    HEADLIGHT_UNROLL
    for (int i = 0; i < kQ8Block; i += kLanes) {
        const F32 value = load(x + i);
        store_int16(q + i, bits(value * inverse + magic) - bits(magic));
    }
}

// A strip's block as gemm_q8 takes it: pairs of all rows side by side, [16][rows][2].
struct Pairs {
    static void put(std::int16_t* block, const std::int16_t* quants, int r, int rows) {
        for (int pair = 0; pair < kPairs; ++pair) {
            __builtin_memcpy(block + (pair * rows + r) * 2, quants + pair * 2, 2 * sizeof(std::int16_t));
        }
    }
};

// `rows` rows of k activations as one strip.
template <class Order>
[[gnu::noinline]] void quantize_strip(std::int16_t* q, float* scales, const float* x, std::ptrdiff_t stride, int rows,
                                      int k) {
    constexpr int kGroup = kQ8Group * kQ8Block;
    for (int at = 0; at < k; at += kGroup, q += rows * kGroup, scales += rows) {
        const int count = k - at < kGroup ? k - at : kGroup, blocks = q8_blocks(count);
        for (int r = 0; r < rows; ++r) {
            const float* from = x + r * stride + at;
            alignas(64) float whole[kGroup];
            if (count < blocks * kQ8Block) {
                for (int j = 0; j < blocks * kQ8Block; ++j) whole[j] = j < count ? from[j] : 0.0f;
                from = whole;
            }
            const ActivationScale found = activation_scale(from, blocks * kQ8Block);
            scales[r] = found.scale;
            const F32 inverse = splat(found.inverse);
            for (int block = 0; block < blocks; ++block, from += kQ8Block) {
                alignas(64) std::int16_t quants[kQ8Block];
                quantize_block(quants, from, inverse);
                Order::put(q + block * kQ8Block * rows, quants, r, rows);
            }
        }
    }
}

template <class Order>
void quantize_rows(std::int16_t* q, float* scales, const float* x, std::ptrdiff_t stride, int m, int k) {
    const std::ptrdiff_t blocks = q8_blocks(k), groups = q8_groups(q8_blocks(k));
    for (int i = 0; i < m; i += kTileRows) {
        const int rows = m - i < kTileRows ? m - i : kTileRows;
        quantize_strip<Order>(q + i * blocks * kQ8Block, scales + i * groups, x + i * stride, stride, rows, k);
    }
}

}  // namespace
}  // namespace headlight::kernels
