// Two runs side by side: the head view, where it is switched on, bars and odds of both, and the other prompt's field.
#include <gtest/gtest.h>

#include <set>

#include "screen.h"

namespace headlight::ui {
namespace {

class BesidePanelsTest : public ScreenTest {
  protected:
    static std::unique_ptr<app::App> laboratory(const std::string& link = "") {
        return app::make_loaded_app("v=1&prompt=the+cat+the+cat&layer=1&head=1" + link);
    }
    static float value_of(const Screen& screen, std::string_view key) {
        const Widget* widget = screen.widget(key);
        EXPECT_NE(widget, nullptr) << key;
        return widget == nullptr ? -1 : static_cast<float>(*widget->value);
    }
    static Box box_of(const Screen& screen, std::string_view key) {
        const Widget* widget = screen.widget(key);
        EXPECT_NE(widget, nullptr) << key;
        return widget == nullptr ? Box() : widget->box;
    }
};

TEST_F(BesidePanelsTest, EveryPairAtEverySizeIsDrawn) {
    struct Size {
        float width, height, ratio;
    };
    for (const Size& size : {Size{1440, 900, 1}, Size{1000, 700, 2}, Size{900, 700, 1}, Size{390, 844, 3}}) {
        for (const char* look :
             {"&ab=1&do=off:0.1", "&ab=1&do=off:0.1&view=lines&lang=tr", "&ab=1&other=a+dog&tab=out",
              "&ab=1&other=the+dogs+the+dogs&values=scores&tab=heads&lang=tr", "&ab=1&other=a+dog&view=lines&tab=heads",
              "&ab=1&summary=rollout&other=a+dog&tab=heads",
              "&ab=1&do=off:0.1&compare=other&other=the+dog+the+dog&tab=heads&text=1.5",
              "&compare=other&other=the+dog+the+dog&tab=heads"}) {
            Screen screen(size.width, size.height, laboratory(look), size.ratio);
            screen.settle(200);
            EXPECT_TRUE(Screen::drawn().finite) << look << size.width;
            std::set<std::string> keys;
            for (const Widget& widget : screen.ui->widgets().widgets()) {
                EXPECT_TRUE(keys.insert(widget.key).second) << widget.key << look;
                EXPECT_GE(widget.box.x, -0.5f) << widget.key << look;
                EXPECT_LE(widget.box.right(), size.width + 0.5f) << widget.key << look << " at " << size.width;
            }
        }
    }
}

TEST_F(BesidePanelsTest, WithoutAndWithChangesStandBesideEachOther) {
    Screen screen(1440, 900, laboratory("&do=off:0.1&ab=1"));
    screen.settle();
    ASSERT_NE(screen.widget("run"), nullptr);
    EXPECT_EQ(screen.widget("second.run")->label, screen.app->strings()("ab.baseline"));
    EXPECT_EQ(screen.widget("run")->label, screen.app->strings()("ab.changed"));
    EXPECT_LT(box_of(screen, "second.run").right(), box_of(screen, "run").x);
    const auto values = app::Values::pattern;
    EXPECT_EQ(value_of(screen, "cell.3.1"), screen.app->attention(app::Run::changed, 1, 1, values).at(3, 1));
    EXPECT_EQ(value_of(screen, "second.cell.3.1"), screen.app->attention(app::Run::baseline, 1, 1, values).at(3, 1));
    EXPECT_NE(value_of(screen, "cell.3.1"), value_of(screen, "second.cell.3.1"));
    EXPECT_EQ(box_of(screen, "cell.3.1").width, box_of(screen, "second.cell.3.1").width);
    ASSERT_TRUE(screen.click("second.cell.3.1"));
    EXPECT_EQ(screen.app->settings().query, 3);
    EXPECT_EQ(screen.app->settings().key, 1) << "what is chosen in one is chosen in both";
    ASSERT_TRUE(screen.click("tools.paint"));
    ASSERT_TRUE(screen.click("second.cell.2.0"));
    EXPECT_EQ(screen.app->settings().changes, "off:0.1") << "only the changed run can be drawn on";
    ASSERT_TRUE(screen.click("cell.2.0"));
    EXPECT_NE(screen.app->settings().changes, "off:0.1");
}

TEST_F(BesidePanelsTest, OnAPhoneOneStandsBelowTheOther) {
    Screen screen(390, 1900, laboratory("&do=off:0.1&ab=1&tab=heads"), 3);  // nothing is scrolled away
    screen.settle();
    EXPECT_LT(box_of(screen, "second.run").y, box_of(screen, "second.cells").y);
    EXPECT_LT(box_of(screen, "second.cells").bottom(), box_of(screen, "run").y);
    EXPECT_EQ(box_of(screen, "cells").width, box_of(screen, "second.cells").width);
    EXPECT_GT(box_of(screen, "cells").width, 240);
}

TEST_F(BesidePanelsTest, TheOtherPromptHasTokensOfItsOwn) {
    Screen screen(1440, 900, laboratory("&ab=1&other=a+dog+is+no+cat+at+all"));
    screen.settle();
    const auto own = static_cast<int>(screen.app->tokens().size());
    const auto other = static_cast<int>(screen.app->laboratory().other_ids.size());
    ASSERT_LT(own, other);
    EXPECT_LT(box_of(screen, "run").right(), box_of(screen, "second.run").x);
    const std::string last = "second.cell." + std::to_string(other - 1) + ".0";
    EXPECT_EQ(value_of(screen, last),
              screen.app->attention(app::Run::other, 1, 1, app::Values::pattern).at(other - 1, 0));
    ASSERT_TRUE(screen.point_at("second.cell.2.1"));
    EXPECT_EQ(screen.app->selection().query, 2);
    ASSERT_TRUE(screen.click(last));
    EXPECT_EQ(screen.app->settings().query, -1) << "this text has no such position";
    screen.point(2, 2);

    const app::Distribution& out = screen.app->distribution();
    const auto ghost = static_cast<std::size_t>(out.candidates.front().id);
    screen.run(app::set<&app::Settings::temperature>(1.0f));
    EXPECT_FLOAT_EQ(value_of(screen, "ghost.0"), screen.app->laboratory().baseline[ghost]);
    EXPECT_FLOAT_EQ(value_of(screen, "changes.odds"), screen.app->laboratory().odds.now);
    EXPECT_EQ(screen.widget("compare.other"), nullptr) << "there is no difference";
}

TEST_F(BesidePanelsTest, IsSwitchedBesideTheComparison) {
    Screen screen(1440, 900, laboratory());
    screen.settle();
    EXPECT_EQ(screen.widget("changes.ab"), nullptr) << "there is nothing to compare";
    screen.run(app::set<&app::Settings::other>(std::string("the dog the dog")));
    ASSERT_TRUE(screen.click("changes.ab"));
    EXPECT_TRUE(screen.app->settings().side_by_side);
    EXPECT_NE(screen.widget("second.run"), nullptr);
    ASSERT_TRUE(screen.click("changes.ab"));
    EXPECT_FALSE(screen.app->settings().side_by_side);
    EXPECT_EQ(screen.widget("second.run"), nullptr);
    ASSERT_TRUE(screen.click("compare.other"));
    EXPECT_TRUE(screen.app->shows_difference());
    ASSERT_TRUE(screen.click("compare.changed"));
    EXPECT_FALSE(screen.app->shows_difference());
}

TEST_F(BesidePanelsTest, TheOtherPromptIsAFieldLikeThePrompt) {
    Screen screen(1440, 900, laboratory("&bottom=patch"));
    screen.settle();
    EXPECT_GT(screen.platform->other_rect.width, 100);
    EXPECT_GT(screen.platform->prompt_rect.width, 100);
    EXPECT_EQ(box_of(screen, "patch.other").y, screen.platform->other_rect.y);
    screen.platform->typed_other = "the cow\n\xC3\xA7";
    screen.platform->input = true;
    screen.settle();
    EXPECT_EQ(screen.app->settings().other, "the cow\n\xC3\xA7");
    EXPECT_EQ(screen.app->field_text(), "the cat the cat");
    EXPECT_GT(screen.platform->other_rect.height, 60) << "it grows with its lines";
    screen.ui->start_tour();
    screen.platform->input = true;
    screen.settle();
    ASSERT_NE(screen.widget("tour.title"), nullptr);
    EXPECT_EQ(screen.platform->other_rect.width, 0) << "the real field would shine through";
}

TEST_F(BesidePanelsTest, WithoutAnythingToCompareTheOddsAreOneNumber) {
    Screen screen(1440, 900, laboratory("&other=the+dog"));
    screen.settle();
    ASSERT_NE(screen.widget("changes.odds"), nullptr);
    EXPECT_EQ(screen.widget("changes.odds")->label.find("\u2192"), std::string::npos);
    screen.run(app::AddChange{"off:0.1"});
    EXPECT_NE(screen.widget("changes.odds")->label.find("\u2192"), std::string::npos);
}

}  // namespace
}  // namespace headlight::ui
