#include "train/agreement.h"

#include <gtest/gtest.h>

#include <cmath>

#include "model/convert.h"
#include "train/train_helpers.h"

namespace headlight::train {
namespace {

using kernels::WeightFormat;

TEST(Agreement, OfAModelWithItselfIsWhole) {
    const kernels::Compute compute;
    const model::Gpt gpt = model::Gpt::random(compute, tiny_config(), 8);
    const auto ids = made_up_tokens(30, 23, 3);
    const Agreement result = compare(compute, gpt, gpt, ids, 12);
    EXPECT_EQ(result.positions, 30U);
    EXPECT_EQ(result.top1(), 1);
    EXPECT_EQ(result.mean_divergence(), 0);
    EXPECT_EQ(compare(compute, gpt, gpt, {}, 12).positions, 0U);
}

// Two models that are nothing but their last bias: every position has the same two distributions.
TEST(Agreement, CountsWhatTheFormulaSays) {
    const kernels::Compute compute;
    const model::GptConfig config{.vocab = 2, .context = 4, .d_model = 2, .layers = 1, .heads = 1, .d_mlp = 2};
    const model::GptLayout layout(config);
    const auto of_logit = [&](float logit) {
        std::vector<float> params(layout.size(), 0.0F);
        params[layout.ln_f_bias] = logit;  // logits: wte * (logit, 0)
        params[layout.wte] = 1;
        return model::Gpt(compute, config, std::move(params));
    };
    const model::Gpt p = of_logit(1), q = of_logit(-0.5F);
    const double p0 = 1 / (1 + std::exp(-1.0)), q0 = 1 / (1 + std::exp(0.5));
    const double expected = p0 * std::log(p0 / q0) + (1 - p0) * std::log((1 - p0) / (1 - q0));
    const std::vector<TokenId> ids{0, 1, 1, 0, 1};
    const Agreement result = compare(compute, p, q, ids, 4);
    EXPECT_EQ(result.positions, 5U);
    EXPECT_EQ(result.same_top, 0U);
    EXPECT_NEAR(result.mean_divergence(), expected, 1e-6);
    EXPECT_EQ(compare(compute, p, of_logit(3), ids, 4).same_top, 5U);
}

// Random weights of GPT-2's shape, only smaller: what tests/bench/faithful_bench.cpp measures at full size. The token
// embedding is as wide as the released model's, so that predictions are as sharp.
TEST(Agreement, EightBitsOfRandomWeightsAreFaithful) {
    const kernels::Compute compute;
    const model::GptConfig config{.vocab = 3000, .context = 128, .d_model = 192, .layers = 4, .heads = 6, .d_mlp = 768};
    model::Gpt exact = model::Gpt::random(compute, config, 2);
    const auto embedding = static_cast<std::size_t>(config.vocab) * static_cast<std::size_t>(config.d_model);
    for (float& w : exact.mutable_params().subspan(exact.layout().wte, embedding)) w *= 7;
    exact.pack(compute);
    const auto ids = made_up_tokens(256, config.vocab, 5);
    double half_divergence = 0;
    for (const WeightFormat format : {WeightFormat::f16, WeightFormat::q8}) {
        const auto held = model::converted(compute, exact, format);
        ASSERT_TRUE(held.has_value());
        EXPECT_EQ(held->format(), format);
        const Agreement result = compare(compute, exact, *held, ids, 128);
        EXPECT_GE(result.top1(), 0.99);
        EXPECT_LT(result.mean_divergence(), 2e-3);
        EXPECT_GT(result.mean_divergence(), half_divergence);  // fewer bits, more lost
        half_divergence = result.mean_divergence();
    }
}

}  // namespace
}  // namespace headlight::train
