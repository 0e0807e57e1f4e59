#include "ui/ui.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "screen.h"
#include "ui/panel.h"
#include "ui/remote.h"

namespace headlight::ui {
namespace {

using UiTest = ScreenTest;

constexpr ScreenSize kSizes[] = {{1440, 900, 1}, {1920, 1200, 2}, {900, 700, 1}, {640, 480, 1.25f},
                                 {600, 900, 1},  {390, 844, 3},   {320, 320, 1}};
constexpr const char* kLooks[] = {"theme=dark",
                                  "theme=light&view=lines",
                                  "values=scores&theme=light",
                                  "scale=log&hidesink=1",
                                  "bottom=matrix",
                                  "bottom=matrix&site=logits&row=2&column=5",
                                  "bottom=matrix&site=mlp.hook_post&layer=1",
                                  "bottom=closed",
                                  "embed=1",
                                  "hide=share,seed,try",
                                  "text=1.5",
                                  "text=0.7",
                                  "query=4&key=2",
                                  "query=4",
                                  "lang=tr",
                                  "temperature=0",
                                  "topk=0&topp=1",
                                  "tab=heads",
                                  "tab=out",
                                  "tab=more&bottom=matrix",
                                  "prompt="};

void expect_a_picture(Screen& screen, const std::string& what) {
    for (int frame = 0; frame < 3; ++frame) {
        screen.platform->input = true;
        screen.turn();
        const Screen::Drawn drawn = Screen::drawn();
        EXPECT_TRUE(drawn.finite) << what;
        EXPECT_GT(drawn.vertices, 200) << what;
    }
}

TEST_F(UiTest, EveryLookAtEverySizeIsDrawn) {
    for (const ScreenSize& size : kSizes) {
        for (const char* look : kLooks) {
            Screen screen(size.width, size.height, app::make_loaded_app(std::string("v=1&") + look), size.ratio);
            screen.settle();
            expect_a_picture(screen, std::to_string(static_cast<int>(size.width)) + " " + look);
        }
    }
}

TEST_F(UiTest, WithoutAModelThePanelsSayWhatIsMissing) {
    for (const ScreenSize& size : kSizes) {
        Screen screen(size.width, size.height, app::make_app(), size.ratio);
        screen.settle();
        expect_a_picture(screen, "no model");
    }
}

TEST_F(UiTest, EveryPanelOfTheListHasItsPlace) {
    std::set<std::string_view> ids;
    for (const PanelInfo& info : panel_list()) {
        EXPECT_TRUE(ids.insert(info.id).second) << info.id;
        EXPECT_NE(info.make(), nullptr) << info.id;
    }
}

TEST_F(UiTest, NothingIsDrawnWhenNothingChanges) {
    Screen screen(1440, 900, app::make_loaded_app());
    screen.settle();
    const int frames = screen.platform->frames;
    for (int i = 0; i < 100; ++i) screen.turn();
    EXPECT_EQ(screen.platform->frames, frames);
    EXPECT_LT(screen.ui->next_frame_at(*screen.app), 0);
    screen.point(700, 400);
    EXPECT_GT(screen.platform->frames, frames);
    const int after = screen.platform->frames;
    for (int i = 0; i < 100; ++i) screen.turn();
    EXPECT_EQ(screen.platform->frames, after);
}

TEST_F(UiTest, TexturesAreUploadedOnlyWhenThePassChanges) {
    Screen screen(1440, 900, app::make_loaded_app());
    screen.settle();
    const int uploads = screen.platform->uploads;
    EXPECT_EQ(uploads, 2) << "one for all thumbnails, one for the large head";
    screen.point(100, 500);
    screen.point(120, 505);
    screen.run(app::set<&app::Settings::temperature>(1.2f));
    EXPECT_EQ(screen.platform->uploads, uploads);
    EXPECT_EQ(screen.platform->uploaded_rows, 0);
    screen.run(app::SetPrompt{"Once there"});
    EXPECT_EQ(screen.platform->uploads, uploads + 1) << "the large head";
    const int rows = screen.platform->uploaded_rows;
    EXPECT_GT(rows, 0) << "of the thumbnails";
    screen.run(app::SetPrompt{"Once there."});  // a token more: one row of pixels for each layer
    EXPECT_EQ(screen.platform->uploaded_rows - rows, screen.app->model()->layers);
}

TEST_F(UiTest, ControlsDoWhatTheySay) {
    Screen screen(1440, 900, app::make_loaded_app("v=1&prompt=Once there was the"));
    screen.settle();
    const auto tokens = screen.app->tokens().size();
    ASSERT_TRUE(screen.click("step"));
    EXPECT_EQ(screen.app->tokens().size(), tokens + 1);
    ASSERT_TRUE(screen.click("back"));
    EXPECT_EQ(screen.app->tokens().size(), tokens);
    ASSERT_TRUE(screen.click("bar.2"));
    EXPECT_EQ(screen.app->tokens().size(), tokens + 1);
    ASSERT_TRUE(screen.click("head.1.2"));
    EXPECT_EQ(screen.app->settings().layer, 1);
    EXPECT_EQ(screen.app->settings().head, 2);
    ASSERT_TRUE(screen.click("cell.4.1"));
    EXPECT_EQ(screen.app->settings().query, 4);
    EXPECT_EQ(screen.app->settings().key, 1);
    ASSERT_TRUE(screen.click("view.lines"));
    EXPECT_EQ(screen.app->settings().view, app::View::lines);
    ASSERT_TRUE(screen.click("theme"));
    EXPECT_FALSE(screen.app->dark());
    EXPECT_EQ(screen.platform->texts["theme"], "light") << "kept for the next visit";
    ASSERT_TRUE(screen.click("lang.tr"));
    EXPECT_EQ(screen.app->language(), app::Language::tr);
    ASSERT_TRUE(screen.click("seed"));
    EXPECT_EQ(screen.app->settings().seed, 8u);
    ASSERT_TRUE(screen.click("bottom.matrix"));
    EXPECT_EQ(screen.app->settings().bottom, app::Bottom::matrix);
    ASSERT_TRUE(screen.click("sample." + screen.app->samples()[1].id));
    EXPECT_EQ(screen.app->settings().prompt, screen.app->samples()[1].text);
}

TEST_F(UiTest, PointingPreviewsAndEscapeReleases) {
    Screen screen(1440, 900, app::make_loaded_app());
    screen.settle();
    ASSERT_TRUE(screen.point_at("head.1.1"));
    EXPECT_EQ(screen.app->selection().layer, 1);
    EXPECT_EQ(screen.app->selection().head, 1);
    ASSERT_TRUE(screen.click("cell.5.3"));
    screen.point(2, 2);
    EXPECT_EQ(screen.app->selection().query, 5);
    EXPECT_EQ(screen.app->selection().key, 3);
    EXPECT_TRUE(screen.app->selection().pinned);
    screen.press(ImGuiKey_Escape);
    screen.press(ImGuiKey_Escape);
    EXPECT_FALSE(screen.app->selection().pinned);
}

TEST_F(UiTest, ArrowKeysMoveTheSelection) {
    Screen screen(1440, 900, app::make_loaded_app("v=1&layer=0&head=0"));
    screen.settle();
    screen.press(ImGuiKey_RightArrow);
    screen.press(ImGuiKey_DownArrow);
    EXPECT_EQ(screen.app->selection().layer, 1);
    EXPECT_EQ(screen.app->selection().head, 1);
    screen.run(app::SelectCell{5, 2});
    screen.press(ImGuiKey_LeftArrow);
    screen.press(ImGuiKey_UpArrow);
    EXPECT_EQ(screen.app->settings().query, 4);
    EXPECT_EQ(screen.app->settings().key, 1);
    screen.type(".");
    screen.type("/");
    EXPECT_EQ(screen.app->taken().size(), 1u);
    EXPECT_TRUE(screen.platform->prompt_focused);
}

TEST_F(UiTest, TabReachesTheWidgets) {
    Screen screen(1440, 900, app::make_loaded_app());
    screen.settle();
    std::set<unsigned> reached;
    for (int i = 0; i < 30; ++i) {
        screen.press(ImGuiKey_Tab);
        reached.insert(ImGui::GetCurrentContext()->NavId);
    }
    EXPECT_GT(reached.size(), 20u);
}

TEST_F(UiTest, TheTourVisitsEveryStopAndHidesThePrompt) {
    for (const ScreenSize& size : {kSizes[0], kSizes[5]}) {
        Screen screen(size.width, size.height, app::make_loaded_app(), size.ratio);
        screen.ui->start_tour();
        screen.platform->input = true;
        for (int stop = 1; stop <= 6; ++stop) {
            screen.settle();
            const Widget* card = screen.widget("tour.title");
            ASSERT_NE(card, nullptr) << stop;
            EXPECT_EQ(*card->value, stop);
            EXPECT_EQ(screen.platform->prompt_rect.width, 0) << "the real text field would shine through";
            EXPECT_GE(card->box.x, 0);
            EXPECT_LE(card->box.right(), size.width);
            EXPECT_LE(card->box.bottom(), size.height);
            ASSERT_TRUE(screen.click("tour.next")) << size.width << " stop " << stop;
        }
        screen.settle();
        EXPECT_EQ(screen.widget("tour.title"), nullptr);
    }
}

TEST_F(UiTest, HelpOpensAndCloses) {
    Screen screen(1440, 900, app::make_loaded_app());
    screen.settle();
    screen.type("?");
    EXPECT_NE(screen.widget("help.close"), nullptr);
    ASSERT_TRUE(screen.click("help.close"));
    EXPECT_EQ(screen.widget("help.close"), nullptr);
}

TEST_F(UiTest, WidgetsStayOnTheScreenAndHaveNames) {
    for (const ScreenSize& size : kSizes) {
        Screen screen(size.width, size.height, app::make_loaded_app(), size.ratio);
        screen.settle();
        std::multiset<std::string> keys;
        for (const Widget& widget : screen.ui->widgets().widgets()) {
            keys.insert(widget.key);
            EXPECT_GE(widget.box.x, -0.5f) << widget.key;
            EXPECT_LE(widget.box.right(), size.width + 0.5f) << widget.key << " at " << size.width;
            EXPECT_LE(widget.box.bottom(), size.height + 0.5f) << widget.key;
            const bool named = widget.role == Role::button || widget.role == Role::tab;
            EXPECT_FALSE(named && widget.label.empty()) << widget.key;
        }
        for (const std::string& key : keys) EXPECT_EQ(keys.count(key), 1u) << key << " at " << size.width;
        EXPECT_GT(keys.size(), 8u);
    }
}

TEST_F(UiTest, JsonCommandsAndStateAgree) {
    Screen screen(1440, 900, app::make_loaded_app());
    screen.settle();
    EXPECT_EQ(run_command("{\"do\":\"step\"}", *screen.app, screen.commands, *screen.platform), "{\"ok\":true}");
    EXPECT_NE(state_json(*screen.app, *screen.ui, screen.commands, *screen.platform).find("\"busy\":true"),
              std::string::npos);
    screen.settle();
    EXPECT_EQ(screen.app->taken().size(), 1u);
    EXPECT_NE(state_json(*screen.app, *screen.ui, screen.commands, *screen.platform).find("\"busy\":false"),
              std::string::npos);
    EXPECT_NE(run_command("{\"do\":\"dance\"}", *screen.app, screen.commands, *screen.platform).find("\"ok\":false"),
              std::string::npos);
    EXPECT_NE(run_command("{\"do\":\"load_model\",\"name\":\"none\"}", *screen.app, screen.commands, *screen.platform)
                  .find("models/none"),
              std::string::npos);
    for (auto& [name, bytes] : app::tiny_files(9)) screen.platform->files["models/nine/" + name] = std::move(bytes);
    EXPECT_EQ(run_command("{\"do\":\"load_model\",\"name\":\"nine\"}", *screen.app, screen.commands, *screen.platform),
              "{\"ok\":true}");
    screen.settle();
    EXPECT_EQ(screen.app->model()->name, "nine");
}

TEST_F(UiTest, NoticesGoByThemselvesOrByTheirButton) {
    Screen screen(1440, 900, app::make_loaded_app());
    screen.settle();
    screen.run(app::Share{});
    ASSERT_FALSE(screen.app->notices().empty());
    EXPECT_GT(screen.ui->next_frame_at(*screen.app), screen.platform->time);
    screen.platform->time += 10;
    screen.settle();
    EXPECT_TRUE(screen.app->notices().empty());
    screen.run(app::ReportProblem{"problem.no_chooser", ""});
    ASSERT_EQ(screen.app->notices().size(), 1u);
    const std::string id = std::to_string(screen.app->notices().front().id);
    screen.platform->time += 100;
    screen.settle();
    ASSERT_TRUE(screen.click("dismiss." + id));
    EXPECT_TRUE(screen.app->notices().empty());
}

}  // namespace
}  // namespace headlight::ui
