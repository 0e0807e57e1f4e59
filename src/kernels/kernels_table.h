#pragma once
// The table of one implementation. A source file chooses the vector type and the tile, includes this, and has a table.

#include "kernels/kernels_gemm.h"
#include "kernels/kernels_rows.h"

namespace headlight::kernels {
namespace {

constexpr Kernels table_of(const char* name, const char* description, bool (*supported)()) {
    return {.name = name,
            .description = description,
            .lanes = kLanes,
            .panel = kPanel,
            .supported = supported,
            .pack = pack,
            .gemm = gemm,
            .sum = row_sum,
            .dot = row_dot,
            .max = row_max,
            .softmax = softmax,
            .softmax_backward = softmax_backward,
            .layer_norm = layer_norm,
            .layer_norm_backward = layer_norm_backward,
            .gelu = gelu,
            .gelu_backward = gelu_backward,
            .exp = exp_row,
            .tanh = tanh_row,
            .add = add,
            .add_to = add_to,
            .scale = scale_row,
            .scaled_add_to = scaled_add_to,
            .dropout = dropout,
            .adamw = adamw,
            .from_f16 = from_f16};
}

}  // namespace
}  // namespace headlight::kernels
