#include "app/app.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "base/json.h"
#include "tiny_model.h"

namespace headlight::app {
namespace {

nlohmann::json state(const App& app) {
    auto json = read_json(app.state_json());
    EXPECT_TRUE(json.is_object());
    return json;
}

TEST(App, OpensOnTheExampleAndShowsAHead) {
    const auto app = make_loaded_app();
    EXPECT_EQ(app->settings().prompt, app->samples().front().text);
    EXPECT_GT(app->tokens().size(), 10U);
    EXPECT_GE(app->settings().layer, 0);
    EXPECT_GE(app->settings().head, 0);
    EXPECT_EQ(app->selection().query, static_cast<int>(app->tokens().size()) - 1);
    EXPECT_EQ(app->progress().activity, Activity::idle);
    EXPECT_EQ(app->verdict(), Verdict::none);
    EXPECT_TRUE(app->notices().empty());
    EXPECT_FALSE(app->has_effects()) << "nobody touched anything, so the address stays clean";
    EXPECT_LT(app->next_work_ms(0), 0);
}

TEST(App, WithoutAModelEverythingIsEmptyAndNothingBreaks) {
    const auto app = make_app();
    for (Command command :
         {Command(Step{}), Command(StepBack{}), Command(Play{}), Command(TakeToken{5}), Command(Undo{}),
          Command(Share{}), Command(SelectHead{1, 1}), Command(SelectCell{3, 2}), Command(Release{}),
          Command(Export{ExportWhat::head_svg}), Command(CancelJob{}), Command(LoadSample{"nothing"})}) {
        run(*app, std::move(command));
    }
    EXPECT_EQ(app->model(), nullptr);
    EXPECT_TRUE(app->tokens().empty());
    EXPECT_TRUE(app->distribution().empty());
    EXPECT_TRUE(app->explanation().empty());
    EXPECT_TRUE(app->matrix("logits", 0, 0).empty());
    EXPECT_EQ(app->selection(), Selection{});
    EXPECT_FALSE(app->can_step());
    EXPECT_TRUE(state(*app)["model"].is_null());
    EXPECT_LT(app->next_work_ms(0), 0);
}

TEST(App, TokensSayWhatTheyAre) {
    const auto app = make_loaded_app("v=1&prompt=the%20a%C5%9F");
    ASSERT_EQ(app->tokens().size(), 4U);
    EXPECT_EQ(app->tokens()[0].display, "the");
    EXPECT_EQ(app->tokens()[1].bytes, " a");
    EXPECT_EQ(app->tokens()[2].bytes, "\xC5");
    EXPECT_EQ(app->tokens()[2].display, "\\xC5");
    run(*app, TakeToken{'x'});
    EXPECT_TRUE(app->tokens()[4].taken);
    EXPECT_FALSE(app->tokens()[3].taken);
    EXPECT_EQ(app->field_text(), "the aşx");
}

TEST(App, SteppingBackAndForwardGivesTheSameTokens) {
    const auto app = make_loaded_app("v=1&prompt=the+cat&temperature=1.5&topk=0&topp=1");
    for (int i = 0; i < 6; ++i) run(*app, Step{});
    const std::vector<std::int32_t> first = app->taken();
    const std::string checksum = app->checksum();
    ASSERT_EQ(first.size(), 6U);
    for (int i = 0; i < 4; ++i) run(*app, StepBack{});
    EXPECT_EQ(app->taken().size(), 2U);
    const auto rows = app->rows_computed();
    for (int i = 0; i < 4; ++i) run(*app, Step{});
    EXPECT_EQ(app->taken(), first);
    EXPECT_EQ(app->checksum(), checksum);
    EXPECT_EQ(app->rows_computed(), rows) << "all of it was known already";
    run(*app, set<&Settings::seed>(99U));
    EXPECT_EQ(app->taken(), first) << "a new seed changes what comes, not what was taken";
    for (int i = 0; i < 6; ++i) run(*app, StepBack{});
    for (int i = 0; i < 6; ++i) run(*app, Step{});
    EXPECT_NE(app->taken(), first);
}

TEST(App, MovingASliderNeverDrawsAnew) {
    const auto app = make_loaded_app("v=1&prompt=the+cat");
    run(*app, Step{});
    run(*app, Step{});
    const auto taken = app->taken();
    const auto rows = app->rows_computed();
    const float draw = app->distribution().draw;
    for (const float temperature : {0.0F, 0.3F, 2.9F}) {
        run(*app, set<&Settings::temperature>(temperature));
        EXPECT_EQ(app->taken(), taken);
        EXPECT_EQ(app->distribution().draw, draw);
    }
    run(*app, set<&Settings::top_k>(3));
    EXPECT_EQ(app->distribution().kept, 3);
    EXPECT_EQ(app->taken(), taken);
    EXPECT_EQ(app->rows_computed(), rows);
}

TEST(App, StepTakesWhatTheBarsAnnounce) {
    const auto app = make_loaded_app("v=1&prompt=the+cat");
    const std::int32_t pick = app->distribution().pick;
    ASSERT_GE(pick, 0);
    run(*app, Step{});
    EXPECT_EQ(app->taken(), (std::vector<std::int32_t>{pick}));
    run(*app, SelectCell{static_cast<int>(app->tokens().size()) - 2, -1});
    EXPECT_EQ(app->distribution().pick, -1);
    EXPECT_EQ(app->distribution().actual, pick);
}

TEST(App, SeveralStepsInOneFrameAreAllTaken) {
    const auto app = make_loaded_app();
    CommandQueue queue;
    for (int i = 0; i < 3; ++i) queue.push(Step{});
    app->apply(queue, 0);
    while (app->next_work_ms(0) == 0) app->advance(0, 0);
    EXPECT_EQ(app->taken().size(), 3U);
}

TEST(App, FastPlayTakesSeveralTokensInOneTurn) {
    const auto app = make_loaded_app("v=1&prompt=the+cat&pace=120");
    run(*app, Play{}, 1000);
    ASSERT_EQ(app->taken().size(), 1U);
    app->advance(1016.7, 1000);  // two of 8.3 ms each
    EXPECT_EQ(app->taken().size(), 3U);
    app->advance(1033.4, 0);  // no time left after one
    EXPECT_EQ(app->taken().size(), 4U);
}

TEST(App, TellsHowManyRowsAPassShares) {
    const auto app = make_loaded_app("v=1&prompt=the+cat");
    const auto first = app->pass_revision();
    const int tokens = static_cast<int>(app->tokens().size());
    EXPECT_EQ(app->unchanged_rows(first), tokens);
    run(*app, SetPrompt{"the cat sat"});
    EXPECT_EQ(app->unchanged_rows(first), tokens);
    run(*app, SetPrompt{"the cow sat"});
    EXPECT_LT(app->unchanged_rows(first), tokens);
    EXPECT_GT(app->unchanged_rows(first), 0);
    const auto last = app->pass_revision();
    EXPECT_EQ(app->unchanged_rows(last), static_cast<int>(app->tokens().size()));
    run(*app, LoadModel{"story", tiny_files(4)});  // other weights under the same text
    EXPECT_EQ(app->unchanged_rows(last), 0);
    EXPECT_EQ(app->unchanged_rows(last + 1000), 0);
}

TEST(App, PlayKeepsThePaceAndStopsAtTheEndToken) {
    const auto app = make_loaded_app("v=1&prompt=the+cat");
    run(*app, set<&Settings::pace>(10));
    run(*app, Play{}, 1000);
    const auto tick = [&](double now) {
        while (app->next_work_ms(now) == 0 && app->advance(now, 1000)) {
        }
    };
    tick(1000);
    EXPECT_EQ(app->taken().size(), 1U);
    EXPECT_NEAR(app->next_work_ms(1040), 60, 1e-6);
    tick(1099);
    EXPECT_EQ(app->taken().size(), 1U);
    tick(1100);
    EXPECT_EQ(app->taken().size(), 2U);
    run(*app, Pause{}, 1150);
    tick(5000);
    EXPECT_EQ(app->taken().size(), 2U);
    EXPECT_LT(app->next_work_ms(5000), 0);

    run(*app, Play{}, 6000);
    run(*app, TakeToken{kTinyVocab - 1}, 6000);
    EXPECT_FALSE(app->playing());
}

TEST(App, TypingMakesTakenTokensPartOfThePrompt) {
    const auto app = make_loaded_app("v=1&prompt=the+cat");
    run(*app, TakeToken{'s'});
    EXPECT_EQ(app->field_text(), "the cats");
    run(*app, SetPrompt{"the cats"});
    EXPECT_EQ(app->taken().size(), 1U) << "the field only says what the app told it";
    run(*app, SetPrompt{"the cats!"});
    EXPECT_TRUE(app->taken().empty());
    EXPECT_EQ(app->settings().prompt, "the cats!");
}

TEST(App, UndoAndRedoBringBackTextTokensAndSettings) {
    const auto app = make_loaded_app("v=1&prompt=the+cat");
    run(*app, SetPrompt{"a dog"}, 10'000);
    run(*app, Step{}, 20'000);
    run(*app, set<&Settings::seed>(5U), 30'000);
    const std::string end = app->link();
    run(*app, Undo{});
    EXPECT_EQ(app->settings().seed, 7U);
    run(*app, Undo{});
    EXPECT_TRUE(app->taken().empty());
    run(*app, Undo{});
    EXPECT_EQ(app->settings().prompt, "the cat");
    EXPECT_FALSE(app->can_undo());
    for (int i = 0; i < 3; ++i) run(*app, Redo{});
    EXPECT_EQ(app->link(), end);
    EXPECT_FALSE(app->can_redo());
    run(*app, Undo{});
    run(*app, set<&Settings::seed>(6U), 40'000);
    EXPECT_FALSE(app->can_redo());
}

TEST(App, QuickTypingAndLookingAroundAreOneStepOfUndoEach) {
    const auto app = make_loaded_app("v=1&prompt=the+cat");
    run(*app, SetPrompt{"the cat s"}, 1000);
    run(*app, SetPrompt{"the cat sa"}, 1300);
    run(*app, SetPrompt{"the cat sat"}, 1600);
    run(*app, SelectHead{1, 2}, 2000);
    run(*app, SelectCell{2, 1}, 9000);
    run(*app, set<&Settings::view>(View::lines), 19'000);
    run(*app, set<&Settings::theme>(Theme::light), 20'000);
    run(*app, Undo{});
    EXPECT_EQ(app->settings().view, View::matrix);
    EXPECT_EQ(app->settings().theme, Theme::light) << "how the program looks is not undone";
    EXPECT_EQ(app->settings().prompt, "the cat sat");
    run(*app, Undo{});
    EXPECT_EQ(app->settings().prompt, "the cat");
}

TEST(App, ABadModelLeavesThePreviousOne) {
    const auto app = make_loaded_app("v=1&prompt=the+cat");
    const std::string link = app->link();
    auto files = tiny_files();
    files["config.json"] = "{}";
    run(*app, LoadModel{"broken", files});
    EXPECT_TRUE(has_notice(*app, "notice.model_failed"));
    EXPECT_TRUE(has_notice(*app, "notice.model_kept"));
    EXPECT_EQ(app->model()->name, "story");
    EXPECT_EQ(app->link(), link);
}

TEST(App, AnotherModelKeepsThePrompt) {
    const auto app = make_loaded_app("v=1&prompt=the+cat");
    run(*app, Step{});
    run(*app, LoadModel{"mine", tiny_files(8)});
    EXPECT_EQ(app->model()->name, "mine");
    EXPECT_EQ(app->settings().prompt, "the cat");
    EXPECT_EQ(app->settings().rung, Rung::own);
    EXPECT_TRUE(app->taken().empty());
    EXPECT_FALSE(app->can_undo());
    EXPECT_TRUE(has_notice(*app, "notice.model_loaded"));
}

TEST(App, AModelWithoutATokenizerSaysSo) {
    auto files = tiny_files();
    files.erase("tokenizer.json");
    const auto app = make_app();
    run(*app, LoadModel{"story", files});
    EXPECT_TRUE(has_notice(*app, "notice.needs_tokenizer"));
    ASSERT_EQ(app->tokens().size(), 1U);
    run(*app, TakeToken{65});
    EXPECT_EQ(app->tokens()[1].display, "#65");
    state(*app);
}

TEST(App, HoverPreviewsPinStaysEscReleases) {
    const auto app = make_loaded_app("v=1&prompt=the+cat+sat");
    run(*app, SelectHead{0, 1});
    run(*app, SelectCell{5, 2});
    app->set_hover({.layer = 1, .head = 2, .query = 4, .key = 1});
    EXPECT_EQ(app->selection(), (Selection{.layer = 1, .head = 2, .query = 4, .key = 1, .pinned = true, .target = 4}));
    app->set_hover({});
    EXPECT_EQ(app->selection(), (Selection{.layer = 0, .head = 1, .query = 5, .key = 2, .pinned = true, .target = 5}));
    EXPECT_EQ(app->distribution().position, 5);
    run(*app, Release{});
    EXPECT_EQ(app->selection().key, -1);
    EXPECT_TRUE(app->selection().pinned);
    run(*app, Release{});
    EXPECT_FALSE(app->selection().pinned);
    EXPECT_EQ(app->selection().query, static_cast<int>(app->tokens().size()) - 1);
}

TEST(App, RevisionsMoveWithWhatTheyStandFor) {
    const auto app = make_loaded_app("v=1&prompt=the+cat");
    const auto pass = app->pass_revision(), any = app->state_revision();
    app->set_hover({.query = 1});
    EXPECT_GT(app->state_revision(), any);
    EXPECT_EQ(app->pass_revision(), pass);
    const auto hovered = app->state_revision();
    app->set_hover({.query = 1});
    EXPECT_EQ(app->state_revision(), hovered);
    run(*app, SetPrompt{"the cats"});
    EXPECT_GT(app->pass_revision(), pass);
}

TEST(App, EverySiteIsAMatrixAndExplainsItsCells) {
    const auto app = make_loaded_app("v=1&prompt=the+cat");
    const int n = static_cast<int>(app->tokens().size());
    for (const SiteInfo& site : app->sites()) {
        run(*app, set<&Settings::site>(site.name));
        run(*app, SelectMatrixCell{n - 1, 0});
        const auto matrix = app->matrix(site.name, app->selection().layer, app->selection().head);
        ASSERT_EQ(matrix.rows, n) << site.name;
        const auto& explanation = app->matrix_explanation();
        ASSERT_FALSE(explanation.empty()) << site.name;
        EXPECT_EQ(explanation.value, matrix.at(n - 1, 0)) << site.name;
        EXPECT_TRUE(explanation.site.ends_with(site.name));
    }
    EXPECT_TRUE(app->matrix("attn.hook_pattern", 2, 0).empty());
    EXPECT_TRUE(app->matrix("attn.hook_pattern", 0, 3).empty());
    EXPECT_TRUE(app->matrix("nothing", 0, 0).empty());
}

TEST(App, StateIsJsonWithAllThatThePageReads) {
    const auto app = make_loaded_app("v=1&prompt=the+%C5%9Fcat&lang=tr");
    run(*app, Step{});
    const auto json = state(*app);
    for (const char* key :
         {"revision", "ready", "busy", "prompt", "live", "tokens", "predictions", "selection", "strongest", "playing",
          "seed", "settings", "model", "hash", "link", "verdict", "notices", "language", "theme"}) {
        EXPECT_TRUE(json.contains(key)) << key;
    }
    EXPECT_TRUE(json["ready"].get<bool>());
    EXPECT_FALSE(json["busy"].get<bool>());
    EXPECT_EQ(json["tokens"].size(), app->tokens().size());
    EXPECT_EQ(json["predictions"].size(), 10U);
    EXPECT_EQ(json["hash"], app->checksum());
    EXPECT_EQ(json["language"], "tr");
    EXPECT_EQ(json["settings"]["lang"], "tr");
    EXPECT_EQ(json["settings"]["seed"], 7);
    double total = 0;
    for (const Candidate& c : app->distribution().candidates) total += static_cast<double>(c.probability);
    EXPECT_NEAR(total, 1, 1e-4);
    EXPECT_NE(json["live"].get<std::string>().find("token"), std::string::npos);
}

TEST(App, ExportsAreMadeFromTheNumbers) {
    const auto app = make_loaded_app("v=1&prompt=the+cat");
    run(*app, SelectHead{1, 0});
    std::ignore = app->take_effects();
    run(*app, Export{ExportWhat::head_csv});
    auto files = effects_of(*app, Effect::Kind::save_file);
    ASSERT_EQ(files.size(), 1U);
    EXPECT_EQ(files[0].name, "headlight-head-1.0.csv");
    const auto lines = std::ranges::count(files[0].bytes, '\n');
    EXPECT_EQ(lines, static_cast<std::ptrdiff_t>(app->tokens().size()) + 1);
    for (const ExportWhat what :
         {ExportWhat::head_svg, ExportWhat::head_png, ExportWhat::head_json, ExportWhat::matrix_csv,
          ExportWhat::matrix_json, ExportWhat::matrix_png, ExportWhat::matrix_svg, ExportWhat::trace}) {
        run(*app, Export{what});
        files = effects_of(*app, Effect::Kind::save_file);
        ASSERT_EQ(files.size(), 1U);
        EXPECT_FALSE(files[0].bytes.empty()) << files[0].name;
        if (what != ExportWhat::matrix_csv) {
            EXPECT_NE(files[0].bytes.find("the+cat"), std::string::npos) << files[0].name << ": no link";
        }
    }
    run(*app, Export{ExportWhat::matrix_csv, ExportTo::clipboard});
    EXPECT_EQ(effects_of(*app, Effect::Kind::copy_text).size(), 1U);
}

TEST(App, TheTraceOpensAsSafetensors) {
    const auto app = make_loaded_app("v=1&prompt=the+cat");
    run(*app, Export{ExportWhat::trace});
    const auto files = effects_of(*app, Effect::Kind::save_file);
    ASSERT_EQ(files.size(), 1U);
    const auto bytes = std::as_bytes(std::span(files[0].bytes));
    const auto opened = checkpoint::Safetensors::parse(bytes, "trace");
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    EXPECT_EQ(opened->tensors().size(), 2U + 2 * 17 + 3);
    const auto* pattern = opened->find("blocks.1.attn.hook_pattern");
    ASSERT_NE(pattern, nullptr);
    const auto n = static_cast<std::int64_t>(app->tokens().size());
    EXPECT_EQ(pattern->shape, (std::vector<std::int64_t>{3, n, n}));
    std::vector<float> values(pattern->elements());
    ASSERT_TRUE(opened->read_f32(*pattern, values).has_value());
    EXPECT_EQ(values[static_cast<std::size_t>(2 * n * n + 3 * n + 1)], app->matrix("attn.hook_pattern", 1, 2).at(3, 1));
}

TEST(App, NoticesAreDismissedAndDoNotPileUp) {
    const auto app = make_loaded_app();
    for (int i = 0; i < 4; ++i) run(*app, ReportProblem{"problem.offline", ""});
    ASSERT_EQ(app->notices().size(), 1U);
    run(*app, ReportProblem{"problem.download", "404."});
    EXPECT_NE(app->notices()[1].text.find("404."), std::string::npos);
    run(*app, DismissNotice{app->notices()[0].id});
    ASSERT_EQ(app->notices().size(), 1U);
    EXPECT_EQ(app->notices()[0].key, "problem.download");
    run(*app, DismissNotice{0});
    EXPECT_TRUE(app->notices().empty());
}

TEST(App, DownloadProgressIsShownUntilItEnds) {
    const auto app = make_app();
    run(*app, OpenLink{"v=1&rung=tutorial"});  // needs no model of its own
    run(*app, ReportProgress{"progress.download", 0.25});
    EXPECT_EQ(app->progress().activity, Activity::downloading);
    EXPECT_EQ(app->progress().fraction, 0.25);
    run(*app, ReportProgress{"progress.download", 1});
    EXPECT_EQ(app->progress().activity, Activity::idle);
}

}  // namespace
}  // namespace headlight::app
