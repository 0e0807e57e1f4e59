// The page that brings a model of one's own: every state of it at every size, what its controls ask for, and the way
// back to the workspace.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "app/model_library.h"
#include "screen.h"

namespace headlight::ui {
namespace {

constexpr double kGigabyte = 1e9;

using ModelsPanelsTest = ScreenTest;

const std::string kConfig =
    R"({"model_type":"gpt2","vocab_size":50257,"n_positions":1024,"n_embd":768,"n_layer":12,"n_head":12})";
const std::string kHash(64, '5');

// With so many bytes of memory; 0: not known.
std::unique_ptr<app::App> make_app(const std::string& link, double memory = 0) {
    app::AppOptions options;
    for (const char* name : {"strings/en.json", "strings/tr.json", "prompts/prompts.json", "tutorial/tutorial.json"}) {
        auto bytes = read_file(std::string(HEADLIGHT_ASSETS_DIR) + "/" + name);
        CHECK(bytes.has_value());
        options.assets[name] = std::move(*bytes);
    }
    options.machine = [memory] { return app::Machine{memory, memory}; };
    auto made = app::App::create(std::move(options));
    CHECK(made.has_value());
    app::run(**made, app::OpenLink{link});
    if (link.find("rung=own") == std::string::npos) app::run(**made, app::LoadModel{"story", app::tiny_files()});
    return std::move(*made);
}

// What the platform answers to the request that is under way.
void report(Screen& screen, const std::string& event, const std::string& more) {
    const int job = screen.app->library().import.job;
    screen.run(app::ImportReport{R"({"event":")" + event + R"(","job":)" + std::to_string(job) + "," + more + "}"});
}

std::string text_json(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) out += c == '"' ? std::string("\\\"") : std::string(1, c);
    return out + "\"";
}

// GPT-2 as a hub describes it.
void describe(Screen& screen) {
    screen.run(app::InspectAddress{"openai-community/gpt2"});
    report(screen, "described",
           R"("base":"https://huggingface.co/openai-community/gpt2/resolve/main/","config":)" + text_json(kConfig) +
               R"(,"files":[{"name":"model.safetensors","bytes":548105171,"sha256":")" + kHash +
               R"("},{"name":"tokenizer.json","bytes":1355256}])");
}

void list_kept(Screen& screen) {
    const std::string manifest =
        R"({"headlight":1,"id":"gpt2.q8","name":"openai-community/gpt2","precision":"q8","bytes":140e6,)"
        R"("parameters":124439808,"files":[{"name":"model.safetensors","bytes":140000000,"sha256":")" +
        kHash + R"("}]})";
    report(
        screen, "listed",
        R"("supported":true,"persistent":false,"used":140e6,"available":12e9,"models":[{"date":"2026-01-02","manifest":)" +
            text_json(manifest) + "}]");
}

using Prepare = void (*)(Screen&);
constexpr Prepare kStates[] = {
    [](Screen&) {},
    [](Screen& screen) { screen.run(app::InspectAddress{"openai-community/gpt2"}); },
    [](Screen& screen) { screen.run(app::InspectAddress{"what is this?"}); },
    describe,
    [](Screen& screen) {
        describe(screen);
        screen.run(app::DownloadModel{});
    },
    [](Screen& screen) {
        describe(screen);
        screen.run(app::DownloadModel{});
        report(screen, "paused", R"("seconds":4,"attempt":2,"key":"library.error.broken","detail":"reset by peer")");
    },
    [](Screen& screen) {
        describe(screen);
        screen.run(app::DownloadModel{});
        report(screen, "failed",
               R"("key":"library.error.status","detail":"503","file":"model.safetensors","retry":true)");
    },
    list_kept,
};

TEST_F(ModelsPanelsTest, EveryStateIsDrawnAtEverySize) {
    struct Size {
        float width, height, ratio;
    };
    for (const Size& size : {Size{1440, 900, 1}, Size{1280, 800, 2}, Size{900, 700, 1}, Size{390, 844, 3}}) {
        for (const char* look : {"v=1&rung=own", "v=1&rung=own&lang=tr&theme=light"}) {
            for (std::size_t i = 0; i < std::size(kStates); ++i) {
                Screen screen(size.width, size.height, make_app(look, 0.5 * kGigabyte), size.ratio);
                kStates[i](screen);
                screen.settle();
                const Screen::Drawn drawn = Screen::drawn();
                EXPECT_TRUE(drawn.finite) << look << i;
                EXPECT_NE(screen.widget("models.gpt2"), nullptr) << look << i << " at " << size.width;
                EXPECT_EQ(screen.widget("predictions"), nullptr);
                for (const Widget& widget : screen.ui->widgets().widgets()) {
                    EXPECT_GE(widget.box.x, -0.5f) << widget.key << look << i;
                    EXPECT_LE(widget.box.right(), size.width + 0.5f) << widget.key << look << i << " at " << size.width;
                }
            }
        }
    }
}

TEST_F(ModelsPanelsTest, ChosenWithoutAModelTheRungShowsWhereToGetOne) {
    Screen screen(1440, 900, make_app("v=1"));
    screen.settle();
    EXPECT_EQ(screen.widget("models.choose"), nullptr);
    ASSERT_TRUE(screen.click("rung.own"));
    EXPECT_EQ(screen.app->settings().rung, app::Rung::own);
    EXPECT_NE(screen.widget("models.choose"), nullptr);
    EXPECT_EQ(screen.widget("grid"), nullptr);
    ASSERT_TRUE(screen.click("models.close"));
    EXPECT_EQ(screen.app->settings().rung, app::Rung::small);
    EXPECT_NE(screen.widget("grid"), nullptr);
    ASSERT_TRUE(screen.click("model")) << "the chip leads there too";
    EXPECT_NE(screen.widget("models.choose"), nullptr);
    EXPECT_EQ(screen.app->settings().rung, app::Rung::small);
    screen.press(ImGuiKey_Escape);
    EXPECT_EQ(screen.widget("models.choose"), nullptr);
}

TEST_F(ModelsPanelsTest, KeysOfTheWorkspaceRestWhileThePageIsOpen) {
    Screen screen(1440, 900, make_app("v=1&prompt=the+cat"));
    screen.settle();
    screen.run(app::OpenModels{true});
    const app::Selection before = screen.app->selection();
    screen.type(".");
    screen.press(ImGuiKey_DownArrow);
    EXPECT_TRUE(screen.app->taken().empty());
    EXPECT_EQ(screen.app->selection().layer, before.layer);
    screen.press(ImGuiKey_Escape);
    screen.type(".");
    EXPECT_EQ(screen.app->taken().size(), 1u);
}

TEST_F(ModelsPanelsTest, OneClickAsksForGpt2AndNothingIsDownloadedBeforeItsSizeIsShown) {
    Screen screen(1440, 900, make_app("v=1&rung=own"));
    screen.settle();
    (void)screen.app->take_effects();
    ASSERT_TRUE(screen.click("models.gpt2"));
    const auto effects = screen.app->take_effects();
    const auto asked = [&](std::string_view verb) {
        return std::ranges::any_of(effects, [&](const app::Effect& effect) { return effect.name == verb; });
    };
    EXPECT_TRUE(asked("inspect"));
    EXPECT_FALSE(asked("load"));
    EXPECT_EQ(screen.app->library().import.stage, app::ImportStage::inspecting);
    EXPECT_NE(screen.widget("models.cancel"), nullptr);
}

TEST_F(ModelsPanelsTest, TheCardTellsShapeSizesAndMemory) {
    Screen screen(1440, 900, make_app("v=1&rung=own", 8 * kGigabyte));
    describe(screen);
    const app::Import& import = screen.app->library().import;
    ASSERT_NE(screen.widget("import.parameters"), nullptr);
    EXPECT_EQ(screen.widget("import.parameters")->value, 124439808);
    EXPECT_EQ(screen.widget("import.layers")->value, 12);
    EXPECT_EQ(screen.widget("import.vocabulary")->value, 50257);
    for (const char* key : {"format.f32", "format.f16", "format.q8"}) ASSERT_NE(screen.widget(key), nullptr) << key;
    EXPECT_EQ(screen.widget("format.f32")->on, true);
    EXPECT_EQ(screen.widget("format.q8")->value, import.formats[2].peak_bytes);
    EXPECT_NE(screen.widget("models.start")->label.find("549 MB"), std::string::npos)
        << screen.widget("models.start")->label;
    ASSERT_TRUE(screen.click("format.q8"));
    EXPECT_EQ(import.chosen(), app::Precision::q8);
    EXPECT_EQ(screen.widget("format.q8")->on, true);
    ASSERT_TRUE(screen.click("models.start"));
    EXPECT_EQ(import.stage, app::ImportStage::loading);
    EXPECT_EQ(screen.widget("models.start"), nullptr);
    EXPECT_NE(screen.widget("import.progress"), nullptr);
    ASSERT_TRUE(screen.click("models.cancel"));
    EXPECT_FALSE(import.active());
}

// A picture takes time from what it tells of, and more of it without a graphics card.
TEST_F(ModelsPanelsTest, BytesAreShownByOnePictureAtATime) {
    Screen screen(1440, 900, make_app("v=1&rung=own", 8 * kGigabyte));
    describe(screen);
    screen.run(app::DownloadModel{});
    screen.settle();
    const int job = screen.app->library().import.job;
    ASSERT_TRUE(screen.app->begin_file(job, "tokenizer.json", 1355256));
    const auto take = [&](double at_ms) {
        ASSERT_EQ(screen.app->room(job, 1000).size(), 1000u);
        ASSERT_TRUE(screen.app->take(job, 1000, at_ms));
    };
    const double start = screen.platform->time += 10;
    take(start * 1000);
    EXPECT_EQ(screen.settle(), 1) << "nothing has to come to rest";
    take(start * 1000 + 100);
    EXPECT_EQ(screen.settle(), 0) << "it may wait";
    const double at = screen.ui->next_frame_at(*screen.app);
    EXPECT_GE(at, start + 0.1);
    EXPECT_LE(at, start + 0.5);
    screen.platform->time = at;
    EXPECT_EQ(screen.settle(), 1);
    EXPECT_LT(screen.ui->next_frame_at(*screen.app), 0) << "all is shown";
}

TEST_F(ModelsPanelsTest, WhatDoesNotFitCannotBeChosen) {
    Screen screen(1440, 900, make_app("v=1&rung=own", 0.5 * kGigabyte));
    describe(screen);
    const app::Import& import = screen.app->library().import;
    EXPECT_FALSE(import.formats[0].fits);
    const app::Precision automatic = import.chosen();
    EXPECT_NE(automatic, app::Precision::f32);
    ASSERT_TRUE(screen.click("format.f32"));
    EXPECT_EQ(import.chosen(), automatic);
    EXPECT_NE(screen.widget("models.start"), nullptr);
}

TEST_F(ModelsPanelsTest, TooLargeIsRefusedBeforeTheDownload) {
    Screen screen(390, 844, make_app("v=1&rung=own", 0.05 * kGigabyte), 3);
    describe(screen);
    EXPECT_EQ(screen.widget("models.start"), nullptr);
    ASSERT_NE(screen.widget("import.error"), nullptr);
    EXPECT_FALSE(screen.widget("import.error")->label.empty());
}

TEST_F(ModelsPanelsTest, ABrokenConnectionOffersToGoOn) {
    Screen screen(1440, 900, make_app("v=1&rung=own"));
    kStates[5](screen);
    EXPECT_NE(screen.widget("import.progress"), nullptr);
    (void)screen.app->take_effects();
    ASSERT_TRUE(screen.click("models.retry_now"));
    const auto effects = screen.app->take_effects();
    ASSERT_FALSE(effects.empty());
    EXPECT_EQ(effects.front().name, "retry");
}

TEST_F(ModelsPanelsTest, DeletingTakesASecondClickInTime) {
    Screen screen(1440, 900, make_app("v=1&rung=own"));
    list_kept(screen);
    ASSERT_EQ(screen.app->library().kept.size(), 1u);
    const std::string remove = "kept.delete." + screen.app->library().kept[0].id;
    ASSERT_TRUE(screen.click(remove));
    EXPECT_FALSE(screen.app->library().kept[0].deleting);
    screen.platform->time += 10;
    screen.settle();
    ASSERT_TRUE(screen.click(remove)) << "too late: this is a first click again";
    EXPECT_FALSE(screen.app->library().kept[0].deleting);
    ASSERT_TRUE(screen.click(remove));
    EXPECT_TRUE(screen.app->library().kept[0].deleting);
    EXPECT_EQ(screen.widget(remove), nullptr);
}

TEST_F(ModelsPanelsTest, TheTextFieldHoldsTheAddress) {
    Screen screen(1440, 900, make_app("v=1&prompt=the+cat"));
    screen.settle();
    EXPECT_FALSE(screen.platform->prompt_address);
    screen.run(app::OpenModels{true});
    EXPECT_TRUE(screen.platform->prompt_address);
    screen.platform->typed = "distilgpt2\n";
    screen.platform->input = true;
    screen.settle();
    EXPECT_EQ(screen.app->library().address, "distilgpt2");
    EXPECT_EQ(screen.app->library().import.stage, app::ImportStage::inspecting) << "Enter looks it up";
    EXPECT_EQ(screen.app->settings().prompt, "the cat");
    screen.run(app::OpenModels{false});
    EXPECT_EQ(screen.app->field_text(), "the cat");
}

TEST_F(ModelsPanelsTest, EverythingIsReachedWithTab) {
    Screen screen(1440, 900, make_app("v=1&rung=own", 8 * kGigabyte));
    describe(screen);
    list_kept(screen);
    std::set<std::string> reached;
    for (int i = 0; i < 60; ++i) {
        screen.press(ImGuiKey_Tab);
        const ImGuiContext& g = *ImGui::GetCurrentContext();
        if (g.NavWindow == nullptr || g.NavId == 0) continue;
        const ImRect rect = ImGui::WindowRectRelToAbs(g.NavWindow, g.NavWindow->NavRectRel[0]);
        for (const Widget& widget : screen.ui->widgets().widgets()) {
            if (std::abs(widget.box.x - rect.Min.x) < 1 && std::abs(widget.box.y - rect.Min.y) < 1)
                reached.insert(widget.key);
        }
    }
    for (const char* key : {"models.choose", "models.host", "models.look_up", "models.gpt2", "format.f16",
                            "models.start", "models.keep", "models.close"})
        EXPECT_TRUE(reached.contains(key)) << key;
}

}  // namespace
}  // namespace headlight::ui
