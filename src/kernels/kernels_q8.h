#pragma once
// Products with eight-bit weights, written once for every vector type; what they compute stands in q8.h. Included after
// kTileRows, kTileColumns and kPanel of an implementation were chosen.

#include <utility>

#include "kernels/kernels_q8_tile.h"
#include "kernels/kernels_tiles.h"

namespace headlight::kernels {
namespace {

// `columns` columns of one panel, or of a copied tile.
template <int kRows, class Held>
inline void q8_columns(Q8Tile<typename Held::Quant>& t, int columns) {
    constexpr int kAtOnce = kRows == 1 && Held::kStride == kPanel ? kPanel : kTileColumns;
    by_tiles<kRows, kAtOnce>(t, columns, q8_tile<kRows, kAtOnce, Held>, q8_tile<kRows, kTileColumns, Held>);
}

template <class Held>
using Q8Columns = void (*)(Q8Tile<typename Held::Quant>&, int);

template <class Held, int... kIndex>
constexpr Q8Columns<Held> q8_columns_of(int rows, std::integer_sequence<int, kIndex...>) {
    constexpr Q8Columns<Held> kStrips[] = {q8_columns<kIndex + 1, Held>...};
    return kStrips[rows - 1];
}

// What a product with eight-bit weights is made of, from its first column on.
struct Q8Product {
    const std::int16_t* a;
    const float* a_scales;
    const std::byte* b;
    float* c;
    std::ptrdiff_t c_stride;
    int rows, columns, blocks;
    bool from_c;
    const float* bias;
};

// One strip: all panels, each read once where it lies.
inline void q8_few_rows(const Q8Product& p) {
    const auto compute = q8_columns_of<InPanel>(p.rows, std::make_integer_sequence<int, kTileRows>{});
    Q8Tile<std::int8_t> t{p.blocks, p.a, p.a_scales, nullptr, nullptr, nullptr, p.c_stride, p.from_c, nullptr};
    for (int j = 0; j < p.columns; j += kPanel) {
        const std::byte* panel = p.b + static_cast<std::ptrdiff_t>(j / kPanel) * p.blocks * kQ8PanelBytes;
        t.b = reinterpret_cast<const std::int8_t*>(panel + kPanel * sizeof(float));
        t.b_scales = reinterpret_cast<const float*>(panel);
        t.c = p.c + j;
        t.bias = p.bias != nullptr ? p.bias + j : nullptr;
        compute(t, p.columns - j < kPanel ? p.columns - j : kPanel);
    }
}

template <class Held>
inline void q8_many_rows(const Q8Product& p) {
    static thread_local Held copy;
    for (int first = 0; first == 0 || first < p.blocks; first += kQ8Depth) {
        const int depth = p.blocks - first < kQ8Depth ? p.blocks - first : kQ8Depth;
        const bool last = first + depth == p.blocks;
        Q8Tile<typename Held::Quant> t{
            depth, nullptr, nullptr, nullptr, nullptr, nullptr, p.c_stride, first > 0 || p.from_c, nullptr};
        for (int j = 0; j < p.columns; j += kTileColumns) {
            const int columns = p.columns - j < kTileColumns ? p.columns - j : kTileColumns;
            const std::ptrdiff_t block = static_cast<std::ptrdiff_t>(j / kPanel) * p.blocks + first;
            copy.copy(p.b + block * kQ8PanelBytes, j % kPanel, depth);
            for (int i = 0; i < p.rows; i += kTileRows) {
                const int rows = p.rows - i < kTileRows ? p.rows - i : kTileRows;
                t.a = p.a + (static_cast<std::ptrdiff_t>(i) * p.blocks + first * rows) * kQ8Block;
                t.a_scales = p.a_scales + i * q8_groups(p.blocks) + first / kQ8Group * rows;
                t.b = copy.quants();
                t.b_scales = copy.scales;
                t.c = p.c + i * p.c_stride + j;
                t.bias = last && p.bias != nullptr ? p.bias + j : nullptr;
                if (rows == kTileRows) {
                    q8_columns<kTileRows, Held>(t, columns);
                } else {
                    q8_columns_of<Held>(rows, std::make_integer_sequence<int, kTileRows>{})(t, columns);
                }
            }
        }
    }
}

inline Q8Product q8_product(float* c, std::ptrdiff_t c_stride, const std::int16_t* a, const float* a_scales,
                            const std::byte* packed_b, int m, int n, int k, Into into, const float* bias, int first_col,
                            int last_col) {
    const int blocks = q8_blocks(k);
    const std::ptrdiff_t first_block = static_cast<std::ptrdiff_t>(first_col / kPanel) * blocks;
    return {a,
            a_scales,
            packed_b + first_block * kQ8PanelBytes,
            c + first_col,
            c_stride,
            m,
            (last_col < n ? last_col : n) - first_col,
            blocks,
            into == Into::accumulate,
            bias != nullptr ? bias + first_col : nullptr};
}

// As Kernels::gemm_q8.
template <class... Arguments>
void gemm_q8(Arguments... arguments) {
    const Q8Product product = q8_product(arguments...);
    product.rows <= kTileRows ? q8_few_rows(product) : q8_many_rows<Copied>(product);
}

}  // namespace
}  // namespace headlight::kernels
