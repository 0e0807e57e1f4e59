#pragma once
// Matrix products over packed panels, written once for every vector type. A tile of c (kTileRows x kPanel) stays in
// registers while k runs: one accumulator per element, products added in the order of k. A block of k and rows of a is
// packed once and stays in the second cache, while the panels of b pass by, each through the first one; between blocks
// the accumulators rest in c, which changes no bit. Included after kTileRows, kPanel and kGemvPanels of an
// implementation were chosen.

#include <utility>

#include "kernels/kernels_each.h"
#include "kernels/simd_unroll.h"

namespace headlight::kernels {
namespace {

constexpr int kDepth = 256;  // k of one block
constexpr int kBlockRows =
    144;  // rows of one block, a multiple of every tile: kDepth * kBlockRows floats of a, 144 KiB
constexpr int kPanelVectors = kPanel / kLanes;

inline F32 load_weights(const float* p) {
    return load(p);
}
// Halves, finite ones: sign, exponent and mantissa move to their places in a float, whose exponent then lacks 112. The
// product by 2^112 is exact, for subnormal halves too.
inline F32 load_weights(const std::uint16_t* p) {
    const I32 moved = shift_left<13>(load_int16(p)) & isplat(0x8fffffffu);
    return from_bits(moved) * splat(0x1p112f);
}

// Weight: float, or std::uint16_t for halves.
template <class Weight>
struct Tile {
    int k;
    const float* a;                 // [k][rows]
    const Weight* b;                // [panels][..][k][kPanel]
    std::ptrdiff_t b_panel_stride;  // weights between panels
    float* c;
    std::ptrdiff_t c_stride;
    bool from_c;        // start from what c holds
    const float* bias;  // of these columns, or null
};

// noinline, because a hot loop inside a function that is called once stays in a browser's slow compiler.
template <int kRows, int kPanels, class Weight>
[[gnu::noinline]] void compute_tile(const Tile<Weight>& tile) {
    const Tile<Weight> t = tile;  // vector stores may overlap anything but a copy in registers
    constexpr int kVectors = kPanels * kPanelVectors;
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
    for (int k = 0; k < t.k; ++k, a += kRows, b += kPanel) {
        F32 right[kVectors];
        HEADLIGHT_UNROLL
        for (int v = 0; v < kVectors; ++v) {
            right[v] = load_weights(b + (v / kPanelVectors) * t.b_panel_stride + (v % kPanelVectors) * kLanes);
        }
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

// The last panel, when it is not full: through a buffer as wide as a panel. AnyTile has c, c_stride, from_c and bias.
template <int kRows, class AnyTile, class Compute>
[[gnu::noinline]] void in_narrow_panel(const AnyTile& t, int columns, Compute compute) {
    alignas(64) float c[kRows * kPanel] = {};
    alignas(64) float bias[kPanel] = {};
    for (int r = 0; t.from_c && r < kRows; ++r) {
        for (int j = 0; j < columns; ++j) c[r * kPanel + j] = t.c[r * t.c_stride + j];
    }
    for (int j = 0; t.bias != nullptr && j < columns; ++j) bias[j] = t.bias[j];
    AnyTile wide = t;
    wide.c = c;
    wide.c_stride = kPanel;
    wide.bias = t.bias != nullptr ? bias : nullptr;
    compute(wide);
    for (int r = 0; r < kRows; ++r) {
        for (int j = 0; j < columns; ++j) t.c[r * t.c_stride + j] = c[r * kPanel + j];
    }
}

// All columns of a block for kRows rows; t describes its first column. Few rows take several panels at once, because
// the sums of one are too few to hide the time an addition takes.
template <int kRows, class Weight>
void compute_strip(Tile<Weight> t, int columns) {
    constexpr int kPanels = kRows == 1 ? kGemvPanels : kRows <= kGemvPanels / 2 ? 2 : 1;
    const auto advance = [&t, &columns](int panels) {
        t.b += panels * t.b_panel_stride;
        t.c += panels * kPanel;
        if (t.bias != nullptr) t.bias += panels * kPanel;
        columns -= panels * kPanel;
    };
    for (; columns >= kPanels * kPanel; advance(kPanels)) compute_tile<kRows, kPanels>(t);
    for (; kPanels > 1 && columns >= kPanel; advance(1)) compute_tile<kRows, 1>(t);
    if (columns > 0) {
        in_narrow_panel<kRows>(t, columns, [](const Tile<Weight>& wide) { compute_tile<kRows, 1>(wide); });
    }
}

// Rows of a, depth columns from a.data on, as [depth][kRows].
template <int kRows>
void pack_strip(float* packed, MatrixView a, int depth) {
    if (a.row_stride == 1) {
        for (int k = 0; k < depth; ++k) {
            for (int r = 0; r < kRows; ++r) packed[k * kRows + r] = a.data[k * a.col_stride + r];
        }
        return;
    }
    for (int k = 0; k < depth; ++k) {
        for (int r = 0; r < kRows; ++r) packed[k * kRows + r] = a.data[r * a.row_stride + k * a.col_stride];
    }
}

template <class Weight>
struct StripFunctions {
    void (*pack)(float*, MatrixView, int);
    void (*compute)(Tile<Weight>, int);
};

template <class Weight, int... kIndex>
constexpr StripFunctions<Weight> strip_functions(int rows, std::integer_sequence<int, kIndex...>) {
    constexpr StripFunctions<Weight> kStrips[] = {{pack_strip<kIndex + 1>, compute_strip<kIndex + 1, Weight>}...};
    return kStrips[rows - 1];
}

template <class Weight>
struct Block {
    Tile<Weight> tile;  // of its first row and column
    MatrixView a;       // from its first row and k on
    int rows, columns;
};

// Up to kBlockRows rows of c. Several strips take b panel by panel; a single one takes all columns at once.
template <class Weight>
void compute_block(const Block<Weight>& block) {
    alignas(64) static thread_local float packed[kBlockRows * kDepth];
    const auto functions = [&](int row) {
        const int rows = block.rows - row < kTileRows ? block.rows - row : kTileRows;
        return strip_functions<Weight>(rows, std::make_integer_sequence<int, kTileRows>{});
    };
    for (int i = 0; i < block.rows; i += kTileRows) {
        const MatrixView rows{block.a.data + i * block.a.row_stride, block.a.row_stride, block.a.col_stride};
        functions(i).pack(packed + i * block.tile.k, rows, block.tile.k);
    }
    const int step = block.rows <= kTileRows ? block.columns : kPanel;
    for (int j = 0; j < block.columns; j += step) {
        const int columns = block.columns - j < step ? block.columns - j : step;
        for (int i = 0; i < block.rows; i += kTileRows) {
            Tile<Weight> t = block.tile;
            t.a = packed + i * t.k;
            t.b += j / kPanel * t.b_panel_stride;
            t.c += i * t.c_stride + j;
            if (t.bias != nullptr) t.bias += j;
            functions(i).compute(t, columns);
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
    // One row needs no packing: its weights are read as long streams.
    if (m == 1 && a.col_stride == 1) {
        return compute_strip<1>(Tile<Weight>{k, a.data, b, b_panel_stride, c, c_stride, into == Into::accumulate, bias},
                                columns);
    }
    for (int k0 = 0; k0 == 0 || k0 < k; k0 += kDepth) {
        const int depth = k - k0 < kDepth ? k - k0 : kDepth;
        for (int i = 0; i < m; i += kBlockRows) {
            const Tile<Weight> first{depth,
                                     nullptr,
                                     b + static_cast<std::ptrdiff_t>(k0) * kPanel,
                                     b_panel_stride,
                                     c + i * c_stride,
                                     c_stride,
                                     k0 > 0 || into == Into::accumulate,
                                     k0 + depth == k ? bias : nullptr};
            compute_block<Weight>({first,
                                   {a.data + i * a.row_stride + k0 * a.col_stride, a.row_stride, a.col_stride},
                                   m - i < kBlockRows ? m - i : kBlockRows,
                                   columns});
        }
    }
}

void pack(float* dst, MatrixView b, int k, int n) {
    for (int j0 = 0; j0 < n; j0 += kPanel) {
        const int columns = n - j0 < kPanel ? n - j0 : kPanel;
        const float* from = b.data + j0 * b.col_stride;
        for (int r = 0; r < k; ++r, dst += kPanel, from += b.row_stride) {
            if (columns == kPanel && b.col_stride == 1) {
                for (int j = 0; j < kPanel; ++j) dst[j] = from[j];
                continue;
            }
            for (int j = 0; j < columns; ++j) dst[j] = from[j * b.col_stride];
            for (int j = columns; j < kPanel; ++j) dst[j] = 0.0f;
        }
    }
}

}  // namespace
}  // namespace headlight::kernels
