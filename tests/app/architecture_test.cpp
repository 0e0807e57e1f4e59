// The architecture exhibit: configurations by link, preset and edit, and the loop that the loaded model runs.
#include "app/architecture.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "app/app.h"
#include "app/share_link.h"
#include "base/json.h"
#include "tiny_model.h"

namespace headlight::app {
namespace {

std::int64_t total(const App& app) {
    return model::summarise(app.architecture().config).total;
}
void set_field_of(App& app, const char* key, const char* value) {
    run(app, SetField{key, value});
}

TEST(Architecture, OpensWithTheSeedsConfigurationAndCountsIt) {
    auto app = make_loaded_app("v=1&arch=1");
    EXPECT_TRUE(app->settings().architecture);
    EXPECT_EQ(total(*app), 163'009'536);
    EXPECT_EQ(app->link().find("alayers"), std::string::npos) << "defaults are left out";
    const auto json = read_json(app->state_json());
    EXPECT_EQ(json["architecture"]["parameters"]["total"], 163'009'536);
    EXPECT_EQ(json["architecture"]["stages"]["logits"]["shape"], (std::vector<int>{4, 50257}));
    EXPECT_NE(json["live"].get<std::string>().find("163,009,536"), std::string::npos);
}

TEST(Architecture, PresetsAreTheConfigurationsOfTheirNames) {
    auto app = make_loaded_app("v=1&arch=1");
    const auto presets = app->architecture_presets();
    ASSERT_EQ(presets.size(), 6U) << "the model that came along is no model of one's own";
    EXPECT_TRUE(presets[0].on);
    for (const auto& [id, count] : {std::pair{"gpt2", 124'439'808LL},
                                    {"gpt2-medium", 354'823'168LL},
                                    {"gpt2-large", 774'030'080LL},
                                    {"gpt2-xl", 1'557'611'200LL},
                                    {"gpt-124m", 163'009'536LL}}) {
        run(*app, UseArchitecture{id});
        EXPECT_EQ(total(*app), count) << id;
        for (const ArchitecturePreset& preset : app->architecture_presets()) EXPECT_EQ(preset.on, preset.id == id);
    }
    run(*app, UseArchitecture{"no-such-thing"});
    EXPECT_EQ(total(*app), 163'009'536);
    run(*app, Undo{});
    EXPECT_NE(total(*app), 163'009'536);
}

TEST(Architecture, AModelOfOnesOwnIsAPreset) {
    auto app = make_loaded_app("v=1&arch=1");
    run(*app, LoadModel{"mine", tiny_files(9)});
    const auto presets = app->architecture_presets();
    ASSERT_EQ(presets.size(), 7U);
    run(*app, UseArchitecture{"loaded"});
    const model::GptConfig c = app->architecture().config;
    EXPECT_EQ(c.vocab, kTinyVocab);
    EXPECT_EQ(c.d_mlp, 40) << "not four times d: as it was loaded";
    EXPECT_EQ(total(*app), app->model()->parameters);
    set_field_of(*app, "awidth", "48");
    EXPECT_EQ(app->architecture().config.d_mlp, 192) << "a new d brings the usual feed-forward width";
}

TEST(Architecture, EditsAreFollowedAndUndone) {
    auto app = make_loaded_app("v=1&arch=1");
    set_field_of(*app, "alayers", "24");
    EXPECT_EQ(total(*app), 163'009'536 + 12 * 7'085'568);
    set_field_of(*app, "abias", "1");
    set_field_of(*app, "atied", "1");
    EXPECT_EQ(total(*app), 124'439'808 + 12 * 7'087'872);
    EXPECT_NE(app->link().find("alayers=24"), std::string::npos);
    auto other = make_loaded_app(app->link());
    EXPECT_EQ(total(*other), total(*app));
    run(*app, Undo{});
    run(*app, Undo{});
    run(*app, Undo{});
    EXPECT_EQ(total(*app), 163'009'536);
}

TEST(Architecture, AnImpossibleConfigurationIsExplainedAndTheLastGoodOneStays) {
    auto app = make_loaded_app("v=1&arch=1");
    set_field_of(*app, "awidth", "1600");
    Architecture shown = app->architecture();
    EXPECT_EQ(shown.config.d_model, 768);
    EXPECT_EQ(shown.draft.d_model, 1600);
    EXPECT_NE(shown.problem.find("12 heads do not divide d = 1,600"), std::string::npos) << shown.problem;
    EXPECT_NE(shown.problem.find("10, 16"), std::string::npos) << shown.problem;
    EXPECT_EQ(app->link().find("awidth"), std::string::npos);
    // The other half of the change makes it possible.
    set_field_of(*app, "aheads", "25");
    shown = app->architecture();
    EXPECT_EQ(shown.problem, "");
    EXPECT_EQ(shown.config.d_model, 1600);
    EXPECT_EQ(shown.config.heads, 25);
    EXPECT_EQ(shown.config.d_mlp, 6400);
    set_field_of(*app, "aheads", "7");
    EXPECT_NE(app->architecture().problem, "");
    run(*app, UseArchitecture{"gpt2"});
    EXPECT_EQ(app->architecture().problem, "") << "a preset leaves the draft behind";
    set_field_of(*app, "awidth", "65536");
    set_field_of(*app, "aheads", "16");
    set_field_of(*app, "alayers", "1000");
    EXPECT_NE(app->architecture().problem.find("terabyte"), std::string::npos);
    run(*app, Undo{});
    EXPECT_EQ(app->architecture().problem, "") << "so does undo";
}

TEST(Architecture, HostileLinksGiveAPossibleConfiguration) {
    for (const char* link : {"v=1&arch=1&aheads=7", "v=1&arch=1&alayers=0&aheads=-3", "v=1&arch=1&awidth=99999999999",
                             "v=1&arch=1&avocab=1e99&acontext=1e99&awidth=65536&aheads=1024&alayers=1000",
                             "v=1&arch=1&amlp=1048576&awidth=65536&aheads=1&alayers=1000", "v=1&arch=1&atokens=1e9",
                             "v=1&arch=1&acontext=1&atokens=1000", "v=1&arch=1&loop=99&exhibit=loop&acrop=1e9",
                             "v=1&arch=1&stage=nonsense&exhibit=nothing&loop=nan", "v=1&arch=yes"}) {
        auto app = make_loaded_app(link);
        const Architecture shown = app->architecture();
        EXPECT_EQ(model::impossible(shown.config), model::Impossible::no) << link;
        EXPECT_GE(shown.positions, 1) << link;
        EXPECT_LE(shown.positions, shown.config.context) << link;
        const bool silent = std::string_view(link).ends_with("atokens=1000");  // follows from the context
        EXPECT_TRUE(silent || !app->notices().empty()) << link;
        EXPECT_FALSE(app->state_json().empty()) << link;
    }
}

TEST(Architecture, EscapeLeavesTheBoxThenTheExhibit) {
    auto app = make_loaded_app("v=1&arch=1&stage=scores");
    run(*app, Release{});
    EXPECT_EQ(app->settings().stage, Stage::none);
    EXPECT_TRUE(app->settings().architecture);
    run(*app, Release{});
    EXPECT_FALSE(app->settings().architecture);
    run(*app, SetField{"arch", "1"});
    run(*app, SetField{"rung", "tutorial"});
    EXPECT_FALSE(app->settings().architecture) << "another rung closes it";
}

TEST(Architecture, TheWorkspaceStandsStillMeanwhile) {
    auto app = make_loaded_app("v=1&arch=1&prompt=Once");
    run(*app, Step{});
    run(*app, Play{});
    EXPECT_TRUE(app->taken().empty());
    EXPECT_FALSE(app->playing());
    EXPECT_FALSE(app->can_step());
}

TEST(Loop, RunsLineByLineOnTheLoadedModel) {
    auto app = make_loaded_app("v=1&arch=1&exhibit=loop");
    const auto view = app->loop();
    ASSERT_TRUE(view.has_value());
    EXPECT_TRUE(view->loop.done());
    EXPECT_EQ(view->model, "story");
    EXPECT_FALSE(view->seed_ids);
    EXPECT_EQ(view->loop.context_size(), kTinyContext);
    EXPECT_EQ(view->loop.typed(), static_cast<int>(tiny_tokenizer().encode(kLoopText).size()));
    const int typed = view->loop.typed();
    EXPECT_EQ(view->shown, typed);
    EXPECT_FALSE(app->can_step_back());
    for (int line = 1; line <= kLoopEnd; ++line) {
        run(*app, Step{});
        const auto now = app->loop();
        EXPECT_EQ(now->turn, (line - 1) / kLoopLines);
        EXPECT_EQ(now->lines, (line - 1) % kLoopLines + 1);
        EXPECT_EQ(now->shown, typed + line / kLoopLines);
    }
    EXPECT_FALSE(app->can_step());
    run(*app, Step{});
    EXPECT_EQ(app->settings().loop, kLoopEnd);
    run(*app, StepBack{});
    EXPECT_EQ(app->settings().loop, kLoopEnd - 1);
    EXPECT_NE(app->link().find("loop=35"), std::string::npos);
    EXPECT_TRUE(app->taken().empty()) << "the prompt's own text is untouched";
}

TEST(Loop, PlaysAtThePaceAndStopsAtTheEnd) {
    auto app = make_loaded_app("v=1&arch=1&exhibit=loop&loop=33&pace=10");
    run(*app, Play{}, 1000);
    EXPECT_TRUE(app->playing());
    double now = 1000;
    int lines = 0;
    while (app->playing() && lines++ < 100) {
        const double wait = app->next_work_ms(now);
        ASSERT_GE(wait, 0);
        now += wait;
        app->advance(now, 1000);
    }
    EXPECT_EQ(app->settings().loop, kLoopEnd);
    EXPECT_GE(now, 1200) << "three lines at ten a second";
    EXPECT_LE(now, 1500);
    run(*app, Play{}, now);
    EXPECT_LE(app->settings().loop, 1) << "again from the start";
    run(*app, SetField{"exhibit", "diagram"}, now);
    EXPECT_FALSE(app->playing());
}

TEST(Loop, ASmallContextSizeCrops) {
    auto app = make_loaded_app("v=1&arch=1&exhibit=loop&acrop=3&loop=1");
    const auto view = app->loop();
    ASSERT_TRUE(view.has_value());
    EXPECT_EQ(view->loop.context_size(), 3);
    EXPECT_EQ(view->loop.steps()[0].first, view->loop.typed() - 3);
    set_field_of(*app, "acrop", "0");
    EXPECT_EQ(app->loop()->loop.context_size(), kTinyContext);
    EXPECT_EQ(app->loop()->loop.steps()[0].first, 0);
}

TEST(Loop, AnotherModelRunsItAnew) {
    auto app = make_app();
    run(*app, OpenLink{"v=1&arch=1&exhibit=loop&rung=tutorial"});
    EXPECT_FALSE(app->loop().has_value());
    bool asked = false;
    for (const Effect& effect : app->take_effects()) asked = asked || effect.kind == Effect::Kind::fetch_model;
    EXPECT_TRUE(asked) << "the loop needs a model";
    run(*app, LoadModel{"story", tiny_files()});
    ASSERT_TRUE(app->loop().has_value());
    const auto first = app->loop()->loop.ids();
    run(*app, LoadModel{"story", tiny_files(21)});
    run(*app, SetField{"arch", "1"});
    ASSERT_TRUE(app->loop().has_value());
    EXPECT_NE(app->loop()->loop.ids(), first);
}

}  // namespace
}  // namespace headlight::app
