#pragma once
// f32x8 with AVX2 and without FMA. The functions are those of every vector type here; see simd_scalar.h.

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/simd_sse2.h"

namespace headlight::kernels {
namespace {
namespace f32x8 {

struct F32 {
    static constexpr int kLanes = 8;
    __m256 v;
};
struct I32 {
    __m256i v;
};
struct Mask {
    __m256 v;
};

inline F32 splat(float x) {
    return {_mm256_set1_ps(x)};
}
inline F32 load(const float* p) {
    return {_mm256_loadu_ps(p)};
}
inline void store(float* p, F32 x) {
    _mm256_storeu_ps(p, x.v);
}
inline __m256i first_lanes(int count) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
inline F32 load_first(const float* p, int count) {
    return {_mm256_maskload_ps(p, first_lanes(count))};
}
inline void store_first(float* p, F32 x, int count) {
    _mm256_maskstore_ps(p, first_lanes(count), x.v);
}
inline F32 operator+(F32 a, F32 b) {
    return {_mm256_add_ps(a.v, b.v)};
}
inline F32 operator-(F32 a, F32 b) {
    return {_mm256_sub_ps(a.v, b.v)};
}
inline F32 operator*(F32 a, F32 b) {
    return {_mm256_mul_ps(a.v, b.v)};
}
inline F32 operator/(F32 a, F32 b) {
    return {_mm256_div_ps(a.v, b.v)};
}
inline F32 sqrt(F32 a) {
    return {_mm256_sqrt_ps(a.v)};
}
// The instruction gives its second operand when one is NaN or both are equal.
inline F32 min(F32 a, F32 b) {
    return {_mm256_min_ps(b.v, a.v)};
}
inline F32 max(F32 a, F32 b) {
    return {_mm256_max_ps(b.v, a.v)};
}
inline Mask less(F32 a, F32 b) {
    return {_mm256_cmp_ps(a.v, b.v, _CMP_LT_OQ)};
}
inline F32 select(Mask m, F32 a, F32 b) {
    return {_mm256_blendv_ps(b.v, a.v, m.v)};
}

inline I32 bits(F32 a) {
    return {_mm256_castps_si256(a.v)};
}
inline F32 from_bits(I32 a) {
    return {_mm256_castsi256_ps(a.v)};
}
inline I32 isplat(std::uint32_t x) {
    return {_mm256_set1_epi32(static_cast<int>(x))};
}
inline I32 iota(std::uint32_t first) {
    return {_mm256_add_epi32(_mm256_set1_epi32(static_cast<int>(first)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7))};
}
inline I32 operator+(I32 a, I32 b) {
    return {_mm256_add_epi32(a.v, b.v)};
}
inline I32 operator-(I32 a, I32 b) {
    return {_mm256_sub_epi32(a.v, b.v)};
}
inline I32 operator&(I32 a, I32 b) {
    return {_mm256_and_si256(a.v, b.v)};
}
inline I32 operator|(I32 a, I32 b) {
    return {_mm256_or_si256(a.v, b.v)};
}
inline I32 operator^(I32 a, I32 b) {
    return {_mm256_xor_si256(a.v, b.v)};
}
inline I32 operator*(I32 a, I32 b) {
    return {_mm256_mullo_epi32(a.v, b.v)};
}
template <int kBits>
inline I32 shift_left(I32 a) {
    return {_mm256_slli_epi32(a.v, kBits)};
}
template <int kBits>
inline I32 shift_right(I32 a) {
    return {_mm256_srli_epi32(a.v, kBits)};
}
template <int kBits>
inline I32 shift_right_signed(I32 a) {
    return {_mm256_srai_epi32(a.v, kBits)};
}
inline Mask less_unsigned(I32 a, I32 b) {
    const __m256i flip = _mm256_set1_epi32(INT32_MIN);
    return {_mm256_castsi256_ps(_mm256_cmpgt_epi32(_mm256_xor_si256(b.v, flip), _mm256_xor_si256(a.v, flip)))};
}

inline I32 load_int8_pairs(const std::int8_t* p) {
    return {_mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)))};
}
inline I32 splat_pair(const std::int16_t* p) {
    int pair;
    __builtin_memcpy(&pair, p, sizeof(pair));
    return {_mm256_set1_epi32(pair)};
}
inline I32 dot_pairs(I32 a, I32 b) {
    return {_mm256_madd_epi16(a.v, b.v)};
}
inline F32 to_float(I32 a) {
    return {_mm256_cvtepi32_ps(a.v)};
}
inline void store_int16(std::int16_t* p, I32 a) {
    const __m128i low = _mm256_castsi256_si128(a.v), high = _mm256_extracti128_si256(a.v, 1);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm_packs_epi32(low, high));
}
inline I32 load_int16(const std::uint16_t* p) {
    return {_mm256_cvtepi16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)))};
}

inline float reduce_sum(F32 a) {
    return f32x4::reduce_sum({_mm_add_ps(_mm256_castps256_ps128(a.v), _mm256_extractf128_ps(a.v, 1))});
}
inline float reduce_max(F32 a) {
    return f32x4::reduce_max({_mm_max_ps(_mm256_extractf128_ps(a.v, 1), _mm256_castps256_ps128(a.v))});
}

// Four floats at p and four at p + stride.
inline void load_quads(F32& out, const float* p, std::ptrdiff_t stride) {
    out.v = _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(p)), _mm_loadu_ps(p + stride), 1);
}
// Within each quad, r[i] lane j becomes r[j] lane i.
inline void transpose4(F32& r0, F32& r1, F32& r2, F32& r3) {
    const __m256 a = _mm256_unpacklo_ps(r0.v, r1.v), b = _mm256_unpackhi_ps(r0.v, r1.v);
    const __m256 c = _mm256_unpacklo_ps(r2.v, r3.v), d = _mm256_unpackhi_ps(r2.v, r3.v);
    r0.v = _mm256_shuffle_ps(a, c, 0x44);
    r1.v = _mm256_shuffle_ps(a, c, 0xee);
    r2.v = _mm256_shuffle_ps(b, d, 0x44);
    r3.v = _mm256_shuffle_ps(b, d, 0xee);
}

}  // namespace f32x8
}  // namespace
}  // namespace headlight::kernels
