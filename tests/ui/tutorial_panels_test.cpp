// The tutorial's panels: steps, tables, editing, mistakes, learning.
#include <gtest/gtest.h>

#include <set>

#include "app/learning.h"
#include "screen.h"

namespace headlight::ui {
namespace {

using TutorialPanelsTest = ScreenTest;

std::unique_ptr<app::App> tutorial(const std::string& link = "") {
    auto program = app::make_app();
    app::run(*program, app::OpenLink{"v=1&rung=tutorial" + link});
    return program;
}

float value_of(const Screen& screen, const std::string& key) {
    const Widget* widget = screen.widget(key);
    return widget != nullptr && widget->value ? static_cast<float>(*widget->value) : -1000.0f;
}

TEST_F(TutorialPanelsTest, EveryStepInEveryModeIsDrawnAtEverySize) {
    struct Size {
        float width, height, ratio;
    };
    for (const Size& size : {Size{1440, 900, 1}, Size{1280, 800, 2}, Size{900, 700, 1}, Size{390, 844, 3}}) {
        for (const char* mode : {"printed", "right", "paper"}) {
            Screen screen(size.width, size.height, tutorial("&tab=heads&lang=tr&mode=" + std::string(mode)),
                          size.ratio);
            for (int step = 1; step <= interpret::Tutorial::kSteps; ++step) {
                screen.run(app::set<&app::Settings::step>(step));
                screen.platform->input = true;
                screen.turn();
                const Screen::Drawn drawn = Screen::drawn();
                EXPECT_TRUE(drawn.finite) << step << mode << size.width;
                EXPECT_GT(drawn.vertices, 300) << step << mode << size.width;
                std::set<std::string> keys;
                for (const Widget& widget : screen.ui->widgets().widgets()) {
                    EXPECT_TRUE(keys.insert(widget.key).second) << widget.key << " twice in step " << step;
                    EXPECT_LE(widget.box.right(), size.width + 0.5f) << widget.key << " at " << size.width;
                    EXPECT_GE(widget.box.x, -0.5f) << widget.key << " at " << size.width;
                }
            }
        }
    }
}

TEST_F(TutorialPanelsTest, AClickChoosesACellAndArrowsGoOn) {
    Screen screen(1440, 900, tutorial("&step=7"));
    screen.settle();
    ASSERT_TRUE(screen.click("num.x.2.3"));
    EXPECT_EQ(screen.app->settings().sheet, "x");
    EXPECT_EQ(screen.app->settings().row, 2);
    EXPECT_EQ(screen.app->settings().column, 3);
    ASSERT_NE(screen.widget("cell.value"), nullptr);
    EXPECT_FLOAT_EQ(value_of(screen, "cell.value"), 1.31f) << "the printed X of the third word";
    screen.press(ImGuiKey_DownArrow);
    screen.press(ImGuiKey_LeftArrow);
    EXPECT_EQ(screen.app->settings().row, 3);
    EXPECT_EQ(screen.app->settings().column, 2);
    screen.press(ImGuiKey_Escape);
    EXPECT_EQ(screen.app->settings().row, -1);
    screen.press(ImGuiKey_DownArrow);
    EXPECT_EQ(screen.app->settings().step, 8) << "without a cell the arrows go from step to step";
}

TEST_F(TutorialPanelsTest, AnEditedNumberChangesWhatFollows) {
    Screen screen(1440, 1400, tutorial("&step=7&mode=right"));
    screen.settle();
    const float before = value_of(screen, "num.q.0.1");
    ASSERT_GT(before, -100);
    ASSERT_TRUE(screen.click("num.wq.0.1"));
    screen.press(ImGuiKey_Enter);
    ASSERT_NE(screen.widget("edit.field"), nullptr);
    screen.type("2");
    screen.press(ImGuiKey_Enter);
    EXPECT_EQ(screen.widget("edit.field"), nullptr);
    EXPECT_FLOAT_EQ(value_of(screen, "num.wq.0.1"), 2);
    EXPECT_NE(value_of(screen, "num.q.0.1"), before);
    ASSERT_NE(screen.widget("edits.reset"), nullptr);
    // Escape leaves a number as it was.
    screen.press(ImGuiKey_Enter);
    screen.type("9");
    screen.press(ImGuiKey_Escape);
    EXPECT_EQ(screen.widget("edit.field"), nullptr);
    EXPECT_FLOAT_EQ(value_of(screen, "num.wq.0.1"), 2);
    ASSERT_TRUE(screen.click("edits.reset"));
    EXPECT_FLOAT_EQ(value_of(screen, "num.wq.0.1"), 0.45f);
    EXPECT_FLOAT_EQ(value_of(screen, "num.q.0.1"), before);
}

TEST_F(TutorialPanelsTest, AFingerTypesOnAPad) {
    Screen screen(390, 844, tutorial("&step=7&mode=right&tab=heads&sheet=wq"), 3);
    screen.platform->finger = true;
    screen.settle();
    for (int wheel = 0; wheel < 60 && screen.widget("num.wq.0.1") == nullptr; ++wheel) {
        screen.point(195, 400);
        ImGui::GetIO().AddMouseWheelEvent(0, -1);
        screen.platform->input = true;
        screen.settle();
    }
    ASSERT_TRUE(screen.click("num.wq.0.1"));
    ASSERT_TRUE(screen.click("num.wq.0.1"));
    ASSERT_NE(screen.widget("pad.value"), nullptr);
    for (const char* key : {"pad.1", "pad..", "pad.5", "pad.sign"}) ASSERT_TRUE(screen.click(key)) << key;
    EXPECT_EQ(screen.widget("pad.value")->label, "-1.5");
    ASSERT_TRUE(screen.click("pad.ok"));
    EXPECT_EQ(screen.widget("pad.value"), nullptr);
    EXPECT_EQ(screen.app->tutorial()->edits(), 1);
    EXPECT_FLOAT_EQ(screen.app->tutorial()->find("wq")->at(0, 1), -1.5f);
}

TEST_F(TutorialPanelsTest, MistakesAreSoughtAndRevealed) {
    Screen screen(1440, 1400, tutorial("&step=7"));
    screen.settle();
    EXPECT_EQ(value_of(screen, "mistakes.count"), 0);
    EXPECT_EQ(screen.widget("num.v.right.0.0"), nullptr) << "the right figures stay hidden";
    ASSERT_TRUE(screen.click("mistakes.seek"));
    ASSERT_TRUE(screen.click("num.k.0.0"));
    EXPECT_EQ(value_of(screen, "mistakes.count"), 0) << "K is right";
    ASSERT_TRUE(screen.click("num.v.0.0"));
    EXPECT_EQ(value_of(screen, "mistakes.count"), 1);
    EXPECT_NE(screen.widget("mistake.7"), nullptr);
    ASSERT_NE(screen.widget("num.v.right.0.2"), nullptr) << "the right figure stands beside the printed one";
    EXPECT_NEAR(value_of(screen, "num.v.right.0.2"), 4.21f, 0.005f);
    ASSERT_TRUE(screen.click("mistakes.reveal"));
    EXPECT_EQ(value_of(screen, "mistakes.count"), 2);
    ASSERT_TRUE(screen.click("mistakes.hide"));
    EXPECT_EQ(value_of(screen, "mistakes.count"), 0);
}

TEST_F(TutorialPanelsTest, ModesAreSwitchedAndNamed) {
    Screen screen(1280, 900, tutorial("&step=7"));
    screen.settle();
    ASSERT_TRUE(screen.click("mode.paper"));
    EXPECT_EQ(screen.app->settings().mode, app::TutorialMode::paper);
    EXPECT_EQ(screen.widget("mode.paper")->on, true);
    ASSERT_TRUE(screen.click("step.9"));
    EXPECT_EQ(screen.app->settings().step, 9);
    ASSERT_TRUE(screen.click("step.next"));
    EXPECT_EQ(value_of(screen, "step.name"), 10);
}

TEST_F(TutorialPanelsTest, TheModelLearnsAndIsRewoundOnlyAfterAQuestion) {
    Screen screen(1440, 1400, tutorial());
    screen.settle();
    EXPECT_EQ(screen.widget("learn.badge")->label, "random");
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(screen.click("learn.step"));
    EXPECT_EQ(value_of(screen, "learn.steps"), 3);
    EXPECT_EQ(screen.widget("learn.badge")->label, "trained 3 steps");
    ASSERT_TRUE(screen.click("learn.rewind"));
    ASSERT_NE(screen.app->question(), nullptr);
    ASSERT_NE(screen.widget("question.no"), nullptr);
    screen.press(ImGuiKey_Escape);
    EXPECT_EQ(screen.app->question(), nullptr);
    EXPECT_EQ(value_of(screen, "learn.steps"), 3);
    ASSERT_TRUE(screen.click("learn.rewind"));
    ASSERT_TRUE(screen.click("question.yes"));
    EXPECT_EQ(screen.app->learning()->steps(), 0);
    EXPECT_EQ(screen.widget("learn.badge")->label, "random");
}

TEST_F(TutorialPanelsTest, RungsAreChosenInTheBar) {
    Screen screen(1280, 800, app::make_loaded_app());
    screen.settle();
    for (const char* key : {"rung.tutorial", "rung.small", "rung.translate", "rung.own", "share", "theme", "lang.tr"}) {
        const Widget* widget = screen.widget(key);
        ASSERT_NE(widget, nullptr) << key;
        EXPECT_LE(widget->box.right(), 1280) << key;
    }
    ASSERT_TRUE(screen.click("rung.tutorial"));
    EXPECT_EQ(screen.app->settings().rung, app::Rung::tutorial);
    EXPECT_NE(screen.widget("step.1"), nullptr);
}

TEST_F(TutorialPanelsTest, OnAPhoneRungsStandInAMenuAndStepsLeadToTheirNumbers) {
    Screen screen(390, 844, app::make_loaded_app(), 3);
    screen.settle();
    ASSERT_TRUE(screen.click("rung"));
    ASSERT_TRUE(screen.click("rung.tutorial"));
    EXPECT_EQ(screen.app->settings().rung, app::Rung::tutorial);
    ASSERT_TRUE(screen.click("step.7"));
    EXPECT_EQ(screen.app->settings().tab, app::Tab::heads) << "a chosen step is shown";
}

TEST_F(TutorialPanelsTest, TheTourSpeaksOfWhatIsThere) {
    Screen screen(1440, 900, tutorial("&step=7"));
    screen.ui->start_tour();
    screen.platform->input = true;
    std::set<std::string> titles;
    for (int stop = 1; stop <= 6; ++stop) {
        screen.settle();
        const Widget* card = screen.widget("tour.title");
        ASSERT_NE(card, nullptr) << stop;
        EXPECT_EQ(card->label.find("tour."), std::string::npos) << card->label << " has no text";
        titles.insert(card->label);
        EXPECT_LE(card->box.right(), 1440);
        EXPECT_LE(card->box.bottom(), 900);
        ASSERT_TRUE(screen.click("tour.next"));
    }
    EXPECT_EQ(titles.size(), 6u);
    EXPECT_TRUE(titles.contains("Spot the error"));
}

}  // namespace
}  // namespace headlight::ui
