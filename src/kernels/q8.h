#pragma once
// Eight-bit weights: blocks of 32 numbers along the input dimension, each with a scale of its own, as llama.cpp's Q8_0
// has them (round to nearest; the scale is a float here). Activations are quantised to 14 bits, 8 blocks with one
// scale: two digits of 7 bits, which is what machines that multiply bytes take (kernels_q8_split.h). A block's products
// add up exactly in 32-bit integers, 127 * 8191 * 32 < 2^25:
//   sum += (float(block's integer sum) * weight scale + ... of the 8 blocks, in order from 0) * activation scale

#include <cstddef>
#include <cstdint>

namespace headlight::kernels {

inline constexpr int kQ8Block = 32;
inline constexpr int kQ8Group = 8;            // blocks of activations with one scale
inline constexpr int kQ8Most = 127;           // of a weight
inline constexpr int kActivationMost = 8191;  // of an activation

// Blocks of k numbers; the last one may be short.
[[nodiscard]] constexpr int q8_blocks(int k) {
    return (k + kQ8Block - 1) / kQ8Block;
}
[[nodiscard]] constexpr int q8_groups(int blocks) {
    return (blocks + kQ8Group - 1) / kQ8Group;
}

// n numbers (1 to 32), `stride` apart, as quants[i] * scale: scale = largest magnitude / 127, quants rounded to
// nearest, halves to even. Finite numbers only.
void quantize_q8(std::int8_t* quants, float* scale, const float* x, std::ptrdiff_t stride, int n);

}  // namespace headlight::kernels
