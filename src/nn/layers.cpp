#include "nn/layers.h"

#include <cstring>

#include "base/check.h"
#include "nn/parallel.h"

namespace headlight::nn {
namespace {

// Layer norm adds the gradients of its weight over the rows in this many ranges, then over the ranges, always in the
// same order, so that the sum does not depend on the number of threads.
constexpr int kLayerNormRanges = 16;

std::uint32_t index_of(int row, int d) {
    return static_cast<std::uint32_t>(row_offset(row, d));
}

// dbias[j] += sum over rows of dy[row, j], rows in order.
void bias_backward(const Compute& compute, float* dbias, const float* dy, int rows, int out) {
    constexpr int kColumns = 64;
    compute.pool().run((out + kColumns - 1) / kColumns, [&](int task, int) {
        const int first = task * kColumns;
        const int count = std::min(kColumns, out - first);
        for (int row = 0; row < rows; ++row) {
            compute.kernels().add_to(dbias + first, dy + row_offset(row, out) + first, count);
        }
    });
}

}  // namespace

void embedding_forward(float* out, std::span<const TokenId> ids, const float* table, int d) {
    for (std::size_t i = 0; i < ids.size(); ++i) {
        std::memcpy(out + row_offset(static_cast<int>(i), d), table + row_offset(ids[i], d),
                    static_cast<std::size_t>(d) * sizeof(float));
    }
}

void embedding_backward(const Compute& compute, float* dtable, const float* dout, std::span<const TokenId> ids, int d) {
    for (std::size_t i = 0; i < ids.size(); ++i) {
        compute.kernels().add_to(dtable + row_offset(ids[i], d), dout + row_offset(static_cast<int>(i), d), d);
    }
}

void layer_norm_forward(const Compute& compute, float* y, LayerNormSaved saved, const float* x, const float* weight,
                        const float* bias, int rows, int d, float eps, float eps_outside) {
    for_rows(compute, rows, rows_per_task(d), [&](int first, int last, int) {
        for (int row = first; row < last; ++row) {
            compute.kernels().layer_norm(y + row_offset(row, d), saved.mean + row, saved.scale + row,
                                         x + row_offset(row, d), weight, bias, d, eps, eps_outside);
        }
    });
}

std::size_t layer_norm_partial_floats(int d) {
    return row_offset(2 * kLayerNormRanges, d);
}

void layer_norm_backward(const Compute& compute, float* dx, float* dweight, float* dbias, const float* dy,
                         const float* x, const float* weight, LayerNormSaved saved, int rows, int d, float* partial) {
    std::fill_n(partial, layer_norm_partial_floats(d), 0.0F);
    compute.pool().run(kLayerNormRanges, [&](int range, int) {
        const int first = static_cast<int>(std::int64_t{rows} * range / kLayerNormRanges);
        const int last = static_cast<int>(std::int64_t{rows} * (range + 1) / kLayerNormRanges);
        for (int row = first; row < last; ++row) {
            compute.kernels().layer_norm_backward(dx + row_offset(row, d), partial + row_offset(2 * range, d),
                                                  partial + row_offset(2 * range + 1, d), dy + row_offset(row, d),
                                                  x + row_offset(row, d), weight, saved.mean[row], saved.scale[row], d);
        }
    });
    for (int range = 0; range < kLayerNormRanges; ++range) {
        compute.kernels().add_to(dweight, partial + row_offset(2 * range, d), d);
        compute.kernels().add_to(dbias, partial + row_offset(2 * range + 1, d), d);
    }
}

void linear_backward(const Compute& compute, LinearGradients gradients, const float* dy, const float* x,
                     const float* weight, int rows, int in, int out, std::ptrdiff_t weight_stride, kernels::Into into) {
    const kernels::MatrixView dy_view{dy, out, 1};
    if (gradients.dx != nullptr) {  // dx [rows, in] = dy [rows, out] W^T [out, in]
        matmul(compute, gradients.dx, in, dy_view, kernels::MatrixView{weight, 1, weight_stride}, rows, in, out, into);
    }
    // dW [in, out] += x^T [in, rows] dy [rows, out]
    matmul(compute, gradients.dweight, weight_stride, kernels::MatrixView{x, 1, in}, dy_view, in, out, rows,
           kernels::Into::accumulate);
    if (gradients.dbias != nullptr) bias_backward(compute, gradients.dbias, dy, rows, out);
}

void gelu_forward(const Compute& compute, float* y, const float* x, int rows, int d) {
    for_rows(compute, rows, rows_per_task(d), [&](int first, int last, int) {
        compute.kernels().gelu(y + row_offset(first, d), x + row_offset(first, d), (last - first) * d);
    });
}

void gelu_backward(const Compute& compute, float* dx, const float* dy, const float* x, int rows, int d) {
    for_rows(compute, rows, rows_per_task(d), [&](int first, int last, int) {
        compute.kernels().gelu_backward(dx + row_offset(first, d), dy + row_offset(first, d), x + row_offset(first, d),
                                        (last - first) * d);
    });
}

void relu_forward(const Compute& compute, float* y, const float* x, int rows, int d) {
    for_rows(compute, rows, rows_per_task(d), [&](int first, int last, int) {
        compute.kernels().relu(y + row_offset(first, d), x + row_offset(first, d), (last - first) * d);
    });
}

void relu_backward(const Compute& compute, float* dx, const float* dy, const float* y, int rows, int d) {
    for_rows(compute, rows, rows_per_task(d), [&](int first, int last, int) {
        compute.kernels().relu_backward(dx + row_offset(first, d), dy + row_offset(first, d), y + row_offset(first, d),
                                        (last - first) * d);
    });
}

void residual_forward(const Compute& compute, float* y, const float* a, const float* b, int rows, int d,
                      Dropout dropout) {
    for_rows(compute, rows, rows_per_task(d), [&](int first, int last, int) {
        const std::size_t at = row_offset(first, d);
        const int count = (last - first) * d;
        if (dropout.probability == 0) {
            compute.kernels().add(y + at, a + at, b + at, count);
            return;
        }
        compute.kernels().dropout(y + at, b + at, count, dropout.probability, dropout.seed, index_of(first, d));
        compute.kernels().add_to(y + at, a + at, count);
    });
}

void dropout_forward(const Compute& compute, float* y, const float* x, int rows, int d, Dropout dropout) {
    for_rows(compute, rows, rows_per_task(d), [&](int first, int last, int) {
        const std::size_t at = row_offset(first, d);
        compute.kernels().dropout(y + at, x + at, (last - first) * d, dropout.probability, dropout.seed,
                                  index_of(first, d));
    });
}

void add_rows(const Compute& compute, float* y, const float* a, int rows, int d) {
    for_rows(compute, rows, rows_per_task(d), [&](int first, int last, int) {
        compute.kernels().add_to(y + row_offset(first, d), a + row_offset(first, d), (last - first) * d);
    });
}

}  // namespace headlight::nn
