#include "app/laboratory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "interpret/head_search.h"
#include "tiny_model.h"

namespace headlight::app {
namespace {

constexpr const char* kText = "v=1&prompt=the+cat+sat";

std::vector<float> logits_of(const App& app) {
    const interpret::Matrix all = app.matrix("logits", 0, 0);
    std::vector<float> values;
    EXPECT_FALSE(all.empty());
    for (int row = 0; row < all.rows; ++row) {
        for (int col = 0; col < all.cols; ++col) values.push_back(all.at(row, col));
    }
    return values;
}

TEST(Laboratory, AHeadThatIsOffChangesThePredictionAndComesBack) {
    const auto app = make_loaded_app(kText);
    const std::string checksum = app->checksum();
    const std::vector<float> before = logits_of(*app);
    run(*app, ToggleHead{1, 2});
    EXPECT_EQ(app->settings().changes, "off:1.2");
    EXPECT_TRUE(app->laboratory().changed);
    ASSERT_EQ(app->laboratory().changes.size(), 1U);
    EXPECT_EQ(app->laboratory().changes[0].label, "head 1.2 off");
    EXPECT_EQ(app->laboratory().changes[0].reason, "");
    EXPECT_NE(app->checksum(), checksum);
    EXPECT_NE(logits_of(*app), before);
    const interpret::Matrix z = app->matrix("attn.hook_z", 1, 2);
    for (int row = 0; row < z.rows; ++row) EXPECT_EQ(z.at(row, 0), 0.0F);
    EXPECT_EQ(app->laboratory().baseline.size(), static_cast<std::size_t>(kTinyVocab));

    run(*app, set<&Settings::compare>(Compare::baseline));
    EXPECT_EQ(logits_of(*app), before);
    run(*app, ToggleHead{1, 2});
    EXPECT_EQ(app->settings().changes, "");
    EXPECT_FALSE(app->laboratory().changed);
    EXPECT_EQ(app->checksum(), checksum);
    EXPECT_EQ(logits_of(*app), before);
}

TEST(Laboratory, WhatChangesNothingChangesNotOneBit) {
    const auto app = make_loaded_app(kText);
    const std::string checksum = app->checksum();
    const std::vector<float> before = logits_of(*app);
    run(*app, set<&Settings::other>(std::string("the cat sat")));
    for (const char* change : {"scale:0.1@1", "patch:1.resid@2", "patch:0.1@all", "freeze:1.0"}) {
        run(*app, AddChange{change});
        EXPECT_TRUE(app->laboratory().changed) << change;
        EXPECT_EQ(app->checksum(), checksum) << change;
        EXPECT_EQ(logits_of(*app), before) << change;
    }
    EXPECT_EQ(app->laboratory().changes.size(), 4U);
    run(*app, ClearChanges{});
    EXPECT_TRUE(app->laboratory().changes.empty());
}

TEST(Laboratory, GrowingTextGivesTheNumbersOfAFreshRun) {
    for (const char* changes : {"off:0.1", "mean:0.1", "paint:1.0@previous", "drop:1;scale:1.1@-2"}) {
        const auto grown = make_loaded_app("v=1&prompt=the");
        run(*grown, AddChange{changes});
        for (const char* text : {"the c", "the cat", "the cab", "the cat sat"}) run(*grown, SetPrompt{text});
        const auto fresh = make_loaded_app(std::string(kText) + "&do=" + changes);
        EXPECT_EQ(grown->checksum(), fresh->checksum()) << changes;
        EXPECT_EQ(logits_of(*grown), logits_of(*fresh)) << changes;
    }
}

// After a pass the session makes room for a longer text, a slice at a time; a change does not wait for that.
TEST(Laboratory, AChangeRightAfterAPassIsInForce) {
    const auto app = make_loaded_app(kText);
    CommandQueue queue;
    queue.push(SetPrompt{"the cat sat on a mat and the"});
    app->apply(queue, 0);
    while (app->tokens().size() < 20) app->advance(0, 0);  // its first complete state, not one slice more
    queue.push(ToggleHead{1, 0});
    app->apply(queue, 0);
    while (app->next_work_ms(0) == 0) app->advance(0, 0);
    EXPECT_TRUE(app->laboratory().changed);
    EXPECT_EQ(app->checksum(), make_loaded_app(app->link())->checksum());
}

TEST(Laboratory, ALinkReproducesTheChangedNumbers) {
    const auto app = make_loaded_app(kText);
    run(*app, AddChange{"mean:1.0"});
    run(*app, AddChange{"scale:0.2@-1.5"});
    const auto twin = make_loaded_app(app->link());
    EXPECT_EQ(twin->verdict(), Verdict::reproduced);
    EXPECT_EQ(twin->settings().changes, "mean:1.0;scale:0.2@-1.5");
    EXPECT_EQ(twin->checksum(), app->checksum());
}

TEST(Laboratory, OneOfAPlaceTakesTheOthersPlaceAndUndoBringsItBack) {
    const auto app = make_loaded_app(kText);
    run(*app, AddChange{"off:1.0"});
    run(*app, AddChange{"scale:1.0@0.5"});
    EXPECT_EQ(app->settings().changes, "scale:1.0@0.5");
    run(*app, Undo{});
    EXPECT_EQ(app->settings().changes, "off:1.0");
    EXPECT_TRUE(app->laboratory().changed);
    run(*app, Undo{});
    EXPECT_EQ(app->settings().changes, "");
    EXPECT_FALSE(app->laboratory().changed);
}

TEST(Laboratory, HostileChangesOfALinkBecomeNotices) {
    const auto app = make_loaded_app(std::string(kText) + "&do=off:99.0;off:0.1;scale:0.0@nan;rubbish;off:0.99");
    EXPECT_TRUE(has_notice(*app, "notice.bad_change"));
    EXPECT_TRUE(app->laboratory().changed) << "the good one is in force";
    for (const ChangeInfo& change : app->laboratory().changes)
        EXPECT_EQ(change.reason.empty(), change.text == "off:0.1");
    std::string thousand;
    for (int i = 0; i < 1000; ++i) thousand += "off:0." + std::to_string(i % 3) + ";";
    const auto many = make_loaded_app(std::string(kText) + "&do=" + thousand);
    EXPECT_TRUE(many->laboratory().changed);
    EXPECT_LE(many->laboratory().changes.size(), interpret::kMostInterventions);
    EXPECT_LE(many->notices().size(), 6U);
}

TEST(Laboratory, ChangesWaitForALongerText) {
    const auto app = make_loaded_app("v=1&prompt=the");
    run(*app, AddChange{"drop:3"});
    ASSERT_EQ(app->laboratory().changes.size(), 1U);
    EXPECT_NE(app->laboratory().changes[0].reason, "");
    EXPECT_FALSE(app->laboratory().changed);
    EXPECT_FALSE(has_notice(*app, "notice.bad_change")) << "it may be longer soon";
    run(*app, SetPrompt{"the cat sat"});
    EXPECT_EQ(app->laboratory().changes[0].reason, "");
    EXPECT_TRUE(app->laboratory().changed);
}

TEST(Laboratory, OddsAreOfTheTwoThatLedBeforeUnlessChosen) {
    const auto app = make_loaded_app(kText);
    const Odds odds = app->laboratory().odds;
    EXPECT_EQ(odds.token, app->distribution().candidates[0].id);
    EXPECT_EQ(odds.rival, app->distribution().candidates[1].id);
    EXPECT_GE(odds.now, 0.0F);
    EXPECT_EQ(odds.now, odds.baseline);
    run(*app, AddChange{"off:1.attn"});
    EXPECT_EQ(app->laboratory().odds.token, odds.token);
    EXPECT_EQ(app->laboratory().odds.baseline, odds.now);
    EXPECT_NE(app->laboratory().odds.now, odds.now);
    run(*app, set<&Settings::token>(65));
    EXPECT_EQ(app->laboratory().odds.token, 65);
}

TEST(Laboratory, PartsSumToTheOddsWithAndWithoutChanges) {
    const auto app = make_loaded_app(kText);
    for (const char* changes : {"", "off:1.2;scale:0.mlp", "off:0.1;mean:1.attn"}) {
        run(*app, set<&Settings::changes>(std::string(changes)));
        const interpret::Attribution& parts = app->attribution();
        double sum = 0;
        for (const interpret::AttributionPart& part : parts.parts) sum += part.value;
        EXPECT_NEAR(sum, static_cast<double>(app->laboratory().odds.now), 1e-4) << changes;
        EXPECT_GT(parts.parts.size(), 6U);
    }
}

TEST(Laboratory, TheLensEndsInTheModelsOwnAnswer) {
    const auto app = make_loaded_app(std::string(kText) + "&bottom=lens&do=off:1.0");
    run(*app, Release{});
    const interpret::LogitLens* lens = app->lens();
    ASSERT_NE(lens, nullptr);
    EXPECT_TRUE(lens->done());
    const int last = lens->positions() - 1;
    EXPECT_EQ(lens->cell(lens->points() - 1, last).top[0].id, app->distribution().candidates[0].id);
    EXPECT_LT(app->next_work_ms(0), 0);
}

TEST(Laboratory, SurpriseIsThatOfTheTokens) {
    const auto app = make_loaded_app(std::string(kText) + "&surprise=1");
    const std::span<const float> bits = app->surprise();
    ASSERT_EQ(bits.size(), app->tokens().size());
    EXPECT_TRUE(std::isnan(bits[0]));
    for (std::size_t i = 1; i < bits.size(); ++i) EXPECT_GT(bits[i], 0.0F);
}

TEST(Laboratory, DifferencesAreZeroBeforeTheChangedLayer) {
    const auto app = make_loaded_app(std::string(kText) + "&do=off:1.0&compare=difference");
    EXPECT_TRUE(app->shows_difference());
    const interpret::Matrix before = app->matrix("hook_resid_pre", 1, 0), after = app->matrix("hook_resid_post", 1, 0);
    float most = 0;
    for (int row = 0; row < before.rows; ++row) {
        for (int col = 0; col < before.cols; ++col) {
            EXPECT_EQ(before.at(row, col), 0.0F);
            most = std::max(most, std::fabs(after.at(row, col)));
        }
    }
    EXPECT_GT(most, 0.0F);
    const interpret::Matrix scores = app->attention(1, 0, Values::scores);
    EXPECT_EQ(scores.at(0, 1), 0.0F) << "masked in both";
    const auto changed = make_loaded_app(std::string(kText) + "&do=off:1.0");
    EXPECT_EQ(app->head_stats(1, 1)->first, changed->head_stats(1, 1)->first)
        << "of the pattern, not of the difference";
    EXPECT_EQ(app->live_text(), changed->live_text());
}

TEST(Laboratory, HeadsStandInTheOrderOfTheirScores) {
    const auto app = make_loaded_app(kText);
    EXPECT_EQ(app->head_order(), (std::vector<int>{0, 1, 2, 3, 4, 5}));
    EXPECT_LT(app->head_score(0, 0), 0.0F);
    run(*app, set<&Settings::order>(HeadOrder::previous));
    const std::vector<int> order = app->head_order();
    ASSERT_EQ(order.size(), 6U);
    for (std::size_t i = 1; i < order.size(); ++i) {
        EXPECT_GE(app->head_score(order[i - 1] / 3, order[i - 1] % 3), app->head_score(order[i] / 3, order[i] % 3));
    }
}

TEST(Laboratory, HeadsLikeTheSelectedOneStandAfterIt) {
    const auto app = make_loaded_app(kText);
    run(*app, SelectHead{1, 2});
    run(*app, set<&Settings::order>(HeadOrder::alike));
    EXPECT_EQ(app->head_order()[0], 5);
    EXPECT_EQ(app->head_score(1, 2), 1.0F);
    run(*app, SelectHead{0, 1});
    std::vector<interpret::HeadStats> all;
    for (int i = 0; i < 6; ++i) all.push_back(*app->head_stats(i / 3, i % 3));
    const std::vector<int> order = app->head_order();
    ASSERT_EQ(order.size(), 6U);
    EXPECT_EQ(order[0], 1) << "follows the selection";
    const std::vector<interpret::SimilarHead> like = interpret::similar_heads(all, 1);
    for (std::size_t i = 0; i < like.size(); ++i) {
        const int index = like[i].index;
        EXPECT_EQ(order[i + 1], index);
        EXPECT_FLOAT_EQ(app->head_score(index / 3, index % 3), static_cast<float>(1 / (1 + like[i].distance)));
    }
    EXPECT_EQ(to_text(HeadOrder::alike), "alike");
}

TEST(Laboratory, EverySiteHasAnExplanationForEveryCell) {
    const auto app = make_loaded_app(kText);
    for (const SiteInfo& site : app->sites()) {
        run(*app, set<&Settings::site>(site.name));
        run(*app, SelectHead{1, 2});
        const interpret::Matrix matrix = app->matrix(site.name, 1, 2);
        ASSERT_FALSE(matrix.empty()) << site.name;
        for (const int row : {0, matrix.rows - 1}) {
            for (const int column : {0, matrix.cols / 2, matrix.cols - 1}) {
                run(*app, SelectMatrixCell{row, column});
                const interpret::Explanation& e = app->matrix_explanation();
                ASSERT_FALSE(e.empty()) << site.name << " " << row << " " << column;
                EXPECT_EQ(e.value, matrix.at(row, column)) << site.name;
                EXPECT_FALSE(e.lines.empty()) << site.name;
                EXPECT_EQ(e.replaced, "") << site.name;
            }
        }
    }
}

TEST(Laboratory, AReplacedCellSaysWhatReplacedIt) {
    const auto app = make_loaded_app(std::string(kText) + "&do=off:1.0;paint:0.1@first");
    run(*app, set<&Settings::site>(std::string("attn.hook_z")));
    run(*app, SelectHead{1, 0});
    run(*app, SelectMatrixCell{2, 3});
    const interpret::Explanation& e = app->matrix_explanation();
    EXPECT_EQ(e.value, 0.0F);
    EXPECT_NE(e.recomputed, 0.0F) << "the formula still tells what would be there";
    EXPECT_EQ(e.replaced, app->laboratory().changes[0].label);
    run(*app, SelectHead{1, 1});
    EXPECT_EQ(app->matrix_explanation().replaced, "");
    run(*app, SelectHead{0, 1});
    run(*app, SelectCell{2, 0});
    EXPECT_EQ(app->explanation().replaced, app->laboratory().changes[1].label);
    run(*app, set<&Settings::language>(Language::tr));
    EXPECT_EQ(app->explanation().replaced, app->laboratory().changes[1].label);
    run(*app, set<&Settings::compare>(Compare::baseline));
    EXPECT_EQ(app->explanation().replaced, "");
}

std::vector<float> induction_scores(const App& app) {
    std::vector<float> all;
    for (int i = 0; i < 6; ++i) all.push_back(app.head_stats(i / 3, i % 3)->induction);
    return all;
}

TEST(Laboratory, ScoresOverASampleDoNotHangOnThePromptNorOnChanges) {
    const auto app = make_loaded_app(kText);
    const std::vector<float> of_prompt = induction_scores(*app);
    EXPECT_LT(app->sample_progress(), 0.0);
    run(*app, set<&Settings::sample_scores>(true));
    EXPECT_EQ(app->sample_progress(), 1.0);
    const std::vector<float> of_sample = induction_scores(*app);
    EXPECT_NE(of_sample, of_prompt);
    EXPECT_TRUE(std::ranges::any_of(of_sample, [](float score) { return score > 0; })) << "the sample has repeats";
    run(*app, set<&Settings::order>(HeadOrder::induction));
    const std::vector<int> order = app->head_order();
    for (std::size_t i = 1; i < order.size(); ++i) {
        EXPECT_GE(of_sample[static_cast<std::size_t>(order[i - 1])], of_sample[static_cast<std::size_t>(order[i])]);
    }
    EXPECT_EQ(app->head_score(1, 2), of_sample[5]);
    const std::int64_t rows = app->rows_computed();
    run(*app, SetPrompt{"a dog"});
    run(*app, AddChange{"off:0.1"});
    EXPECT_EQ(induction_scores(*app), of_sample);
    EXPECT_GT(app->rows_computed(), rows);
    run(*app, set<&Settings::sample_scores>(false));
    EXPECT_NE(induction_scores(*app), of_sample);
}

TEST(Laboratory, TheSampleIsRunInSlicesAndAgainForAnotherModel) {
    const auto app = make_loaded_app(kText);
    const std::vector<float> of_prompt = induction_scores(*app);
    CommandQueue queue;
    queue.push(set<&Settings::sample_scores>(true));
    app->apply(queue, 0);
    int slices = 0;
    double before = 0, now = 0;
    while (app->next_work_ms(now) == 0) {
        if (app->sample_progress() < 1) {
            EXPECT_EQ(induction_scores(*app), of_prompt) << "half a sample is none";
        }
        EXPECT_GE(app->sample_progress(), before);
        before = app->sample_progress();
        const std::uint64_t drawn = app->state_revision() + app->progress_revision();
        app->advance(now += 100, 0);
        EXPECT_NE(app->state_revision() + app->progress_revision(), drawn) << "the progress is seen";
        ++slices;
    }
    EXPECT_GT(slices, 16);
    const std::vector<float> first = induction_scores(*app);
    queue.push(LoadModel{"story", tiny_files(9)});
    app->apply(queue, 0);
    EXPECT_EQ(app->sample_progress(), 0.0);
    run(*app, Release{});
    EXPECT_EQ(app->sample_progress(), 1.0);
    EXPECT_NE(induction_scores(*app), first);
}

TEST(Laboratory, ProgressIsToldAFewTimesASecondAndTheEndAtOnce) {
    const auto app = make_loaded_app(kText);
    CommandQueue queue;
    queue.push(set<&Settings::sample_scores>(true));
    app->apply(queue, 1000);
    app->advance(1100, 0);
    const std::uint64_t told = app->progress_revision(), before = app->state_revision();
    app->advance(1199, 0);
    EXPECT_EQ(app->progress_revision(), told);
    app->advance(1200, 0);
    EXPECT_NE(app->progress_revision(), told);
    EXPECT_EQ(app->state_revision(), before) << "which would be drawn at once, and three times";
    std::uint64_t last = 0;
    while (app->next_work_ms(1201) == 0) {
        last = app->state_revision();
        app->advance(1201, 0);
    }
    EXPECT_NE(app->state_revision(), last);
}

TEST(Laboratory, SummariesAreMeansAndRowsOfThemSumToOne) {
    const auto app = make_loaded_app(kText);
    EXPECT_TRUE(app->summary().empty());
    for (const Summary kind : {Summary::layer, Summary::all, Summary::rollout}) {
        run(*app, set<&Settings::summary>(kind));
        const interpret::Matrix mean = app->summary();
        ASSERT_EQ(mean.rows, static_cast<int>(app->tokens().size()));
        for (int row = 0; row < mean.rows; ++row) {
            float sum = 0;
            for (int col = 0; col < mean.cols; ++col) sum += mean.at(row, col);
            EXPECT_NEAR(sum, 1.0F, 1e-5F);
        }
    }
    run(*app, set<&Settings::summary>(Summary::layer));
    run(*app, SelectHead{1, 0});
    float by_hand = 0;
    for (int head = 0; head < 3; ++head) by_hand += app->attention(1, head, Values::pattern).at(3, 1) / 3;
    EXPECT_NEAR(app->summary().at(3, 1), by_hand, 1e-6F);
}

TEST(Laboratory, TheSpaceHasTheTextAndWhatIsNearTheSelectedToken) {
    const auto app = make_loaded_app(std::string(kText) + "&bottom=space");
    run(*app, SelectCell{2, -1});
    const Space& space = app->space();
    EXPECT_EQ(space.selected, app->tokens()[2].id);
    EXPECT_EQ(space.plane.points.size(), space.ids.size());
    EXPECT_GT(space.ids.size(), space.of_text);
    EXPECT_EQ(space.neighbours.size(), 12U);
    EXPECT_GE(space.neighbours[0].cosine, space.neighbours[11].cosine);
    ASSERT_EQ(space.cosines.size(), space.ids.size());
    for (std::size_t i = 0; i < space.ids.size(); ++i) {
        EXPECT_LE(std::abs(space.cosines[i]), 1.0F + 1e-6F);
        const auto near = std::ranges::find(space.neighbours, space.ids[i], &interpret::Neighbour::id);
        if (near != space.neighbours.end()) {
            EXPECT_NEAR(space.cosines[i], near->cosine, 1e-6F);
        } else if (space.ids[i] == space.selected) {
            EXPECT_NEAR(space.cosines[i], 1.0F, 1e-6F);
        }
    }
}

TEST(Laboratory, TokensAreSearchedForAndToldWithTheirCosines) {
    const auto app = make_loaded_app(std::string(kText) + "&bottom=space");
    run(*app, SelectCell{2, -1});
    run(*app, FindTokens{"th"});
    const Space& space = app->space();
    ASSERT_EQ(space.found.size(), 2U);
    EXPECT_EQ(space.matches, 2);
    const auto near = interpret::neighbours(tiny_gpt(model::Compute(1)), app->tokens()[2].id, kTinyVocab);
    for (const interpret::Neighbour& each : space.found) {
        EXPECT_FLOAT_EQ(each.cosine, std::ranges::find(near, each.id, &interpret::Neighbour::id)->cosine);
    }
    const float before = space.found[0].cosine;
    run(*app, SelectCell{3, -1});
    EXPECT_NE(space.found[0].cosine, before) << "to the token that is looked at";
    const auto json = read_json(app->state_json())["laboratory"]["search"];
    EXPECT_EQ(json["text"], "th");
    EXPECT_EQ(json["found"], (std::vector<int>{256, 257}));
    run(*app, FindTokens{"\n"});
    EXPECT_TRUE(app->settings().changes.empty()) << "nothing was searched for";
    run(*app, FindTokens{"the\n"});
    EXPECT_EQ(app->settings().changes, "swap:3@257");
    EXPECT_EQ(space.wanted, "the");
}

TEST(Laboratory, WhatItShowsIsExportedAsNumbers) {
    const auto app = make_loaded_app(std::string(kText) + "&do=off:1.0&bottom=parts");
    const auto saved = [&](ExportWhat what) {
        (void)app->take_effects();
        run(*app, Export{what});
        for (const Effect& effect : app->take_effects()) {
            if (effect.kind == Effect::Kind::save_file) return effect.bytes;
        }
        return std::string();
    };
    const auto parts = read_json(saved(ExportWhat::matrix_json));
    EXPECT_EQ(parts["values"].size(), app->attribution().parts.size());
    EXPECT_EQ(parts["rows"][0], "token");
    run(*app, set<&Settings::bottom>(Bottom::lens));
    run(*app, Release{});
    const std::string lens = saved(ExportWhat::matrix_csv);
    EXPECT_NE(lens.find("blocks.1.hook_resid_post,"), std::string::npos);
    EXPECT_NE(saved(ExportWhat::trace).find("\"interventions\":\"off:1.0\""), std::string::npos);
}

TEST(Laboratory, StateSaysAllOfIt) {
    const auto app = make_loaded_app(std::string(kText) + "&do=off:1.0&bottom=parts");
    const auto json = read_json(app->state_json())["laboratory"];
    EXPECT_EQ(json["changed"], true);
    EXPECT_EQ(json["changes"][0]["text"], "off:1.0");
    EXPECT_TRUE(json["odds"]["now"].is_number());
    EXPECT_GT(json["parts"]["parts"].size(), 6U);
}

}  // namespace
}  // namespace headlight::app
