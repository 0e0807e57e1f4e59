#include "train/evaluate.h"

#include <gtest/gtest.h>

#include <cmath>

#include "train/train_helpers.h"

namespace headlight::train {
namespace {

// -log p of each token of one window, in double precision, from the logits of a traced pass.
double window_nats(const kernels::Compute& compute, const model::Gpt& gpt, std::span<const TokenId> ids,
                   std::span<const TokenId> targets) {
    model::Activations trace(gpt.config(), 1, gpt.config().context, model::Keep::trace);
    model::Forward(compute, gpt, trace, ids, 0).run();
    double nats = 0;
    for (std::size_t row = 0; row < ids.size(); ++row) {
        const float* logits = trace.at(nn::Site::logits) + row * static_cast<std::size_t>(gpt.config().vocab);
        double sum = 0;
        for (int j = 0; j < gpt.config().vocab; ++j) sum += std::exp(static_cast<double>(logits[j]));
        nats += std::log(sum) - static_cast<double>(logits[targets[row]]);
    }
    return nats;
}

TEST(Evaluate, SumsOverConsecutiveWindows) {
    const kernels::Compute compute(2);
    const model::Gpt gpt = model::Gpt::random(compute, tiny_config(), 8);
    TokenStream stream{made_up_tokens(12 + 12 + 5 + 1, 23, 3), 4, 77};
    const std::span<const TokenId> ids(stream.ids);
    double expected = 0;
    for (const auto& [start, count] : {std::pair<std::size_t, std::size_t>{0, 12}, {12, 12}, {24, 5}}) {
        expected += window_nats(compute, gpt, ids.subspan(start, count), ids.subspan(start + 1, count));
    }
    const Evaluation result = evaluate(compute, gpt, stream, 12);
    EXPECT_NEAR(result.nats, expected, 1e-4);
    EXPECT_EQ(result.predicted, 29U);
    EXPECT_EQ(result.tokens, 30U);
    EXPECT_EQ(result.documents, 4U);
    EXPECT_NEAR(result.nats_per_token(), expected / 29, 1e-5);
    EXPECT_NEAR(result.bits_per_byte(), expected / std::log(2.0) / 77, 1e-5);
}

TEST(Evaluate, AModelThatKnowsNothingPaysTheLogarithmOfTheVocabulary) {
    const kernels::Compute compute;
    const model::GptLayout layout(tiny_config());
    const model::Gpt gpt(compute, tiny_config(), std::vector<float>(layout.size(), 0.0F));
    const Evaluation result = evaluate(compute, gpt, {made_up_tokens(100, 23, 4), 1, 99}, 12);
    EXPECT_NEAR(result.nats_per_token(), std::log(23.0), 1e-6);
    EXPECT_NEAR(result.bits_per_byte(), std::log2(23.0), 1e-6);  // 99 predicted tokens, 99 bytes
}

TEST(Evaluate, OneTokenOrNoneHasNothingToPredict) {
    const kernels::Compute compute;
    const model::Gpt gpt = model::Gpt::random(compute, tiny_config(), 8);
    for (const std::vector<TokenId>& ids : {std::vector<TokenId>{}, {5}}) {
        const Evaluation result = evaluate(compute, gpt, {ids, 0, 0}, 12);
        EXPECT_EQ(result.predicted, 0U);
        EXPECT_EQ(result.nats_per_token(), 0);
        EXPECT_EQ(result.bits_per_byte(), 0);
    }
}

}  // namespace
}  // namespace headlight::train
