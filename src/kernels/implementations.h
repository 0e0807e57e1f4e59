#pragma once
// The tables behind implementations(). Each is defined in the source file of its name.

#include "kernels/kernels.h"

namespace headlight::kernels {

extern const Kernels kScalar;
extern const Kernels kSimd128;
extern const Kernels kAvx2;
extern const Kernels kAvx512;

// Asked outside of those files, which are compiled for machines that this one may not be.
bool always_supported();
bool avx2_supported();
bool avx512_supported();

}  // namespace headlight::kernels
