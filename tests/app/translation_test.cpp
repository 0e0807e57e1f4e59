// The translation rung through the app: the same panels' questions, other answers.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "tiny_model.h"

namespace headlight::app {
namespace {

constexpr const char* kLink = "v=1&rung=translate&source=the+cat";

std::vector<std::int32_t> ids_of(std::span<const TokenInfo> tokens) {
    std::vector<std::int32_t> ids;
    for (const TokenInfo& token : tokens) ids.push_back(token.id);
    return ids;
}

TEST(TranslationRung, ShowsTokensAttentionAndPredictionsOfEveryPart) {
    const auto app = make_translating_app(kLink);
    const int sources = static_cast<int>(app->source_tokens().size()), targets = static_cast<int>(app->tokens().size());
    EXPECT_EQ(sources, 5) << "the, space, c, a, t";
    ASSERT_GT(targets, 2);
    EXPECT_TRUE(app->tokens()[0].special);
    EXPECT_TRUE(app->translation()->complete);
    const struct {
        Part part;
        int rows, columns, layers;
        bool causal;
    } cases[] = {{Part::encoder, sources, sources, 1, false},
                 {Part::decoder, targets, targets, 2, true},
                 {Part::cross, targets, sources, 2, false}};
    for (const auto& c : cases) {
        run(*app, set<&Settings::part>(c.part));
        EXPECT_EQ(static_cast<int>(app->query_tokens().size()), c.rows);
        EXPECT_EQ(static_cast<int>(app->key_tokens().size()), c.columns);
        EXPECT_EQ(app->model()->layers, c.layers);
        EXPECT_EQ(app->causal(), c.causal);
        const interpret::Matrix pattern = app->attention(0, 1, Values::pattern);
        ASSERT_EQ(pattern.rows, c.rows);
        ASSERT_EQ(pattern.cols, c.columns);
        EXPECT_EQ(app->attention(c.part, 0, 1, Values::pattern).data, pattern.data);
        for (int row = 0; row < pattern.rows; ++row) {
            double sum = 0;
            for (int col = 0; col < pattern.cols; ++col) sum += static_cast<double>(pattern.at(row, col));
            EXPECT_NEAR(sum, 1, 1e-5);
        }
        EXPECT_TRUE(app->attention(c.layers, 0, Values::pattern).empty());
        ASSERT_NE(app->head_stats(0, 1), nullptr);
        run(*app, SelectHead{0, 1});
        run(*app, SelectCell{1, 0});
        const interpret::Explanation& cell = app->explanation();
        EXPECT_EQ(cell.value, pattern.at(1, 0));
        EXPECT_NEAR(cell.recomputed, cell.value, 1e-5);
        EXPECT_EQ(app->selection().target, c.part == Part::encoder ? targets - 1 : 1);
        EXPECT_EQ(app->distribution().candidates.size(), static_cast<std::size_t>(kPairVocab));
    }
}

TEST(TranslationRung, EverySiteOfTheShownStackIsAMatrixWithTheRightAxes) {
    const auto app = make_translating_app(kLink);
    for (const Part part : {Part::encoder, Part::decoder, Part::cross}) {
        run(*app, set<&Settings::part>(part));
        bool crosses = false;
        for (const SiteInfo& site : app->sites()) {
            run(*app, set<&Settings::site>(site.name));
            ASSERT_EQ(app->settings().site, site.name);
            const interpret::Matrix m = app->matrix(site.name, 0, 0);
            ASSERT_FALSE(m.empty()) << site.name;
            const bool source_rows = part == Part::encoder || site.rows == AxisKind::source_position;
            EXPECT_EQ(m.rows, static_cast<int>(source_rows ? app->source_tokens().size() : app->tokens().size()));
            run(*app, SelectMatrixCell{m.rows - 1, 0});
            const interpret::Explanation& cell = app->matrix_explanation();
            ASSERT_FALSE(cell.empty()) << site.name;
            EXPECT_NEAR(cell.recomputed, cell.value, 2e-5 * std::max(1.0F, std::abs(cell.value))) << site.name;
            crosses = crosses || site.name.starts_with("cross_attn.");
        }
        EXPECT_EQ(crosses, part != Part::encoder);
    }
    run(*app, set<&Settings::site>(std::string("cross_attn.hook_z")));
    run(*app, set<&Settings::part>(Part::encoder));
    EXPECT_EQ(app->settings().site, "attn.hook_z") << "its counterpart";
}

TEST(TranslationRung, TypingTranslatesAnewAndTakingATokenGoesOnFromThere) {
    const auto app = make_translating_app(kLink);
    const auto free = ids_of(app->tokens());
    ASSERT_GT(free.size(), 4U);
    run(*app, SelectCell{2, -1});
    const std::int32_t other = app->distribution().candidates[3].id;
    run(*app, TakeToken{other});
    const auto changed = ids_of(app->tokens());
    ASSERT_GT(changed.size(), 3U);
    EXPECT_EQ(changed[1], free[1]);
    EXPECT_EQ(changed[2], free[2]);
    EXPECT_EQ(changed[3], other);
    EXPECT_TRUE(app->tokens()[3].taken);
    run(*app, Undo{});
    EXPECT_EQ(ids_of(app->tokens()), free);
    run(*app, Redo{});
    EXPECT_EQ(ids_of(app->tokens()), changed);
    run(*app, SetPrompt{"a the"});
    EXPECT_NE(ids_of(app->tokens()), changed);
    EXPECT_EQ(app->translation()->taken, 0);
    EXPECT_EQ(app->settings().prompt, app->samples().empty() ? "" : app->settings().prompt);
    run(*app, SetPrompt{"   "});
    EXPECT_TRUE(app->tokens().empty());
    EXPECT_TRUE(app->distribution().empty());
    run(*app, LoadSample{"car"});
    EXPECT_EQ(app->field_text(), "My brother bought a new car.");
}

TEST(TranslationRung, StepsForwardAndBackAndPlays) {
    const auto app = make_translating_app(kLink);
    const auto free = ids_of(app->tokens());
    run(*app, StepBack{});
    run(*app, StepBack{});
    EXPECT_EQ(app->tokens().size(), free.size() - 2);
    run(*app, Step{});
    EXPECT_EQ(ids_of(app->tokens()), std::vector<std::int32_t>(free.begin(), free.end() - 1));
    run(*app, set<&Settings::length>(-1));
    double now = 1000;
    run(*app, Play{}, now);
    std::size_t shown = app->tokens().size();
    EXPECT_LE(shown, 2U) << "from its beginning";
    EXPECT_FALSE(app->translation()->complete) << "more is to come";
    for (int i = 0; i < 200 && app->playing(); ++i) {
        now += 100;
        app->advance(now, 1000);
        EXPECT_LE(app->tokens().size(), shown + 1);
        shown = app->tokens().size();
    }
    EXPECT_FALSE(app->playing());
    EXPECT_TRUE(app->translation()->complete);
    EXPECT_EQ(ids_of(app->tokens()), free);
}

TEST(TranslationRung, LinksReproduceTheTokensAndTheBits) {
    const auto app = make_translating_app(kLink);
    run(*app, SelectCell{1, -1});
    run(*app, TakeToken{'q'});
    run(*app, set<&Settings::part>(Part::decoder));
    run(*app, SelectHead{1, 1});
    const std::string link = app->link();
    EXPECT_NE(link.find("&tt="), std::string::npos) << link;
    const auto other = make_app();
    run(*other, OpenLink{link});
    run(*other, LoadModel{"en-tr", tiny_pair_files()});
    EXPECT_EQ(other->verdict(), Verdict::reproduced);
    EXPECT_EQ(ids_of(other->tokens()), ids_of(app->tokens()));
    EXPECT_EQ(other->settings(), app->settings());
    EXPECT_EQ(other->link(), link);
    const auto wrong = make_app();
    run(*wrong, OpenLink{link});
    run(*wrong, LoadModel{"en-tr", tiny_pair_files(6)});
    EXPECT_EQ(wrong->verdict(), Verdict::differs);
}

TEST(TranslationRung, HostileLinksAreClampedWithNotices) {
    const auto app = make_translating_app(
        "v=1&rung=translate&source=a&tt=65.99999.66&length=99999&layer=800&head=900&query=500&part=nowhere&site=ln_"
        "final."
        "hook_scale");
    EXPECT_FALSE(app->notices().empty());
    EXPECT_EQ(app->settings().length, 1023);
    EXPECT_EQ(app->translation()->taken, 1) << "an unknown token and what follows it are dropped";
    EXPECT_LT(app->selection().layer, app->model()->layers);
    EXPECT_FALSE(app->matrix(app->settings().site, 0, 0).empty());
}

TEST(TranslationRung, StateAndLiveTextTellIt) {
    const auto app = make_translating_app(kLink);
    const auto json = read_json(app->state_json());
    ASSERT_TRUE(json.is_object());
    EXPECT_EQ(json["rung"], "translate");
    EXPECT_EQ(json["prompt"], "the cat");
    EXPECT_EQ(json["source_tokens"].size(), app->source_tokens().size());
    EXPECT_EQ(json["translation"]["text"], app->translation()->text);
    EXPECT_EQ(json["hash"], app->checksum());
    EXPECT_EQ(json["model"]["encoder_decoder"], true);
    EXPECT_FALSE(json["strongest"].empty());
    EXPECT_NE(app->live_text().find("the cat"), std::string::npos);
}

TEST(TranslationRung, ExportsMatricesAndBothTraces) {
    const auto app = make_translating_app(kLink);
    const auto exported = [&](ExportWhat what) {
        run(*app, Export{what});
        std::string bytes, name;
        for (Effect& effect : app->take_effects()) {
            if (effect.kind == Effect::Kind::save_file) bytes = std::move(effect.bytes), name = effect.name;
        }
        return std::pair(name, bytes);
    };
    const auto [name, csv] = exported(ExportWhat::head_csv);
    EXPECT_TRUE(name.starts_with("headlight-cross-head-")) << name;
    EXPECT_NE(csv.find("the"), std::string::npos) << "columns are the source's tokens";
    EXPECT_EQ(std::ranges::count(csv, '\n'), static_cast<std::ptrdiff_t>(app->tokens().size()) + 1);
    const auto [trace_name, trace] = exported(ExportWhat::trace);
    EXPECT_NE(trace.find("encoder.0.attn.hook_pattern"), std::string::npos);
    EXPECT_NE(trace.find("decoder.1.cross_attn.hook_pattern"), std::string::npos);
    EXPECT_NE(trace.find("source_ids"), std::string::npos);
    run(*app, set<&Settings::part>(Part::encoder));
    EXPECT_TRUE(exported(ExportWhat::matrix_svg).second.starts_with("<svg"));
    EXPECT_FALSE(exported(ExportWhat::head_png).second.empty());
}

}  // namespace
}  // namespace headlight::app
