#pragma once
// Activations as 16-bit numbers, in the blocks and the order that products with eight-bit weights take (q8.h; the
// layout stands in kernels.h). Included after the F32 and the kTileRows of an implementation were chosen.

#include "kernels/kernels_each.h"
#include "kernels/q8.h"

namespace headlight::kernels {
namespace {

constexpr int kPairs = kQ8Block / 2;

// One block of up to 32 activations. A NaN or an infinity makes the scale NaN, and so every sum that it is part of.
inline void quantize_block(std::int16_t* q, float* scale, const float* x) {
    F32 most = splat(0.0f), bad = splat(0.0f);
    for (int i = 0; i < kQ8Block; i += kLanes) {
        const F32 value = load(x + i);
        most = max(most, magnitude(value));
        bad = bad + value * splat(0.0f);
    }
    const float largest = reduce_max(most);
    *scale = largest / static_cast<float>(kInt16Most) + reduce_sum(bad);
    // Below that, the reciprocal is infinite; such a block is lost in any sum.
    const F32 inverse = splat(largest > 1e-33f ? static_cast<float>(kInt16Most) / largest : 0.0f);
    const F32 magic = splat(12582912.0f);  // 1.5 * 2^23: its last bit counts ones
    for (int i = 0; i < kQ8Block; i += kLanes) {
        const F32 value = load(x + i);
        store_int16(q + i, bits(value * inverse + magic) - bits(magic));
    }
}

// `rows` rows of k activations as one strip: pairs of all rows side by side.
[[gnu::noinline]] void quantize_strip(std::int16_t* q, float* scales, const float* x, std::ptrdiff_t stride, int rows,
                                      int k) {
    for (int block = 0; block < q8_blocks(k); ++block, q += rows * kQ8Block, scales += rows) {
        const int at = block * kQ8Block, count = k - at < kQ8Block ? k - at : kQ8Block;
        for (int r = 0; r < rows; ++r) {
            const float* from = x + r * stride + at;
            alignas(64) float whole[kQ8Block];
            if (count < kQ8Block) {
                for (int j = 0; j < kQ8Block; ++j) whole[j] = j < count ? from[j] : 0.0f;
                from = whole;
            }
            if (rows == 1) {
                quantize_block(q, scales, from);
                continue;
            }
            alignas(64) std::int16_t quants[kQ8Block];
            quantize_block(quants, scales + r, from);
            for (int pair = 0; pair < kPairs; ++pair) {
                __builtin_memcpy(q + (pair * rows + r) * 2, quants + pair * 2, 2 * sizeof(std::int16_t));
            }
        }
    }
}

void quantize_rows(std::int16_t* q, float* scales, const float* x, std::ptrdiff_t stride, int m, int k) {
    const std::ptrdiff_t blocks = q8_blocks(k);
    for (int i = 0; i < m; i += kTileRows) {
        const int rows = m - i < kTileRows ? m - i : kTileRows;
        quantize_strip(q + i * blocks * kQ8Block, scales + i * blocks, x + i * stride, stride, rows, k);
    }
}

}  // namespace
}  // namespace headlight::kernels
