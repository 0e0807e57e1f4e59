#include "app/export.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "app/heat_colours.h"
#include "base/json.h"
#include "small_pattern.h"

namespace headlight::app {
namespace {

TEST(Export, CsvQuotesAndReadsBack) {
    EXPECT_EQ(matrix_csv(kSquare, kNames), ",<x>,\"y\n\"\r\n\" a\",1,-inf\r\n\"say \"\"hi\"\",\",0.25,0.75\r\n");
    EXPECT_EQ(matrix_csv(kSquare, {}), ",0,1\r\n0,1,-inf\r\n1,0.25,0.75\r\n");
}

TEST(Export, StridesAreFollowed) {
    const interpret::Matrix transposed{kValues, 2, 2, 1, 2};
    EXPECT_EQ(matrix_csv(transposed, {}), ",0,1\r\n0,1,0.25\r\n1,-inf,0.75\r\n");
}

TEST(Export, JsonCarriesCaptionAndLink) {
    const auto json = read_json(matrix_json(kSquare, kNames, "cap", "#v=1"));
    ASSERT_TRUE(json.is_object());
    EXPECT_EQ(json["link"], "#v=1");
    EXPECT_EQ(json["rows"][1], "say \"hi\",");
    EXPECT_EQ(json["values"][1][1], 0.75);
    EXPECT_TRUE(json["values"][0][1].is_null());
}

TEST(Heat, PatternsRunFromZeroToTheirLargest) {
    const HeatRange range = pattern_range(kSquare, ColourScale::linear, 0);
    EXPECT_EQ(range.high, 1.0F);
    EXPECT_EQ(heat(range, 0.25F), 0.25F);
    EXPECT_EQ(heat(range, 7.0F), 1.0F);
    EXPECT_EQ(heat(range, kMasked), 0.0F);
    EXPECT_EQ(pattern_range(kSquare, ColourScale::linear, 1).high, 0.75F) << "without the sink";
    EXPECT_FALSE(range.diverging);
}

TEST(Heat, MixedSignsDivergeAroundZero) {
    constexpr float values[] = {-2.0F, 1.0F, kMasked, std::numeric_limits<float>::quiet_NaN()};
    const HeatRange range = matrix_range({values, 2, 2, 2, 1}, ColourScale::linear, 0);
    EXPECT_TRUE(range.diverging);
    EXPECT_EQ(heat(range, -2.0F), -1.0F);
    EXPECT_EQ(heat(range, 1.0F), 0.5F);
    EXPECT_NE(heat_colour(-1), heat_colour(1));
    EXPECT_EQ(heat_colour(0), kFaint);
}

TEST(Heat, LogColoursLiftWhatIsWeakAndKeepTheOrder) {
    const HeatRange linear = pattern_range(kSquare, ColourScale::linear, 0),
                    log = pattern_range(kSquare, ColourScale::log, 0);
    EXPECT_GT(heat(log, 0.01F), 5 * heat(linear, 0.01F));
    float before = -1;
    for (const float value : {0.0F, 1e-6F, 1e-3F, 0.01F, 0.5F, 1.0F}) {
        EXPECT_GE(heat(log, value), before);
        before = heat(log, value);
    }
    EXPECT_EQ(heat(log, 0), 0.0F);
    EXPECT_EQ(heat(log, 1), 1.0F);
}

TEST(Heat, NumbersAtAScaleHaveTheDecimalsTheyTake) {
    const auto strings = Strings::from_json("{\"number.decimal\": \",\", \"number.group\": \".\"}");
    ASSERT_TRUE(strings.has_value());
    const auto text = [&](float high, float value) { return scale_text({0, high, false, {}}, value, *strings); };
    EXPECT_EQ(text(1, 1), "1");
    EXPECT_EQ(text(0.5F, 0.25F), "0,25");
    EXPECT_EQ(text(0.05F, 0.0123F), "0,0123");
    EXPECT_EQ(text(3e-5F, -3e-5F), "-3e-05");
    EXPECT_EQ(text(3e-5F, 0), "0");
    EXPECT_EQ(text(20, 12.34F), "12,3");
    EXPECT_EQ(text(200, 12.34F), "12");
}

}  // namespace
}  // namespace headlight::app
