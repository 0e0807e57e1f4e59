#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "app/export.h"
#include "app/heat_colours.h"
#include "small_pattern.h"

namespace headlight::app {
namespace {

Picture picture_of(const interpret::Matrix& matrix) {
    return {pattern_range(matrix, ColourScale::linear, 0), 0, {}, false, -1};
}

bool has_label(const Drawing& drawing, std::string_view text) {
    return std::ranges::any_of(drawing.labels, [&](const Drawing::Label& label) { return label.text == text; });
}

TEST(MatrixPictures, OnlyWhatIsNotMaskedIsDrawn) {
    const Drawing causal = matrix_drawing(kSquare, kNames, picture_of(kSquare), true);
    ASSERT_EQ(causal.bars.size(), 3U);
    EXPECT_EQ(causal.bars[0].colour, kAmber) << "the largest";
    EXPECT_EQ(causal.bars[1].title, "say \"hi\", → <x>: 0.25");
    EXPECT_EQ(causal.bars[1].x, causal.bars[0].x);
    EXPECT_GT(causal.bars[1].y, causal.bars[0].y);
    for (const char* name : {"a", "say \"hi\",", "<x>", "y\n"}) EXPECT_TRUE(has_label(causal, name)) << name;
    const interpret::Matrix transposed{kValues, 2, 2, 1, 2};  // has a value beyond the diagonal
    EXPECT_EQ(matrix_drawing(transposed, kNames, picture_of(kSquare), true).bars.size(), 2U);
    EXPECT_EQ(matrix_drawing(transposed, kNames, picture_of(kSquare), false).bars.size(), 3U);
}

TEST(MatrixPictures, TheScaleAndTheCellsHaveNumbersWhereTheyAreAsked) {
    Picture picture = picture_of(kSquare);
    EXPECT_TRUE(matrix_drawing(kSquare, kNames, picture, true).legend.colours.empty());
    picture.number = [](float value) { return "n" + std::to_string(std::lround(value * 100)); };
    const Drawing scaled = matrix_drawing(kSquare, kNames, picture, true);
    EXPECT_EQ(scaled.legend.low, "n0");
    EXPECT_EQ(scaled.legend.high, "n100");
    ASSERT_GT(scaled.legend.colours.size(), 2U);
    EXPECT_EQ(scaled.legend.colours.front(), kFaint);
    EXPECT_EQ(scaled.legend.colours.back(), kAmber);
    EXPECT_FALSE(has_label(scaled, "n75"));
    picture.with_numbers = true;
    const Drawing numbered = matrix_drawing(kSquare, kNames, picture, true);
    EXPECT_TRUE(has_label(numbered, "n75"));
    EXPECT_FALSE(has_label(numbered, "n0"));
    for (const Drawing::Label& label : numbered.labels) {
        if (!label.text.starts_with('n')) continue;
        EXPECT_EQ(label.colour, label.text == "n25" ? kInk : kPaper) << label.text;
    }
    EXPECT_GT(numbered.bars[0].width, scaled.bars[0].width);
}

// 8 rows of 5000 columns: three share a cell, and one peak must not get lost among its neighbours.
TEST(MatrixPictures, OfMoreColumnsThanDotsTheStrongestIsShown) {
    constexpr int kRows = 8, kColumns = 5000;
    std::vector<float> values(std::size_t{kRows} * kColumns, 0.0F);
    values[2 * kColumns + 3001] = -1;
    const interpret::Matrix wide{values.data(), kRows, kColumns, kColumns, 1};
    EXPECT_EQ(columns_in_a_cell(2048), 1);
    ASSERT_EQ(columns_in_a_cell(kColumns), 3);
    const Drawing drawing =
        matrix_drawing(wide, {}, {matrix_range(wide, ColourScale::linear, 0), 0, {}, false, -1}, false);
    EXPECT_TRUE(drawing.bars.empty());
    ASSERT_EQ(drawing.cells.size(), 1U);
    const Drawing::Cells& cells = drawing.cells[0];
    ASSERT_EQ(cells.columns, 1667);
    ASSERT_EQ(cells.rgb.size(), std::size_t{kRows} * 1667 * 3);
    std::size_t blue = 0;
    for (std::size_t i = 0; i < cells.rgb.size(); i += 3) {
        if (cells.rgb[i] == kBlue[0] && cells.rgb[i + 1] == kBlue[1] && cells.rgb[i + 2] == kBlue[2]) {
            EXPECT_EQ(i / 3, 2U * 1667 + 1000);
            ++blue;
        }
    }
    EXPECT_EQ(blue, 1U);
    EXPECT_GE(cells.width, cells.columns) << "a unit each at least";
    EXPECT_TRUE(has_label(drawing, "7")) << "rows are numbered";
}

TEST(MatrixPictures, LongPromptsHaveSquareCellsWithoutNames) {
    constexpr int kSide = 300;
    const std::vector<float> values(std::size_t{kSide} * kSide, 0.5F);
    const interpret::Matrix large{values.data(), kSide, kSide, kSide, 1};
    const Drawing drawing = matrix_drawing(large, {}, picture_of(large), true);
    ASSERT_EQ(drawing.cells.size(), 1U);
    EXPECT_NEAR(drawing.cells[0].width, drawing.cells[0].height, 1e-9);
    EXPECT_TRUE(drawing.labels.empty());
    EXPECT_EQ(drawing.cells[0].rgb[0], kAmber[0]);
    EXPECT_EQ(drawing.cells[0].rgb[3], kPaper[0]) << "beyond the diagonal";
}

// Names that are narrower than letters would lie over each other.
TEST(MatrixPictures, FewColumnsOfALongPromptHaveNoNamesEither) {
    const std::vector<float> values(std::size_t{300} * 64, 0.5F);
    const interpret::Matrix tall{values.data(), 300, 64, 64, 1};
    const Drawing drawing = matrix_drawing(tall, {}, picture_of(tall), false);
    ASSERT_EQ(drawing.cells.size(), 1U);
    EXPECT_TRUE(drawing.labels.empty());
    EXPECT_NEAR(drawing.cells[0].width, 64 * 20, 1e-9);
}

TEST(MatrixPictures, LinesFollowTheMaskTheSinkAndTheQuery) {
    const std::vector<HeadLines> one{{kSquare, kNames, ""}};
    Picture picture = picture_of(kSquare);
    const Drawing all = head_lines_drawing(one, picture, true);
    ASSERT_EQ(all.curves.size(), 3U);
    EXPECT_EQ(all.curves[0].y0, all.curves[0].y1);
    EXPECT_GT(all.curves[1].y0, all.curves[1].y1) << "back to the first";
    EXPECT_GT(all.curves[2].opacity, all.curves[1].opacity);
    picture.first_key = 1;
    EXPECT_EQ(head_lines_drawing(one, picture, true).curves.size(), 1U);
    picture.first_key = 0;
    picture.query = 0;
    const Drawing first = head_lines_drawing(one, picture, true);
    ASSERT_EQ(first.curves.size(), 1U);
    EXPECT_GT(first.curves[0].opacity, all.curves[0].opacity);
    // Two queries over three keys, of another text: nothing is hidden.
    const std::vector<float> cross(6, 1.0F / 3);
    const std::vector<HeadLines> translation{{{cross.data(), 2, 3, 3, 1}, {{"a", "b"}, {"x", "y", "z"}}, ""}};
    const Drawing whole = head_lines_drawing(translation, picture_of(kSquare), false);
    EXPECT_EQ(whole.curves.size(), 6U);
    EXPECT_TRUE(has_label(whole, "z"));
}

TEST(MatrixPictures, TwoRunsAsLinesStandBesideEachOtherWithTheirNames) {
    const std::vector<HeadLines> two{{kSquare, kNames, "A & c"}, {kSquare, kNames, "B"}};
    const Drawing drawing = head_lines_drawing(two, picture_of(kSquare), true);
    ASSERT_EQ(drawing.curves.size(), 6U);
    EXPECT_EQ(drawing.curves[0].x0, drawing.curves[2].x0);
    EXPECT_GT(drawing.curves[3].x0, drawing.curves[0].x1) << "right of the first";
    EXPECT_TRUE(has_label(drawing, "A & c"));
    EXPECT_TRUE(has_label(drawing, "B"));
    EXPECT_GT(drawing.width, drawing.curves[3].x1);
}

}  // namespace
}  // namespace headlight::app
