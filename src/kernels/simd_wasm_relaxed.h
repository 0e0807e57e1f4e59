#pragma once
// What WebAssembly's relaxed SIMD adds to f32x4: products of bytes, 16 at a time. Their result is defined where the
// second factor has 7 bits, and so the same on every machine.

#include "kernels/simd_wasm.h"

namespace headlight::kernels {
namespace {
namespace f32x4 {

inline I32 load_quads(const std::int8_t* p) {
    return {wasm_v128_load(p)};
}
inline void store_quads(std::int8_t* p, I32 x) {
    wasm_v128_store(p, x.v);
}
inline I32 splat_quad(const std::int8_t* p) {
    return {wasm_v128_load32_splat(p)};
}
// Lane i of sum + the products of four signed bytes of `a` and four of 0 to 127 of `b`.
inline I32 dot_quads(I32 sum, I32 a, I32 b) {
    return {wasm_i32x4_relaxed_dot_i8x16_i7x16_add(a.v, b.v, sum.v)};
}
// Two bytes of eight columns, and the next two: four bytes of columns 0 to 3, and of 4 to 7.
inline void quads_of_pairs(I32& low, I32& high, const std::int8_t* first, const std::int8_t* second) {
    const v128_t a = wasm_v128_load(first), b = wasm_v128_load(second);
    low = {wasm_i16x8_shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11)};
    high = {wasm_i16x8_shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15)};
}
// 16 numbers of -8192 to 8191, of which 8192 more are 128 * high + low; four of each go to every `apart` bytes.
inline void store_digits(std::int8_t* high, std::int8_t* low, std::ptrdiff_t apart, const std::int16_t* x) {
    const v128_t offset = wasm_i16x8_const_splat(8192);
    const v128_t a = wasm_i16x8_add(wasm_v128_load(x), offset), b = wasm_i16x8_add(wasm_v128_load(x + 8), offset);
    const v128_t highs = wasm_u8x16_narrow_i16x8(wasm_u16x8_shr(a, 7), wasm_u16x8_shr(b, 7));
    const v128_t mask = wasm_i16x8_const_splat(127);
    const v128_t lows = wasm_u8x16_narrow_i16x8(wasm_v128_and(a, mask), wasm_v128_and(b, mask));
    wasm_v128_store32_lane(high, highs, 0);
    wasm_v128_store32_lane(high + apart, highs, 1);
    wasm_v128_store32_lane(high + 2 * apart, highs, 2);
    wasm_v128_store32_lane(high + 3 * apart, highs, 3);
    wasm_v128_store32_lane(low, lows, 0);
    wasm_v128_store32_lane(low + apart, lows, 1);
    wasm_v128_store32_lane(low + 2 * apart, lows, 2);
    wasm_v128_store32_lane(low + 3 * apart, lows, 3);
}
// Whether a processor has such an instruction: only then a second factor of 8 bits, which is not defined, gives the
// exact products with an unsigned number (x86, VNNI) or with a signed one (ARM). Others take three instructions, and a
// sum of two products ends at 32767. (V8 got it wrong before it had it by default; that is another result still.)
inline bool multiplies_bytes() {
    volatile std::int8_t ones = -1;
    const v128_t sum = wasm_i32x4_relaxed_dot_i8x16_i7x16_add(wasm_i8x16_const_splat(127), wasm_i8x16_splat(ones),
                                                              wasm_i32x4_const_splat(7));
    const int lane = wasm_i32x4_extract_lane(sum, 0);
    return lane == 7 + 4 * 127 * 255 || lane == 7 + 4 * 127 * -1;
}

}  // namespace f32x4
}  // namespace
}  // namespace headlight::kernels
