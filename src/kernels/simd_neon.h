#pragma once
// f32x4 with 64-bit ARM's NEON. The functions are those of every vector type here; see simd_scalar.h.

#include <arm_neon.h>

#include <cstdint>

namespace headlight::kernels {
namespace {
namespace f32x4 {

struct F32 {
    static constexpr int kLanes = 4;
    float32x4_t v;
};
struct I32 {
    uint32x4_t v;
};
struct Mask {
    uint32x4_t v;
};

inline F32 splat(float x) {
    return {vdupq_n_f32(x)};
}
inline F32 load(const float* p) {
    return {vld1q_f32(p)};
}
inline void store(float* p, F32 x) {
    vst1q_f32(p, x.v);
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
    return {vaddq_f32(a.v, b.v)};
}
inline F32 operator-(F32 a, F32 b) {
    return {vsubq_f32(a.v, b.v)};
}
inline F32 operator*(F32 a, F32 b) {
    return {vmulq_f32(a.v, b.v)};
}
inline F32 operator/(F32 a, F32 b) {
    return {vdivq_f32(a.v, b.v)};
}
inline F32 sqrt(F32 a) {
    return {vsqrtq_f32(a.v)};
}
inline F32 select(Mask m, F32 a, F32 b) {
    return {vbslq_f32(m.v, a.v, b.v)};
}
inline Mask less(F32 a, F32 b) {
    return {vcltq_f32(a.v, b.v)};
}
// NEON's own minimum orders zeros and spreads NaN.
inline F32 min(F32 a, F32 b) {
    return select(less(b, a), b, a);
}
inline F32 max(F32 a, F32 b) {
    return select(less(a, b), b, a);
}

inline I32 bits(F32 a) {
    return {vreinterpretq_u32_f32(a.v)};
}
inline F32 from_bits(I32 a) {
    return {vreinterpretq_f32_u32(a.v)};
}
inline I32 isplat(std::uint32_t x) {
    return {vdupq_n_u32(x)};
}
inline I32 iota(std::uint32_t first) {
    const std::uint32_t steps[4] = {0, 1, 2, 3};
    return {vaddq_u32(vdupq_n_u32(first), vld1q_u32(steps))};
}
inline I32 operator+(I32 a, I32 b) {
    return {vaddq_u32(a.v, b.v)};
}
inline I32 operator-(I32 a, I32 b) {
    return {vsubq_u32(a.v, b.v)};
}
inline I32 operator&(I32 a, I32 b) {
    return {vandq_u32(a.v, b.v)};
}
inline I32 operator|(I32 a, I32 b) {
    return {vorrq_u32(a.v, b.v)};
}
inline I32 operator^(I32 a, I32 b) {
    return {veorq_u32(a.v, b.v)};
}
inline I32 operator*(I32 a, I32 b) {
    return {vmulq_u32(a.v, b.v)};
}
template <int kBits>
inline I32 shift_left(I32 a) {
    return {vshlq_n_u32(a.v, kBits)};
}
template <int kBits>
inline I32 shift_right(I32 a) {
    return {vshrq_n_u32(a.v, kBits)};
}
template <int kBits>
inline I32 shift_right_signed(I32 a) {
    return {vreinterpretq_u32_s32(vshrq_n_s32(vreinterpretq_s32_u32(a.v), kBits))};
}
inline Mask less_unsigned(I32 a, I32 b) {
    return {vcltq_u32(a.v, b.v)};
}

inline I32 load_int8_pairs(const std::int8_t* p) {
    return {vreinterpretq_u32_s16(vmovl_s8(vld1_s8(p)))};
}
inline I32 splat_pair(const std::int16_t* p) {
    return {vdupq_n_u32(static_cast<std::uint16_t>(p[0]) | static_cast<std::uint32_t>(static_cast<std::uint16_t>(p[1]))
                                                               << 16)};
}
inline I32 dot_pairs(I32 a, I32 b) {
    const int16x8_t x = vreinterpretq_s16_u32(a.v), y = vreinterpretq_s16_u32(b.v);
    return {vreinterpretq_u32_s32(vpaddq_s32(vmull_s16(vget_low_s16(x), vget_low_s16(y)), vmull_high_s16(x, y)))};
}
inline F32 to_float(I32 a) {
    return {vcvtq_f32_s32(vreinterpretq_s32_u32(a.v))};
}
inline void store_int16(std::int16_t* p, I32 a) {
    vst1_s16(p, vmovn_s32(vreinterpretq_s32_u32(a.v)));
}
inline I32 load_int16(const std::uint16_t* p) {
    return {vreinterpretq_u32_s32(vmovl_s16(vreinterpret_s16_u16(vld1_u16(p))))};
}

inline float reduce_sum(F32 a) {
    const float32x2_t two = vadd_f32(vget_low_f32(a.v), vget_high_f32(a.v));
    return vget_lane_f32(two, 0) + vget_lane_f32(two, 1);
}
inline float reduce_max(F32 a) {
    const F32 two = max(a, {vextq_f32(a.v, a.v, 2)});
    const float x = vgetq_lane_f32(two.v, 0), y = vgetq_lane_f32(two.v, 1);
    return y > x ? y : x;
}

// r[i] lane j becomes r[j] lane i.
inline void transpose4(F32& r0, F32& r1, F32& r2, F32& r3) {
    const float32x4x2_t a = vtrnq_f32(r0.v, r1.v), b = vtrnq_f32(r2.v, r3.v);
    r0.v = vcombine_f32(vget_low_f32(a.val[0]), vget_low_f32(b.val[0]));
    r1.v = vcombine_f32(vget_low_f32(a.val[1]), vget_low_f32(b.val[1]));
    r2.v = vcombine_f32(vget_high_f32(a.val[0]), vget_high_f32(b.val[0]));
    r3.v = vcombine_f32(vget_high_f32(a.val[1]), vget_high_f32(b.val[1]));
}

}  // namespace f32x4
}  // namespace
}  // namespace headlight::kernels
