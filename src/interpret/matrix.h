#pragma once
// A strided view of a traced matrix with its size. Never stored beyond the trace it points into.

#include <cstddef>

namespace headlight::interpret {

struct Matrix {
    const float* data = nullptr;  // element (r, c) is data[r * row_stride + c * col_stride]
    int rows = 0, cols = 0;
    std::ptrdiff_t row_stride = 0, col_stride = 1;

    [[nodiscard]] bool empty() const { return data == nullptr || rows == 0 || cols == 0; }
    [[nodiscard]] float at(int row, int col) const { return data[row * row_stride + col * col_stride]; }
};

}  // namespace headlight::interpret
