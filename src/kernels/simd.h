#pragma once
// The f32x4 of this machine. Choosing is done here and nowhere else.

#if defined(__wasm_simd128__)
#include "kernels/simd_wasm.h"
#elif defined(__SSE2__)
#include "kernels/simd_sse2.h"
#elif defined(__ARM_NEON) && defined(__aarch64__)
#include "kernels/simd_neon.h"
#else
#error "no 128-bit vectors: build without simd128.cpp"
#endif
