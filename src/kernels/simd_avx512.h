#pragma once
// f32x16 with AVX-512F and BW, without FMA. The functions are those of every vector type here; see simd_scalar.h.

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/simd_avx2.h"

namespace headlight::kernels {
namespace {
namespace f32x16 {

struct F32 {
    static constexpr int kLanes = 16;
    __m512 v;
};
struct I32 {
    __m512i v;
};
struct Mask {
    __mmask16 v;
};

inline F32 splat(float x) {
    return {_mm512_set1_ps(x)};
}
inline F32 load(const float* p) {
    return {_mm512_loadu_ps(p)};
}
inline void store(float* p, F32 x) {
    _mm512_storeu_ps(p, x.v);
}
inline __mmask16 first_lanes(int count) {
    return static_cast<__mmask16>((1u << count) - 1u);
}
inline F32 load_first(const float* p, int count) {
    return {_mm512_maskz_loadu_ps(first_lanes(count), p)};
}
inline void store_first(float* p, F32 x, int count) {
    _mm512_mask_storeu_ps(p, first_lanes(count), x.v);
}
inline F32 operator+(F32 a, F32 b) {
    return {_mm512_add_ps(a.v, b.v)};
}
inline F32 operator-(F32 a, F32 b) {
    return {_mm512_sub_ps(a.v, b.v)};
}
inline F32 operator*(F32 a, F32 b) {
    return {_mm512_mul_ps(a.v, b.v)};
}
inline F32 operator/(F32 a, F32 b) {
    return {_mm512_div_ps(a.v, b.v)};
}
inline F32 sqrt(F32 a) {
    return {_mm512_sqrt_ps(a.v)};
}
// The instruction gives its second operand when one is NaN or both are equal.
inline F32 min(F32 a, F32 b) {
    return {_mm512_min_ps(b.v, a.v)};
}
inline F32 max(F32 a, F32 b) {
    return {_mm512_max_ps(b.v, a.v)};
}
inline Mask less(F32 a, F32 b) {
    return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_LT_OQ)};
}
inline F32 select(Mask m, F32 a, F32 b) {
    return {_mm512_mask_blend_ps(m.v, b.v, a.v)};
}

inline I32 bits(F32 a) {
    return {_mm512_castps_si512(a.v)};
}
inline F32 from_bits(I32 a) {
    return {_mm512_castsi512_ps(a.v)};
}
inline I32 isplat(std::uint32_t x) {
    return {_mm512_set1_epi32(static_cast<int>(x))};
}
inline I32 iota(std::uint32_t first) {
    return {_mm512_add_epi32(_mm512_set1_epi32(static_cast<int>(first)),
                             _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15))};
}
inline I32 operator+(I32 a, I32 b) {
    return {_mm512_add_epi32(a.v, b.v)};
}
inline I32 operator-(I32 a, I32 b) {
    return {_mm512_sub_epi32(a.v, b.v)};
}
inline I32 operator&(I32 a, I32 b) {
    return {_mm512_and_si512(a.v, b.v)};
}
inline I32 operator|(I32 a, I32 b) {
    return {_mm512_or_si512(a.v, b.v)};
}
inline I32 operator^(I32 a, I32 b) {
    return {_mm512_xor_si512(a.v, b.v)};
}
inline I32 operator*(I32 a, I32 b) {
    return {_mm512_mullo_epi32(a.v, b.v)};
}
template <int kBits>
inline I32 shift_left(I32 a) {
    return {_mm512_slli_epi32(a.v, kBits)};
}
template <int kBits>
inline I32 shift_right(I32 a) {
    return {_mm512_srli_epi32(a.v, kBits)};
}
template <int kBits>
inline I32 shift_right_signed(I32 a) {
    return {_mm512_srai_epi32(a.v, kBits)};
}
inline Mask less_unsigned(I32 a, I32 b) {
    return {_mm512_cmplt_epu32_mask(a.v, b.v)};
}

inline I32 load_int8_pairs(const std::int8_t* p) {
    return {_mm512_cvtepi8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)))};
}
inline I32 splat_pair(const std::int16_t* p) {
    int pair;
    __builtin_memcpy(&pair, p, sizeof(pair));
    return {_mm512_set1_epi32(pair)};
}
inline I32 dot_pairs(I32 a, I32 b) {
    return {_mm512_madd_epi16(a.v, b.v)};
}
inline F32 to_float(I32 a) {
    return {_mm512_cvtepi32_ps(a.v)};
}
inline void store_int16(std::int16_t* p, I32 a) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtepi32_epi16(a.v));
}
inline I32 load_int16(const std::uint16_t* p) {
    return {_mm512_cvtepi16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)))};
}

inline __m256 upper_half(F32 a) {
    return _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(a.v), 1));
}
inline float reduce_sum(F32 a) {
    return f32x8::reduce_sum({_mm256_add_ps(_mm512_castps512_ps256(a.v), upper_half(a))});
}
inline float reduce_max(F32 a) {
    return f32x8::reduce_max({_mm256_max_ps(upper_half(a), _mm512_castps512_ps256(a.v))});
}

// Four floats at p + g * stride for each quad g.
inline void load_quads(F32& out, const float* p, std::ptrdiff_t stride) {
    __m512 x = _mm512_castps128_ps512(_mm_loadu_ps(p));
    x = _mm512_insertf32x4(x, _mm_loadu_ps(p + stride), 1);
    x = _mm512_insertf32x4(x, _mm_loadu_ps(p + 2 * stride), 2);
    out.v = _mm512_insertf32x4(x, _mm_loadu_ps(p + 3 * stride), 3);
}
// Within each quad, r[i] lane j becomes r[j] lane i.
inline void transpose4(F32& r0, F32& r1, F32& r2, F32& r3) {
    const __m512 a = _mm512_unpacklo_ps(r0.v, r1.v), b = _mm512_unpackhi_ps(r0.v, r1.v);
    const __m512 c = _mm512_unpacklo_ps(r2.v, r3.v), d = _mm512_unpackhi_ps(r2.v, r3.v);
    r0.v = _mm512_shuffle_ps(a, c, 0x44);
    r1.v = _mm512_shuffle_ps(a, c, 0xee);
    r2.v = _mm512_shuffle_ps(b, d, 0x44);
    r3.v = _mm512_shuffle_ps(b, d, 0xee);
}

}  // namespace f32x16
}  // namespace
}  // namespace headlight::kernels
