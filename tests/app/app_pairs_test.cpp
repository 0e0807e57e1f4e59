// Two runs that are told together: without and with changes, or of two prompts.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "app/heat.h"
#include "app/laboratory.h"
#include "base/json.h"
#include "tiny_model.h"

namespace headlight::app {
namespace {

constexpr const char* kPairsText = "v=1&prompt=the+cat+sat";

std::vector<float> values_of(const interpret::Matrix& m) {
    std::vector<float> values;
    for (int row = 0; row < m.rows; ++row) {
        for (int col = 0; col < m.cols; ++col) values.push_back(m.at(row, col));
    }
    return values;
}

std::vector<float> pattern_of(const App& app, Run run) {
    return values_of(app.attention(run, 1, 2, Values::pattern));
}

TEST(Pairs, SideBySideBringsTheOtherPromptAlsoOfAnotherLength) {
    const auto alone = make_loaded_app("v=1&prompt=a+dog+ate+it&token=3&rival=7");
    const auto app = make_loaded_app(std::string(kPairsText) + "&other=a+dog+ate+it&token=3&rival=7");
    EXPECT_EQ(app->laboratory().pair, Pair::none) << "nobody asked for it";
    EXPECT_TRUE(app->attention(Run::other, 1, 2, Values::pattern).empty());
    run(*app, set<&Settings::side_by_side>(true));
    const Laboratory& lab = app->laboratory();
    ASSERT_EQ(lab.pair, Pair::prompts);
    EXPECT_NE(lab.other_ids.size(), app->tokens().size());
    EXPECT_FALSE(lab.changed);
    EXPECT_EQ(pattern_of(*app, Run::other), values_of(alone->attention(1, 2, Values::pattern)));
    EXPECT_EQ(pattern_of(*app, Run::changed), values_of(app->attention(1, 2, Values::pattern)));
    EXPECT_EQ(lab.odds.baseline, alone->laboratory().odds.now);
    EXPECT_EQ(lab.other_position, static_cast<int>(lab.other_ids.size()) - 1);
    ASSERT_EQ(lab.baseline.size(), static_cast<std::size_t>(kTinyVocab));
    const Candidate& best = alone->distribution().candidates.front();
    EXPECT_NEAR(lab.baseline[static_cast<std::size_t>(best.id)], best.model_probability, 1e-6);

    run(*app, set<&Settings::compare>(Compare::other));
    EXPECT_FALSE(app->shows_difference()) << "of prompts of two lengths there is none";
    run(*app, set<&Settings::summary>(Summary::all));
    EXPECT_EQ(app->summary(Run::other).rows, static_cast<int>(lab.other_ids.size()));
    EXPECT_EQ(app->summary(Run::changed).rows, static_cast<int>(app->tokens().size()));
}

TEST(Pairs, TheDifferenceOfPromptsIsTheOtherLessThisOne) {
    const auto dog = make_loaded_app("v=1&prompt=the+dog+sat");
    const auto app = make_loaded_app(std::string(kPairsText) + "&other=the+dog+sat&compare=other");
    ASSERT_TRUE(app->shows_difference());
    EXPECT_EQ(app->laboratory().pair, Pair::prompts);
    const auto cat = make_loaded_app(kPairsText);
    for (const char* site : {"attn.hook_pattern", "mlp.hook_post", "logits"}) {
        const interpret::Matrix difference = app->matrix(site, 1, 0);
        const interpret::Matrix there = dog->matrix(site, 1, 0), here = cat->matrix(site, 1, 0);
        ASSERT_FALSE(difference.empty()) << site;
        const int last = difference.rows - 1;
        EXPECT_EQ(difference.at(last, 1), there.at(last, 1) - here.at(last, 1)) << site;
        EXPECT_NE(difference.at(last, 1), 0) << site;
        EXPECT_EQ(difference.at(0, 0), 0) << "what both begin with " << site;
    }
    EXPECT_EQ(app->checksum(), cat->checksum()) << "the run itself is that of this prompt";
    EXPECT_NE(app->link().find("compare=other"), std::string::npos);
    run(*app, SetPrompt{"the cat sat on"});
    EXPECT_FALSE(app->shows_difference());
    run(*app, SetPrompt{"the hat sat"});
    EXPECT_TRUE(app->shows_difference());
}

TEST(Pairs, ChangesStandBesideWhatTheyChange) {
    const auto plain = make_loaded_app(kPairsText);
    const auto app = make_loaded_app(std::string(kPairsText) + "&do=off:0.1&ab=1&other=the+dog+sat");
    EXPECT_EQ(app->laboratory().pair, Pair::changes);
    EXPECT_EQ(pattern_of(*app, Run::baseline), values_of(plain->attention(1, 2, Values::pattern)));
    EXPECT_NE(pattern_of(*app, Run::changed), pattern_of(*app, Run::baseline));
    EXPECT_TRUE(app->attention(Run::other, 1, 2, Values::pattern).empty());
    run(*app, set<&Settings::compare>(Compare::other));
    EXPECT_EQ(app->laboratory().pair, Pair::prompts);
    EXPECT_EQ(pattern_of(*app, Run::changed), values_of(app->attention(Run::changed, 1, 2, Values::pattern)));
    const auto json = read_json(app->state_json());
    EXPECT_EQ(json["laboratory"]["pair"]["runs"], "prompts");
    EXPECT_EQ(json["laboratory"]["pair"]["beside"], true);
    EXPECT_EQ(json["laboratory"]["pair"]["difference"], true);
}

TEST(Pairs, AskingForTheOtherPromptComputesOnlyThatAndAtOnce) {
    const auto app = make_loaded_app(std::string(kPairsText) + "&do=off:0.1&other=the+dog+sat");
    const std::vector<float> changed = pattern_of(*app, Run::changed);
    CommandQueue queue;
    queue.push(set<&Settings::compare>(Compare::other));
    app->apply(queue, 0);
    EXPECT_FALSE(app->ready());
    EXPECT_EQ(app->laboratory().pair, Pair::changes) << "what is there stays to be seen";
    int slices = 0;
    while (!app->ready() && app->advance(0, 0)) ++slices;
    EXPECT_EQ(slices, 1) << "so little is waited for";
    EXPECT_EQ(app->laboratory().pair, Pair::prompts);
    EXPECT_EQ(pattern_of(*app, Run::changed), changed);
    run(*app, set<&Settings::compare>(Compare::changed));
    EXPECT_TRUE(app->ready());
    EXPECT_EQ(app->laboratory().pair, Pair::changes);
    run(*app, ClearChanges{});
    EXPECT_EQ(app->laboratory().pair, Pair::none);
}

TEST(Pairs, WithoutAChosenTokenTheOddsAreOfWhatEachPromptExpects) {
    std::int32_t here = -1, there = -1;
    std::unique_ptr<App> app;
    for (const char* text :
         {"a+dog+ate", "and", "I+was", "xyz", "on+a+mat"}) {  // the first that expects something else
        app = make_loaded_app(std::string(kPairsText) + "&ab=1&other=" + text);
        here = app->distribution().candidates.front().id;
        there = make_loaded_app(std::string("v=1&prompt=") + text)->distribution().candidates.front().id;
        if (here != there) break;
    }
    ASSERT_NE(here, there) << "the example needs two answers";
    EXPECT_EQ(app->laboratory().odds.token, here);
    EXPECT_EQ(app->laboratory().odds.rival, there);
    EXPECT_LT(app->laboratory().odds.baseline, 0);
}

TEST(Changes, WhyOneDoesNothingIsToldInTheLanguageInUse) {
    const std::pair<const char*, const char*> cases[] = {{"off:9.0", "9. katman yok: bu modelde 0 ile 1"},
                                                         {"off:0.7", "7. ba\xC5\x9Fl\xC4\xB1k yok"},
                                                         {"mean:0.n999", "999. n\xC3\xB6ron yok"},
                                                         {"drop:40", "40. konum sonun ilerisinde"},
                                                         {"paint:0.0@41-0-1", "41. konum sonun ilerisinde"}};
    for (const auto& [change, reason] : cases) {
        const auto app = make_loaded_app(std::string(kPairsText) + "&lang=tr&do=" + change);
        ASSERT_EQ(app->laboratory().changes.size(), 1U) << change;
        EXPECT_TRUE(app->laboratory().changes[0].reason.starts_with(reason)) << app->laboratory().changes[0].reason;
    }
    const auto app = make_loaded_app(std::string(kPairsText) + "&lang=tr&do=off:9.0");
    EXPECT_TRUE(std::ranges::any_of(
        app->notices(), [](const Notice& notice) { return notice.text.find("9. katman yok") != std::string::npos; }));
}

TEST(Changes, EveryFaultHasWordsInBothLanguages) {
    const auto holes_of = [](std::string_view text) {
        std::set<std::string> holes;
        for (std::size_t at = 0; (at = text.find('{', at)) != std::string_view::npos; ++at)
            holes.emplace(text.substr(at, text.find('}', at) - at));
        return holes;
    };
    for (const char* language : {"en", "tr"}) {
        const auto app = make_loaded_app(std::string(kPairsText) + "&lang=" + language);
        for (const interpret::FaultText& each : interpret::fault_texts()) {
            const std::string key = "lab.idle." + std::string(each.key);
            ASSERT_TRUE(app->strings().has(key)) << key;
            const auto own = holes_of(app->strings()(key)), all = holes_of(each.text);
            EXPECT_TRUE(std::ranges::includes(all, own)) << key << ": holes without a value";
        }
        for (const std::string_view word : interpret::fault_words()) {
            EXPECT_EQ(fault_text(app->strings(), {"position", word, {}}).find("lab.word"), std::string::npos) << word;
        }
    }
}

TEST(Changes, WhatCannotBeReadIsToldInTheLanguageInUse) {
    const auto says = [](const App& app, std::string_view text) {
        return std::ranges::any_of(app.notices(),
                                   [&](const Notice& n) { return n.text.find(text) != std::string::npos; });
    };
    const auto linked = make_loaded_app(std::string(kPairsText) + "&lang=tr&do=scale:0.1@x");
    EXPECT_TRUE(says(*linked, "Çarpan “x” -2 ile 2 arasında bir sayı değil.")) << linked->notices()[0].text;
    run(*linked, AddChange{"off:0.x"});
    EXPECT_TRUE(says(*linked, "Başlık “x” 0’dan başlayan bir tam sayı değil."));
    const auto english = make_loaded_app(std::string(kPairsText) + "&do=paint:0.1@copy1.0");
    EXPECT_TRUE(says(*english, "Layer 1 comes after layer 0;"));
}

TEST(Pairs, TwoMatricesShareOneScale) {
    const HeatRange both = common_range({0, 0.5F}, {0, 0.75F});
    EXPECT_EQ(both.low, 0);
    EXPECT_EQ(both.high, 0.75F);
    EXPECT_FALSE(both.diverging);
    const HeatRange signs = common_range({-2, 2, true}, {0, 3});
    EXPECT_EQ(signs.low, -3);
    EXPECT_TRUE(signs.diverging);
}

// The one file of this kind that an export makes.
std::string exported(App& app, ExportWhat what) {
    run(app, Export{what});
    for (const Effect& effect : app.take_effects()) {
        if (effect.kind == Effect::Kind::save_file) return effect.bytes;
    }
    return "";
}

TEST(Pairs, BothPicturesAreExported) {
    const auto app = make_loaded_app(std::string(kPairsText) + "&layer=0&head=1&do=off:0.1");
    const std::string one = exported(*app, ExportWhat::head_json);
    run(*app, set<&Settings::side_by_side>(true));
    const auto both = read_json(exported(*app, ExportWhat::head_json));
    const auto alone = read_json(one);
    ASSERT_TRUE(both.is_object() && alone.is_object());
    const std::size_t n = alone["rows"].size();
    ASSERT_EQ(both["columns"].size(), 2 * n + 1);
    for (std::size_t r = 0; r < n; ++r) {
        EXPECT_TRUE(both["values"][r][n].is_null()) << "between them";
        for (std::size_t c = 0; c <= r; ++c) {
            EXPECT_EQ(both["values"][r][n + 1 + c], alone["values"][r][c]) << "the shown run is the second";
            EXPECT_EQ(
                both["values"][r][c].get<float>(),
                app->attention(Run::baseline, 0, 1, Values::pattern).at(static_cast<int>(r), static_cast<int>(c)));
        }
    }
    app->set_environment({Language::en, true, false, "https://example.org/page"});
    const std::string svg = exported(*app, ExportWhat::head_svg);
    EXPECT_NE(svg.find(">https://example.org/page#v=1"), std::string::npos) << "an address that opens";
    for (const char* title : {">Without changes</text>", ">With changes</text>"})
        EXPECT_NE(svg.find(title), std::string::npos) << title;
    EXPECT_NE(svg.find("Without changes | With changes"), std::string::npos);
    EXPECT_NE(svg.find("v=1"), std::string::npos) << "the link";
    run(*app, set<&Settings::view>(View::lines));
    const auto lines = [&] {
        const std::string text = exported(*app, ExportWhat::head_svg);
        std::size_t count = 0;
        for (std::size_t at = 0; (at = text.find("<path", at)) != std::string::npos; ++at) ++count;
        EXPECT_NE(text.find("With changes</text>"), std::string::npos);
        return count;
    };
    const std::size_t two = lines();
    EXPECT_EQ(read_json(exported(*app, ExportWhat::head_json)), [&] {
        auto same = both;
        same["link"] = "https://example.org/page#" + app->link();
        return same;
    }());
    run(*app, set<&Settings::hide_sink>(true));
    EXPECT_LT(lines(), two);
}

TEST(Pairs, APictureSaysWhichRunItShows) {
    const auto app = make_loaded_app(std::string(kPairsText) + "&layer=1&head=1&do=off:0.0");
    const auto has = [&](ExportWhat what, std::string_view part) {
        return exported(*app, what).find(part) != std::string::npos;
    };
    EXPECT_TRUE(has(ExportWhat::head_svg, "after softmax · head 0.0 off</text>"));
    EXPECT_FALSE(has(ExportWhat::head_svg, ">-")) << "a pattern begins at zero";
    run(*app, set<&Settings::compare>(Compare::difference));
    EXPECT_TRUE(has(ExportWhat::head_svg, "after softmax · Difference</text>"));
    EXPECT_TRUE(has(ExportWhat::head_svg, ">-")) << "the scale of a difference has both signs";
    run(*app, set<&Settings::bottom>(Bottom::matrix));
    EXPECT_TRUE(has(ExportWhat::matrix_svg, " · Difference</text>"));
    EXPECT_TRUE(has(ExportWhat::matrix_svg, ">-"));
    run(*app, set<&Settings::scale>(ColourScale::log));
    EXPECT_TRUE(has(ExportWhat::head_svg, ">log colours</text>"));
    EXPECT_TRUE(has(ExportWhat::matrix_svg, ">linear colours</text>")) << "the inspector has no others";
    run(*app, set<&Settings::compare>(Compare::baseline));
    EXPECT_TRUE(has(ExportWhat::head_svg, "Without changes</text>"));
}

TEST(Pairs, PromptsOfDifferentLengthsAreExportedToo) {
    const auto app = make_loaded_app(std::string(kPairsText) + "&layer=0&head=1&ab=1&other=the+dog");
    ASSERT_EQ(app->laboratory().pair, Pair::prompts);
    const auto both = read_json(exported(*app, ExportWhat::head_json));
    ASSERT_TRUE(both.is_object());
    const std::size_t n = app->tokens().size(), m = app->laboratory().other_ids.size();
    EXPECT_EQ(both["columns"].size(), n + 1 + m);
    EXPECT_EQ(both["rows"].size(), std::max(n, m));
    EXPECT_NE(n, m);
    EXPECT_TRUE(both["values"][m - 1][n + m].is_number()) << "the last of B's last row";
    EXPECT_FALSE(exported(*app, ExportWhat::head_png).empty());
}

TEST(Pairs, TheOtherRunIsSpokenOfToo) {
    const auto app = make_loaded_app(std::string(kPairsText) + "&do=off:0.1");
    const Laboratory& lab = app->laboratory();
    const std::vector<std::int32_t> best = most_likely(lab.baseline, 3);
    ASSERT_EQ(best.size(), 3U);
    EXPECT_EQ(lab.baseline[static_cast<std::size_t>(best[0])], std::ranges::max(lab.baseline));
    EXPECT_NE(app->live_text().find("Without the changes it expects: "), std::string::npos) << app->live_text();
    const auto second = read_json(app->state_json())["laboratory"]["second"];
    ASSERT_EQ(second.size(), 5U);
    EXPECT_EQ(second[0]["token"], best[0]);
    EXPECT_EQ(second[0]["p"].get<float>(), lab.baseline[static_cast<std::size_t>(best[0])]);
    const auto now = std::ranges::find(app->distribution().candidates, best[0], &Candidate::id);
    EXPECT_EQ(second[0]["now"].get<float>(), now->model_probability);
    run(*app, ClearChanges{});
    EXPECT_EQ(app->live_text().find("Without the changes"), std::string::npos);
    EXPECT_TRUE(read_json(app->state_json())["laboratory"]["second"].empty());
    const auto prompts = make_loaded_app(std::string(kPairsText) + "&ab=1&other=the+dog&lang=tr");
    EXPECT_NE(prompts->live_text().find("Öteki metnin sonrasında beklediği: "), std::string::npos);
}

}  // namespace
}  // namespace headlight::app
