#pragma once
// Products of many rows with eight-bit weights (q8.h) on machines that multiply bytes: an activation plus 8192 is split
// into two digits of 7 bits, 128 * high + low, each a factor of its own. What was added is taken away before the first
// product: sums start from -64 (times 128: -8192) times the sum of a column's quants. The integers, and so the bits,
// are those of kernels_q8_tile.h. Included after the dot_quads() of an implementation was chosen.

#include "kernels/kernels_q8_tile.h"

namespace headlight::kernels {
namespace {

constexpr int kQuads = kQ8Block / 4;

// The digits of a block of a strip: [high, low][kQuads][rows][4].
struct Digits {
    static void put(std::int16_t* block, const std::int16_t* quants, int r, int rows) {
        auto* high = reinterpret_cast<std::int8_t*>(block) + 4 * r;
        for (int i = 0; i < kQ8Block; i += 16) {
            store_digits(high + i * rows, high + (i + kQ8Block) * rows, 4 * rows, quants + i);
        }
    }
};

// quants: a block of Split.
template <int kRows, int kColumns>
inline void add_split_block(float* group, const std::int16_t* a, const std::int8_t* quants, const float* b_scales) {
    constexpr int kVectors = kColumns / kLanes;
    I32 sums[kRows][kVectors];
    HEADLIGHT_UNROLL
    for (int v = 0; v < kVectors; ++v) {
        const I32 start = load_quads(quants + v * 4 * kLanes);
        HEADLIGHT_UNROLL
        for (int r = 0; r < kRows; ++r) sums[r][v] = start;
    }
    const auto* digits = reinterpret_cast<const std::int8_t*>(a);
    const auto add_digits = [&] {
        const std::int8_t *quads = quants + 4 * kTileColumns, *end = digits + kQ8Block * kRows;
        asm("" : "+r"(end));  // as in add_block()
        do {
            I32 right[kVectors];
            HEADLIGHT_UNROLL
            for (int v = 0; v < kVectors; ++v) right[v] = load_quads(quads + v * 4 * kLanes);
            HEADLIGHT_UNROLL
            for (int r = 0; r < kRows; ++r) {
                const I32 left = splat_quad(digits + r * 4);
                HEADLIGHT_UNROLL
                for (int v = 0; v < kVectors; ++v) sums[r][v] = dot_quads(sums[r][v], right[v], left);
            }
            digits += 4 * kRows;
            quads += 4 * kTileColumns;
        } while (digits != end);
    };
    add_digits();
    HEADLIGHT_UNROLL
    for (int r = 0; r < kRows; ++r) {
        HEADLIGHT_UNROLL
        for (int v = 0; v < kVectors; ++v) sums[r][v] = shift_left<7>(sums[r][v]);
    }
    add_digits();
    add_scaled(group, sums, b_scales);
}

// A copy of a tile's columns: where a block's sums start, as integers, and then its quants in fours of a column.
struct Split {
    using Quant = std::int8_t;
    static constexpr int kStride = kTileColumns;
    static constexpr std::ptrdiff_t kScales = kTileColumns * static_cast<std::ptrdiff_t>(sizeof(float));
    static constexpr std::ptrdiff_t kBlock = kTileColumns * 4 * (1 + kQuads);
    alignas(64) float scales[kQ8Depth * kTileColumns];
    alignas(64) std::int8_t bytes[kQ8Depth * kBlock];

    [[nodiscard]] const Quant* quants() const { return bytes; }
    template <int kRows, int kColumns>
    static void add(float* group, const std::int16_t* a, const Quant* quants, const float* b_scales) {
        add_split_block<kRows, kColumns>(group, a, quants, b_scales);
    }

    void copy(const std::byte* panel, int column, int blocks) {
        static_assert(kTileColumns == 2 * kLanes);
        for (int block = 0; block < blocks; ++block, panel += kQ8PanelBytes) {
            const auto* from = reinterpret_cast<const float*>(panel) + column;
            const auto* quants = reinterpret_cast<const std::int8_t*>(panel + kPanel * sizeof(float)) + 2 * column;
            store(scales + block * kTileColumns, load(from));
            store(scales + block * kTileColumns + kLanes, load(from + kLanes));
            std::int8_t* to = bytes + block * kBlock;
            I32 sums[2] = {isplat(0), isplat(0)};
            for (int quad = 1; quad <= kQuads; ++quad, quants += 4 * kPanel) {
                I32 quads[2];
                quads_of_pairs(quads[0], quads[1], quants, quants + 2 * kPanel);
                for (int v = 0; v < 2; ++v) {
                    sums[v] = dot_quads(sums[v], quads[v], isplat(0x01010101));
                    store_quads(to + (quad * kTileColumns + v * kLanes) * 4, quads[v]);
                }
            }
            for (int v = 0; v < 2; ++v) store_quads(to + v * kLanes * 4, isplat(0) - shift_left<6>(sums[v]));
        }
    }
};

}  // namespace
}  // namespace headlight::kernels
