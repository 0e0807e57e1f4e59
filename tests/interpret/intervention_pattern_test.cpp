#include "interpret/intervention_pattern.h"

#include <gtest/gtest.h>

namespace headlight::interpret {
namespace {

constexpr float kMasked = 77;  // behind the query: must stay
using Row = std::vector<float>;

// Of the last query.
PatternRow whole(Row& row) {
    const auto keys = static_cast<int>(row.size());
    return {row.data(), keys, keys - 1};
}
Row preset(int query, Preset which) {
    Row row{0.1F, 0.2F, 0.3F, 0.4F};
    for (std::size_t key = static_cast<std::size_t>(query) + 1; key < row.size(); ++key) row[key] = kMasked;
    paint_preset({row.data(), query + 1, query}, which);
    return row;
}
Row cells(Row row, const std::vector<PaintedCell>& painted, bool normalised) {
    paint_cells(whole(row), painted, normalised);
    return row;
}
void expect_near(const Row& row, const Row& expected) {
    ASSERT_EQ(row.size(), expected.size());
    for (std::size_t i = 0; i < row.size(); ++i) EXPECT_NEAR(row[i], expected[i], 1e-6) << "key " << i;
}

TEST(InterventionPattern, Presets) {
    EXPECT_EQ(preset(3, Preset::uniform), (Row{0.25F, 0.25F, 0.25F, 0.25F}));
    EXPECT_EQ(preset(1, Preset::uniform), (Row{0.5F, 0.5F, kMasked, kMasked}));
    EXPECT_EQ(preset(2, Preset::previous), (Row{0, 1, 0, kMasked}));
    EXPECT_EQ(preset(0, Preset::previous), (Row{1, kMasked, kMasked, kMasked})) << "has none before it";
    EXPECT_EQ(preset(2, Preset::first), (Row{1, 0, 0, kMasked}));
    EXPECT_EQ(preset(2, Preset::self), (Row{0, 0, 1, kMasked}));
}

TEST(InterventionPattern, PaintedWeightsStandAndTheOthersShareTheRest) {
    const Row row{0.1F, 0.2F, 0.3F, 0.4F};
    expect_near(cells(row, {{3, 0, 0.5F}}, true), {0.5F, 1.0F / 9, 1.5F / 9, 2.0F / 9});
    expect_near(cells(row, {{3, 0, 1}}, true), {1, 0, 0, 0});
    expect_near(cells(row, {{3, 0, 0}, {3, 3, 0}}, true), {0, 0.4F, 0.6F, 0});
    expect_near(cells(row, {{3, 0, 1}, {3, 1, 1}}, true), {0.5F, 0.5F, 0, 0});
    expect_near(cells({0.5F, 0.5F, 0, 0}, {{3, 0, 0.1F}, {3, 1, 0.3F}}, true), {0.25F, 0.75F, 0, 0});
    expect_near(cells({1, 0, 0, 0}, {{3, 0, 0}}, true), {0, 0, 0, 1});
}

TEST(InterventionPattern, RawWeightsStandAlone) {
    expect_near(cells({0.1F, 0.2F, 0.3F, 0.4F}, {{3, 0, 1}, {3, 2, 0}}, false), {1, 0.2F, 0, 0.4F});
}

TEST(InterventionPattern, WhatIsThereAlreadyIsNotTouched) {
    const Row row{0.1F, 0.2F, 0.3F, 0.41F};  // does not sum to 1
    EXPECT_EQ(cells(row, {{3, 0, 0.1F}, {3, 3, 0.41F}}, true), row);
}

TEST(InterventionPattern, RowsOfCrossAttentionHaveNoKeyOfTheirOwn) {
    Row row{0.1F, 0.2F, 0.3F, 0.4F};
    paint_preset({row.data(), 4, -1}, Preset::first);
    EXPECT_EQ(row, (Row{1, 0, 0, 0}));
    const std::vector<PaintedCell> nothing{{0, 0, 0}};
    paint_cells({row.data(), 4, -1}, nothing, true);
    EXPECT_EQ(row, (Row{0.25F, 0.25F, 0.25F, 0.25F})) << "nothing is left: all alike";
}

TEST(InterventionPattern, Drop) {
    const auto dropped = [](Row row, int key) {
        drop_key(whole(row), key);
        return row;
    };
    expect_near(dropped({0.1F, 0.2F, 0.3F, 0.4F}, 1), {0.125F, 0, 0.375F, 0.5F});
    EXPECT_EQ(dropped({0.1F, 0.2F, 0.3F, 0.4F}, 3), (Row{0.1F, 0.2F, 0.3F, 0.4F})) << "its own row stays";
    EXPECT_EQ(dropped({0.1F, 0, 0.3F, 0.61F}, 1), (Row{0.1F, 0, 0.3F, 0.61F})) << "had no weight: every bit stays";
    EXPECT_EQ(dropped({0, 1, 0, 0}, 1), (Row{0, 0, 0, 1})) << "nothing is left: itself";
}

}  // namespace
}  // namespace headlight::interpret
