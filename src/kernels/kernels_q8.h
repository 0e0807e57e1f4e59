#pragma once
// Products with eight-bit weights, written once for every vector type; what they compute stands in q8.h. A panel's
// block of 32 lies as [kPanel] scales, then [16][kPanel][2] quants: two of a column side by side, as dot_pairs() wants
// them. Included after kTileRows, kPanel and kGemvPanels of an implementation were chosen.

#include "kernels/kernels_gemm.h"
#include "kernels/q8.h"

namespace headlight::kernels {
namespace {

constexpr int kPairs = kQ8Block / 2;
constexpr std::ptrdiff_t kQ8PanelBytes = kPanel * (static_cast<std::ptrdiff_t>(sizeof(float)) + kQ8Block);
constexpr int kQ8Depth = 32;  // blocks of k in one go: with the panel's they stay in the first cache

struct Q8Tile {
    int blocks;
    const std::int16_t* a;          // [blocks][16][rows][2]
    const float* a_scales;          // [blocks][rows]
    const std::byte* b;             // [panels][..][blocks] of kQ8PanelBytes
    std::ptrdiff_t b_panel_stride;  // bytes between panels
    float* c;
    std::ptrdiff_t c_stride;
    bool from_c;
    const float* bias;
};

// The sums rest in c between blocks: a block's integer sums need the registers.
template <int kRows, int kPanels>
[[gnu::noinline]] void q8_tile(const Q8Tile& tile) {
    const Q8Tile t = tile;  // vector stores may overlap anything but a copy in registers
    constexpr int kVectors = kPanels * kPanelVectors;
    HEADLIGHT_UNROLL
    for (int r = 0; r < kRows; ++r) {
        HEADLIGHT_UNROLL
        for (int v = 0; v < kVectors; ++v) {
            if (!t.from_c) store(t.c + r * t.c_stride + v * kLanes, splat(0.0f));
        }
    }
    for (int block = 0; block < t.blocks; ++block) {
        I32 sums[kRows][kVectors];
        HEADLIGHT_UNROLL
        for (int r = 0; r < kRows; ++r) {
            HEADLIGHT_UNROLL
            for (int v = 0; v < kVectors; ++v) sums[r][v] = isplat(0);
        }
        const std::byte* b = t.b + block * kQ8PanelBytes;
        const auto* quants = reinterpret_cast<const std::int8_t*>(b + kPanel * sizeof(float));
        const std::int16_t* a = t.a + block * kQ8Block * kRows;
        // A step count that the compiler does not know: of a longer body a browser keeps the sums in memory.
        const std::int16_t* end = a + kQ8Block * kRows;
        asm("" : "+r"(end));
        for (; a != end; a += 2 * kRows, quants += 2 * kPanel) {
            I32 right[kVectors];
            HEADLIGHT_UNROLL
            for (int v = 0; v < kVectors; ++v) {
                right[v] =
                    load_int8_pairs(quants + (v / kPanelVectors) * t.b_panel_stride + (v % kPanelVectors) * 2 * kLanes);
            }
            HEADLIGHT_UNROLL
            for (int r = 0; r < kRows; ++r) {
                const I32 left = splat_pair(a + r * 2);
                HEADLIGHT_UNROLL
                for (int v = 0; v < kVectors; ++v) sums[r][v] = sums[r][v] + dot_pairs(left, right[v]);
            }
        }
        F32 scales[kVectors];
        HEADLIGHT_UNROLL
        for (int v = 0; v < kVectors; ++v) {
            const std::byte* panel = b + (v / kPanelVectors) * t.b_panel_stride;
            scales[v] = load(reinterpret_cast<const float*>(panel) + (v % kPanelVectors) * kLanes);
        }
        HEADLIGHT_UNROLL
        for (int r = 0; r < kRows; ++r) {
            const F32 a_scale = splat(t.a_scales[block * kRows + r]);
            HEADLIGHT_UNROLL
            for (int v = 0; v < kVectors; ++v) {
                float* c = t.c + r * t.c_stride + v * kLanes;
                store(c, load(c) + to_float(sums[r][v]) * (scales[v] * a_scale));
            }
        }
    }
    if (t.bias == nullptr) return;
    HEADLIGHT_UNROLL
    for (int r = 0; r < kRows; ++r) {
        HEADLIGHT_UNROLL
        for (int v = 0; v < kVectors; ++v) {
            float* c = t.c + r * t.c_stride + v * kLanes;
            store(c, load(c) + load(t.bias + v * kLanes));
        }
    }
}

// All columns for kRows rows.
template <int kRows>
void q8_strip(Q8Tile t, int columns) {
    constexpr int kPanels = kRows == 1 ? kGemvPanels : 1;
    const auto advance = [&t, &columns](int panels) {
        t.b += panels * t.b_panel_stride;
        t.c += panels * kPanel;
        if (t.bias != nullptr) t.bias += panels * kPanel;
        columns -= panels * kPanel;
    };
    for (; columns >= kPanels * kPanel; advance(kPanels)) q8_tile<kRows, kPanels>(t);
    for (; kPanels > 1 && columns >= kPanel; advance(1)) q8_tile<kRows, 1>(t);
    if (columns > 0) in_narrow_panel<kRows>(t, columns, [](const Q8Tile& wide) { q8_tile<kRows, 1>(wide); });
}

using Q8Strip = void (*)(Q8Tile, int);

template <int... kIndex>
constexpr Q8Strip q8_strip_of(int rows, std::integer_sequence<int, kIndex...>) {
    constexpr Q8Strip kStrips[] = {q8_strip<kIndex + 1>...};
    return kStrips[rows - 1];
}

void gemm_q8(float* c, std::ptrdiff_t c_stride, const std::int16_t* a, const float* a_scales, const std::byte* packed_b,
             int m, int n, int k, Into into, const float* bias, int first_col, int last_col) {
    if (last_col > n) last_col = n;
    const int blocks = q8_blocks(k);
    const std::ptrdiff_t b_panel_stride = blocks * kQ8PanelBytes;
    // One row reads its weights as long streams; more take them panel by panel from the first cache.
    const int depth = m == 1 ? blocks : kQ8Depth;
    const int step = m == 1 ? last_col - first_col : kPanel;
    for (int first = 0; first == 0 || first < blocks; first += depth) {
        const int taken = blocks - first < depth ? blocks - first : depth;
        const bool last = first + taken == blocks;
        for (int j = first_col; j < last_col; j += step) {
            const int columns = last_col - j < step ? last_col - j : step;
            Q8Tile t{taken,
                     a,
                     a_scales,
                     packed_b + (j / kPanel) * b_panel_stride + first * kQ8PanelBytes,
                     b_panel_stride,
                     c + j,
                     c_stride,
                     first > 0 || into == Into::accumulate,
                     last && bias != nullptr ? bias + j : nullptr};
            for (int i = 0; i < m; i += kTileRows) {
                const int rows = m - i < kTileRows ? m - i : kTileRows;
                t.a = a + (static_cast<std::ptrdiff_t>(i) * blocks + first * rows) * kQ8Block;
                t.a_scales = a_scales + static_cast<std::ptrdiff_t>(i) * blocks + first * rows;
                if (rows == kTileRows) {
                    q8_strip<kTileRows>(t, columns);
                } else {
                    q8_strip_of(rows, std::make_integer_sequence<int, kTileRows>{})(t, columns);
                }
                t.c += rows * c_stride;
            }
        }
    }
}

// One block of up to 32 activations. A NaN or an infinity makes the scale NaN, and so every sum that it is part of.
inline void quantize_block(std::int16_t* q, float* scale, const float* x) {
    F32 most = splat(0.0f), bad = splat(0.0f);
    for (int i = 0; i < kQ8Block; i += kLanes) {
        const F32 value = load(x + i);
        most = max(most, from_bits(bits(value) & isplat(0x7fffffffu)));
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
            alignas(64) float whole[kQ8Block] = {};
            if (count < kQ8Block) {
                for (int j = 0; j < count; ++j) whole[j] = from[j];
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
