#include "platform/area.h"

#include <gtest/gtest.h>

namespace headlight::platform {
namespace {

bool same(const Area& a, const Area& b) {
    return a.left == b.left && a.top == b.top && a.right == b.right && a.bottom == b.bottom;
}

TEST(Area, MeetsWhatSharesMoreThanAnEdge) {
    const Area one{0, 0, 10, 10};
    EXPECT_TRUE(one.meets({9, 9, 20, 20}));
    EXPECT_FALSE(one.meets({10, 0, 20, 10}));
    EXPECT_TRUE(common(one, {10, 0, 20, 10}).empty());
    EXPECT_TRUE(same(common(one, {5, -5, 20, 8}), {5, 0, 10, 8}));
    EXPECT_TRUE(same(joined(one, {20, 5, 30, 15}), {0, 0, 30, 15}));
    EXPECT_TRUE(kNothing.empty());
    EXPECT_EQ(kNothing.size(), 0);
    EXPECT_TRUE(same(joined(kNothing, one), one));
}

TEST(Area, ThoseThatMeetAreJoinedAlsoThroughAThird) {
    std::vector<Area> areas = {{0, 0, 10, 10}, {20, 0, 30, 10}, {100, 100, 110, 110}, {5, 5, 25, 8}};
    join_areas(areas, 4);
    ASSERT_EQ(areas.size(), 2U);
    EXPECT_TRUE(same(areas[0], {0, 0, 30, 10}));
    EXPECT_TRUE(same(areas[1], {100, 100, 110, 110}));
}

TEST(Area, TheNearestAreJoinedWhenThereAreTooMany) {
    std::vector<Area> areas = {{0, 0, 10, 10}, {100, 0, 110, 10}, {112, 0, 122, 10}};
    join_areas(areas, 2);
    ASSERT_EQ(areas.size(), 2U);
    EXPECT_TRUE(same(areas[1], {100, 0, 122, 10}));
    join_areas(areas, 1);
    EXPECT_TRUE(same(areas.at(0), {0, 0, 122, 10}));
}

}  // namespace
}  // namespace headlight::platform
