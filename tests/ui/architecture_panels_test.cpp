// The architecture exhibit on the screen: drawn at every size, every box and number reachable, and pressed.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "screen.h"
#include "ui/panels/architecture_layout.h"

namespace headlight::ui {
namespace {

using ArchitecturePanels = ScreenTest;

constexpr ScreenSize kArchitectureSizes[] = {{1440, 900, 1}, {1920, 1200, 2}, {1000, 700, 1},
                                             {640, 480, 1},  {390, 844, 3},   {320, 320, 1}};

TEST_F(ArchitecturePanels, EveryLookAtEverySizeIsDrawn) {
    for (const ScreenSize& size : kArchitectureSizes) {
        for (const char* look :
             {"arch=1", "arch=1&tab=heads&stage=pattern", "arch=1&tab=heads&stage=query&theme=light&lang=tr",
              "arch=1&tab=out", "arch=1&tab=more", "arch=1&tab=heads&exhibit=loop&loop=36",
              "arch=1&tab=heads&exhibit=loop&loop=10&acrop=5&lang=tr", "arch=1&text=1.5&alayers=1000&awidth=12000",
              "arch=1&embed=1", "arch=1&rung=tutorial", "arch=1&acontext=1&atokens=1&avocab=1"}) {
            Screen screen(size.width, size.height, app::make_loaded_app(std::string("v=1&") + look), size.ratio);
            screen.settle();
            const Screen::Drawn drawn = Screen::drawn();
            EXPECT_TRUE(drawn.finite) << size.width << " " << look;
            EXPECT_GT(drawn.vertices, 200) << size.width << " " << look;
        }
    }
}

TEST_F(ArchitecturePanels, TheLoopSaysWhenThereIsNoModel) {
    auto app = app::make_app();
    app::run(*app, app::OpenLink{"v=1&arch=1&exhibit=loop"});
    Screen screen(1440, 900, std::move(app));
    screen.settle();
    EXPECT_GT(Screen::drawn().vertices, 200);
    EXPECT_EQ(screen.widget("loop.next"), nullptr);
}

TEST_F(ArchitecturePanels, OpensFromTheMapAndTheKeyAndCloses) {
    Screen screen(1440, 900, app::make_loaded_app());
    screen.settle();
    ASSERT_TRUE(screen.click("architecture"));
    EXPECT_TRUE(screen.app->settings().architecture);
    EXPECT_EQ(*screen.widget("architecture.total")->value, 163'009'536);
    ASSERT_TRUE(screen.click("architecture.close"));
    EXPECT_FALSE(screen.app->settings().architecture);
    screen.type("a");
    EXPECT_TRUE(screen.app->settings().architecture);
    screen.press(ImGuiKey_Escape);
    EXPECT_FALSE(screen.app->settings().architecture);
    screen.type("a");
    ASSERT_TRUE(screen.click("rung.small"));
    EXPECT_FALSE(screen.app->settings().architecture) << "the rung leads back";
}

TEST_F(ArchitecturePanels, PresetsAndNumbersArePressedAndTyped) {
    Screen screen(1440, 900, app::make_loaded_app("v=1&arch=1"));
    screen.settle();
    ASSERT_TRUE(screen.click("preset.gpt2"));
    EXPECT_EQ(*screen.widget("architecture.total")->value, 124'439'808);
    EXPECT_EQ(*screen.widget("param.total")->value, 124'439'808);
    ASSERT_TRUE(screen.click("alayers.more"));
    EXPECT_EQ(screen.app->settings().arch_layers, 13);
    ASSERT_TRUE(screen.click("aheads.less"));
    EXPECT_EQ(screen.app->settings().arch_heads, 8) << "the next divisor of 768";
    ASSERT_TRUE(screen.click("abias"));
    EXPECT_FALSE(screen.app->settings().arch_qkv_bias);
    ASSERT_TRUE(screen.click("avocab"));
    screen.type("1000");
    screen.press(ImGuiKey_Enter);
    EXPECT_EQ(screen.app->settings().arch_vocabulary, 1000);
    EXPECT_EQ(screen.widget("architecture.problem"), nullptr);
    ASSERT_TRUE(screen.click("awidth"));
    screen.type("1001");
    screen.press(ImGuiKey_Enter);
    EXPECT_EQ(screen.app->settings().arch_width, 768);
    ASSERT_NE(screen.widget("architecture.problem"), nullptr);
    EXPECT_NE(screen.widget("architecture.problem")->label.find("1,001"), std::string::npos);
    EXPECT_EQ(*screen.widget("awidth")->value, 1001) << "what was typed stands in its field";
}

TEST_F(ArchitecturePanels, BoxesAndRowsOfTheTableAreOneSelection) {
    Screen screen(1440, 900, app::make_loaded_app("v=1&arch=1"));
    screen.settle();
    for (std::size_t i = 1; i < model::kStages; ++i) {
        const std::string key = "stage." + std::string(model::kStageIds[i]);
        ASSERT_TRUE(screen.click(key)) << key;
        EXPECT_EQ(screen.app->settings().stage, static_cast<app::Stage>(i)) << key;
    }
    ASSERT_TRUE(screen.click("param.4"));
    EXPECT_EQ(screen.app->settings().stage, app::Stage::projection);
    EXPECT_EQ(*screen.widget("architecture.detail")->value, 590'592);
    ASSERT_TRUE(screen.click("stage.project"));
    EXPECT_EQ(screen.app->settings().stage, app::Stage::none);
    screen.point(2, 2);
    screen.press(ImGuiKey_RightArrow);
    screen.press(ImGuiKey_DownArrow);
    screen.press(ImGuiKey_LeftArrow);
    EXPECT_EQ(screen.app->settings().stage, app::Stage::ids);
}

TEST_F(ArchitecturePanels, TheLoopIsSteppedByButtonAndKey) {
    Screen screen(1440, 900, app::make_loaded_app("v=1&arch=1"));
    screen.settle();
    ASSERT_TRUE(screen.click("exhibit.loop"));
    ASSERT_TRUE(screen.click("loop.next"));
    EXPECT_EQ(screen.app->settings().loop, 1);
    screen.type(".");
    screen.press(ImGuiKey_RightArrow);
    EXPECT_EQ(screen.app->settings().loop, 3);
    ASSERT_TRUE(screen.click("loop.back"));
    screen.type(",");
    EXPECT_EQ(screen.app->settings().loop, 1);
    ASSERT_TRUE(screen.click("turn.2"));
    EXPECT_EQ(screen.app->settings().loop, 12);
    EXPECT_NE(screen.widget("loop.top.0"), nullptr);
    const std::string next = "loop.token." + std::to_string(screen.app->loop()->loop.typed() + 1);
    ASSERT_NE(screen.widget(next), nullptr) << "the second token has been appended";
    ASSERT_TRUE(screen.click("crop.3"));
    EXPECT_EQ(screen.app->loop()->loop.context_size(), 3);
    ASSERT_TRUE(screen.click("loop.run"));
    EXPECT_TRUE(screen.app->playing());
    screen.type("p");
    EXPECT_FALSE(screen.app->playing());
}

TEST_F(ArchitecturePanels, OnAPhoneItHasTabsAndTheKeyPad) {
    Screen screen(390, 844, app::make_loaded_app("v=1&tab=more"), 3);
    screen.settle();
    ASSERT_TRUE(screen.click("architecture"));
    EXPECT_NE(screen.widget("stage.norm1"), nullptr);
    ASSERT_TRUE(screen.click("stage.norm1"));
    EXPECT_NE(screen.widget("architecture.detail"), nullptr) << "told under the box";
    ASSERT_TRUE(screen.click("tab.out"));
    EXPECT_NE(screen.widget("param.total"), nullptr);
    ASSERT_TRUE(screen.click("tab.in"));
    ASSERT_TRUE(screen.click("alayers"));
    for (const char* key : {"pad.2", "pad.4", "pad.ok"}) ASSERT_TRUE(screen.click(key)) << key;
    EXPECT_EQ(screen.app->settings().arch_layers, 24);
}

bool overlap(const Box& a, const Box& b) {
    return a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom();
}

TEST(DiagramLayout, HoldsEveryBoxOnceWithoutOverlap) {
    for (const float width : {280.0f, 366.0f, 500.0f, 620.0f, 780.0f, 1200.0f}) {
        for (const app::Stage selected : {app::Stage::none, app::Stage::key, app::Stage::logits}) {
            const DiagramLayout layout = diagram_layout(width, selected, 120);
            std::set<app::Stage> stages;
            for (const DiagramBox& each : layout.boxes) {
                EXPECT_TRUE(stages.insert(each.stage).second);
                EXPECT_GE(each.box.x, 0);
                EXPECT_LE(each.box.right(), width + 0.5f);
                EXPECT_LE(each.box.bottom(), layout.height + 0.5f);
                for (const DiagramBox& other : layout.boxes)
                    EXPECT_TRUE(&other == &each || !overlap(each.box, other.box));
                EXPECT_FALSE(layout.detail.height > 0 && overlap(each.box, layout.detail));
            }
            EXPECT_EQ(stages.size(), model::kStages - 1);
            EXPECT_EQ(layout.detail.height > 0, layout.wide || selected != app::Stage::none);
        }
    }
}

}  // namespace
}  // namespace headlight::ui
