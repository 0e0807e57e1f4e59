// Sixteen lanes, on x86-64 machines that have AVX-512F and BW.
#include "kernels/implementations.h"
#include "kernels/simd_avx512.h"

namespace headlight::kernels {
namespace {
using namespace f32x16;
constexpr int kTileRows = 12, kTileColumns = 32, kPanel = 32;
}  // namespace
}  // namespace headlight::kernels

#include "kernels/kernels_table.h"

namespace headlight::kernels {

const Kernels kAvx512 = table_of("avx512", "16 numbers at a time (AVX-512)", avx512_supported);

}  // namespace headlight::kernels
