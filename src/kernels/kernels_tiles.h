#pragma once
// How all products walk the columns of c. Included after kTileColumns of an implementation was chosen.

#include <cstddef>

namespace headlight::kernels {
namespace {

// The last columns, where they fill no tile: through a buffer. AnyTile has c, c_stride, from_c and bias.
template <int kRows, class AnyTile, class Compute>
[[gnu::noinline]] void in_narrow_tile(const AnyTile& t, int columns, Compute compute) {
    alignas(64) float c[kRows * kTileColumns] = {};
    alignas(64) float bias[kTileColumns] = {};
    for (int r = 0; t.from_c && r < kRows; ++r) {
        for (int j = 0; j < columns; ++j) c[r * kTileColumns + j] = t.c[r * t.c_stride + j];
    }
    for (int j = 0; t.bias != nullptr && j < columns; ++j) bias[j] = t.bias[j];
    AnyTile wide = t;
    wide.c = c;
    wide.c_stride = kTileColumns;
    wide.bias = t.bias != nullptr ? bias : nullptr;
    compute(wide);
    for (int r = 0; r < kRows; ++r) {
        for (int j = 0; j < columns; ++j) t.c[r * t.c_stride + j] = c[r * kTileColumns + j];
    }
}

// `columns` columns for kRows rows: `wide` takes kAtOnce of them, `narrow` a tile's. t is moved on in place: a struct
// that was written field by field is not copied as a whole, for which processors would wait.
template <int kRows, int kAtOnce, class AnyTile, class Wide, class Narrow>
inline void by_tiles(AnyTile& t, int columns, Wide wide, Narrow narrow) {
    for (; columns >= kAtOnce; columns -= kAtOnce) {
        wide(t);
        t.move_on(kAtOnce);
    }
    for (; columns >= kTileColumns; columns -= kTileColumns) {
        narrow(t);
        t.move_on(kTileColumns);
    }
    if (columns > 0) in_narrow_tile<kRows>(t, columns, narrow);
}

}  // namespace
}  // namespace headlight::kernels
