// The tutorial rung through the app: steps, edits, mistakes, and learning with undo, links and the question.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/learning.h"
#include "base/json.h"
#include "tiny_model.h"

namespace headlight::app {
namespace {

std::unique_ptr<App> make_tutorial(const std::string& more = "") {
    auto app = make_app();
    run(*app, OpenLink{"v=1&rung=tutorial" + more});
    return app;
}

// A cell that may be edited, of the step that is shown.
const interpret::Sheet* editable(const App& app) {
    for (const interpret::Sheet& sheet : app.tutorial()->step(app.settings().step - 1).sheets) {
        if (sheet.editable && sheet.has(0, 0)) return &sheet;
    }
    return nullptr;
}

TEST(TutorialRung, StepsSheetsAndCellsFollowTheSettings) {
    const auto app = make_tutorial("&step=7&mode=right");
    EXPECT_EQ(app->tutorial()->mode(), TutorialMode::arithmetic);
    ASSERT_NE(app->sheet(), nullptr);
    run(*app, set<&Settings::sheet>(app->tutorial()->step(6).sheets.back().id));
    const interpret::Sheet* sheet = app->sheet();
    EXPECT_EQ(sheet->id, app->settings().sheet);
    run(*app, SelectMatrixCell{1, 1});
    EXPECT_EQ(app->matrix_explanation().value, sheet->at(1, 1));
    run(*app, Release{});
    EXPECT_TRUE(app->matrix_explanation().empty());
    run(*app, Step{});
    EXPECT_EQ(app->settings().step, 8);
    EXPECT_TRUE(app->settings().sheet.empty());
    for (int i = 0; i < 20; ++i) run(*app, Step{});
    EXPECT_EQ(app->settings().step, interpret::Tutorial::kSteps);
    EXPECT_FALSE(app->can_step());
    for (int i = 0; i < 20; ++i) run(*app, StepBack{});
    EXPECT_EQ(app->settings().step, 1);
}

TEST(TutorialRung, EditsFlowDownUndoAndTravelInLinks) {
    const auto app = make_tutorial("&step=7&mode=paper");
    const interpret::Sheet* input = editable(*app);
    ASSERT_NE(input, nullptr);
    const std::string id = input->id;
    const float before = input->at(0, 0);
    run(*app, EditCell{id, 0, 0, before + 1});
    EXPECT_EQ(app->tutorial()->find(id)->at(0, 0), before + 1);
    EXPECT_FALSE(app->settings().edits.empty());
    const auto other = make_app();
    run(*other, OpenLink{app->link()});
    EXPECT_EQ(other->tutorial()->find(id)->at(0, 0), before + 1);
    run(*app, Undo{});
    EXPECT_EQ(app->tutorial()->find(id)->at(0, 0), before);
    run(*app, Redo{});
    run(*app, ResetEdits{});
    EXPECT_TRUE(app->settings().edits.empty());
    EXPECT_EQ(app->tutorial()->find(id)->at(0, 0), before);
    for (const EditCell& bad : {EditCell{"no_such_sheet", 0, 0, 1}, EditCell{id, 900, 0, 1}, EditCell{id, -1, 0, 1},
                                EditCell{id, 0, 0, 1e9F}}) {
        run(*app, DismissNotice{0});
        run(*app, bad);
        EXPECT_TRUE(has_notice(*app, "notice.bad_edits")) << bad.sheet;
        EXPECT_TRUE(app->settings().edits.empty());
    }
    const auto hostile = make_tutorial("&edits=wq.0.0:nan,,%00&step=99&found=999999999999&sheet=..%2F..&mode=x");
    EXPECT_TRUE(has_notice(*hostile, "notice.bad_edits"));
    EXPECT_EQ(hostile->settings().step, interpret::Tutorial::kSteps);
    EXPECT_NE(hostile->sheet(), nullptr);
}

TEST(TutorialRung, MistakesAreGuessedAndRevealed) {
    const auto app = make_tutorial();
    const auto& mistakes = app->tutorial()->mistakes();
    const auto placed = std::ranges::find_if(mistakes, [](const auto& m) { return !m.places.empty(); });
    ASSERT_NE(placed, mistakes.end());
    const auto& place = placed->places.front();
    const std::array<int, 2> cell = place.cells.empty() ? std::array{0, 0} : place.cells.front();
    run(*app, GuessMistake{place.sheet, cell[0], cell[1]});
    EXPECT_NE(app->settings().found >> (placed->number - 1) & 1U, 0U);
    run(*app, GuessMistake{"no_such_sheet", 0, 0});
    EXPECT_TRUE(has_notice(*app, "notice.no_mistake"));
    run(*app, RevealMistake{25});
    run(*app, RevealMistake{26});
    run(*app, RevealMistake{-1});
    EXPECT_NE(app->settings().found >> 24 & 1U, 0U);
    EXPECT_LT(app->settings().found, 1U << 25);
    const auto other = make_app();
    run(*other, OpenLink{app->link()});
    EXPECT_EQ(other->settings().found, app->settings().found);
    run(*app, HideMistakes{});
    EXPECT_EQ(app->settings().found, 0U);
}

TEST(TutorialRung, ALinkLearnsAgainToTheSameBits) {
    const auto app = make_tutorial();
    for (int i = 0; i < 3; ++i) run(*app, LearnStep{}, 5000.0 * i);
    EXPECT_EQ(app->settings().learned, 3);
    const std::string hash = app->learning()->hash();
    EXPECT_EQ(app->checksum(), hash.substr(0, 8));
    const auto other = make_app();
    run(*other, OpenLink{app->link()});
    EXPECT_EQ(other->learning()->steps(), 3);
    EXPECT_EQ(other->learning()->hash(), hash);
    EXPECT_EQ(other->verdict(), Verdict::reproduced);
    run(*app, Undo{});
    EXPECT_EQ(app->learning()->steps(), 2);
    run(*app, Redo{});
    EXPECT_EQ(app->learning()->hash(), hash);
}

TEST(TutorialRung, ALinkMayCarryTheWeights) {
    const auto app = make_tutorial();
    run(*app, set<&Settings::learned>(40));
    EXPECT_EQ(app->learning()->steps(), 40);
    run(*app, set<&Settings::share_weights>(true));
    const std::string link = app->link();
    EXPECT_NE(link.find("&weights="), std::string::npos);
    EXPECT_LT(link.size(), 8000U);
    const auto other = make_app();
    run(*other, OpenLink{link});
    EXPECT_EQ(other->learning()->steps(), 40);
    EXPECT_FALSE(other->learning()->reproducible());
    EXPECT_EQ(other->settings().learned, 40);
    run(*other, LearnStep{}, 9000);
    EXPECT_EQ(other->learning()->steps(), 41);
    run(*other, Undo{});
    EXPECT_EQ(other->learning()->steps(), 40);
    const auto damaged = make_tutorial("&weights=AAAA&learned=5");
    EXPECT_FALSE(damaged->notices().empty());
    EXPECT_TRUE(damaged->settings().weights.empty());
}

TEST(TutorialRung, AsksBeforeTrainedWeightsAreLost) {
    const auto app = make_tutorial();
    run(*app, LearnRewind{});
    EXPECT_EQ(app->question(), nullptr) << "nothing to lose";
    run(*app, LearnStep{});
    for (const Command& command :
         {Command(LearnRewind{}), Command(LearnSeed{9}), Command(UseCorpus{"one two -> three four"})}) {
        const auto hash = app->learning()->hash();
        run(*app, command);
        ASSERT_NE(app->question(), nullptr);
        EXPECT_EQ(app->learning()->hash(), hash);
        run(*app, Answer{false});
        EXPECT_EQ(app->question(), nullptr);
        EXPECT_EQ(app->learning()->steps(), 1);
        EXPECT_EQ(app->learning()->hash(), hash);
        run(*app, command, 9000);
        run(*app, Answer{true}, 9000);
        EXPECT_EQ(app->learning()->steps(), 0);
        EXPECT_EQ(app->settings().learned, 0);
        run(*app, LearnStep{}, 20000);
    }
    EXPECT_EQ(app->settings().learn_seed, 9U);
    EXPECT_EQ(app->settings().corpus, "one two -> three four");
    EXPECT_EQ(app->learning()->corpus().pairs().size(), 1U);
}

TEST(TutorialRung, TheTextFieldHoldsADraftOfTheCorpus) {
    const auto app = make_tutorial();
    EXPECT_EQ(app->field_text(), kTutorialSentences);
    run(*app, SetPrompt{"->\nbroken ->"});
    EXPECT_EQ(app->field_text(), "->\nbroken ->");
    EXPECT_TRUE(app->settings().corpus.empty()) << "a draft until it is used";
    run(*app, UseCorpus{});
    EXPECT_FALSE(app->notices().empty());
    EXPECT_TRUE(app->settings().corpus.empty());
    run(*app, SetPrompt{"kedi süt -> içti"});
    run(*app, UseCorpus{});
    EXPECT_EQ(app->settings().corpus, "kedi süt -> içti");
    EXPECT_EQ(app->learning()->setup().corpus, "kedi süt -> içti");
    run(*app, Undo{});
    EXPECT_TRUE(app->learning()->setup().corpus.empty());
    EXPECT_EQ(app->field_text(), kTutorialSentences);
}

TEST(TutorialRung, PlaysInSlicesPausesAndRestsWhileNobodySeesIt) {
    const auto app = make_tutorial();
    run(*app, set<&Settings::learn_speed>(10.0F));
    CommandQueue queue;
    queue.push(LearnPlay{});
    app->apply(queue, 0);
    EXPECT_TRUE(app->learning_plays());
    double now = 0;
    for (int i = 0; i < 10; ++i) app->advance(now += 100, 1);
    const auto steps = app->learning()->steps();
    EXPECT_GE(steps, 5);
    EXPECT_LE(steps, 15) << "ten a second";
    queue.push(Visible{false});
    app->apply(queue, now);
    EXPECT_LT(app->next_work_ms(now + 5000), 0);
    app->advance(now += 5000, 100);
    EXPECT_EQ(app->learning()->steps(), steps);
    queue.push(Visible{true});
    queue.push(LearnPause{});
    app->apply(queue, now);
    EXPECT_EQ(app->settings().learned, static_cast<int>(app->learning()->steps()));
    EXPECT_LT(app->next_work_ms(now), 0);
    run(*app, Undo{}, now);
    EXPECT_EQ(app->learning()->steps(), 0) << "a stretch of playing is one step of undo";
}

TEST(TutorialRung, LearnedMatricesShowInTheSteps) {
    const auto app = make_tutorial("&mode=paper&step=7");
    run(*app, set<&Settings::learned>(20));
    run(*app, set<&Settings::show_learned>(true));
    EXPECT_TRUE(app->tutorial()->learned());
    EXPECT_FALSE(app->tutorial()->step(6).sheets.empty());
    run(*app, set<&Settings::show_learned>(false));
    EXPECT_FALSE(app->tutorial()->learned());
}

TEST(TutorialRung, IsShared) {
    const auto app = make_tutorial("&step=9");
    run(*app, Share{});
    const auto effects = app->take_effects();
    const auto copied = std::ranges::find(effects, Effect::Kind::copy_link, &Effect::kind);
    ASSERT_NE(copied, effects.end());
    EXPECT_NE(copied->bytes.find("rung=tutorial"), std::string::npos);
    EXPECT_NE(copied->bytes.find("step=9"), std::string::npos);
}

TEST(TutorialRung, StateTextAndExportsTellIt) {
    const auto app = make_tutorial("&step=7&mode=paper");
    run(*app, LearnStep{});
    const auto json = read_json(app->state_json());
    ASSERT_TRUE(json.is_object());
    EXPECT_EQ(json["tutorial"]["step"], 7);
    EXPECT_EQ(json["tutorial"]["mode"], "paper");
    EXPECT_FALSE(json["tutorial"]["sheets"].empty());
    EXPECT_EQ(json["learning"]["steps"], 1);
    EXPECT_EQ(json["learning"]["state"], "trained");
    EXPECT_EQ(json["learning"]["pairs"].size(), app->learning()->corpus().pairs().size());
    EXPECT_TRUE(json["ready"].get<bool>());
    EXPECT_FALSE(json["busy"].get<bool>());
    EXPECT_FALSE(app->live_text().empty());
    run(*app, Export{ExportWhat::matrix_csv});
    const auto effects = app->take_effects();
    const auto saved = std::ranges::find(effects, Effect::Kind::save_file, &Effect::kind);
    ASSERT_NE(saved, effects.end());
    EXPECT_EQ(saved->name, "headlight-tutorial-" + app->sheet()->id + ".csv");
}

}  // namespace
}  // namespace headlight::app
