#include "app/export.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "app/heat_colours.h"
#include "app/png.h"
#include "base/json.h"
#include "png_numbers.h"

namespace headlight::app {
namespace {

constexpr float kMasked = -std::numeric_limits<float>::infinity();
constexpr float kValues[] = {1.0F, kMasked, 0.25F, 0.75F};
const interpret::Matrix kSquare{kValues, 2, 2, 2, 1};
const TableNames kNames{{" a", "say \"hi\","}, {"<x>", "y\n"}};

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

TEST(Export, SvgEscapesAndDrawsOnlyWhatIsNotMasked) {
    const Picture picture{"a & b", "#v=1&x", pattern_range(kSquare, ColourScale::linear, 0), 0};
    const std::string svg = matrix_svg(kSquare, kNames, picture, true);
    EXPECT_NE(svg.find("a &amp; b"), std::string::npos);
    EXPECT_NE(svg.find("&lt;x&gt;"), std::string::npos);
    EXPECT_EQ(svg.find("<x>"), std::string::npos);
    std::size_t cells = 0;
    for (std::size_t at = 0; (at = svg.find("<rect x=", at)) != std::string::npos; ++at) ++cells;
    EXPECT_EQ(cells, 3U);
    const interpret::Matrix transposed{kValues, 2, 2, 1, 2};  // has a value beyond the diagonal
    EXPECT_NE(matrix_svg(transposed, kNames, picture, false), matrix_svg(transposed, kNames, picture, true));
    const std::vector<HeadLines> one{{kSquare, kNames, ""}};
    const std::string lines = head_lines_svg(one, picture);
    std::size_t drawn = 0;
    for (std::size_t at = 0; (at = lines.find("<line", at)) != std::string::npos; ++at) ++drawn;
    EXPECT_EQ(drawn, 3U);
    Picture without_sink = picture;
    without_sink.first_key = 1;
    EXPECT_EQ(head_lines_svg(one, without_sink).find("stroke-opacity=\"0.250\""), std::string::npos);
}

TEST(Export, TwoRunsAsLinesStandBesideEachOtherWithTheirNames) {
    const Picture picture{"", "", pattern_range(kSquare, ColourScale::linear, 0), 0};
    const std::vector<HeadLines> two{{kSquare, kNames, "A & c"}, {kSquare, kNames, "B"}};
    const std::string svg = head_lines_svg(two, picture);
    EXPECT_LT(svg.find("A &amp; c</text>"), svg.find(">B</text>"));
    std::vector<double> starts;
    for (std::size_t at = 0; (at = svg.find("<line x1=\"", at)) != std::string::npos; at += 10)
        starts.push_back(std::strtod(svg.c_str() + at + 10, nullptr));
    ASSERT_EQ(starts.size(), 6U);
    EXPECT_EQ(starts[0], starts[2]);
    EXPECT_GT(starts[3], starts[0] + 180) << "right of the first";
}

// A reader of its own: bitwise CRC, stored blocks only.
TEST(Export, PngIsWellFormedAndHoldsThePixels) {
    std::vector<std::uint8_t> rgb;
    for (int i = 0; i < 300 * 90 * 3; ++i) rgb.push_back(static_cast<std::uint8_t>(i * 7 % 251));
    const std::string png = write_png(300, 90, rgb, "başlık");
    ASSERT_EQ(png.substr(0, 8), "\x89PNG\r\n\x1A\n");
    std::string zlib, types;
    for (std::size_t at = 8; at < png.size();) {
        const std::size_t size = big_endian(png, at);
        const std::string type = png.substr(at + 4, 4);
        std::uint32_t crc = 0xFFFFFFFFU;
        for (std::size_t i = 0; i < size + 4; ++i) {
            crc ^= static_cast<unsigned char>(png[at + 4 + i]);
            for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (0xEDB88320U & (0U - (crc & 1U)));
        }
        EXPECT_EQ(~crc, big_endian(png, at + 8 + size)) << type;
        if (type == "IDAT") zlib += png.substr(at + 8, size);
        if (type == "IHDR") {
            EXPECT_EQ(big_endian(png, at + 8), 300U);
            EXPECT_EQ(big_endian(png, at + 12), 90U);
        }
        if (type == "iTXt") {
            EXPECT_TRUE(png.substr(at + 8, size).ends_with("başlık"));
        }
        types += type + ' ';
        at += size + 12;
    }
    EXPECT_EQ(types, "IHDR iTXt IDAT IEND ");
    std::string pixels;
    for (std::size_t at = 2;;) {
        const bool last = zlib[at] == 1;
        const auto low = static_cast<unsigned char>(zlib[at + 1]), high = static_cast<unsigned char>(zlib[at + 2]);
        const std::size_t size = low + 256U * high;
        EXPECT_EQ(static_cast<unsigned char>(zlib[at + 3]), 255 - low);
        pixels += zlib.substr(at + 5, size);
        at += 5 + size;
        if (last) break;
    }
    ASSERT_EQ(pixels.size(), (300U * 3 + 1) * 90);
    for (std::size_t y = 0; y < 90; ++y) {
        ASSERT_EQ(pixels[y * 901], 0);
        for (std::size_t x = 0; x < 900; ++x)
            ASSERT_EQ(static_cast<std::uint8_t>(pixels[y * 901 + 1 + x]), rgb[y * 900 + x]);
    }
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

}  // namespace
}  // namespace headlight::app
