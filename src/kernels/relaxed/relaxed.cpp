// Four lanes with WebAssembly's relaxed SIMD: simd128, but prompts with eight-bit weights multiply bytes. Part of the
// programs for browsers that know it (relaxed.h).
#include "kernels/relaxed.h"

#include "kernels/simd_wasm_relaxed.h"

namespace headlight::kernels {
namespace {
using namespace f32x4;
// Twelve sums, as many as stay in registers: fewer do not hide the time that a product takes.
constexpr int kTileRows = 6, kTileColumns = 8, kPanel = 32;
}  // namespace
}  // namespace headlight::kernels

#include "kernels/implementations.h"
#include "kernels/kernels_q8.h"
#include "kernels/kernels_q8_split.h"

namespace headlight::kernels {
namespace {

// Few rows wait for memory: simd128 does those, which shares the packed weights.
void quantize(std::int16_t* q, float* scales, const float* x, std::ptrdiff_t stride, int m, int k) {
    (m <= kSimd128.tile_rows ? kSimd128.quantize_rows : quantize_rows<Digits>)(q, scales, x, stride, m, k);
}

void multiply(float* c, std::ptrdiff_t c_stride, const std::int16_t* a, const float* a_scales,
              const std::byte* packed_b, int m, int n, int k, Into into, const float* bias, int first_col,
              int last_col) {
    if (m <= kSimd128.tile_rows) {
        return kSimd128.gemm_q8(c, c_stride, a, a_scales, packed_b, m, n, k, into, bias, first_col, last_col);
    }
    q8_many_rows<Split>(q8_product(c, c_stride, a, a_scales, packed_b, m, n, k, into, bias, first_col, last_col));
}

Kernels table() {
    Kernels kernels = kSimd128;
    kernels.name = "relaxed";
    kernels.description = "simd128, and bytes multiplied 16 at a time (WebAssembly relaxed SIMD)";
    kernels.strip_rows = kTileRows;
    kernels.fast = multiplies_bytes;
    kernels.gemm_q8 = multiply;
    kernels.quantize_rows = quantize;
    return kernels;
}

}  // namespace

const Kernels* relaxed() {
    static const Kernels kernels = table();
    return &kernels;
}

}  // namespace headlight::kernels
