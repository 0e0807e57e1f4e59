// The sweep of patches between two prompts: what it tells, how long it stays, how it is stopped.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tiny_model.h"

namespace headlight::app {
namespace {

constexpr const char* kSweepText = "v=1&prompt=the+cat+sat";

TEST(LaboratorySweep, ASweepOfTheSamePlacesRestoresAllAtTheFirstLayer) {
    const auto app = make_loaded_app(kSweepText);
    run(*app, RunSweep{});
    EXPECT_EQ(app->sweep(), nullptr) << "there is no other prompt";
    EXPECT_TRUE(has_notice(*app, "lab.idle.other"));
    run(*app, set<&Settings::other>(std::string("the cab sat")));
    run(*app, RunSweep{});
    run(*app, Release{});
    ASSERT_NE(app->sweep(), nullptr);
    EXPECT_FALSE(app->sweeping());
    EXPECT_EQ(app->sweep()->done, app->sweep()->rows * app->sweep()->columns);
    // The prompts differ at one place: what goes into layer 0 there is all of the difference.
    const std::vector<std::int32_t>& other = app->laboratory().other_ids;
    const auto [own, its] = std::ranges::mismatch(app->tokens(), other, {}, &TokenInfo::id);
    EXPECT_EQ(app->sweep()->restored[static_cast<std::size_t>(its - other.begin())], 1.0F);
    run(*app, set<&Settings::other>(std::string("the cat")));
    EXPECT_NE(app->laboratory().other_why, "");
    run(*app, RunSweep{});
    EXPECT_TRUE(has_notice(*app, "lab.sweep.failed"));
}

TEST(LaboratorySweep, ASweepGoesWithWhatItTellsAbout) {
    const auto app = make_loaded_app(std::string(kSweepText) + "&other=the+cab+sat");
    const auto swept = [&] {
        run(*app, RunSweep{});
        run(*app, Release{});
        return app->sweep() != nullptr && !app->sweeping();
    };
    ASSERT_TRUE(swept());
    run(*app, set<&Settings::theme>(Theme::light));
    EXPECT_NE(app->sweep(), nullptr) << "it has nothing to do with that";
    run(*app, set<&Settings::other>(std::string("the cat sit")));
    EXPECT_EQ(app->sweep(), nullptr) << "another other prompt";
    ASSERT_TRUE(swept());
    run(*app, SetPrompt{"the bat sat"});
    EXPECT_EQ(app->sweep(), nullptr) << "another prompt";
    ASSERT_TRUE(swept());
    run(*app, set<&Settings::token>(2));
    EXPECT_EQ(app->sweep(), nullptr) << "another token";
    ASSERT_TRUE(swept());
    EXPECT_EQ(app->sweep()->token, 2);
    run(*app, set<&Settings::sweep>(interpret::SweepKind::head));
    EXPECT_EQ(app->sweep(), nullptr) << "another activation";
}

TEST(LaboratorySweep, ASweepComesInSlicesAndCanBeStopped) {
    const auto app = make_loaded_app(std::string(kSweepText) + "&other=the+cab+sat");
    CommandQueue queue;
    queue.push(RunSweep{});
    app->apply(queue, 0);
    int before = -1, slices = 0;
    for (; app->sweeping() && slices < 5; ++slices) {
        EXPECT_GE(app->sweep()->done, before);
        before = app->sweep()->done;
        (void)app->advance(0, 0);
    }
    EXPECT_EQ(slices, 5) << "each is a part of it";
    queue.push(StopSweep{});
    app->apply(queue, 0);
    EXPECT_FALSE(app->sweeping());
    const int done = app->sweep() == nullptr ? 0 : app->sweep()->done;
    for (int i = 0; i < 50; ++i) (void)app->advance(0, 10);
    EXPECT_EQ(app->sweep() == nullptr ? 0 : app->sweep()->done, done) << "nothing goes on";
    EXPECT_EQ(app->next_work_ms(0), -1);
}

}  // namespace
}  // namespace headlight::app
