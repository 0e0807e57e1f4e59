#pragma once
// Colours of exported pictures: for paper and slides, so on white; amber for what attends, blue for negative numbers
// (both readable for colour-blind people, and lightness alone tells the size).

#include <array>
#include <cmath>
#include <cstdint>

namespace headlight::app {

using Rgb = std::array<std::uint8_t, 3>;

inline constexpr Rgb kPaper{255, 255, 255};
inline constexpr Rgb kFaint{250, 243, 234};
inline constexpr Rgb kAmber{176, 87, 0};
inline constexpr Rgb kBlue{20, 92, 170};

// part: -1..1 of heat().
[[nodiscard]] inline Rgb heat_colour(float part) {
    const Rgb& end = part < 0 ? kBlue : kAmber;
    const float t = std::fmin(1.0F, std::abs(part));
    Rgb colour{};
    for (std::size_t i = 0; i < 3; ++i) {
        const float mixed = static_cast<float>(kFaint[i]) * (1 - t) + static_cast<float>(end[i]) * t;
        colour[i] = static_cast<std::uint8_t>(std::lround(mixed));
    }
    return colour;
}

}  // namespace headlight::app
