#pragma once
// A tile of a product with eight-bit weights, and the ways in which its quants are held. A panel's block of 32 lies as
// [kPanel] scales, then [16][kPanel][2] quants: two of a column side by side, as dot_pairs() wants them. Included after
// kTileRows, kTileColumns and kPanel of an implementation were chosen.

#include <type_traits>

#include "kernels/kernels_quantize.h"

namespace headlight::kernels {
namespace {

constexpr std::ptrdiff_t kQ8PanelBytes = kPanel * (static_cast<std::ptrdiff_t>(sizeof(float)) + kQ8Block);
// Blocks of k in one go: the copied columns of a tile, two bytes a weight, stay in the first cache.
constexpr int kQ8Depth = 256 / kTileColumns;
static_assert(kQ8Depth % kQ8Group == 0);

// Some columns of a panel, or all of a copy. a and b: as the way takes them in which the quants are held.
template <class Quant>
struct Q8Tile {
    int blocks;
    const std::int16_t* a;  // [blocks], 32 a row: [16][rows][2], but for kernels_q8_split.h
    const float* a_scales;  // [groups][rows]
    const Quant* b;         // blocks of [16][kStride][2], but for kernels_q8_split.h
    const float* b_scales;  // blocks of [kStride]
    float* c;
    std::ptrdiff_t c_stride;
    bool from_c;
    const float* bias;

    void move_on(int columns) {
        b += 2 * columns;
        b_scales += columns;
        c += columns;
        if (bias != nullptr) bias += columns;
    }
};

template <class T>
inline const T* bytes_on(const T* p, std::ptrdiff_t bytes) {
    return reinterpret_cast<const T*>(reinterpret_cast<const std::byte*>(p) + bytes);
}

// sums [kRows][kVectors] of one block, times the weights' scales, added to group [kRows][kVectors].
template <int kRows, int kVectors>
inline void add_scaled(float* group, const I32 (&sums)[kRows][kVectors], const float* b_scales) {
    F32 scales[kVectors];
    HEADLIGHT_UNROLL
    for (int v = 0; v < kVectors; ++v) scales[v] = load(b_scales + v * kLanes);
    HEADLIGHT_UNROLL
    for (int r = 0; r < kRows; ++r) {
        HEADLIGHT_UNROLL
        for (int v = 0; v < kVectors; ++v, group += kLanes) {
            store(group, load(group) + to_float(sums[r][v]) * scales[v]);
        }
    }
}

// One block of quants as Held::load() reads them; a [16][kRows][2].
template <int kRows, int kColumns, class Held>
inline void add_block(float* group, const std::int16_t* a, const typename Held::Quant* quants, const float* b_scales) {
    constexpr int kVectors = kColumns / kLanes;
    I32 sums[kRows][kVectors];
    // The first step writes the sums, all others add to them.
    const auto step = [&](auto add) {
        I32 right[kVectors];
        HEADLIGHT_UNROLL
        for (int v = 0; v < kVectors; ++v) right[v] = Held::load(quants + v * 2 * kLanes);
        HEADLIGHT_UNROLL
        for (int r = 0; r < kRows; ++r) {
            const I32 left = splat_pair(a + r * 2);
            HEADLIGHT_UNROLL
            for (int v = 0; v < kVectors; ++v) {
                const I32 product = dot_pairs(left, right[v]);
                if constexpr (add.value) {
                    sums[r][v] = sums[r][v] + product;
                } else {
                    sums[r][v] = product;
                }
            }
        }
        a += 2 * kRows;
        quants += 2 * Held::kStride;
    };
    // A step count that the compiler does not know: of a longer body a browser keeps the sums in memory.
    const std::int16_t* end = a + kQ8Block * kRows;
    asm("" : "+r"(end));
    step(std::false_type{});
    while (a != end) step(std::true_type{});
    add_scaled(group, sums, b_scales);
}

// How quants are held, and how far apart (in bytes) blocks of them and of their scales are: where they lie the scales
// of a block stand before its quants ...
struct InPanel {
    using Quant = std::int8_t;
    static constexpr int kStride = kPanel;
    static constexpr std::ptrdiff_t kBlock = kQ8PanelBytes, kScales = kQ8PanelBytes;
    static I32 load(const Quant* p) { return load_int8_pairs(p); }
    template <int kRows, int kColumns>
    static void add(float* group, const std::int16_t* a, const Quant* quants, const float* b_scales) {
        add_block<kRows, kColumns, InPanel>(group, a, quants, b_scales);
    }
};
// ... and copies of a tile's columns, with 16 bits a quant, have an array for each.
struct Copied {
    using Quant = std::int16_t;
    static constexpr int kStride = kTileColumns;
    static constexpr std::ptrdiff_t kScales = kTileColumns * static_cast<std::ptrdiff_t>(sizeof(float));
    static constexpr std::ptrdiff_t kBlock = kScales * kPairs;
    alignas(64) float scales[kQ8Depth * kTileColumns];
    alignas(64) float pairs[kQ8Depth * kTileColumns * kPairs];  // the bits of two quants each

    [[nodiscard]] const Quant* quants() const { return reinterpret_cast<const Quant*>(pairs); }
    static I32 load(const Quant* p) { return bits(kernels::load(reinterpret_cast<const float*>(p))); }
    template <int kRows, int kColumns>
    static void add(float* group, const std::int16_t* a, const Quant* quants, const float* b_scales) {
        add_block<kRows, kColumns, Copied>(group, a, quants, b_scales);
    }

    void copy(const std::byte* panel, int column, int blocks);
};

// `blocks` blocks of a tile's columns, from `column` of their panel on: every strip of rows would widen them again.
inline void Copied::copy(const std::byte* panel, int column, int blocks) {
    for (int block = 0; block < blocks; ++block, panel += kQ8PanelBytes) {
        const auto* from = reinterpret_cast<const float*>(panel) + column;
        const auto* quants = reinterpret_cast<const std::int8_t*>(panel + kPanel * sizeof(float)) + 2 * column;
        float* to = pairs + block * kTileColumns * kPairs;
        HEADLIGHT_UNROLL
        for (int v = 0; v < kTileColumns; v += kLanes) {
            store(scales + block * kTileColumns + v, kernels::load(from + v));
        }
        for (int pair = 0; pair < kPairs; ++pair, quants += 2 * kPanel, to += kTileColumns) {
            HEADLIGHT_UNROLL
            for (int v = 0; v < kTileColumns; v += kLanes) store(to + v, from_bits(load_int8_pairs(quants + 2 * v)));
        }
    }
}

// The sums of a group rest in memory: a block's integer sums need the registers.
template <int kRows, int kColumns, class Held>
[[gnu::noinline]] void q8_tile(const Q8Tile<typename Held::Quant>& tile) {
    const Q8Tile<typename Held::Quant> t = tile;  // vector stores may overlap anything but a copy in registers
    constexpr int kVectors = kColumns / kLanes;
    HEADLIGHT_UNROLL
    for (int r = 0; r < kRows; ++r) {
        HEADLIGHT_UNROLL
        for (int v = 0; v < kVectors; ++v) {
            if (!t.from_c) store(t.c + r * t.c_stride + v * kLanes, splat(0.0f));
        }
    }
    alignas(64) float group[kRows * kColumns];
    for (int first = 0; first < t.blocks; first += kQ8Group) {
        const int end = t.blocks - first < kQ8Group ? t.blocks : first + kQ8Group;
        HEADLIGHT_UNROLL
        for (int i = 0; i < kRows * kVectors; ++i) store(group + i * kLanes, splat(0.0f));
        for (int block = first; block < end; ++block) {
            float* sums = group;
            asm("" : "+r"(sums) : : "memory");  // or the compiler would keep them in registers after all
            Held::template add<kRows, kColumns>(sums, t.a + block * kQ8Block * kRows,
                                                bytes_on(t.b, block * Held::kBlock),
                                                bytes_on(t.b_scales, block * Held::kScales));
        }
        HEADLIGHT_UNROLL
        for (int r = 0; r < kRows; ++r) {
            const F32 a_scale = splat(t.a_scales[first / kQ8Group * kRows + r]);
            HEADLIGHT_UNROLL
            for (int v = 0; v < kVectors; ++v) {
                float* c = t.c + r * t.c_stride + v * kLanes;
                store(c, load(c) + load(group + (r * kVectors + v) * kLanes) * a_scale);
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

}  // namespace
}  // namespace headlight::kernels
