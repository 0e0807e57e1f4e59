#include "model/gpt.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace headlight::model {
namespace {

GptConfig small_config() {
    return {.vocab = 40, .context = 16, .d_model = 32, .layers = 4, .heads = 4, .d_mlp = 64, .tied_head = false};
}

double deviation(const Gpt& gpt, std::size_t offset, std::size_t count) {
    double squares = 0;
    for (const float w : gpt.params().subspan(offset, count))
        squares += static_cast<double>(w) * static_cast<double>(w);
    return std::sqrt(squares / static_cast<double>(count));
}

TEST(Gpt, RandomWeightsAreThoseOfGpt2) {
    const Gpt gpt = Gpt::random(Compute(), small_config(), 1);
    const GptLayout& at = gpt.layout();
    EXPECT_NEAR(deviation(gpt, at.wte, 40 * 32), 0.02, 0.002);
    EXPECT_NEAR(deviation(gpt, at.lm_head, 40 * 32), 0.02, 0.002);
    const BlockLayout& block = at.blocks[2];
    EXPECT_NEAR(deviation(gpt, block.attn_weight, 32 * 96), 0.02, 0.002);
    EXPECT_NEAR(deviation(gpt, block.proj_weight, 32 * 32), 0.02 / std::sqrt(8.0), 0.001);
    EXPECT_NEAR(deviation(gpt, block.mlp_proj_weight, 64 * 32), 0.02 / std::sqrt(8.0), 0.001);
    for (std::size_t i = 0; i < 32; ++i) {
        EXPECT_EQ(gpt.weights(block.ln_1_weight)[i], 1.0F);
        EXPECT_EQ(gpt.weights(block.ln_1_bias)[i], 0.0F);
        EXPECT_EQ(gpt.weights(block.fc_bias)[i], 0.0F);
    }
}

TEST(Gpt, TheSeedDecides) {
    const Compute compute;
    const auto weights = [&](std::uint64_t seed) {
        const Gpt gpt = Gpt::random(compute, small_config(), seed);
        return std::vector<float>(gpt.params().begin(), gpt.params().end());
    };
    EXPECT_EQ(weights(1), weights(1));
    EXPECT_NE(weights(1), weights(2));
}

TEST(Gpt, ChangedWeightsCountAfterPacking) {
    const Compute compute;
    Gpt gpt = Gpt::random(compute, small_config(), 1);
    const std::vector<TokenId> ids{1, 2, 3};
    const auto logit = [&] {
        Activations a(gpt.config(), 1, 3, Keep::decode);
        Forward forward(compute, gpt, a, ids, 0);
        forward.run();
        return forward.last_logits()[5];
    };
    const float before = logit();
    gpt.mutable_params()[gpt.layout().lm_head + 5 * 32] += 1;
    gpt.pack(compute);
    EXPECT_NE(logit(), before);
}

TEST(Gpt, DropoutSeedsDifferByPlaceLayerAndStep) {
    std::set<std::uint32_t> seeds;
    for (std::uint64_t step = 1; step <= 3; ++step) {
        for (const DropoutSite site :
             {DropoutSite::embedding, DropoutSite::pattern, DropoutSite::attn_out, DropoutSite::mlp_out}) {
            for (int layer = 0; layer < 12; ++layer) seeds.insert(dropout_at(0.1F, step, site, layer).seed);
        }
    }
    EXPECT_EQ(seeds.size(), 3 * 4 * 12U);
    EXPECT_EQ(dropout_at(0.25F, 1, DropoutSite::pattern, 0).probability, 0.25F);
}

TEST(Gpt, ForwardGoesStageByStage) {
    const Compute compute;
    const Gpt gpt = Gpt::random(compute, small_config(), 1);
    const std::vector<TokenId> ids{7, 8};
    Activations a(gpt.config(), 1, 16, Keep::trace);
    Forward forward(compute, gpt, a, ids, 0);
    EXPECT_EQ(forward.stages(), 6);
    int calls = 0;
    for (bool done = false; !done; ++calls) {
        EXPECT_FALSE(forward.done());
        done = forward.advance();
    }
    EXPECT_EQ(calls, 6);
    EXPECT_TRUE(forward.done());
}

TEST(Gpt, LastRowAloneHasTheSameLogits) {
    const Compute compute;
    const Gpt gpt = Gpt::random(compute, small_config(), 1);
    const std::vector<TokenId> ids{7, 8, 9, 10};
    Activations all(gpt.config(), 1, 16, Keep::trace);
    Activations last(gpt.config(), 1, 16, Keep::trace);
    Forward first(compute, gpt, all, ids, 0);
    first.run();
    ForwardOptions options;
    options.logits = LogitRows::last;
    Forward second(compute, gpt, last, ids, 0, options);
    second.run();
    EXPECT_TRUE(std::equal(first.last_logits(), first.last_logits() + 40, second.last_logits()));
    EXPECT_EQ(last.at(Site::logits)[0], 0.0F);  // not computed
    EXPECT_EQ(first.last_logits(), all.at(Site::logits) + 3 * 40);
}

TEST(Gpt, MisuseIsABug) {
    const Compute compute;
    const Gpt gpt = Gpt::random(compute, small_config(), 1);
    Activations a(gpt.config(), 1, 4, Keep::decode);
    const std::vector<TokenId> stranger{40};
    const std::vector<TokenId> many(5, 1);
    EXPECT_DEATH_IF_SUPPORTED(Forward(compute, gpt, a, stranger, 0), "id < gpt.config");
    EXPECT_DEATH_IF_SUPPORTED(Forward(compute, gpt, a, many, 0), "CHECK");
    EXPECT_DEATH_IF_SUPPORTED(Forward(compute, gpt, a, {}, 0), "count_ > 0");
}

}  // namespace
}  // namespace headlight::model
