// Eight-bit weights: what rounds to what.

#include "kernels/q8.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace headlight::kernels {
namespace {

TEST(Q8, RoundsToNearestAndKeepsTheLargest) {
    const float x[] = {127, -126.5F, 125.5F, 0.4F, -127, 0.5F, 1.5F, 0};
    std::int8_t quants[8];
    float scale = 0;
    quantize_q8(quants, &scale, x, 1, 8);
    EXPECT_EQ(scale, 1.0F);
    const int want[] = {127, -126, 126, 0, -127, 0, 2, 0};
    for (int i = 0; i < 8; ++i) EXPECT_EQ(quants[i], want[i]) << i;
    const float zeros[2] = {0, -0.0F};
    quantize_q8(quants, &scale, zeros, 1, 2);
    EXPECT_EQ(scale, 0.0F);
    EXPECT_EQ(quants[0], 0);
}

TEST(Q8, BlocksTooSmallForAScaleBecomeZero) {
    const float least = std::numeric_limits<float>::denorm_min();
    const float x[] = {least, -least, 3 * least};
    std::int8_t quants[3] = {1, 1, 1};
    float scale = 1;
    quantize_q8(quants, &scale, x, 1, 3);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(static_cast<float>(quants[i]) * scale, 0.0F);
}

TEST(Q8, NumbersMayLieApart) {
    const float x[] = {1, 99, -2, 99, 0.5F, 99};
    std::int8_t quants[3];
    float scale = 0;
    quantize_q8(quants, &scale, x, 2, 3);
    EXPECT_EQ(scale, 2.0F / 127);
    EXPECT_EQ(quants[1], -127);
    for (int i = 0; i < 3; ++i) EXPECT_NEAR(static_cast<float>(quants[i]) * scale, x[2 * i], scale / 2);
}

}  // namespace
}  // namespace headlight::kernels
