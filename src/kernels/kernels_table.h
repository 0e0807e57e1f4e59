#pragma once
// The table of one implementation. A source file chooses the vector type and the tile, includes this, and has a table.

#include "kernels/kernels_attention.h"
#include "kernels/kernels_gemm.h"
#include "kernels/kernels_q8.h"
#include "kernels/kernels_rows.h"

namespace headlight::kernels {
namespace {

[[gnu::noinline]] float busy_loop(int rounds) {
    F32 sums[Kernels::kBusyVectors];
    HEADLIGHT_UNROLL
    for (int i = 0; i < Kernels::kBusyVectors; ++i) sums[i] = splat(static_cast<float>(i));
    const F32 factor = splat(0.75f), step = splat(0.25f);
    for (int round = 0; round < rounds; ++round) {
        HEADLIGHT_UNROLL
        for (int i = 0; i < Kernels::kBusyVectors; ++i) sums[i] = sums[i] * factor + step;
    }
    F32 total = splat(0.0f);
    HEADLIGHT_UNROLL
    for (int i = 0; i < Kernels::kBusyVectors; ++i) total = total + sums[i];
    return reduce_sum(total);
}

constexpr Kernels table_of(const char* name, const char* description, bool (*supported)()) {
    return {.name = name,
            .description = description,
            .lanes = kLanes,
            .panel = kPanel,
            .tile_rows = kTileRows,
            .strip_rows = kTileRows,
            .supported = supported,
            .fast = supported,
            .pack = pack,
            .gemm = gemm<float>,
            .gemm_f16 = gemm<std::uint16_t>,
            .gemm_q8 = gemm_q8,
            .quantize_rows = quantize_rows<Pairs>,
            .sum = row_sum,
            .dot = row_dot,
            .max = row_max,
            .softmax = softmax,
            .softmax_backward = softmax_backward,
            .layer_norm = layer_norm,
            .layer_norm_backward = layer_norm_backward,
            .gelu = gelu,
            .gelu_backward = gelu_backward,
            .relu = relu,
            .relu_backward = relu_backward,
            .exp = exp_row,
            .tanh = tanh_row,
            .add = add,
            .add_to = add_to,
            .scale = scale_row,
            .scaled_add_to = scaled_add_to,
            .dropout = dropout,
            .adamw = adamw,
            .attention_scores = attention_scores,
            .attention_mix = attention_mix,
            .from_f16 = from_f16,
            .busy_loop = busy_loop};
}

}  // namespace
}  // namespace headlight::kernels
