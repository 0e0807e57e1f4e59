#pragma once
// HEADLIGHT_UNROLL before a loop of constant length: arrays indexed in it become registers. g++ does so at -O3 anyway,
// clang keeps the array in memory as soon as one loop over it stays a loop.

#if defined(__clang__)
#define HEADLIGHT_UNROLL _Pragma("clang loop unroll(full)")
#else
#define HEADLIGHT_UNROLL _Pragma("GCC unroll 64")
#endif
