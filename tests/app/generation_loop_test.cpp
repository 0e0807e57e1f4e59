#include "app/generation_loop.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "model/generation.h"
#include "tiny_model.h"

namespace headlight::app {
namespace {

class GenerationLoopTest : public testing::Test {
  protected:
    // The whole loop of the seed without any cache: crop, all rows anew, last row, argmax, append.
    std::vector<std::int32_t> from_scratch(std::vector<std::int32_t> ids, int context_size) {
        for (int i = 0; i < kLoopTokens; ++i) {
            const auto window = model::window(ids, context_size);
            model::Activations all(gpt.config(), 1, static_cast<int>(window.size()), model::Keep::trace);
            model::Forward forward(compute, gpt, all, window, 0);
            forward.run();
            const float* row = forward.last_logits();
            ids.push_back(static_cast<std::int32_t>(std::max_element(row, row + gpt.config().vocab) - row));
        }
        return ids;
    }
    GenerationLoop run(std::vector<std::int32_t> ids, int context_size) {
        GenerationLoop loop(compute, gpt, std::move(ids), context_size);
        int turns = 0;
        while (!loop.done() && ++turns < 10000) loop.advance(0);
        return loop;
    }

    model::Compute compute{1};
    model::Gpt gpt = tiny_gpt(compute);
    std::vector<std::int32_t> start{72, 101, 108, 108, 111, 44};
};

TEST_F(GenerationLoopTest, AppendsWhatTheLoopWithoutACacheAppends) {
    for (const int context_size : {kTinyContext, 8, 7, 6, 3, 1}) {
        const GenerationLoop loop = run(start, context_size);
        EXPECT_EQ(loop.ids(), from_scratch(start, context_size)) << context_size;
        ASSERT_EQ(loop.steps().size(), static_cast<std::size_t>(kLoopTokens));
        for (int i = 0; i < kLoopTokens; ++i) {
            const LoopStep& step = loop.steps()[static_cast<std::size_t>(i)];
            EXPECT_EQ(step.length, 6 + i);
            EXPECT_EQ(step.first, std::max(0, 6 + i - context_size));
            EXPECT_EQ(step.next, loop.ids()[static_cast<std::size_t>(6 + i)]);
            EXPECT_EQ(step.next, step.top.front().id);
        }
    }
}

TEST_F(GenerationLoopTest, IsTheGeneratorAtTemperatureZero) {
    model::Generation options;
    options.tokens = kLoopTokens;
    options.sampling = {0, 0, 1};
    options.stop_at_end = false;
    const auto generated = model::generate(compute, gpt, start, options);
    ASSERT_TRUE(generated.has_value());
    std::vector<std::int32_t> ids = start;
    ids.insert(ids.end(), generated->begin(), generated->end());
    EXPECT_EQ(run(start, kTinyContext).ids(), ids);
}

TEST_F(GenerationLoopTest, ShowsTheRowThatItReads) {
    const GenerationLoop loop = run(start, kTinyContext);
    model::Activations all(gpt.config(), 1, 6, model::Keep::trace);
    model::Forward forward(compute, gpt, all, start, 0);
    forward.run();
    const float* row = forward.last_logits();
    const LoopStep& step = loop.steps().front();
    EXPECT_EQ(step.begin, std::vector<float>(row, row + 3));
    EXPECT_EQ(step.end, std::vector<float>(row + kTinyVocab - 3, row + kTinyVocab));
    ASSERT_EQ(step.top.size(), GenerationLoop::kShownTokens);
    float before = step.top.front().logit;
    for (const model::Candidate& c : step.top) {
        EXPECT_EQ(c.logit, row[c.id]);
        EXPECT_LE(c.logit, before);
        before = c.logit;
    }
}

TEST_F(GenerationLoopTest, EndsWhereTheModelGivesNoNumbers) {
    for (float& w : gpt.mutable_params()) w = std::numeric_limits<float>::quiet_NaN();
    gpt.pack(compute);
    const GenerationLoop loop = run(start, kTinyContext);
    EXPECT_TRUE(loop.done());
    ASSERT_EQ(loop.steps().size(), 1U);
    EXPECT_EQ(loop.steps().front().next, -1);
    EXPECT_EQ(loop.ids(), start);
}

}  // namespace
}  // namespace headlight::app
