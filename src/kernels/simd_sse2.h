#pragma once
// f32x4 with SSE2, the baseline of x86-64. The functions are those of every vector type here; see simd_scalar.h.
// An unnamed namespace, because each implementation compiles its own copy with its own instruction set.

#include <emmintrin.h>

#include <cstdint>

namespace headlight::kernels {
namespace {
namespace f32x4 {

struct F32 {
    static constexpr int kLanes = 4;
    __m128 v;
};
struct I32 {
    __m128i v;
};
struct Mask {
    __m128 v;
};

inline F32 splat(float x) {
    return {_mm_set1_ps(x)};
}
inline F32 load(const float* p) {
    return {_mm_loadu_ps(p)};
}
inline void store(float* p, F32 x) {
    _mm_storeu_ps(p, x.v);
}
// The first `count` lanes, 0 to kLanes - 1, and zeros; memory past them is not read or written.
inline F32 load_first(const float* p, int count) {
    float lanes[F32::kLanes] = {};
    for (int i = 0; i < count; ++i) lanes[i] = p[i];
    return load(lanes);
}
inline void store_first(float* p, F32 x, int count) {
    float lanes[F32::kLanes];
    store(lanes, x);
    for (int i = 0; i < count; ++i) p[i] = lanes[i];
}
inline F32 operator+(F32 a, F32 b) {
    return {_mm_add_ps(a.v, b.v)};
}
inline F32 operator-(F32 a, F32 b) {
    return {_mm_sub_ps(a.v, b.v)};
}
inline F32 operator*(F32 a, F32 b) {
    return {_mm_mul_ps(a.v, b.v)};
}
inline F32 operator/(F32 a, F32 b) {
    return {_mm_div_ps(a.v, b.v)};
}
inline F32 sqrt(F32 a) {
    return {_mm_sqrt_ps(a.v)};
}
// The instruction gives its second operand when one is NaN or both are equal.
inline F32 min(F32 a, F32 b) {
    return {_mm_min_ps(b.v, a.v)};
}
inline F32 max(F32 a, F32 b) {
    return {_mm_max_ps(b.v, a.v)};
}
inline Mask less(F32 a, F32 b) {
    return {_mm_cmplt_ps(a.v, b.v)};
}
inline F32 select(Mask m, F32 a, F32 b) {
    return {_mm_or_ps(_mm_and_ps(m.v, a.v), _mm_andnot_ps(m.v, b.v))};
}

inline I32 bits(F32 a) {
    return {_mm_castps_si128(a.v)};
}
inline F32 from_bits(I32 a) {
    return {_mm_castsi128_ps(a.v)};
}
inline I32 isplat(std::uint32_t x) {
    return {_mm_set1_epi32(static_cast<int>(x))};
}
inline I32 iota(std::uint32_t first) {
    return {_mm_add_epi32(_mm_set1_epi32(static_cast<int>(first)), _mm_setr_epi32(0, 1, 2, 3))};
}
inline I32 operator+(I32 a, I32 b) {
    return {_mm_add_epi32(a.v, b.v)};
}
inline I32 operator-(I32 a, I32 b) {
    return {_mm_sub_epi32(a.v, b.v)};
}
inline I32 operator&(I32 a, I32 b) {
    return {_mm_and_si128(a.v, b.v)};
}
inline I32 operator|(I32 a, I32 b) {
    return {_mm_or_si128(a.v, b.v)};
}
inline I32 operator^(I32 a, I32 b) {
    return {_mm_xor_si128(a.v, b.v)};
}
// Low 32 bits of the products; SSE2 multiplies only every other lane.
inline I32 operator*(I32 a, I32 b) {
    const __m128i even = _mm_mul_epu32(a.v, b.v);
    const __m128i odd = _mm_mul_epu32(_mm_srli_epi64(a.v, 32), _mm_srli_epi64(b.v, 32));
    return {_mm_unpacklo_epi32(_mm_shuffle_epi32(even, _MM_SHUFFLE(0, 0, 2, 0)),
                               _mm_shuffle_epi32(odd, _MM_SHUFFLE(0, 0, 2, 0)))};
}
template <int kBits>
inline I32 shift_left(I32 a) {
    return {_mm_slli_epi32(a.v, kBits)};
}
template <int kBits>
inline I32 shift_right(I32 a) {
    return {_mm_srli_epi32(a.v, kBits)};
}
template <int kBits>
inline I32 shift_right_signed(I32 a) {
    return {_mm_srai_epi32(a.v, kBits)};
}
inline Mask less_unsigned(I32 a, I32 b) {
    const __m128i flip = _mm_set1_epi32(INT32_MIN);
    return {_mm_castsi128_ps(_mm_cmplt_epi32(_mm_xor_si128(a.v, flip), _mm_xor_si128(b.v, flip)))};
}

inline I32 load_int8_pairs(const std::int8_t* p) {
    const __m128i x = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p));
    return {_mm_srai_epi16(_mm_unpacklo_epi8(x, x), 8)};
}
inline I32 splat_pair(const std::int16_t* p) {
    int pair;
    __builtin_memcpy(&pair, p, sizeof(pair));
    return {_mm_set1_epi32(pair)};
}
inline I32 dot_pairs(I32 a, I32 b) {
    return {_mm_madd_epi16(a.v, b.v)};
}
inline F32 to_float(I32 a) {
    return {_mm_cvtepi32_ps(a.v)};
}
inline void store_int16(std::int16_t* p, I32 a) {
    _mm_storel_epi64(reinterpret_cast<__m128i*>(p), _mm_packs_epi32(a.v, a.v));
}
inline I32 load_int16(const std::uint16_t* p) {
    const __m128i x = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p));
    return {_mm_srai_epi32(_mm_unpacklo_epi16(x, x), 16)};
}

inline float reduce_sum(F32 a) {
    const __m128 two = _mm_add_ps(a.v, _mm_movehl_ps(a.v, a.v));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
}
inline float reduce_max(F32 a) {
    const __m128 two = _mm_max_ps(_mm_movehl_ps(a.v, a.v), a.v);
    return _mm_cvtss_f32(_mm_max_ss(_mm_shuffle_ps(two, two, 1), two));
}

// r[i] lane j becomes r[j] lane i.
inline void transpose4(F32& r0, F32& r1, F32& r2, F32& r3) {
    _MM_TRANSPOSE4_PS(r0.v, r1.v, r2.v, r3.v);
}

}  // namespace f32x4
}  // namespace
}  // namespace headlight::kernels
