// Changes in the translator through the app: commands, links, undo, and what is read of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "tiny_model.h"

namespace headlight::app {
namespace {

constexpr const char* kChangesLink = "v=1&rung=translate&source=the+cat&part=cross";

std::string text_of(const App& app) {
    return app.translation()->text;
}
double sum_of(const std::vector<float>& values) {
    double sum = 0;
    for (const float value : values) sum += static_cast<double>(value);
    return sum;
}

TEST(TranslationChanges, CommandsActOnTheListOfTheRung) {
    const auto app = make_translating_app(kChangesLink);
    const std::string before = text_of(*app);
    EXPECT_TRUE(app->laboratory().changes.empty());
    EXPECT_EQ(app->laboratory().part, interpret::Part::cross);
    run(*app, AddChange{"off:cross0.attn;off:cross1.attn"});
    EXPECT_EQ(app->settings().translator_changes, "off:cross0.attn;off:cross1.attn");
    EXPECT_EQ(app->settings().changes, "");
    EXPECT_TRUE(app->laboratory().changed);
    EXPECT_NE(text_of(*app), before);
    EXPECT_EQ(app->laboratory().without, before);
    run(*app, RemoveChange{0});
    EXPECT_EQ(app->settings().translator_changes, "off:cross1.attn");
    run(*app, ToggleHead{1, 1});
    EXPECT_EQ(app->settings().translator_changes, "off:cross1.attn;off:cross1.1");
    run(*app, set<&Settings::part>(Part::encoder));
    run(*app, ToggleHead{0, 1});
    run(*app, ToggleHead{1, 1});  // the encoder has one layer
    EXPECT_EQ(app->settings().translator_changes, "off:cross1.attn;off:cross1.1;off:enc0.1");
    ASSERT_EQ(app->laboratory().changes.size(), 3U);
    EXPECT_EQ(app->laboratory().changes[2].label, "encoder: head 0.1 off");
    EXPECT_EQ(app->laboratory().changes[2].head, 1);
    EXPECT_EQ(app->laboratory().changes[1].head, -1) << "of a part that is not shown";
    run(*app, ToggleHead{0, 1});
    run(*app, ClearChanges{});
    EXPECT_EQ(app->settings().translator_changes, "");
    EXPECT_EQ(text_of(*app), before);
    EXPECT_FALSE(app->laboratory().changed);
    EXPECT_EQ(app->laboratory().without, "");
    for (int i = 0; i < 2; ++i) run(*app, Undo{});
    EXPECT_EQ(app->settings().translator_changes, "off:cross1.attn;off:cross1.1;off:enc0.1");
    EXPECT_TRUE(app->laboratory().changed);
    EXPECT_EQ(app->laboratory().without, before);
}

TEST(TranslationChanges, TheBarsHaveTheirGhosts) {
    const auto app = make_translating_app(kChangesLink);
    run(*app, SelectCell{1, -1});
    std::vector<float> before(static_cast<std::size_t>(kPairVocab));
    for (const Candidate& c : app->distribution().candidates)
        before[static_cast<std::size_t>(c.id)] = c.model_probability;
    EXPECT_TRUE(app->laboratory().baseline.empty());
    run(*app, AddChange{"scale:cross1.0@-1"});
    const std::vector<float>& ghosts = app->laboratory().baseline;
    ASSERT_EQ(ghosts.size(), before.size());
    EXPECT_NEAR(sum_of(ghosts), 1, 1e-5);
    // Position 1 has read the start token and the first target token: as before, where that token is the same.
    if (app->tokens()[1].id == make_translating_app(kChangesLink)->tokens()[1].id) {
        for (std::size_t id = 0; id < before.size(); ++id) EXPECT_NEAR(ghosts[id], before[id], 1e-5) << id;
    }
    bool differs = false;
    for (const Candidate& c : app->distribution().candidates)
        differs = differs || std::abs(c.model_probability - ghosts[static_cast<std::size_t>(c.id)]) > 1e-4F;
    EXPECT_TRUE(differs);
}

TEST(TranslationChanges, TheOddsOfATokenAreToldWithAndWithoutThem) {
    const auto app = make_translating_app(kChangesLink);
    run(*app, SelectCell{1, -1});
    const auto& candidates = app->distribution().candidates;
    const Odds plain = app->laboratory().odds;
    EXPECT_EQ(plain.token, candidates[0].id) << "the first two, while none is chosen";
    EXPECT_EQ(plain.rival, candidates[1].id);
    EXPECT_FLOAT_EQ(plain.now, candidates[0].logit - candidates[1].logit);
    EXPECT_EQ(plain.now, plain.baseline);
    const std::int32_t third = candidates[2].id;
    run(*app, set<&Settings::rival>(third));
    EXPECT_EQ(app->laboratory().odds.rival, third);
    run(*app, AddChange{"scale:cross1.0@-1"});
    const auto logit = [&](std::int32_t id) {
        return std::ranges::find(app->distribution().candidates, id, &Candidate::id)->logit;
    };
    const Odds changed = app->laboratory().odds;
    EXPECT_FLOAT_EQ(changed.now, logit(changed.token) - logit(third));
    EXPECT_NE(changed.now, changed.baseline);
    // Tokens of the translator's vocabulary are not those of the GPT.
    run(*app, set<&Settings::rung>(Rung::small));
    EXPECT_EQ(app->settings().rival, -1);
    run(*app, set<&Settings::rung>(Rung::translate));
    EXPECT_EQ(app->settings().rival, third);
}

TEST(TranslationChanges, APatternIsCopiedFromAnotherHead) {
    const auto app = make_translating_app(kChangesLink);
    run(*app, AddChange{"paint:cross1.0@copy0.1"});
    ASSERT_TRUE(app->laboratory().changed) << app->laboratory().changes.at(0).reason;
    const auto to = app->attention(Part::cross, 1, 0, Values::pattern);
    const auto from = app->attention(Part::cross, 0, 1, Values::pattern);
    ASSERT_FALSE(to.empty());
    for (int row = 0; row < to.rows; ++row) {
        for (int col = 0; col < to.cols; ++col) EXPECT_EQ(to.at(row, col), from.at(row, col)) << row << ' ' << col;
    }
    const auto again = make_translating_app("v=1&" + app->link().substr(4));
    EXPECT_EQ(again->checksum(), app->checksum());
}

TEST(TranslationChanges, BadAndImpossibleOnesBecomeNotices) {
    const auto app = make_translating_app(kChangesLink);
    for (const char* text : {"off:3.2", "patch:enc0.resid@1", "paint:cross0.0@self", "\xFF\xFE;;;", "off:cross0.mlp"}) {
        run(*app, DismissNotice{0});
        run(*app, AddChange{text});
        EXPECT_TRUE(has_notice(*app, "notice.bad_change")) << text;
        EXPECT_EQ(app->settings().translator_changes, "") << text;
    }
    run(*app, DismissNotice{0});
    run(*app, AddChange{"off:enc7.0"});
    EXPECT_TRUE(has_notice(*app, "notice.bad_change")) << "no such layer";
    EXPECT_FALSE(app->laboratory().changed);
    EXPECT_EQ(app->laboratory().changes.at(0).reason,
              app->strings()("lab.idle.layer", {{"index", "7"}, {"last", "0"}}));
    // A cell behind the end waits for a longer sentence.
    run(*app, ClearChanges{});
    run(*app, DismissNotice{0});
    run(*app, AddChange{"paint:enc0.0@0-9-1"});
    EXPECT_FALSE(has_notice(*app, "notice.bad_change"));
    EXPECT_FALSE(app->laboratory().changed);
    EXPECT_NE(app->laboratory().changes.at(0).reason, "");
    run(*app, SetPrompt{"the cat and the dog"});
    EXPECT_TRUE(app->laboratory().changed);
    EXPECT_EQ(app->laboratory().changes.at(0).reason, "");
    EXPECT_EQ(app->attention(Part::encoder, 0, 0, Values::pattern).at(0, 9), 1);
}

TEST(TranslationChanges, ALinkReproducesThem) {
    const auto app = make_translating_app(kChangesLink);
    run(*app, AddChange{"mean:dec1.0;paint:enc0.1@first;scale:cross0.1@1.5"});
    for (int i = 0; i < 3; ++i) run(*app, Step{});
    const std::string link = app->link();
    EXPECT_NE(link.find("tdo=mean"), std::string::npos) << link;
    const auto other = make_translating_app(link);
    EXPECT_EQ(other->verdict(), Verdict::reproduced);
    EXPECT_EQ(text_of(*other), text_of(*app));
    EXPECT_EQ(other->checksum(), app->checksum());
    EXPECT_EQ(other->laboratory().without, app->laboratory().without);
    std::string without = link;
    const std::size_t at = without.find("&tdo=");
    without.erase(at, without.find('&', at + 1) - at);
    EXPECT_EQ(make_translating_app(without)->verdict(), Verdict::differs);
    EXPECT_TRUE(has_notice(*make_translating_app("v=1&rung=translate&source=the&tdo=off:enc0.0;fly:enc0.0"),
                           "notice.bad_change"));
}

TEST(TranslationChanges, StepsAndTakenTokensAreOfTheChangedModel) {
    const auto app = make_translating_app(kChangesLink);
    run(*app, AddChange{"off:cross0.attn;off:cross1.attn"});
    std::vector<std::int32_t> whole;
    for (const TokenInfo& token : app->tokens()) whole.push_back(token.id);
    ASSERT_GT(whole.size(), 4U);
    run(*app, StepBack{});
    while (app->tokens().size() > 2) run(*app, StepBack{});
    run(*app, Step{});
    run(*app, Step{});
    for (std::size_t i = 0; i < app->tokens().size(); ++i) EXPECT_EQ(app->tokens()[i].id, whole[i]) << i;
    EXPECT_EQ(app->tokens().size(), 4U);
    run(*app, SelectCell{2, -1});
    run(*app, TakeToken{65});
    ASSERT_GT(app->tokens().size(), 3U);
    EXPECT_EQ(app->tokens()[3].id, 65);
    EXPECT_EQ(app->tokens()[2].id, whole[2]);
    EXPECT_TRUE(app->laboratory().changed);
    EXPECT_NE(app->laboratory().without, "");
}

TEST(TranslationChanges, StateAndTraceSayThem) {
    const auto app = make_translating_app(kChangesLink);
    const std::string before = text_of(*app);
    run(*app, AddChange{"off:cross0.attn;off:cross1.attn"});
    const auto json = read_json(app->state_json());
    EXPECT_EQ(json["laboratory"]["changed"], true);
    EXPECT_EQ(json["laboratory"]["changes"].size(), 2U);
    EXPECT_EQ(json["laboratory"]["without"], before);
    EXPECT_EQ(json["settings"]["tdo"], "off:cross0.attn;off:cross1.attn");
    EXPECT_NE(app->live_text().find("Without the changes: " + before), std::string::npos) << app->live_text();
    (void)app->take_effects();
    run(*app, Export{ExportWhat::trace, ExportTo::file});
    const auto files = effects_of(*app, Effect::Kind::save_file);
    ASSERT_EQ(files.size(), 1U);
    EXPECT_NE(files[0].bytes.find("\"interventions\":\"off:cross0.attn;off:cross1.attn\""), std::string::npos);
}

TEST(TranslationChanges, TheRungsHaveListsOfTheirOwn) {
    const auto app = make_translating_app("v=1&rung=translate&source=the+cat&do=off:0.1");
    EXPECT_TRUE(app->laboratory().changes.empty());
    run(*app, AddChange{"off:enc0.0"});
    EXPECT_EQ(app->settings().changes, "off:0.1");
    run(*app, set<&Settings::rung>(Rung::small));
    EXPECT_EQ(app->settings().translator_changes, "off:enc0.0");
    run(*app, ClearChanges{});
    EXPECT_EQ(app->settings().changes, "");
    EXPECT_EQ(app->settings().translator_changes, "off:enc0.0");
    run(*app, set<&Settings::rung>(Rung::translate));
    ASSERT_EQ(app->laboratory().changes.size(), 1U);
    EXPECT_TRUE(app->laboratory().changed);
}

}  // namespace
}  // namespace headlight::app
