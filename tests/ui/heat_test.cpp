#include "ui/heat.h"

#include <gtest/gtest.h>

#include <vector>

namespace headlight::ui {
namespace {

interpret::Matrix heat_view(const std::vector<float>& values, int rows, int cols) {
    return {values.data(), rows, cols, cols, 1};
}

TEST(Heat, ColoursRunFromTheGroundToTheEnds) {
    for (const bool dark : {true, false}) {
        const Theme& t = theme(dark);
        EXPECT_EQ(heat_colour(t, 1), t.heat_one);
        EXPECT_EQ(heat_colour(t, -1), t.heat_negative);
        EXPECT_NE(heat_colour(t, 0), t.heat_zero) << "an empty cell differs from a masked one";
    }
}

TEST(Heat, MaskedCellsStayClearAndTheSinkIsLeftOut) {
    const std::vector<float> values{1, 9, 9, 0.5f, 0.5f, 9, 0.2f, 0.3f, 0.5f};
    Pixels out;
    HeatOptions options;
    options.causal = options.skip_first = true;
    heat_pixels(heat_view(values, 3, 3), theme(true), options, out);
    ASSERT_EQ(out.data.size(), 9u);
    EXPECT_EQ(out.data[1], 0u);
    EXPECT_EQ(out.data[2], 0u);
    EXPECT_EQ(out.data[5], 0u);
    EXPECT_EQ(out.data[0], heat_colour(theme(true), 0));
    EXPECT_EQ(out.data[8], heat_colour(theme(true), 0.5f));
}

TEST(Heat, SmallPicturesKeepWhatStandsOut) {
    std::vector<float> values(64 * 64, 0);
    values[63 * 64 + 37] = 1;
    Pixels out;
    HeatOptions options;
    options.causal = true;
    options.most_rows = options.most_columns = 8;
    heat_pixels(heat_view(values, 64, 64), theme(false), options, out);
    ASSERT_EQ(out.data.size(), 64u);
    EXPECT_EQ(out.data[7 * 8 + 4], heat_colour(theme(false), 1));
}

TEST(Heat, ThumbnailsShowTheRoot) {
    const std::vector<float> values{0.25f};
    Pixels out;
    HeatOptions options;
    options.root = true;
    heat_pixels(heat_view(values, 1, 1), theme(true), options, out);
    EXPECT_EQ(out.data[0], heat_colour(theme(true), 0.5f));
}

TEST(Heat, AWideMatrixIsCutToTheTexture) {
    std::vector<float> values(3 * 50257, 0.25f);
    Pixels out;
    heat_pixels(heat_view(values, 3, 50257), theme(true), {}, out);
    EXPECT_EQ(out.width, 2048);
    EXPECT_EQ(out.height, 3);
}

}  // namespace
}  // namespace headlight::ui
