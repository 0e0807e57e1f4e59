#pragma once
// The two 16-bit float formats of checkpoint files, as their bit patterns. Portable integer arithmetic, so that every
// platform reads and writes the same bits. Narrowing rounds to nearest, ties to even (IEEE 754-2019, 4.3.1).

#include <bit>
#include <cstdint>

namespace headlight {

// IEEE binary16: 1 sign, 5 exponent, 10 mantissa bits. Exact for every pattern; NaN keeps its payload.
[[nodiscard]] constexpr float f16_to_f32(std::uint16_t half) {
    const std::uint32_t sign = (half & 0x8000u) << 16;
    const std::uint32_t exponent = (half >> 10) & 0x1Fu;
    std::uint32_t mantissa = half & 0x3FFu;
    if (exponent == 0x1F) return std::bit_cast<float>(sign | 0x7F800000u | (mantissa << 13));
    if (exponent != 0) return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (mantissa << 13));
    if (mantissa == 0) return std::bit_cast<float>(sign);
    // A subnormal half is a normal float: move the highest set bit into the implicit place.
    const int shift = std::countl_zero(mantissa) - 21;
    mantissa = (mantissa << shift) & 0x3FFu;
    return std::bit_cast<float>(sign | (static_cast<std::uint32_t>(113 - shift) << 23) | (mantissa << 13));
}

// Magnitudes from 65520 up become infinity, those up to 2^-25 become zero; a NaN stays one (quiet).
[[nodiscard]] constexpr std::uint16_t f32_to_f16(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t sign = (bits >> 16) & 0x8000u;
    const std::uint32_t magnitude = bits & 0x7FFFFFFFu;
    auto with_sign = [sign](std::uint32_t half) { return static_cast<std::uint16_t>(sign | half); };
    if (magnitude > 0x7F800000u) return with_sign(0x7E00u | ((magnitude >> 13) & 0x3FFu));
    if (magnitude >= 0x47800000u) return with_sign(0x7C00u);  // 2^16 and above
    if (magnitude >= 0x38800000u) {                           // 2^-14: normal in both; a carry walks into the exponent
        const std::uint32_t rebased = magnitude - 0x38000000u;
        return with_sign((rebased + 0x0FFFu + ((rebased >> 13) & 1u)) >> 13);
    }
    const std::uint32_t exponent = magnitude >> 23;
    if (exponent < 102) return with_sign(0);  // below 2^-25: less than half of the least subnormal
    const std::uint32_t mantissa = (magnitude & 0x7FFFFFu) | 0x800000u;
    const std::uint32_t shift = 126 - exponent;
    const std::uint32_t half = mantissa >> shift;
    const std::uint32_t rest = mantissa & ((1u << shift) - 1);
    const std::uint32_t tie = 1u << (shift - 1);
    return with_sign(half + ((rest > tie || (rest == tie && (half & 1u) != 0)) ? 1u : 0u));
}

// The same for weights, which stay finite: magnitudes above 65504 become that.
[[nodiscard]] constexpr std::uint16_t f32_to_finite_f16(float value) {
    constexpr float kMost = 65504;
    return f32_to_f16(value > kMost ? kMost : value < -kMost ? -kMost : value);
}

// bfloat16: the upper half of a float.
[[nodiscard]] constexpr float bf16_to_f32(std::uint16_t brain) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(brain) << 16);
}

[[nodiscard]] constexpr std::uint16_t f32_to_bf16(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    if ((bits & 0x7FFFFFFFu) > 0x7F800000u) return static_cast<std::uint16_t>((bits >> 16) | 0x40u);
    return static_cast<std::uint16_t>((bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16);
}

}  // namespace headlight
