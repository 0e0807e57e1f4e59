#pragma once
// One lane: the honest baseline, and the description of what every vector type here has to do.
// An unnamed namespace, because each implementation compiles its own copy with its own instruction set.

#include <cstdint>

namespace headlight::kernels {
namespace {
namespace f32x1 {

struct F32 {
    static constexpr int kLanes = 1;
    float v;
};
struct I32 {
    std::uint32_t v;
};
struct Mask {
    bool v;
};

inline F32 splat(float x) {
    return {x};
}
inline F32 load(const float* p) {
    return {*p};
}
inline void store(float* p, F32 x) {
    *p = x.v;
}
// The first `count` lanes, 0 to kLanes - 1, and zeros; memory past them is not read or written.
inline F32 load_first(const float*, int) {
    return {0.0f};
}
inline void store_first(float*, F32, int) {}
inline F32 operator+(F32 a, F32 b) {
    return {a.v + b.v};
}
inline F32 operator-(F32 a, F32 b) {
    return {a.v - b.v};
}
inline F32 operator*(F32 a, F32 b) {
    return {a.v * b.v};
}
inline F32 operator/(F32 a, F32 b) {
    return {a.v / b.v};
}
inline F32 sqrt(F32 a) {
    return {__builtin_sqrtf(a.v)};
}
// a where the two are equal (+0 and -0 too) or one is NaN.
inline F32 min(F32 a, F32 b) {
    return b.v < a.v ? b : a;
}
inline F32 max(F32 a, F32 b) {
    return b.v > a.v ? b : a;
}
inline Mask less(F32 a, F32 b) {
    return {a.v < b.v};
}
inline F32 select(Mask m, F32 a, F32 b) {
    return m.v ? a : b;
}

inline I32 bits(F32 a) {
    return {__builtin_bit_cast(std::uint32_t, a.v)};
}
inline F32 from_bits(I32 a) {
    return {__builtin_bit_cast(float, a.v)};
}
inline I32 isplat(std::uint32_t x) {
    return {x};
}
// first, first + 1, ... lane by lane
inline I32 iota(std::uint32_t first) {
    return {first};
}
// Integers wrap around.
inline I32 operator+(I32 a, I32 b) {
    return {a.v + b.v};
}
inline I32 operator-(I32 a, I32 b) {
    return {a.v - b.v};
}
inline I32 operator&(I32 a, I32 b) {
    return {a.v & b.v};
}
inline I32 operator|(I32 a, I32 b) {
    return {a.v | b.v};
}
inline I32 operator^(I32 a, I32 b) {
    return {a.v ^ b.v};
}
inline I32 operator*(I32 a, I32 b) {
    return {a.v * b.v};
}
template <int kBits>
inline I32 shift_left(I32 a) {
    return {a.v << kBits};
}
template <int kBits>
inline I32 shift_right(I32 a) {
    return {a.v >> kBits};
}
template <int kBits>
inline I32 shift_right_signed(I32 a) {
    return {static_cast<std::uint32_t>(static_cast<std::int32_t>(a.v) >> kBits)};
}
inline Mask less_unsigned(I32 a, I32 b) {
    return {a.v < b.v};
}

// Products of small integers: a vector of int32 holds two int16 a lane, the lower one first.
// p[0], p[1], ... p[2 * kLanes - 1], two a lane
inline I32 load_int8_pairs(const std::int8_t* p) {
    return {static_cast<std::uint16_t>(p[0]) | static_cast<std::uint32_t>(p[1]) << 16};
}
// p[0] and p[1] in every lane
inline I32 splat_pair(const std::int16_t* p) {
    return {static_cast<std::uint16_t>(p[0]) | static_cast<std::uint32_t>(static_cast<std::uint16_t>(p[1])) << 16};
}
// lower * lower + upper * upper, in int32
inline I32 dot_pairs(I32 a, I32 b) {
    const auto lower = [](I32 x) { return static_cast<std::int32_t>(static_cast<std::int16_t>(x.v)); };
    const auto upper = [](I32 x) { return static_cast<std::int32_t>(x.v) >> 16; };
    return {static_cast<std::uint32_t>(lower(a) * lower(b) + upper(a) * upper(b))};
}
inline F32 to_float(I32 a) {
    return {static_cast<float>(static_cast<std::int32_t>(a.v))};
}
// Lanes are within int16.
inline void store_int16(std::int16_t* p, I32 a) {
    *p = static_cast<std::int16_t>(a.v);
}
// With its sign, as the bits of an int32 lane.
inline I32 load_int16(const std::uint16_t* p) {
    return {static_cast<std::uint32_t>(static_cast<std::int32_t>(static_cast<std::int16_t>(*p)))};
}

// Over the lanes of one vector, lane j with lane j + half until one is left.
inline float reduce_sum(F32 a) {
    return a.v;
}
inline float reduce_max(F32 a) {
    return a.v;
}

}  // namespace f32x1
}  // namespace
}  // namespace headlight::kernels
