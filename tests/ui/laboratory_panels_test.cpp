// The laboratory's panels: chips, tools and brush of a head, ghost bars, and what the bottom panel reads.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "interpret/intervention.h"
#include "screen.h"

namespace headlight::ui {
namespace {

class LaboratoryPanelsTest : public ScreenTest {
  protected:
    static std::unique_ptr<app::App> laboratory(const std::string& link = "") {
        return app::make_loaded_app("v=1&prompt=the+cat+the+cat&layer=1&head=1" + link);
    }
};

std::string changes(const Screen& screen) {
    return screen.app->settings().changes;
}

// A mouse that goes from cell to cell with the button down.
void drag(Screen& screen, std::initializer_list<const char*> cells) {
    bool down = false;
    for (const char* cell : cells) {
        ASSERT_TRUE(screen.point_at(cell)) << cell;
        if (!down) ImGui::GetIO().AddMouseButtonEvent(0, true);
        down = true;
        screen.platform->input = true;
        screen.settle();
    }
    ImGui::GetIO().AddMouseButtonEvent(0, false);
    screen.platform->input = true;
    screen.settle();
}

void hold_shift(Screen& screen, bool down) {
    ImGui::GetIO().AddKeyEvent(ImGuiMod_Shift, down);
    screen.platform->input = true;
    screen.settle();
}

TEST_F(LaboratoryPanelsTest, EveryLookAtEverySizeIsDrawn) {
    struct Size {
        float width, height, ratio;
    };
    for (const Size& size : {Size{1440, 900, 1}, Size{1000, 700, 2}, Size{900, 700, 1}, Size{390, 844, 3}}) {
        for (const char* look :
             {"&do=off:1.1;scale:0.2@-0.5;paint:0.0@first;patch:9.resid@1;drop:2", "&do=off:0.0&compare=difference",
              "&do=off:0.0&compare=baseline&tab=out&lang=tr", "&bottom=lens&tab=more", "&bottom=parts&tab=more&lang=tr",
              "&bottom=patch&tab=more&other=the+dog+the+dog", "&order=induction&tab=heads&sample=1", "&surprise=1",
              "&do=off:0.0&bottom=space&text=1.5&tab=heads"}) {
            Screen screen(size.width, size.height, laboratory(look), size.ratio);
            screen.settle(200);
            const Screen::Drawn drawn = Screen::drawn();
            EXPECT_TRUE(drawn.finite) << look << size.width;
            EXPECT_GT(drawn.vertices, 200) << look << size.width;
            std::set<std::string> keys;
            for (const Widget& widget : screen.ui->widgets().widgets()) {
                EXPECT_TRUE(keys.insert(widget.key).second) << widget.key << look;
                EXPECT_GE(widget.box.x, -0.5f) << widget.key << look;
                EXPECT_LE(widget.box.right(), size.width + 0.5f) << widget.key << look << " at " << size.width;
            }
        }
    }
}

TEST_F(LaboratoryPanelsTest, ChipsNameTheChangesAndTakeThemAway) {
    Screen screen(1440, 900, laboratory("&do=off:0.1;scale:1.2@0.5"));
    screen.settle();
    const Widget* chip = screen.widget("change.1");
    ASSERT_NE(chip, nullptr);
    EXPECT_EQ(chip->label, screen.app->laboratory().changes[1].label);
    EXPECT_TRUE(*chip->on);
    ASSERT_NE(screen.widget("changes.odds"), nullptr);
    EXPECT_FLOAT_EQ(static_cast<float>(*screen.widget("changes.odds")->value), screen.app->laboratory().odds.now);
    ASSERT_TRUE(screen.click("change.0"));
    EXPECT_EQ(changes(screen), "scale:1.2@0.5");
    ASSERT_TRUE(screen.click("compare.difference"));
    EXPECT_TRUE(screen.app->shows_difference());
    ASSERT_TRUE(screen.click("changes.clear"));
    EXPECT_EQ(changes(screen), "");
    EXPECT_EQ(screen.widget("change.0"), nullptr);
    EXPECT_EQ(screen.widget("changes.clear"), nullptr);
}

TEST_F(LaboratoryPanelsTest, AChangeThatDoesNothingIsGrey) {
    Screen screen(1440, 900, laboratory("&do=freeze:1.0"));
    screen.settle();
    ASSERT_NE(screen.widget("change.0"), nullptr);
    EXPECT_FALSE(*screen.widget("change.0")->on) << "there is no other prompt";
    EXPECT_EQ(screen.widget("compare.changed"), nullptr) << "nothing to compare";
}

TEST_F(LaboratoryPanelsTest, ShiftClickOrAKeySwitchesAHeadOff) {
    Screen screen(1440, 900, laboratory());
    screen.settle();
    hold_shift(screen, true);
    ASSERT_TRUE(screen.click("head.0.2"));
    EXPECT_EQ(changes(screen), "off:0.2");
    EXPECT_EQ(screen.app->settings().layer, 1) << "and does not open it";
    ASSERT_TRUE(screen.click("head.0.2"));
    EXPECT_EQ(changes(screen), "");
    hold_shift(screen, false);
    screen.point(2, 2);
    screen.type("o");
    EXPECT_EQ(changes(screen), "off:1.1") << "the head that is shown";
}

TEST_F(LaboratoryPanelsTest, ToolsChangeTheHeadThatIsShown) {
    Screen screen(1440, 900, laboratory());
    screen.settle();
    ASSERT_TRUE(screen.click("tools.off"));
    EXPECT_EQ(changes(screen), "off:1.1");
    ASSERT_TRUE(screen.click("tools.mean"));
    EXPECT_EQ(changes(screen), "mean:1.1");
    ASSERT_TRUE(screen.click("tools.mean"));
    EXPECT_EQ(changes(screen), "");
    const Widget* strength = screen.widget("tools.scale");
    ASSERT_NE(strength, nullptr);
    EXPECT_EQ(*strength->value, 1);
    ASSERT_TRUE(screen.click("tools.scale"));  // its middle is 0, which is the same as off
    EXPECT_EQ(changes(screen), "off:1.1");
    screen.run(app::ClearChanges{});
    ASSERT_TRUE(screen.click("tools.pattern"));
    ASSERT_TRUE(screen.click("pattern.previous"));
    EXPECT_EQ(changes(screen), "paint:1.1@previous");
    ASSERT_TRUE(screen.click("tools.pattern"));
    ASSERT_TRUE(screen.click("pattern.own"));
    EXPECT_EQ(changes(screen), "");
    ASSERT_TRUE(screen.click("tools.pattern"));
    ASSERT_TRUE(screen.click("pattern.mlp"));
    EXPECT_EQ(changes(screen), "off:1.mlp");
}

TEST_F(LaboratoryPanelsTest, FreezingKeepsThePatternOfThePromptThatWas) {
    Screen screen(1440, 900, laboratory());
    screen.settle();
    ASSERT_TRUE(screen.click("tools.pattern"));
    ASSERT_TRUE(screen.click("pattern.freeze"));
    EXPECT_EQ(changes(screen), "freeze:1.1");
    EXPECT_EQ(screen.app->settings().other, "the cat the cat");
}

TEST_F(LaboratoryPanelsTest, APatternIsCopiedFromTheHeadThatIsClicked) {
    Screen screen(1440, 900, laboratory());
    screen.settle();
    ASSERT_TRUE(screen.click("tools.pattern"));
    ASSERT_TRUE(screen.click("pattern.copy"));
    ASSERT_TRUE(screen.click("head.0.2"));
    EXPECT_EQ(changes(screen), "paint:1.1@copy0.2");
    ASSERT_TRUE(screen.click("head.0.2"));
    EXPECT_EQ(screen.app->settings().layer, 0) << "the next click opens";
    screen.run(app::ClearChanges{});
    screen.point(2, 2);
    ASSERT_TRUE(screen.click("tools.pattern"));
    ASSERT_TRUE(screen.click("pattern.copy"));
    ASSERT_TRUE(screen.click("head.1.0"));
    EXPECT_EQ(changes(screen), "") << "a later layer is not there yet";
    EXPECT_TRUE(screen.app->notices().empty()) << "and nobody is told off";
}

TEST_F(LaboratoryPanelsTest, TheBrushWritesWeights) {
    Screen screen(1440, 900, laboratory());
    screen.settle();
    ASSERT_TRUE(screen.click("tools.paint"));
    ASSERT_TRUE(screen.click("cell.3.1"));
    EXPECT_EQ(changes(screen), "paint:1.1@3-1-1");
    EXPECT_EQ(screen.app->settings().query, -1) << "and pins nothing";
    ASSERT_TRUE(screen.click("paint.half"));
    drag(screen, {"cell.4.0", "cell.4.2"});
    EXPECT_EQ(changes(screen), "paint:1.1@3-1-1_4-0-0.5_4-1-0.5_4-2-0.5") << "with all on the way, in one item";
    ASSERT_TRUE(screen.click("paint.sum"));
    EXPECT_EQ(changes(screen), "raw:1.1@3-1-1_4-0-0.5_4-1-0.5_4-2-0.5");
    drag(screen, {"cell.4.0", "cell.4.1"});
    EXPECT_EQ(changes(screen), "raw:1.1@3-1-1_4-2-0.5") << "the same weight again lets go";
    // From a cell to one behind its query: what is masked stays so.
    const Widget* last = screen.widget("cell.2.2");
    ASSERT_NE(last, nullptr);
    const ImVec2 behind(last->box.x + 2.5f * last->box.width, last->box.centre().y);
    ASSERT_TRUE(screen.point_at("cell.2.2"));
    ImGui::GetIO().AddMouseButtonEvent(0, true);
    screen.platform->input = true;
    screen.settle();
    screen.point(behind.x, behind.y);
    ImGui::GetIO().AddMouseButtonEvent(0, false);
    screen.platform->input = true;
    screen.settle();
    EXPECT_EQ(changes(screen), "raw:1.1@2-2-0.5_3-1-1_4-2-0.5");
    ASSERT_TRUE(screen.click("paint.clear"));
    EXPECT_EQ(changes(screen), "");
    ASSERT_TRUE(screen.click("tools.paint"));
    ASSERT_TRUE(screen.click("cell.3.1"));
    EXPECT_EQ(changes(screen), "");
    EXPECT_EQ(screen.app->settings().query, 3) << "a click pins again";
}

TEST_F(LaboratoryPanelsTest, GhostsShowWhatWasBefore) {
    Screen screen(1440, 900, laboratory());
    screen.settle();
    EXPECT_EQ(screen.widget("ghost.0"), nullptr);
    screen.run(app::set<&app::Settings::temperature>(1.0f));
    const app::Candidate before = screen.app->distribution().candidates[0];
    screen.run(app::AddChange{"off:0.attn"});
    const auto& now = screen.app->distribution().candidates;
    const Widget* ghost = screen.widget("ghost.0");
    ASSERT_NE(ghost, nullptr);
    EXPECT_FLOAT_EQ(static_cast<float>(*ghost->value),
                    screen.app->laboratory().baseline[static_cast<std::size_t>(now[0].id)]);
    // Of the token that was first before, wherever it stands now.
    EXPECT_NEAR(screen.app->laboratory().baseline[static_cast<std::size_t>(before.id)], before.probability, 1e-5);
    // The ghost is as long as a bar of its probability: both are parts of the same widest one.
    screen.run(app::ClearChanges{});
    EXPECT_EQ(screen.widget("ghost.0"), nullptr);
}

TEST_F(LaboratoryPanelsTest, GhostsFollowTheTemperature) {
    Screen screen(1440, 900, laboratory());
    screen.settle();
    screen.run(app::set<&app::Settings::temperature>(0.5f));
    const app::Candidate before = screen.app->distribution().candidates[0];
    screen.run(app::AddChange{"scale:1.1@0.99"});  // hardly anything: the order stays
    ASSERT_EQ(screen.app->distribution().candidates[0].id, before.id);
    ASSERT_NE(screen.widget("ghost.0"), nullptr);
    EXPECT_NEAR(*screen.widget("ghost.0")->value, before.probability, 1e-4);
}

TEST_F(LaboratoryPanelsTest, TheOddsSayWhichTokensAndLetThemBeChosen) {
    Screen screen(1440, 900, laboratory());
    screen.settle();
    ASSERT_NE(screen.widget("odds"), nullptr);
    const auto& candidates = screen.app->distribution().candidates;
    const std::int32_t third = candidates[2].id;
    ASSERT_TRUE(screen.click("odds.rival"));
    ASSERT_TRUE(screen.click("odds-rival.2"));
    EXPECT_EQ(screen.app->settings().rival, third);
    EXPECT_EQ(screen.app->laboratory().odds.rival, third);
    ASSERT_TRUE(screen.point_at("bar.1"));
    const std::int32_t second = screen.app->distribution().candidates[1].id;
    for (const bool down : {true, false}) {
        ImGui::GetIO().AddMouseButtonEvent(1, down);
        screen.platform->input = true;
        screen.settle();
    }
    ASSERT_TRUE(screen.click("menu.token"));
    EXPECT_EQ(screen.app->settings().token, second);
    EXPECT_TRUE(screen.app->taken().empty());
}

TEST_F(LaboratoryPanelsTest, TheLensEndsWithTheOutput) {
    Screen screen(1440, 900, laboratory("&bottom=lens"));
    screen.settle(200);
    const app::ModelInfo& model = *screen.app->model();
    const auto positions = screen.app->tokens().size();
    const std::string last = "lens." + std::to_string(2 * model.layers) + "." + std::to_string(positions - 1);
    const Widget* cell = screen.widget(last);
    ASSERT_NE(cell, nullptr);
    EXPECT_NEAR(*cell->value, screen.app->distribution().candidates[0].model_probability, 1e-5);
    ASSERT_TRUE(screen.click("lens.0.1"));
    EXPECT_EQ(screen.app->settings().query, 1) << "a click looks at its position";
}

TEST_F(LaboratoryPanelsTest, ThePartsSumToTheOddsAndOpenTheirHeads) {
    Screen screen(1440, 900, laboratory("&bottom=parts"));
    screen.settle();
    const Widget* sum = screen.widget("parts.sum");
    ASSERT_NE(sum, nullptr);
    EXPECT_NEAR(*sum->value, screen.app->laboratory().odds.now, 1e-3);
    ASSERT_NE(screen.widget("part.1"), nullptr);
    EXPECT_GE(std::abs(*screen.widget("part.0")->value), std::abs(*screen.widget("part.1")->value)) << "by size";
    ASSERT_TRUE(screen.click("parts.pass"));
    const auto& parts = screen.app->attribution().parts;
    for (std::size_t i = 0; i < 6; ++i) {
        const Widget* part = screen.widget("part." + std::to_string(i));
        ASSERT_NE(part, nullptr);
        EXPECT_EQ(*part->value, parts[i].value) << "in the order of the pass";
        if (parts[i].kind != interpret::PartKind::head) continue;
        ASSERT_TRUE(screen.click("part." + std::to_string(i)));
        EXPECT_EQ(screen.app->settings().layer, parts[i].layer);
        EXPECT_EQ(screen.app->settings().head, parts[i].head);
    }
}

TEST_F(LaboratoryPanelsTest, ASweepShowsWhatComesBackAndAddsThePatch) {
    Screen screen(1440, 900, laboratory("&bottom=patch"));
    screen.settle();
    ASSERT_TRUE(screen.click("patch.take"));
    EXPECT_EQ(screen.app->settings().other, "the cat the cat");
    screen.run(app::set<&app::Settings::other>(std::string("the cat the dog")));
    ASSERT_TRUE(screen.click("patch.run"));
    for (int i = 0; i < 300 && screen.app->sweeping(); ++i) screen.settle();
    ASSERT_FALSE(screen.app->sweeping());
    const interpret::Sweep* sweep = screen.app->sweep();
    ASSERT_NE(sweep, nullptr);
    const Widget* cell = screen.widget("sweep.1.4");
    ASSERT_NE(cell, nullptr);
    EXPECT_FLOAT_EQ(static_cast<float>(*cell->value), sweep->restored[static_cast<std::size_t>(sweep->columns + 4)]);
    ASSERT_TRUE(screen.click("sweep.1.4"));
    EXPECT_EQ(changes(screen), "patch:1.resid@4");
}

TEST_F(LaboratoryPanelsTest, TheOtherPromptIsTyped) {
    Screen screen(1440, 900, laboratory("&bottom=patch"));
    screen.settle();
    screen.platform->typed_other = "the cow";
    screen.platform->input = true;
    screen.settle();
    EXPECT_EQ(screen.app->settings().other, "the cow");
    EXPECT_FALSE(screen.app->laboratory().other_why.empty());
}

TEST_F(LaboratoryPanelsTest, SortedHeadsStandInTheirOrder) {
    Screen screen(1440, 900, laboratory());
    screen.settle();
    ASSERT_TRUE(screen.click("order"));
    ASSERT_TRUE(screen.click("order.previous"));
    EXPECT_EQ(screen.app->settings().order, app::HeadOrder::previous);
    const int heads = screen.app->model()->heads;
    float x = -1, y = -1;
    for (const int index : screen.app->head_order()) {
        const Widget* head =
            screen.widget("head." + std::to_string(index / heads) + "." + std::to_string(index % heads));
        ASSERT_NE(head, nullptr);
        EXPECT_TRUE(head->box.y > y || (head->box.y == y && head->box.x > x)) << head->key;
        x = head->box.x;
        y = head->box.y;
    }
}

TEST_F(LaboratoryPanelsTest, EveryViewOfTheBottomPanelIsExported) {
    for (const char* view : {"lens", "parts", "space"}) {
        Screen screen(1440, 900, laboratory(std::string("&bottom=") + view));
        screen.settle(200);
        (void)screen.app->take_effects();
        ASSERT_TRUE(screen.click("bottom.export")) << view;
        ASSERT_TRUE(screen.click("bottom.svg")) << view;
        EXPECT_TRUE(has_notice(*screen.app, "notice.exported")) << view;
    }
    Screen screen(1440, 900, laboratory("&bottom=matrix"));
    screen.settle();
    EXPECT_EQ(screen.widget("bottom.export"), nullptr) << "the inspector has a row of its own";
}

TEST_F(LaboratoryPanelsTest, AnyTokenOfTheVocabularyIsFoundByTypingAndReadByAClick) {
    for (const float width : {1440.0f, 390.0f}) {
        const float height = width < 500 ? 2600 : 900;  // nothing is scrolled away
        Screen screen(width, height, laboratory(width < 500 ? "&bottom=space&tab=more" : "&bottom=space"));
        screen.run(app::SelectCell{2, -1});
        screen.settle();
        ASSERT_GT(screen.platform->search_rect.width, 100) << width;
        screen.platform->typed_search = "TH";
        screen.platform->input = true;
        screen.settle();
        EXPECT_EQ(screen.app->space().wanted, "TH");
        EXPECT_EQ(screen.app->space().matches, 2);
        EXPECT_EQ(screen.widget("space.near.0"), nullptr) << "found ones take the place of the neighbours";
        ASSERT_NE(screen.widget("space.found.1"), nullptr) << width;
        EXPECT_EQ(screen.widget("space.found.0")->label, "th") << "exact before longer";
        EXPECT_EQ(screen.widget("space.found.1")->label, "the");
        ASSERT_TRUE(screen.click("space.found.0"));
        EXPECT_EQ(changes(screen), "swap:2@256");
        screen.settle();
        ASSERT_TRUE(screen.click("space.found.0"));
        EXPECT_EQ(changes(screen), "");
        screen.platform->typed_search = "the\n";
        screen.platform->input = true;
        screen.settle();
        EXPECT_EQ(changes(screen), "swap:2@257") << "Enter reads the first";
        EXPECT_EQ(screen.app->space().wanted, "the");
        screen.platform->typed_search = "nothing has this";
        screen.platform->input = true;
        screen.settle();
        EXPECT_NE(screen.widget("space.none"), nullptr);
        screen.platform->typed_search = "";
        screen.platform->input = true;
        screen.settle();
        EXPECT_NE(screen.widget("space.near.0"), nullptr);
        EXPECT_TRUE(Screen::drawn().finite);
    }
}

TEST_F(LaboratoryPanelsTest, WhatFedANumberIsOpenedByAClick) {
    Screen screen(1440, 900, laboratory("&bottom=matrix&site=attn.hook_z&layer=1&head=1&row=1&column=1"));
    screen.settle();
    const std::string source = screen.app->matrix_explanation().sources.front().site;
    ASSERT_TRUE(screen.click("source.0"));
    EXPECT_NE(source, "blocks.1.attn.hook_z");
    EXPECT_EQ(screen.app->matrix_explanation().site, source);
}

TEST_F(LaboratoryPanelsTest, AReplacedValueSaysSo) {
    Screen screen(1440, 900, laboratory("&do=off:1.1&bottom=matrix&site=attn.hook_z&row=1&column=1"));
    screen.settle();
    EXPECT_EQ(screen.app->matrix_explanation().replaced, screen.app->laboratory().changes[0].label);
    EXPECT_TRUE(Screen::drawn().finite);
}

TEST_F(LaboratoryPanelsTest, ScoresAreTakenOverASampleAndSaySo) {
    Screen screen(1440, 900, laboratory("&order=first"));
    screen.settle();
    ASSERT_TRUE(screen.click("sample"));
    EXPECT_TRUE(screen.app->settings().sample_scores);
    screen.settle();
    EXPECT_EQ(screen.app->sample_progress(), 1.0);
    ASSERT_NE(screen.widget("sample"), nullptr);
    EXPECT_EQ(screen.widget("sample")->on, true);
    ASSERT_TRUE(screen.click("sample"));
    EXPECT_FALSE(screen.app->settings().sample_scores);
}

TEST_F(LaboratoryPanelsTest, SurpriseIsAskedForAndATokenCanBeHidden) {
    Screen screen(1440, 900, laboratory());
    screen.settle();
    ASSERT_TRUE(screen.click("surprise"));
    EXPECT_TRUE(screen.app->settings().surprise);
    screen.settle();
    EXPECT_EQ(screen.app->surprise().size(), screen.app->tokens().size());
    hold_shift(screen, true);
    ASSERT_TRUE(screen.click("chip.2"));
    EXPECT_EQ(changes(screen), "drop:2");
    ASSERT_TRUE(screen.click("chip.2"));
    EXPECT_EQ(changes(screen), "");
    hold_shift(screen, false);
}

TEST_F(LaboratoryPanelsTest, ATranslatorHasNothingOfWhatIsReadFromAGpt) {
    Screen screen(1440, 900, app::make_translating_app("v=1&rung=translate&source=the+cat&bottom=lens&do=off:0.0"));
    screen.settle();
    for (const char* key : {"change.0", "bottom.lens", "surprise", "order", "sample", "changes.ab"})
        EXPECT_EQ(screen.widget(key), nullptr) << key;
    hold_shift(screen, true);
    ASSERT_TRUE(screen.click("head.encoder.0.0"));
    EXPECT_EQ(screen.app->settings().changes, "off:0.0") << "of the GPT";
    hold_shift(screen, false);
}

}  // namespace
}  // namespace headlight::ui
