#pragma once
// Matrix products over packed panels, written once for every vector type. A tile of c (kTileRows x kTileColumns) stays
// in registers while k runs: one accumulator per element, products added in the order of k. One row takes a whole panel
// at once, kPanel columns: its weights are read once, as one stream. For more rows a block of k and rows of a is packed
// once and stays in the second cache, while the tile's columns of b pass by, copied side by side into the first one;
// between blocks the accumulators rest in c, which changes no bit. Included after kTileRows, kTileColumns and kPanel of
// an implementation were chosen.

#include <type_traits>
#include <utility>

#include "kernels/kernels_each.h"
#include "kernels/kernels_tiles.h"
#include "kernels/kernels_turn.h"

namespace headlight::kernels {
namespace {

constexpr int kDepth = 256;  // k of one block
// Rows of one block, a multiple of every tile: kDepth * kBlockRows floats of a, 144 KiB.
constexpr int kBlockRows = 144;
static_assert(kBlockRows % kTileRows == 0 && kPanel % kTileColumns == 0 && kTileColumns % kLanes == 0);

// Columns that few rows take at once: the sums of a tile are too few to hide the time that an addition takes.
constexpr int columns_at_once(int rows) {
    const int most = rows == 1 ? kPanel : 2 * kTileColumns;
    return rows == 1 || (rows * most <= kPanel && most <= kPanel) ? most : kTileColumns;
}

inline F32 load_weights(const float* p) {
    return load(p);
}
// Halves, finite ones: sign, exponent and mantissa move to their places in a float, whose exponent then lacks 112. The
// product by 2^112 is exact, for subnormal halves too.
inline F32 load_weights(const std::uint16_t* p) {
    const I32 moved = shift_left<13>(load_int16(p)) & isplat(0x8fffffffu);
    return from_bits(moved) * splat(0x1p112f);
}

// Weight: float, or std::uint16_t for halves. Some columns of a panel, or of a copy.
template <class Weight>
struct Tile {
    int k;
    const float* a;   // [k][rows]
    const Weight* b;  // k rows, kStride apart
    float* c;
    std::ptrdiff_t c_stride;
    bool from_c;        // start from what c holds
    const float* bias;  // of these columns, or null

    void move_on(int columns) {
        b += columns;
        c += columns;
        if (bias != nullptr) bias += columns;
    }
};

// noinline, because a hot loop inside a function that is called once stays in a browser's slow compiler. Addresses from
// memory and not as arguments: of those a browser clears the upper half in every round of the loop.
template <int kRows, int kColumns, int kStride, class Weight>
[[gnu::noinline]] void compute_tile(const Tile<Weight>& tile) {
    const Tile<Weight> t = tile;  // vector stores may overlap anything but a copy in registers
    constexpr int kVectors = kColumns / kLanes;
    F32 sums[kRows][kVectors];
    HEADLIGHT_UNROLL
    for (int r = 0; r < kRows; ++r) {
        HEADLIGHT_UNROLL
        for (int v = 0; v < kVectors; ++v) {
            sums[r][v] = t.from_c ? load(t.c + r * t.c_stride + v * kLanes) : splat(0.0f);
        }
    }
    const float* a = t.a;
    const Weight* b = t.b;
    for (int k = 0; k < t.k; ++k, a += kRows, b += kStride) {
        F32 right[kVectors];
        HEADLIGHT_UNROLL
        for (int v = 0; v < kVectors; ++v) right[v] = load_weights(b + v * kLanes);
        HEADLIGHT_UNROLL
        for (int r = 0; r < kRows; ++r) {
            const F32 left = splat(a[r]);
            HEADLIGHT_UNROLL
            for (int v = 0; v < kVectors; ++v) sums[r][v] = sums[r][v] + left * right[v];
        }
    }
    HEADLIGHT_UNROLL
    for (int r = 0; r < kRows; ++r) {
        HEADLIGHT_UNROLL
        for (int v = 0; v < kVectors; ++v) {
            const F32 sum = sums[r][v];
            store(t.c + r * t.c_stride + v * kLanes, t.bias != nullptr ? sum + load(t.bias + v * kLanes) : sum);
        }
    }
}

// `columns` columns of one panel, or of a copied tile.
template <int kRows, int kStride, class Weight>
inline void compute_columns(Tile<Weight>& t, int columns) {
    constexpr int kAtOnce = kStride == kTileColumns ? kTileColumns : columns_at_once(kRows);
    by_tiles<kRows, kAtOnce>(t, columns, compute_tile<kRows, kAtOnce, kStride, Weight>,
                             compute_tile<kRows, kTileColumns, kStride, Weight>);
}

// Rows of a, depth columns from a.data on, as [depth][kRows].
template <int kRows>
void pack_strip(float* packed, MatrixView a, int depth) {
    if (a.row_stride == 1) return copy_rows<F32, kRows>(packed, a.data, a.col_stride, depth);
    if (a.col_stride == 1) return turn_over<F32, kRows>(packed, a.data, a.row_stride, depth);
    for (int k = 0; k < depth; ++k) {
        for (int r = 0; r < kRows; ++r) packed[k * kRows + r] = a.data[r * a.row_stride + k * a.col_stride];
    }
}

template <class Weight>
struct StripFunctions {
    void (*pack)(float*, MatrixView, int);
    void (*in_place)(Tile<Weight>&, int);  // columns of a panel
    void (*copied)(Tile<float>&, int);     // columns of a tile that were copied side by side
};

template <class Weight, int... kIndex>
constexpr StripFunctions<Weight> strip_functions(int rows, std::integer_sequence<int, kIndex...>) {
    constexpr StripFunctions<Weight> kStrips[] = {{pack_strip<kIndex + 1>, compute_columns<kIndex + 1, kPanel, Weight>,
                                                   compute_columns<kIndex + 1, kTileColumns, float>}...};
    return kStrips[rows - 1];
}

template <class Weight>
constexpr StripFunctions<Weight> strip_of(int rows) {
    return strip_functions<Weight>(rows, std::make_integer_sequence<int, kTileRows>{});
}

template <class Weight>
struct Block {
    Tile<Weight> tile;              // of its first row and column
    MatrixView a;                   // from its first row and k on
    std::ptrdiff_t b_panel_stride;  // weights between panels
    int rows, columns;
};

// Few rows: all panels, each read once where it lies.
template <class Weight, class Columns>
inline void by_panels(const Block<Weight>& block, const float* a, Columns compute) {
    Tile<Weight> t = block.tile;
    t.a = a;
    for (int j = 0; j < block.columns; j += kPanel) {
        t.b = block.tile.b + j / kPanel * block.b_panel_stride;
        t.c = block.tile.c + j;
        t.bias = block.tile.bias != nullptr ? block.tile.bias + j : nullptr;
        compute(t, block.columns - j < kPanel ? block.columns - j : kPanel);
    }
}

// The columns of a tile side by side, as floats: where they lie, if they lie so, else copied into `room`.
template <class Weight>
inline const float* tile_columns(float* room, const Weight* b, int depth) {
    if constexpr (kPanel == kTileColumns && std::is_same_v<Weight, float>) return b;
    for (int k = 0; k < depth; ++k, b += kPanel) {
        HEADLIGHT_UNROLL
        for (int v = 0; v < kTileColumns; v += kLanes) store(room + k * kTileColumns + v, load_weights(b + v));
    }
    return room;
}

// Up to kBlockRows rows of c.
template <class Weight>
void compute_block(const Block<Weight>& block) {
    alignas(64) static thread_local float packed[kBlockRows * kDepth];
    const int depth = block.tile.k;
    for (int i = 0; i < block.rows; i += kTileRows) {
        const int rows = block.rows - i < kTileRows ? block.rows - i : kTileRows;
        const MatrixView a{block.a.data + i * block.a.row_stride, block.a.row_stride, block.a.col_stride};
        strip_of<Weight>(rows).pack(packed + i * depth, a, depth);
    }
    if (block.rows <= kTileRows) return by_panels(block, packed, strip_of<Weight>(block.rows).in_place);
    alignas(64) static thread_local float copy[kDepth * kTileColumns];
    Tile<float> t{depth, nullptr, nullptr, nullptr, block.tile.c_stride, block.tile.from_c, nullptr};
    for (int j = 0; j < block.columns; j += kTileColumns) {
        const int columns = block.columns - j < kTileColumns ? block.columns - j : kTileColumns;
        const float* b = tile_columns(copy, block.tile.b + j / kPanel * block.b_panel_stride + j % kPanel, depth);
        for (int i = 0; i < block.rows; i += kTileRows) {
            t.a = packed + i * depth;
            t.b = b;
            t.c = block.tile.c + i * t.c_stride + j;
            t.bias = block.tile.bias != nullptr ? block.tile.bias + j : nullptr;
            if (block.rows - i >= kTileRows) {
                compute_columns<kTileRows, kTileColumns>(t, columns);
            } else {
                strip_of<Weight>(block.rows - i).copied(t, columns);
            }
        }
    }
}

template <class Weight>
void gemm(float* c, std::ptrdiff_t c_stride, MatrixView a, const Weight* packed_b, int m, int n, int k, Into into,
          const float* bias, int first_col, int last_col) {
    if (last_col > n) last_col = n;
    const std::ptrdiff_t b_panel_stride = static_cast<std::ptrdiff_t>(k) * kPanel;
    const Weight* b = packed_b + first_col / kPanel * b_panel_stride;
    const int columns = last_col - first_col;
    c += first_col;
    if (bias != nullptr) bias += first_col;
    if (m == 1 && a.col_stride == 1) {  // one row needs no packing
        const Tile<Weight> first{k, a.data, b, c, c_stride, into == Into::accumulate, bias};
        return by_panels(Block<Weight>{first, a, b_panel_stride, 1, columns}, a.data,
                         [](Tile<Weight>& t, int in_panel) { compute_columns<1, kPanel>(t, in_panel); });
    }
    for (int k0 = 0; k0 == 0 || k0 < k; k0 += kDepth) {
        const int depth = k - k0 < kDepth ? k - k0 : kDepth;
        for (int i = 0; i < m; i += kBlockRows) {
            const Tile<Weight> first{depth,
                                     nullptr,
                                     b + static_cast<std::ptrdiff_t>(k0) * kPanel,
                                     c + i * c_stride,
                                     c_stride,
                                     k0 > 0 || into == Into::accumulate,
                                     k0 + depth == k ? bias : nullptr};
            compute_block<Weight>({first,
                                   {a.data + i * a.row_stride + k0 * a.col_stride, a.row_stride, a.col_stride},
                                   b_panel_stride,
                                   m - i < kBlockRows ? m - i : kBlockRows,
                                   columns});
        }
    }
}

void pack(float* dst, MatrixView b, int k, int n) {
    for (int j0 = 0; j0 < n; j0 += kPanel, dst += kPanel * static_cast<std::ptrdiff_t>(k)) {
        const int columns = n - j0 < kPanel ? n - j0 : kPanel;
        const float* from = b.data + j0 * b.col_stride;
        if (columns == kPanel && b.col_stride == 1) {
            copy_rows<F32, kPanel>(dst, from, b.row_stride, k);
        } else if (columns == kPanel && b.row_stride == 1) {
            turn_over<F32, kPanel>(dst, from, b.col_stride, k);
        } else {
            float* to = dst;
            for (int r = 0; r < k; ++r, to += kPanel, from += b.row_stride) {
                for (int j = 0; j < columns; ++j) to[j] = from[j * b.col_stride];
                for (int j = columns; j < kPanel; ++j) to[j] = 0.0f;
            }
        }
    }
}

}  // namespace
}  // namespace headlight::kernels
