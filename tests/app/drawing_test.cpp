#include "app/drawing.h"

#include <gtest/gtest.h>

#include "letters.h"
#include "read_png.h"

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
    drawing.cells.push_back({80, 5, 16, 10, 1, 2, {kAmber[0], kAmber[1], kAmber[2], kBlue[0], kBlue[1], kBlue[2]}});
    drawing.bars.push_back({10, 10, 20, 8, kAmber, "a & b"});
    drawing.curves.push_back({10, 30, 50, 40, kAmber, 2, 0.5});
    drawing.dots.push_back({60, 30, 3, kBlue});
    drawing.dots.push_back({70, 30, 3, kInk, false});
    drawing.labels.push_back({10, 40, "<x>\n", Drawing::Anchor::end, kGrey, true, true});
    drawing.legend = {{kAmber, kBlue}, "0", "1", "what it means"};
    return drawing;
}

TEST(Drawing, CaptionLegendAndLinkStandBelow) {
    const std::string link(400, 'x');
    const Drawing drawing = with_caption(example(), "the caption", link);
    EXPECT_EQ(drawing.bars.size(), 3U) << "a bar, and two colours of the legend";
    std::string joined;
    double y = example().height;
    for (std::size_t i = 1; i < drawing.labels.size(); ++i) {
        const Drawing::Label& label = drawing.labels[i];
        EXPECT_GE(label.y, y) << label.text;
        EXPECT_LE(label.x + text_width(label.text) * label.size / kFontSize, drawing.width + 6) << label.text;
        y = label.y;
        if (label.text.starts_with('x')) joined += label.text;
    }
    EXPECT_EQ(joined, link) << "in lines, and whole";
    EXPECT_GT(drawing.height, y);
    Drawing bare = example();
    bare.width = drawing.width;
    bare.legend = {};
    EXPECT_LT(with_caption(bare, "the caption", link).height, drawing.height)
        << "no room for a legend that is not there";
}

TEST(Drawing, SvgHasShapesLegendCaptionAndLink) {
    const std::string svg = drawing_svg(with_caption(example(), "the caption", "#v=1&a=b"), "the title");
    EXPECT_EQ(count(svg, "<rect x="), 3U);
    EXPECT_EQ(count(svg, "<circle"), 2U);
    for (const char* part :
         {"a &amp; b", "&lt;x&gt;⏎", "what it means", ">the caption</text>", "#v=1&amp;a=b", "<title>the title</title>",
          "rotate(-55 10 40)", "text-anchor=\"end\"", "font-weight=\"bold\"", "d=\"M 10 30 C 26 30 34 40 50 40\"",
          "stroke-opacity=\"0.500\"", "stroke-width=\"1.2\"", "<image x=\"80\"", "base64,iVBORw0KGgo"})
        EXPECT_EQ(count(svg, part), 1U) << part;
}

TEST(Drawing, PngHasEveryShapeWhereItStands) {
    const std::string png = drawing_png(example(), nullptr, "told");
    EXPECT_EQ(count(png, "told"), 1U);
    const Pixels read = read_png(png);
    ASSERT_EQ(read.width, 200) << "two pixels a unit";
    ASSERT_EQ(read.height, 100);
    EXPECT_EQ(read.at(0, 0), kPaper);
    EXPECT_EQ(read.at(30, 30), kAmber);
    EXPECT_EQ(read.at(19, 30), kPaper) << "left of the bar";
    EXPECT_EQ(read.at(165, 20), kAmber) << "a cell";
    EXPECT_EQ(read.at(185, 20), kBlue) << "the next one";
    EXPECT_EQ(read.at(120, 60), kBlue) << "a dot";
    EXPECT_EQ(read.at(140, 60), kPaper) << "a hollow one";
    EXPECT_NE(read.at(145, 60), kPaper) << "and its ring";
    for (const auto& [x, y] : {std::pair{24, 60}, std::pair{60, 70}, std::pair{96, 79}}) {
        const int red = read.at(x, y)[0], half = (255 + kAmber[0]) / 2;
        EXPECT_NEAR(red, half, 2) << "the curve, half opaque, at " << x << ", " << y;
    }
    EXPECT_EQ(read.at(60, 60), kPaper);
}

TEST(Drawing, PngHasTheWords) {
    const auto letters = test_letters();
    if (letters == nullptr) GTEST_SKIP() << "no type faces in " << HEADLIGHT_FONTS_DIR;
    Drawing drawing;
    drawing.width = 200, drawing.height = 60;
    for (const Drawing::Anchor anchor : {Drawing::Anchor::start, Drawing::Anchor::middle, Drawing::Anchor::end}) {
        drawing.labels = {{100, 40, "word", anchor, kInk}};
        const Pixels read = read_png(drawing_png(drawing, letters.get(), ""));
        int left = 0, right = 0;
        for (int y = 0; y < read.height; ++y) {
            for (int x = 0; x < read.width; ++x) {
                if (read.at(x, y) != kPaper) ++(x < 200 ? left : right);
            }
        }
        EXPECT_EQ(left > 0, anchor != Drawing::Anchor::start);
        EXPECT_EQ(right > 0, anchor != Drawing::Anchor::end);
    }
}

// A lens over a long prompt is wider than any viewer opens at full size.
TEST(Drawing, LargePicturesAreMadeSmallerButNotCut) {
    Drawing drawing;
    drawing.width = 40000, drawing.height = 20;
    drawing.bars = {{39990, 0, 10, 20, kAmber}};
    const Pixels read = read_png(drawing_png(drawing, nullptr, ""));
    EXPECT_EQ(read.width, 32000);
    EXPECT_EQ(read.at(31997, 8), kAmber);
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
