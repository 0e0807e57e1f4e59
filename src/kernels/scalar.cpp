// One lane, compiled without automatic vectorisation: what the others are measured against.
#include "kernels/implementations.h"
#include "kernels/simd_scalar.h"

namespace headlight::kernels {
namespace {
using namespace f32x1;
constexpr int kTileRows = 2, kTileColumns = 4, kPanel = 8;
}  // namespace
}  // namespace headlight::kernels

#include "kernels/kernels_table.h"

namespace headlight::kernels {

const Kernels kScalar = table_of("scalar", "one number at a time", always_supported);

}  // namespace headlight::kernels
