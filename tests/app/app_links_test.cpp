// Links: what opens from one, what is written into the address, and whether the numbers came out.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "app/app.h"
#include "base/json.h"
#include "tiny_model.h"

namespace headlight::app {
namespace {

TEST(Links, ALinkReproducesTheSameBits) {
    const auto app = make_loaded_app("v=1&prompt=the+cat&seed=3");
    for (int i = 0; i < 5; ++i) run(*app, Step{});
    run(*app, SelectHead{1, 2});
    run(*app, SelectCell{4, 2});
    const std::string link = app->link();
    const auto other = make_loaded_app("https://example.org/#" + link);
    EXPECT_EQ(other->verdict(), Verdict::reproduced);
    EXPECT_EQ(other->settings(), app->settings());
    EXPECT_EQ(other->taken(), app->taken());
    EXPECT_EQ(other->checksum(), app->checksum());
    EXPECT_EQ(other->link(), link);
    EXPECT_TRUE(other->notices().empty());
    run(*other, SelectHead{0, 0});
    EXPECT_EQ(other->verdict(), Verdict::reproduced);
    run(*other, Step{});
    EXPECT_EQ(other->verdict(), Verdict::none);
}

TEST(Links, ALinkOfOtherWeightsDiffers) {
    const auto app = make_loaded_app("v=1&prompt=the+cat");
    const auto other = make_app();
    run(*other, OpenLink{app->link()});
    EXPECT_EQ(other->verdict(), Verdict::pending);
    run(*other, LoadModel{"story", tiny_files(4)});
    EXPECT_EQ(other->verdict(), Verdict::differs);
}

TEST(Links, OpeningTheLinkOfWhatIsShownIsReproducedAtOnce) {
    const auto app = make_loaded_app("v=1&prompt=the+cat");
    run(*app, OpenLink{app->link()});
    EXPECT_EQ(app->verdict(), Verdict::reproduced);
}

// On a slow machine the session still makes room for a longer text when the pass is shown: one slice a frame.
TEST(Links, ALinkIsJudgedHoweverShortTheFrames) {
    const auto app = make_loaded_app("v=1&prompt=the+cat+sat+on+a+mat+and+the");
    const auto other = make_loaded_app("v=1&prompt=the");
    CommandQueue queue;
    queue.push(OpenLink{app->link()});
    other->apply(queue, 0);
    while (other->next_work_ms(0) == 0) other->advance(0, 0);
    EXPECT_EQ(other->verdict(), Verdict::reproduced);
}

TEST(Links, AViewWithoutAHeadGetsOneHoweverShortTheFrames) {
    const auto app = make_loaded_app("v=1&prompt=the");
    CommandQueue queue;
    queue.push(SetPrompt{"the cat sat on a mat and the"});
    app->apply(queue, 0);
    while (app->tokens().size() < 20) app->advance(0, 0);
    queue.push(OpenLink{"v=1&prompt=the+cat+sat+on+a+mat+and+the"});
    app->apply(queue, 0);
    while (app->next_work_ms(0) == 0) app->advance(0, 0);
    EXPECT_GE(app->settings().layer, 0);
}

TEST(Links, HostileLinksOpenWithANotice) {
    const auto app = make_loaded_app(
        "v=9&prompt=%FF%00&layer=900&head=900&query=60000&key=5&row=3&column=9&t=1.5.999999&site=x&c=zz");
    EXPECT_FALSE(app->notices().empty());
    EXPECT_TRUE(has_notice(*app, "notice.link_future"));
    EXPECT_TRUE(has_notice(*app, "notice.link_tokens"));
    EXPECT_EQ(app->taken(), (std::vector<std::int32_t>{1, 5}));
    EXPECT_LT(app->settings().layer, 2);
    EXPECT_LT(app->selection().query, static_cast<int>(app->tokens().size()));
    EXPECT_FALSE(app->distribution().empty());
    EXPECT_FALSE(app->explanation().empty());
    EXPECT_TRUE(read_json(app->state_json()).is_object());
}

TEST(Links, ALinkKeepsThePreferencesItDoesNotMention) {
    const auto app = make_loaded_app();
    run(*app, set<&Settings::language>(Language::tr));
    run(*app, set<&Settings::theme>(Theme::light));
    run(*app, OpenLink{"v=1&prompt=a&theme=dark"});
    EXPECT_EQ(app->settings().language, Language::tr);
    EXPECT_EQ(app->settings().theme, Theme::dark);
}

TEST(Links, ShareCopiesTheLinkOfACompletePass) {
    const auto app = make_loaded_app("v=1&prompt=the+cat");
    CommandQueue queue;
    queue.push(SetPrompt{"a dog"});
    queue.push(Share{});
    app->apply(queue, 0);
    while (app->next_work_ms(0) == 0) app->advance(0, 0);
    const auto copied = effects_of(*app, Effect::Kind::copy_link);
    ASSERT_EQ(copied.size(), 1U);
    EXPECT_EQ(copied[0].bytes, app->link());
    EXPECT_NE(copied[0].bytes.find("&c=" + app->checksum()), std::string::npos);
}

TEST(Links, TheAddressFollowsOnceSomethingWasTouched) {
    const auto app = make_loaded_app("v=1&prompt=the+cat");
    EXPECT_TRUE(effects_of(*app, Effect::Kind::set_fragment).empty());
    run(*app, SelectCell{2, 1});
    const auto fragments = effects_of(*app, Effect::Kind::set_fragment);
    ASSERT_EQ(fragments.size(), 1U);
    EXPECT_EQ(fragments[0].bytes, app->link());
    app->set_hover({.layer = 0, .head = 0});
    run(*app, SelectCell{2, 1});
    EXPECT_TRUE(effects_of(*app, Effect::Kind::set_fragment).empty());
}

}  // namespace
}  // namespace headlight::app
