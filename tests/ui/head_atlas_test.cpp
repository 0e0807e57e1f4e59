#include "ui/head_atlas.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "imgui.h"
#include "platform/null/null_platform.h"

namespace headlight::ui {
namespace {

constexpr int kStride = 200;

// A causal pattern of which the first rows are those of any longer one.
std::vector<float> pattern(int rows, int seed = 0) {
    std::vector<float> values(static_cast<std::size_t>(rows) * kStride, 0.0f);
    for (int r = 0; r < rows; ++r) {
        for (int c = 0; c <= r; ++c) {
            values[static_cast<std::size_t>(r * kStride + c)] = static_cast<float>((r * 37 + c * 11 + seed) % 97) / 97;
        }
    }
    return values;
}

interpret::Matrix atlas_view(const std::vector<float>& values, int rows, int columns) {
    return {values.data(), rows, columns, kStride, 1};
}

Pixels fresh(const std::vector<float>& values, int rows, bool skip_first = false) {
    HeadAtlas atlas;
    atlas.prepare(1, 1, theme(true), skip_first);
    atlas.put(0, 0, atlas_view(values, rows, rows), true, 0);
    return atlas.pixels(0, 0);
}

TEST(HeadAtlas, AGrowingTextGivesThePictureOfTheWholeText) {
    const std::vector<float> values = pattern(kStride);
    HeadAtlas atlas;
    atlas.prepare(2, 1, theme(true), false);
    for (int rows = 1; rows <= kStride; ++rows) {
        atlas.put(1, 0, atlas_view(values, rows, rows), true, rows - 1);
        const Pixels grown = atlas.pixels(1, 0), whole = fresh(values, rows);
        ASSERT_EQ(grown.width, whole.width);
        ASSERT_EQ(grown.height, whole.height);
        ASSERT_EQ(grown.data, whole.data) << rows;
        ASSERT_LE(whole.width, HeadAtlas::kCell);
    }
}

TEST(HeadAtlas, ShorterAndOtherTextsToo) {
    const std::vector<float> one = pattern(kStride), other = pattern(kStride, 5);
    HeadAtlas atlas;
    atlas.prepare(1, 1, theme(true), false);
    atlas.put(0, 0, atlas_view(one, 131, 131), true, 0);
    atlas.put(0, 0, atlas_view(one, 129, 129), true, 129);
    EXPECT_EQ(atlas.pixels(0, 0).data, fresh(one, 129).data);
    atlas.put(0, 0, atlas_view(other, 129, 129), true, 0);
    EXPECT_EQ(atlas.pixels(0, 0).data, fresh(other, 129).data);
}

TEST(HeadAtlas, APixelShowsTheStrongestCellUnderIt) {
    std::vector<float> values(static_cast<std::size_t>(kStride) * kStride, 0.0f);
    values[static_cast<std::size_t>(101 * kStride + 30)] = 0.25f;
    const Pixels picture = fresh(values, 120);  // two by two cells a pixel
    ASSERT_EQ(picture.width, 60);
    EXPECT_EQ(picture.data[50 * 60 + 15], heat_colour(theme(true), std::sqrt(0.25f)));
    EXPECT_EQ(picture.data[50 * 60 + 16], heat_colour(theme(true), 0));
    EXPECT_EQ(picture.data[50 * 60 + 51], 0u) << "masked";
}

TEST(HeadAtlas, TheSinkIsLeftOut) {
    std::vector<float> values(static_cast<std::size_t>(kStride) * 3, 1.0f);
    EXPECT_EQ(fresh(values, 3, true).data[0], heat_colour(theme(true), 0));
    EXPECT_EQ(fresh(values, 3, false).data[0], heat_colour(theme(true), 1));
}

TEST(HeadAtlas, OnlyRowsThatChangedAreUploaded) {
    const std::vector<float> values = pattern(50);
    ImGui::CreateContext();  // which the platform without a window describes itself to
    platform::NullPlatform platform(100, 100, 1);
    HeadAtlas atlas;
    atlas.prepare(1, 2, theme(true), false);
    for (int row = 0; row < 2; ++row) atlas.put(0, row, atlas_view(values, 40, 40), true, 0);
    atlas.upload(platform);
    EXPECT_EQ(platform.uploads, 1);
    atlas.put(0, 1, atlas_view(values, 41, 41), true, 40);
    atlas.upload(platform);
    EXPECT_EQ(platform.uploads, 1);
    EXPECT_EQ(platform.first_uploaded_row, HeadAtlas::kCell + 40);
    EXPECT_EQ(platform.uploaded_rows, 1);
    atlas.upload(platform);
    EXPECT_EQ(platform.uploaded_rows, 1);
    ImGui::DestroyContext();
}

}  // namespace
}  // namespace headlight::ui
