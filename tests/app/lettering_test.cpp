#include "app/lettering.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "letters.h"

namespace headlight::app {
namespace {

TEST(Lettering, WhatIsNoTypeFaceIsRefused) {
    EXPECT_EQ(Lettering::create({}), nullptr);
    EXPECT_EQ(Lettering::create({"this is no TrueType file", "nor this one, at all", ""}), nullptr);
}

class Letters : public testing::Test {
  protected:
    void SetUp() override {
        letters = test_letters();
        if (letters == nullptr)
            GTEST_SKIP() << "no type faces in " << HEADLIGHT_FONTS_DIR << ": tests/run puts them there";
    }

    struct Extent {
        int left = 1 << 20, top = 1 << 20, right = -(1 << 20), bottom = -(1 << 20);
        double covered = 0;
    };
    [[nodiscard]] Extent extent(std::string_view text, const Lettering::Place& place) const {
        Extent e;
        letters->draw(text, place, [&](int x, int y, double part) {
            EXPECT_GT(part, 0);
            EXPECT_LE(part, 1);
            e.left = std::min(e.left, x), e.right = std::max(e.right, x);
            e.top = std::min(e.top, y), e.bottom = std::max(e.bottom, y);
            e.covered += part;
        });
        return e;
    }

    std::unique_ptr<Lettering> letters;
};

TEST_F(Letters, StandOnTheBaseLineAndAreAsWideAsMeasured) {
    const Extent flat = extent("HHHH", {100, 50, 24, 0, false});
    EXPECT_EQ(flat.bottom, 49) << "the last row above the base line";
    EXPECT_NEAR(flat.bottom - flat.top + 1, 24 * 0.727, 1.5) << "Inter's capitals";
    const double width = letters->width("HHHH", 24, false);
    EXPECT_NEAR(flat.right - flat.left + 1, width, 6);
    EXPECT_GT(flat.left, 100);
    EXPECT_GT(letters->width("HHHH", 24, true), width) << "bold";
    EXPECT_NEAR(letters->width("HHHH", 12, false), width / 2, 1e-3);
    EXPECT_GT(extent("HHHH", {100, 50, 24, 0, true}).covered, flat.covered * 1.1);
}

TEST_F(Letters, TurnAroundTheirBeginning) {
    const Extent upright = extent("lll", {200, 200, 24, -90, false});  // upwards
    EXPECT_LE(upright.bottom, 200);
    EXPECT_GT(upright.bottom, 190);
    EXPECT_EQ(upright.right, 199) << "the base line stands upright";
    const Extent flat = extent("lll", {200, 200, 24, 0, false});
    EXPECT_NEAR(upright.covered, flat.covered, flat.covered * 0.02);
    EXPECT_LE(upright.right - upright.left, 24) << "no wider than a line";
    const Extent slanted = extent("HHHHHHHH", {200, 200, 24, -55, false});
    EXPECT_NEAR((200.0 - slanted.top) / (slanted.right - 200.0), std::tan(55 * std::numbers::pi / 180), 0.35);
}

TEST_F(Letters, SignsComeFromTheFaceThatHasThem) {
    const auto same = [&](std::string_view a, std::string_view b) {
        std::map<std::pair<int, int>, double> left, right;
        letters->draw(a, {10, 40, 24, 0, false}, [&](int x, int y, double part) { left[{x, y}] = part; });
        letters->draw(b, {10, 40, 24, 0, false}, [&](int x, int y, double part) { right[{x, y}] = part; });
        return left == right;
    };
    EXPECT_TRUE(same("\n", "⏎")) << "a line's end";
    EXPECT_TRUE(same("\x01", " "));
    EXPECT_FALSE(same("ş", "s"));
    EXPECT_TRUE(same("\xFF", "\xEF\xBF\xBD")) << "no UTF-8";
    EXPECT_TRUE(same("漢", "\xEF\xBF\xBD")) << "no face has it";
    EXPECT_FALSE(same("⏎", "\xEF\xBF\xBD")) << "only the symbols have it";
}

}  // namespace
}  // namespace headlight::app
