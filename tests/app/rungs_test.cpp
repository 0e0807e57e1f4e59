// Rungs: what is kept when another is chosen, and the models that they ask for.
#include <gtest/gtest.h>

#include <algorithm>

#include "tiny_model.h"

namespace headlight::app {
namespace {

std::vector<std::string> fetches_of(App& app, Effect::Kind kind = Effect::Kind::fetch_model) {
    std::vector<std::string> names;
    for (const Effect& effect : app.take_effects()) {
        if (effect.kind == kind) names.push_back(effect.name);
    }
    return names;
}

TEST(Rungs, AskForTheModelThatTheyNeedAndForNoOther) {
    const auto app = make_app();
    run(*app, OpenLink{""});
    EXPECT_EQ(fetches_of(*app), std::vector<std::string>{"story"});
    const auto tutorial = make_app();
    run(*tutorial, OpenLink{"v=1&rung=tutorial"});
    EXPECT_TRUE(fetches_of(*tutorial).empty());
    EXPECT_TRUE(tutorial->ready());
    const auto translation = make_app();
    run(*translation, OpenLink{"v=1&rung=translate"});
    EXPECT_EQ(fetches_of(*translation), std::vector<std::string>{"en-tr"});
    EXPECT_FALSE(translation->ready());
    EXPECT_EQ(translation->progress().activity, Activity::downloading);
    run(*translation, LoadModel{"en-tr", tiny_pair_files()});
    EXPECT_TRUE(translation->ready());
    EXPECT_EQ(translation->progress().activity, Activity::idle);
}

TEST(Rungs, AreLeftAsTheyWereAndFoundAgainSo) {
    const auto app = make_loaded_app("v=1&prompt=the+cat+a&layer=1&head=2&query=3&key=1&site=mlp.hook_post");
    run(*app, TakeToken{'x'});
    run(*app, SelectCell{3, 1});
    const std::string prompt = app->field_text();
    run(*app, set<&Settings::rung>(Rung::translate));
    run(*app, LoadModel{"en-tr", tiny_pair_files()});
    EXPECT_EQ(app->settings().rung, Rung::translate) << "what was asked for changes no rung";
    EXPECT_EQ(app->field_text(), Settings().source);
    EXPECT_EQ(app->settings().query, -1);
    EXPECT_EQ(app->settings().site, "cross_attn.hook_pattern");
    run(*app, SetPrompt{"a dog"});
    EXPECT_EQ(app->settings().source, "a dog");
    run(*app, set<&Settings::rung>(Rung::tutorial));
    run(*app, SelectMatrixCell{2, 1});
    run(*app, set<&Settings::rung>(Rung::small));
    EXPECT_EQ(app->field_text(), prompt);
    EXPECT_EQ(app->tokens().back().id, 'x');
    EXPECT_EQ(app->settings().layer, 1);
    EXPECT_EQ(app->settings().head, 2);
    EXPECT_EQ(app->settings().key, 1);
    EXPECT_EQ(app->settings().site, "mlp.hook_post");
    EXPECT_EQ(app->settings().row, -1);
    run(*app, set<&Settings::rung>(Rung::tutorial));
    EXPECT_EQ(app->settings().row, 2);
    run(*app, set<&Settings::rung>(Rung::translate));
    EXPECT_EQ(app->field_text(), "a dog");
    run(*app, Undo{});
    EXPECT_EQ(app->settings().rung, Rung::tutorial);
}

TEST(Rungs, AFailedFetchIsToldAndTriedAgainWhenChosenAgain) {
    const auto app = make_loaded_app();
    run(*app, set<&Settings::rung>(Rung::translate));
    EXPECT_EQ(fetches_of(*app), std::vector<std::string>{"en-tr"});
    run(*app, ReportProblem{"problem.download", "HTTP 503"});
    EXPECT_TRUE(has_notice(*app, "problem.download"));
    EXPECT_TRUE(fetches_of(*app).empty());
    EXPECT_EQ(app->progress().activity, Activity::empty);
    run(*app, SetPrompt{"a dog"});
    EXPECT_TRUE(fetches_of(*app).empty()) << "not again by itself";
    run(*app, set<&Settings::rung>(Rung::translate));
    EXPECT_EQ(fetches_of(*app), std::vector<std::string>{"en-tr"});
    run(*app, CancelJob{});
    EXPECT_EQ(fetches_of(*app, Effect::Kind::stop_fetch), std::vector<std::string>{"en-tr"});
    EXPECT_EQ(app->progress().activity, Activity::empty);
}

TEST(Rungs, ADroppedFolderGoesToItsRung) {
    const auto app = make_loaded_app();
    run(*app, LoadModel{"my-translator", tiny_pair_files(8)});
    EXPECT_EQ(app->settings().rung, Rung::translate);
    EXPECT_EQ(app->model()->name, "my-translator");
    EXPECT_TRUE(app->model()->encoder_decoder);
    EXPECT_TRUE(has_notice(*app, "notice.model_loaded"));
    EXPECT_FALSE(app->tokens().empty());
    run(*app, LoadModel{"mine", tiny_files(4)});
    EXPECT_EQ(app->settings().rung, Rung::own);
    EXPECT_EQ(app->model()->name, "mine");
    run(*app, set<&Settings::rung>(Rung::translate));
    EXPECT_EQ(app->model()->name, "my-translator");
}

TEST(Rungs, ABrokenFolderLeavesWhatWasThere) {
    const auto app = make_translating_app();
    const std::string text = app->translation()->text;
    auto files = tiny_pair_files();
    files["model.safetensors"].resize(50);
    run(*app, LoadModel{"broken", files});
    EXPECT_TRUE(has_notice(*app, "notice.model_failed"));
    EXPECT_EQ(app->model()->name, "en-tr");
    EXPECT_EQ(app->translation()->text, text);
}

TEST(Rungs, ThereIsNoOwnModelUntilOneIsOpened) {
    const auto app = make_loaded_app();
    run(*app, set<&Settings::rung>(Rung::own));
    EXPECT_EQ(app->settings().rung, Rung::own);
    EXPECT_EQ(app->model(), nullptr);
    EXPECT_TRUE(app->models_shown());
    run(*app, set<&Settings::rung>(Rung::small));
    EXPECT_EQ(app->model()->name, "story");
}

}  // namespace
}  // namespace headlight::app
