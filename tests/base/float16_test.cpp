#include "base/float16.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace headlight {
namespace {

std::uint32_t bits(float value) {
    return std::bit_cast<std::uint32_t>(value);
}

// The value of a finite half, from its definition.
double half_value(std::uint16_t half) {
    const double sign = (half & 0x8000) != 0 ? -1 : 1;
    const int exponent = (half >> 10) & 0x1F;
    const int mantissa = half & 0x3FF;
    return sign * (exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25));
}

bool is_nan(std::uint16_t half) {
    return (half & 0x7C00) == 0x7C00 && (half & 0x3FF) != 0;
}

TEST(Float16, EveryPatternWidensToItsValue) {
    for (unsigned pattern = 0; pattern < 65536; ++pattern) {
        const auto half = static_cast<std::uint16_t>(pattern);
        const float value = f16_to_f32(half);
        if (is_nan(half)) {
            EXPECT_TRUE(std::isnan(value)) << pattern;
        } else if ((half & 0x7C00) == 0x7C00) {
            EXPECT_EQ(bits(value), (pattern & 0x8000) != 0 ? 0xFF800000u : 0x7F800000u);
        } else {
            EXPECT_EQ(bits(value), bits(static_cast<float>(half_value(half)))) << pattern;
        }
    }
}

TEST(Float16, EveryPatternSurvivesTheRoundTrip) {
    for (unsigned pattern = 0; pattern < 65536; ++pattern) {
        const auto half = static_cast<std::uint16_t>(pattern);
        const std::uint16_t back = f32_to_f16(f16_to_f32(half));
        // A signalling NaN comes back quiet.
        EXPECT_EQ(back, is_nan(half) ? half | 0x0200 : half) << pattern;
        const auto brain = static_cast<std::uint16_t>(pattern);
        const bool brain_nan = (brain & 0x7F80) == 0x7F80 && (brain & 0x7F) != 0;
        EXPECT_EQ(f32_to_bf16(bf16_to_f32(brain)), brain_nan ? brain | 0x40 : brain) << pattern;
    }
}

// Between every two neighbours: the middle goes to the even one, anything beside it to the nearer one.
TEST(Float16, RoundsToNearestTiesToEven) {
    for (std::uint16_t low = 0; low < 0x7BFF; ++low) {
        const auto high = static_cast<std::uint16_t>(low + 1);
        const auto middle = static_cast<float>((half_value(low) + half_value(high)) / 2);
        const std::uint16_t even = (low & 1) == 0 ? low : high;
        ASSERT_EQ(f32_to_f16(middle), even) << low;
        ASSERT_EQ(f32_to_f16(-middle), even | 0x8000) << low;
        ASSERT_EQ(f32_to_f16(std::nextafter(middle, 0.0f)), low) << low;
        ASSERT_EQ(f32_to_f16(std::nextafter(middle, 1e9f)), high) << low;
    }
}

TEST(Float16, LimitsOfTheRange) {
    EXPECT_EQ(f32_to_f16(65504.0f), 0x7BFF);
    EXPECT_EQ(f32_to_f16(65519.99f), 0x7BFF);
    EXPECT_EQ(f32_to_f16(65520.0f), 0x7C00);
    EXPECT_EQ(f32_to_f16(-1e30f), 0xFC00);
    EXPECT_EQ(f32_to_f16(std::numeric_limits<float>::infinity()), 0x7C00);
    EXPECT_EQ(f32_to_f16(0x1p-24f), 0x0001);
    EXPECT_EQ(f32_to_f16(0x1p-25f), 0x0000);  // a tie with zero
    EXPECT_EQ(f32_to_f16(0x1.000002p-25f), 0x0001);
    EXPECT_EQ(f32_to_f16(0x1p-26f), 0x0000);
    EXPECT_EQ(f32_to_f16(-0.0f), 0x8000);
    EXPECT_EQ(f32_to_f16(std::numeric_limits<float>::denorm_min()), 0x0000);
    EXPECT_TRUE(is_nan(f32_to_f16(std::numeric_limits<float>::quiet_NaN())));
}

TEST(Float16, BrainFloatsRoundToNearestTiesToEven) {
    EXPECT_EQ(f32_to_bf16(std::bit_cast<float>(0x3F808000u)), 0x3F80);  // tie, even below
    EXPECT_EQ(f32_to_bf16(std::bit_cast<float>(0x3F818000u)), 0x3F82);  // tie, even above
    EXPECT_EQ(f32_to_bf16(std::bit_cast<float>(0x3F808001u)), 0x3F81);
    EXPECT_EQ(f32_to_bf16(std::bit_cast<float>(0x3F817FFFu)), 0x3F81);
    EXPECT_EQ(f32_to_bf16(std::bit_cast<float>(0x7F7FFFFFu)), 0x7F80);  // the largest float rounds up to infinity
    EXPECT_EQ(f32_to_bf16(std::bit_cast<float>(0x00008000u)), 0x0000);
    EXPECT_EQ(f32_to_bf16(std::bit_cast<float>(0x00018000u)), 0x0002);
    EXPECT_TRUE(std::isnan(bf16_to_f32(f32_to_bf16(std::bit_cast<float>(0x7F800001u)))));
}

}  // namespace
}  // namespace headlight
