#include "ui/pace.h"

#include <gtest/gtest.h>

namespace headlight::ui {
namespace {

// Turns that all draw, `gap_ms` apart.
Pace drawing(double gap_ms, int turns = 30) {
    Pace pace;
    for (int i = 0; i < turns; ++i) {
        pace.begin_turn(i * gap_ms);
        pace.drawn();
    }
    return pace;
}

TEST(Pace, WorkLeavesAScreenThatKeepsUpItsFrames) {
    const Pace pace = drawing(16.7);
    EXPECT_NEAR(pace.picture_ms(), 16.7, 0.1);
    EXPECT_EQ(pace.work_ms(0, false), 15);
    EXPECT_EQ(pace.work_ms(3, false), 12);
    EXPECT_EQ(pace.work_ms(30, false), 4) << "something is done in every turn";
}

TEST(Pace, WorkTakesHalfOfTheTimeOfSlowPictures) {
    EXPECT_NEAR(drawing(80).work_ms(0, false), 40, 1);
    EXPECT_EQ(drawing(300).work_ms(0, false), 50) << "and never so much that an answer would be late";
    EXPECT_EQ(drawing(300).work_ms(0, true), 6) << "what is dragged comes first";
}

// Were a turn's own work half of the time of a picture and grew with it, it would never end.
TEST(Pace, LongWorkIsNotTakenForASlowScreen) {
    Pace pace = drawing(100);
    double now = 3000;
    for (int i = 0; i < 40; ++i) {
        pace.begin_turn(now);
        pace.drawn();
        now += pace.work_ms(2, false) + 4;
    }
    EXPECT_NEAR(pace.work_ms(2, false), 13, 0.1);
}

TEST(Pace, ProgressIsShownTenTimesASecondOrAsOftenAsAQuarterOfTheTimeAllows) {
    EXPECT_LT(Pace().progress_at_ms(), 0) << "at once";
    EXPECT_NEAR(drawing(16, 11).progress_at_ms(), 160 + 100, 1e-9);
    EXPECT_NEAR(drawing(80, 31).progress_at_ms(), 2400 + 320, 5);
    EXPECT_NEAR(drawing(300, 31).progress_at_ms(), 9000 + 500, 1e-9);
}

TEST(Pace, TimeBetweenTurnsWithoutAPictureDoesNotCount) {
    Pace pace = drawing(20);
    const double before = pace.picture_ms();
    pace.begin_turn(600);
    pace.begin_turn(5000);
    pace.begin_turn(9000);
    EXPECT_NEAR(pace.picture_ms(), before, 1) << "only the picture of the last turn does";
}

}  // namespace
}  // namespace headlight::ui
