#include "app/drawing.h"

#include <gtest/gtest.h>

#include "png_numbers.h"

namespace headlight::app {
namespace {

std::size_t count(const std::string& text, std::string_view part) {
    std::size_t found = 0;
    for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++found;
    return found;
}

Drawing example() {
    Drawing drawing;
    drawing.width = 100, drawing.height = 50;
    drawing.bars.push_back({10, 10, 20, 8, kAmber, "a & b"});
    drawing.dots.push_back({60, 30, 3, kBlue});
    drawing.dots.push_back({70, 30, 3, kInk, false});
    drawing.labels.push_back({10, 40, "<x>", Drawing::Anchor::end, kGrey, true, true});
    drawing.legend = {{kAmber, kBlue}, "0", "1", "what it means"};
    return drawing;
}

TEST(Drawing, SvgHasShapesLegendCaptionAndLink) {
    const std::string svg = drawing_svg(example(), "the caption", "#v=1&a=b");
    EXPECT_EQ(count(svg, "<rect x="), 3U) << "a bar, and two colours of the legend";
    EXPECT_EQ(count(svg, "<circle"), 2U);
    EXPECT_EQ(count(svg, "stroke-width"), 1U) << "one dot is hollow";
    for (const char* part : {"a &amp; b", "&lt;x&gt;", "what it means", ">the caption</text>", "#v=1&amp;a=b",
                             "rotate(-55", "text-anchor=\"end\"", "font-weight=\"bold\""})
        EXPECT_EQ(count(svg, part), 1U) << part;
}

TEST(Drawing, PngReachesAsFarAsTheShapesAndHasTheirColours) {
    Drawing drawing;
    drawing.bars.push_back({200, 100, 240, 120, kAmber});
    const std::string png = drawing_png(drawing, "told");
    EXPECT_EQ(big_endian(png, 16), 992U) << "240 and a margin of 4 on both sides, four pixels each";
    EXPECT_EQ(big_endian(png, 20), 512U);
    EXPECT_EQ(count(png, "told"), 1U);
    const std::string amber{static_cast<char>(kAmber[0]), static_cast<char>(kAmber[1]), static_cast<char>(kAmber[2])};
    EXPECT_NEAR(static_cast<double>(count(png, amber)), 960.0 * 480.0, 100.0) << "a few lie across two blocks";
}

TEST(Drawing, TextsAreMeasuredAndCutByLetters) {
    EXPECT_EQ(text_width("başlık"), text_width("baslik"));
    EXPECT_EQ(fitting_text("kısa", 100), "kısa");
    const std::string cut = fitting_text("çççççççççççççç", 50);
    EXPECT_TRUE(cut.ends_with("…"));
    EXPECT_LE(text_width(cut), 50);
    EXPECT_EQ(cut.substr(0, 2), "ç");
}

}  // namespace
}  // namespace headlight::app
