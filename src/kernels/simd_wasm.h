#pragma once
// f32x4 with WebAssembly's simd128 (not the relaxed one). The functions are those of every vector type here; see
// simd_scalar.h.

#include <wasm_simd128.h>

#include <cstdint>

namespace headlight::kernels {
namespace {
namespace f32x4 {

struct F32 {
    static constexpr int kLanes = 4;
    v128_t v;
};
struct I32 {
    v128_t v;
};
struct Mask {
    v128_t v;
};

inline F32 splat(float x) {
    return {wasm_f32x4_splat(x)};
}
inline F32 load(const float* p) {
    return {wasm_v128_load(p)};
}
inline void store(float* p, F32 x) {
    wasm_v128_store(p, x.v);
}
// The first `count` lanes, 0 to kLanes - 1, and zeros; memory past them is not read or written.
inline F32 load_first(const float* p, int count) {
    if (count == 1) return {wasm_v128_load32_zero(p)};
    if (count == 2) return {wasm_v128_load64_zero(p)};
    if (count == 3) return {wasm_v128_load32_lane(p + 2, wasm_v128_load64_zero(p), 2)};
    return {wasm_f32x4_const_splat(0)};
}
inline void store_first(float* p, F32 x, int count) {
    if (count == 1) wasm_v128_store32_lane(p, x.v, 0);
    if (count >= 2) wasm_v128_store64_lane(p, x.v, 0);
    if (count == 3) wasm_v128_store32_lane(p + 2, x.v, 2);
}
inline F32 operator+(F32 a, F32 b) {
    return {wasm_f32x4_add(a.v, b.v)};
}
inline F32 operator-(F32 a, F32 b) {
    return {wasm_f32x4_sub(a.v, b.v)};
}
inline F32 operator*(F32 a, F32 b) {
    return {wasm_f32x4_mul(a.v, b.v)};
}
inline F32 operator/(F32 a, F32 b) {
    return {wasm_f32x4_div(a.v, b.v)};
}
inline F32 sqrt(F32 a) {
    return {wasm_f32x4_sqrt(a.v)};
}
// pmin is b < a ? b : a, one instruction on x86; min would order zeros and spread NaN.
inline F32 min(F32 a, F32 b) {
    return {wasm_f32x4_pmin(a.v, b.v)};
}
inline F32 max(F32 a, F32 b) {
    return {wasm_f32x4_pmax(a.v, b.v)};
}
inline Mask less(F32 a, F32 b) {
    return {wasm_f32x4_lt(a.v, b.v)};
}
inline F32 select(Mask m, F32 a, F32 b) {
    return {wasm_v128_bitselect(a.v, b.v, m.v)};
}

inline I32 bits(F32 a) {
    return {a.v};
}
inline F32 from_bits(I32 a) {
    return {a.v};
}
inline I32 isplat(std::uint32_t x) {
    return {wasm_u32x4_splat(x)};
}
inline I32 iota(std::uint32_t first) {
    return {wasm_i32x4_add(wasm_u32x4_splat(first), wasm_u32x4_make(0, 1, 2, 3))};
}
inline I32 operator+(I32 a, I32 b) {
    return {wasm_i32x4_add(a.v, b.v)};
}
inline I32 operator-(I32 a, I32 b) {
    return {wasm_i32x4_sub(a.v, b.v)};
}
inline I32 operator&(I32 a, I32 b) {
    return {wasm_v128_and(a.v, b.v)};
}
inline I32 operator|(I32 a, I32 b) {
    return {wasm_v128_or(a.v, b.v)};
}
inline I32 operator^(I32 a, I32 b) {
    return {wasm_v128_xor(a.v, b.v)};
}
inline I32 operator*(I32 a, I32 b) {
    return {wasm_i32x4_mul(a.v, b.v)};
}
template <int kBits>
inline I32 shift_left(I32 a) {
    return {wasm_i32x4_shl(a.v, kBits)};
}
template <int kBits>
inline I32 shift_right(I32 a) {
    return {wasm_u32x4_shr(a.v, kBits)};
}
template <int kBits>
inline I32 shift_right_signed(I32 a) {
    return {wasm_i32x4_shr(a.v, kBits)};
}
inline Mask less_unsigned(I32 a, I32 b) {
    return {wasm_u32x4_lt(a.v, b.v)};
}

inline I32 load_int8_pairs(const std::int8_t* p) {
    return {wasm_i16x8_load8x8(p)};
}
inline I32 splat_pair(const std::int16_t* p) {
    return {wasm_v128_load32_splat(p)};
}
inline I32 dot_pairs(I32 a, I32 b) {
    return {wasm_i32x4_dot_i16x8(a.v, b.v)};
}
inline F32 to_float(I32 a) {
    return {wasm_f32x4_convert_i32x4(a.v)};
}
inline void store_int16(std::int16_t* p, I32 a) {
    wasm_v128_store64_lane(p, wasm_i16x8_narrow_i32x4(a.v, a.v), 0);
}
inline I32 load_int16(const std::uint16_t* p) {
    return {wasm_i32x4_load16x4(p)};
}

inline float reduce_sum(F32 a) {
    const v128_t two = wasm_f32x4_add(a.v, wasm_i32x4_shuffle(a.v, a.v, 2, 3, 2, 3));
    return wasm_f32x4_extract_lane(two, 0) + wasm_f32x4_extract_lane(two, 1);
}
inline float reduce_max(F32 a) {  // without a branch, which would be guessed wrong every other time
    const v128_t two = wasm_f32x4_pmax(a.v, wasm_i32x4_shuffle(a.v, a.v, 2, 3, 2, 3));
    return wasm_f32x4_extract_lane(wasm_f32x4_pmax(two, wasm_i32x4_shuffle(two, two, 1, 1, 1, 1)), 0);
}

// r[i] lane j becomes r[j] lane i.
inline void transpose4(F32& r0, F32& r1, F32& r2, F32& r3) {
    const v128_t a = wasm_i32x4_shuffle(r0.v, r1.v, 0, 4, 1, 5), b = wasm_i32x4_shuffle(r0.v, r1.v, 2, 6, 3, 7);
    const v128_t c = wasm_i32x4_shuffle(r2.v, r3.v, 0, 4, 1, 5), d = wasm_i32x4_shuffle(r2.v, r3.v, 2, 6, 3, 7);
    r0.v = wasm_i64x2_shuffle(a, c, 0, 2);
    r1.v = wasm_i64x2_shuffle(a, c, 1, 3);
    r2.v = wasm_i64x2_shuffle(b, d, 0, 2);
    r3.v = wasm_i64x2_shuffle(b, d, 1, 3);
}

}  // namespace f32x4
}  // namespace
}  // namespace headlight::kernels
