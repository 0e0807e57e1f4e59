// Eight lanes, on x86-64 machines that have AVX2.
#include "kernels/implementations.h"
#include "kernels/simd_avx2.h"

namespace headlight::kernels {
namespace {
using namespace f32x8;
constexpr int kTileRows = 6, kTileColumns = 16, kPanel = 32;
}  // namespace
}  // namespace headlight::kernels

#include "kernels/kernels_table.h"

namespace headlight::kernels {

const Kernels kAvx2 = table_of("avx2", "8 numbers at a time (AVX2)", avx2_supported);

}  // namespace headlight::kernels
