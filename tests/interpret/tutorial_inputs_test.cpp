#include "interpret/tutorial_inputs.h"

#include <cmath>
#include <set>

#include "interpret/tutorial_fixture.h"

namespace headlight::interpret {
namespace {

class TutorialInputsTest : public TutorialFixture {};

TEST_F(TutorialInputsTest, EditsAreAShortTextAndBack) {
    tutorial().set_mode(TutorialMode::arithmetic);
    ASSERT_TRUE(tutorial().edit("wq", 0, 1, 0.5F).has_value());
    ASSERT_TRUE(tutorial().edit("embedding", 0, 2, -1).has_value());
    ASSERT_TRUE(tutorial().edit("ids", 0, 3, 13).has_value());
    EXPECT_EQ(tutorial().edits_text(), "embed.5.2:-1,ids.0.3:13,wq.0.1:0.5");
    const std::vector<float> out = sheet("encoder_out").values;

    auto other = Tutorial::from_json(compute_, tutorial_json());
    ASSERT_TRUE(other.has_value());
    other->set_mode(TutorialMode::arithmetic);
    ASSERT_TRUE(other->set_edits_text(tutorial().edits_text()).has_value());
    EXPECT_EQ(other->find("encoder_out")->values, out);
    EXPECT_EQ(other->edits_text(), tutorial().edits_text());
    ASSERT_TRUE(other->set_edits_text("").has_value());
    EXPECT_EQ(other->edits(), 0);
}

TEST_F(TutorialInputsTest, WritingTheOldNumberBackIsNoEdit) {
    tutorial().set_mode(TutorialMode::arithmetic);
    ASSERT_TRUE(tutorial().edit("wq", 0, 1, 0.5F).has_value());
    ASSERT_TRUE(tutorial().edit("wq", 0, 1, 0.45F).has_value());
    EXPECT_EQ(tutorial().edits(), 0);
}

TEST_F(TutorialInputsTest, HostileTextIsAnErrorAndChangesNothing) {
    tutorial().set_mode(TutorialMode::arithmetic);
    ASSERT_TRUE(tutorial().set_edits_text("wq.0.1:0.5").has_value());
    std::string many;
    for (int i = 0; i < 3000; ++i) {
        many += (i == 0 ? "" : ",") + std::string("mha_wq.") + std::to_string(i % 512) + "." + std::to_string(i / 512) +
                ":1";
    }
    const std::string hostile[] = {"wq",
                                   "wq.0.1",
                                   "wq.0.1:",
                                   "wq.0.1:nan",
                                   "wq.0.1:inf",
                                   "wq.0.1:1e39",
                                   "wq.0.1:20000",
                                   "wq.9.1:1",
                                   "wq.-1.1:1",
                                   "wq.0.4294967296:1",
                                   "wq.99999999999999999999.0:1",
                                   "nothing.0.0:1",
                                   "mha_wq.512.0:1",
                                   "mha_other.0.0:1",
                                   "visible.0.3:1",
                                   "ids.0.0:0",
                                   "ids.0.0:26",
                                   "ids.0.0:1.5",
                                   "wq.0.1:0.5,",
                                   ",",
                                   "wq.0.1:0.5,,wq.0.2:1",
                                   ":::...",
                                   std::string("wq.0.1:0.5\0", 11),
                                   "embed_table.0.0:1",
                                   many};
    for (const std::string& text : hostile) {
        const auto result = tutorial().set_edits_text(text);
        EXPECT_FALSE(result.has_value()) << text.substr(0, 60);
        EXPECT_EQ(tutorial().edits_text(), "wq.0.1:0.5") << text.substr(0, 60);
        if (!result.has_value()) {
            EXPECT_LT(result.error().message.size(), 300U);
        }
    }
}

TEST_F(TutorialInputsTest, TheModelIsTheTutorials) {
    const model::EncoderDecoderConfig b = tutorial().inputs().config(TutorialMode::arithmetic);
    EXPECT_TRUE(model::check(b).has_value());
    EXPECT_EQ(b.d_model, 6);
    EXPECT_EQ(b.vocab, 26);
    EXPECT_FLOAT_EQ(b.score_divisor(), std::sqrt(6.0F));
    const model::EncoderDecoderConfig c = tutorial().inputs().config(TutorialMode::paper);
    EXPECT_TRUE(model::check(c).has_value());
    EXPECT_FLOAT_EQ(c.score_divisor(), 2);
    EXPECT_EQ(c.positions, model::Positions::sinusoidal);
}

TEST_F(TutorialInputsTest, WhatIsNotPrintedIsDrawnTheSameEveryTime) {
    const TutorialInputs again(tutorial().data());
    for (const char* name : {"embed", "dec_wq", "cross_wo", "head"}) {
        EXPECT_EQ(again.at(name).values, tutorial().inputs().at(name).values);
        const std::set<float> different(again.at(name).values.begin(), again.at(name).values.end());
        EXPECT_GT(different.size(), 10U) << name;
    }
    EXPECT_EQ(again.at("embed").at(24, 0), 0.31F);  // <start>, printed
    EXPECT_EQ(again.at("embed").at(17, 5), 0.74F);  // "you", printed
    EXPECT_EQ(draw_example().at("mha_wo").values, draw_example().at("mha_wo").values);
}

}  // namespace
}  // namespace headlight::interpret
