// A translation through the panels of the GPT: chips of both languages, three grids of heads, two kinds of axes.
#include <gtest/gtest.h>

#include "screen.h"

namespace headlight::ui {
namespace {

using TranslationPanelsTest = ScreenTest;

std::unique_ptr<app::App> translating(const std::string& link = "") {
    return app::make_translating_app("v=1&rung=translate&source=the+cat" + link);
}

TEST_F(TranslationPanelsTest, EveryPartIsDrawnAtEverySize) {
    struct Size {
        float width, height, ratio;
    };
    for (const Size& size : {Size{1440, 900, 1}, Size{1280, 800, 2}, Size{900, 700, 1}, Size{390, 844, 3}}) {
        for (const char* look : {"", "&part=encoder", "&part=decoder&view=lines", "&part=cross&view=lines",
                                 "&decode=sample", "&bottom=matrix&part=encoder&site=mlp.hook_post",
                                 "&bottom=matrix&site=cross_attn.hook_k", "&tab=heads", "&tab=out&lang=tr", "&tab=more",
                                 "&part=encoder&lang=tr&tdo=off:enc0.0;paint:cross1.1@first;mean:dec0.mlp",
                                 "&tab=out&tdo=off:cross0.attn;off:cross1.attn"}) {
            Screen screen(size.width, size.height, translating(look), size.ratio);
            screen.settle();
            const Screen::Drawn drawn = Screen::drawn();
            EXPECT_TRUE(drawn.finite) << look << size.width;
            EXPECT_GT(drawn.vertices, 200) << look << size.width;
            for (const Widget& widget : screen.ui->widgets().widgets()) {
                EXPECT_GE(widget.box.x, -0.5f) << widget.key << look;
                EXPECT_LE(widget.box.right(), size.width + 0.5f) << widget.key << look << " at " << size.width;
            }
        }
    }
}

TEST_F(TranslationPanelsTest, HeadsStandInThreeGroups) {
    Screen screen(1440, 900, translating());
    screen.settle();
    const app::ModelInfo& model = *screen.app->model();
    EXPECT_NE(screen.widget("head.encoder." + std::to_string(model.encoder_layers - 1) + ".0"), nullptr);
    ASSERT_TRUE(screen.click("head.decoder." + std::to_string(model.decoder_layers - 1) + ".1"));
    EXPECT_EQ(screen.app->settings().part, app::Part::decoder);
    EXPECT_EQ(screen.app->settings().layer, model.decoder_layers - 1);
    EXPECT_EQ(screen.app->settings().head, 1);
    EXPECT_EQ(screen.widget("cell.0.1"), nullptr) << "masked";
    ASSERT_TRUE(screen.click("head.encoder.0.0"));
    EXPECT_EQ(screen.app->settings().part, app::Part::encoder);
    EXPECT_NE(screen.widget("cell.0.1"), nullptr) << "not masked";
    ASSERT_TRUE(screen.click("head.cross.0.0"));
    const std::string last =
        std::to_string(screen.app->tokens().size() - 1) + "." + std::to_string(screen.app->source_tokens().size() - 1);
    ASSERT_TRUE(screen.click("cell." + last));
    EXPECT_EQ(screen.app->settings().key, static_cast<int>(screen.app->source_tokens().size()) - 1);
}

TEST_F(TranslationPanelsTest, PointingAtATargetTokenShowsWhatItLookedAt) {
    Screen screen(1440, 900, translating("&part=cross&layer=0&head=0"));
    screen.settle();
    ASSERT_GT(screen.app->tokens().size(), 2u);
    ASSERT_TRUE(screen.point_at("chip.2"));
    EXPECT_EQ(screen.app->selection().query, 1) << "the row that wrote it";
    const interpret::Matrix m = screen.app->attention(app::Part::cross, 0, 0, app::Values::pattern);
    double sum = 0;
    for (int i = 0; i < m.cols; ++i) {
        const Widget* source = screen.widget("source." + std::to_string(i));
        ASSERT_NE(source, nullptr);
        EXPECT_FLOAT_EQ(static_cast<float>(*source->value), m.at(1, i));
        sum += *source->value;
    }
    EXPECT_NEAR(sum, 1, 1e-5);
}

TEST_F(TranslationPanelsTest, TheTranslationStandsThereAsASentence) {
    Screen screen(390, 844, translating(), 3);
    screen.settle();
    ASSERT_NE(screen.widget("translation"), nullptr);
    EXPECT_EQ(screen.widget("translation")->label, screen.app->translation()->text);
    EXPECT_FALSE(screen.app->translation()->text.empty());
}

TEST_F(TranslationPanelsTest, GreedyLeavesNothingToDraw) {
    Screen screen(1440, 900, translating());
    screen.settle();
    EXPECT_EQ(screen.widget("slider.temperature"), nullptr);
    ASSERT_TRUE(screen.click("decode.sample"));
    EXPECT_NE(screen.widget("slider.temperature"), nullptr);
    EXPECT_NE(screen.widget("seed"), nullptr);
}

std::string translator_changes(const Screen& screen) {
    return screen.app->settings().translator_changes;
}

TEST_F(TranslationPanelsTest, HeadsOfEveryPartCanBeChanged) {
    Screen screen(1440, 900, translating("&part=cross&layer=0&head=0"));
    screen.settle();
    ASSERT_TRUE(screen.click("tools.off"));
    EXPECT_EQ(translator_changes(screen), "off:cross0.0");
    ASSERT_TRUE(screen.click("tools.mean"));
    EXPECT_EQ(translator_changes(screen), "mean:cross0.0");
    ASSERT_TRUE(screen.click("tools.pattern"));
    for (const char* key : {"pattern.previous", "pattern.self", "pattern.freeze", "pattern.mlp"})
        EXPECT_EQ(screen.widget(key), nullptr) << key;
    ASSERT_TRUE(screen.click("pattern.first"));
    EXPECT_EQ(translator_changes(screen), "mean:cross0.0;paint:cross0.0@first");
    ASSERT_TRUE(screen.click("change.0"));
    EXPECT_EQ(translator_changes(screen), "paint:cross0.0@first");
    ASSERT_TRUE(screen.click("head.encoder.0.1"));
    ASSERT_TRUE(screen.click("tools.pattern"));
    ASSERT_TRUE(screen.click("pattern.previous"));
    ASSERT_TRUE(screen.click("tools.pattern"));
    ASSERT_TRUE(screen.click("pattern.mlp"));
    EXPECT_EQ(translator_changes(screen), "paint:cross0.0@first;paint:enc0.1@previous;off:enc0.mlp");
    ASSERT_TRUE(screen.click("changes.clear"));
    EXPECT_EQ(translator_changes(screen), "");
}

TEST_F(TranslationPanelsTest, APatternIsCopiedFromAHeadOfTheSamePart) {
    Screen screen(1440, 900, translating("&part=cross&layer=1&head=0"));
    screen.settle();
    for (const char* from : {"head.encoder.0.1", "head.cross.0.1"}) {  // the first has other rows and columns
        ASSERT_TRUE(screen.click("tools.pattern"));
        ASSERT_TRUE(screen.click("pattern.copy"));
        screen.settle();
        ASSERT_TRUE(screen.click(from));
        EXPECT_EQ(translator_changes(screen),
                  (std::string_view(from) == "head.cross.0.1") ? "paint:cross1.0@copy0.1" : "")
            << from;
    }
    ASSERT_TRUE(screen.click("tools.pattern"));
    EXPECT_EQ(screen.widget("pattern.copy")->on, true);
}

TEST_F(TranslationPanelsTest, TheOddsOfTwoTokensAreToldAndChosen) {
    Screen screen(1440, 900, translating());
    screen.settle();
    ASSERT_NE(screen.widget("odds"), nullptr);
    ASSERT_TRUE(screen.click("odds.rival"));
    ASSERT_TRUE(screen.click("odds-rival.3"));
    EXPECT_EQ(screen.app->settings().rival, screen.app->distribution().candidates[3].id);
    screen.run(app::AddChange{"off:cross0.attn"});
    EXPECT_NE(screen.widget("odds")->label.find("before"), std::string::npos);
}

TEST_F(TranslationPanelsTest, ShiftClickSwitchesAHeadOfAnyPartOff) {
    Screen screen(1440, 900, translating("&part=cross&layer=0&head=0"));
    screen.settle();
    ImGui::GetIO().AddKeyEvent(ImGuiMod_Shift, true);
    ASSERT_TRUE(screen.click("head.cross.1.1"));
    EXPECT_EQ(translator_changes(screen), "off:cross1.1");
    ASSERT_TRUE(screen.click("head.decoder.0.1"));
    EXPECT_EQ(translator_changes(screen), "off:cross1.1;off:dec0.1");
    ASSERT_TRUE(screen.click("head.cross.1.1"));
    EXPECT_EQ(translator_changes(screen), "off:dec0.1");
    ImGui::GetIO().AddKeyEvent(ImGuiMod_Shift, false);
}

TEST_F(TranslationPanelsTest, WeightsAreDrawnByHandOnBothSidesOfTheDiagonal) {
    Screen screen(1440, 900, translating("&part=encoder&layer=0&head=0&view=matrix"));
    screen.settle();
    ASSERT_TRUE(screen.click("tools.paint"));
    ASSERT_TRUE(screen.click("cell.1.3"));
    EXPECT_EQ(translator_changes(screen), "paint:enc0.0@1-3-1");
    EXPECT_EQ(screen.app->attention(app::Part::encoder, 0, 0, app::Values::pattern).at(1, 3), 1);
}

TEST_F(TranslationPanelsTest, WhatItWritesWithoutTheChangesStandsBelow) {
    Screen screen(1440, 900, translating());
    screen.settle();
    const std::string before = screen.app->translation()->text;
    EXPECT_EQ(screen.widget("translation.without"), nullptr);
    EXPECT_EQ(screen.widget("ghost.0"), nullptr);
    screen.run(app::AddChange{"off:cross0.attn;off:cross1.attn"});
    ASSERT_NE(screen.widget("translation.without"), nullptr);
    EXPECT_NE(screen.app->translation()->text, before);
    EXPECT_EQ(screen.widget("translation.without")->label, "Without the changes: " + before);
    EXPECT_NE(screen.widget("ghost.0"), nullptr);
    screen.run(app::ClearChanges{});
    screen.run(app::AddChange{"scale:cross0.0@0.999"});
    EXPECT_EQ(screen.widget("translation.without")->label, "Without the changes: the same.");
}

}  // namespace
}  // namespace headlight::ui
