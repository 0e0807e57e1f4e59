// Four lanes: SSE2, WebAssembly's simd128 or NEON.
#include "kernels/implementations.h"
#include "kernels/simd.h"

namespace headlight::kernels {
namespace {
using namespace f32x4;
constexpr int kTileRows = 4, kTileColumns = 8, kPanel = 32;
}  // namespace
}  // namespace headlight::kernels

#include "kernels/kernels_table.h"

namespace headlight::kernels {

const Kernels kSimd128 = table_of("simd128", "4 numbers at a time (SSE2, WebAssembly simd128, NEON)", always_supported);

}  // namespace headlight::kernels
