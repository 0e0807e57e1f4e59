#include "model/generation.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/rng.h"

namespace headlight::model {
namespace {

class GenerationTest : public testing::Test {
  protected:
    GenerationTest() : compute_(1), gpt_(Gpt::random(compute_, kConfig, 3)) {
        Rng rng(4);
        for (float& w : gpt_.mutable_params()) w = w * 10 + static_cast<float>(rng.normal() * 0.05);
        gpt_.pack(compute_);
    }

    // By the book: the whole window anew for every token.
    std::vector<TokenId> reference(std::vector<TokenId> ids, const Generation& options) {
        std::vector<TokenId> made;
        for (int n = 0; n < options.tokens; ++n) {
            const auto seen = window(ids, kConfig.context);
            Activations trace(kConfig, 1, static_cast<int>(seen.size()), Keep::trace);
            Forward forward(compute_, gpt_, trace, seen, 0);
            forward.run();
            Sampler sampler;
            sampler.prepare(compute_.kernels(), {forward.last_logits(), static_cast<std::size_t>(kConfig.vocab)},
                            options.sampling);
            made.push_back(sampler.pick(draw_at(options.seed, static_cast<std::uint64_t>(n))));
            ids.push_back(made.back());
        }
        return made;
    }

    static constexpr GptConfig kConfig{
        .vocab = 29, .context = 12, .d_model = 16, .layers = 2, .heads = 2, .d_mlp = 24, .end_token = 28};
    Compute compute_;
    Gpt gpt_;
};

TEST_F(GenerationTest, TheCacheChangesNothingEvenWhenTheContextIsFull) {
    const std::vector<TokenId> prompt{1, 2, 3};
    for (const Sampling sampling : {Sampling{0, 0, 1}, Sampling{1, 0, 1}, Sampling{0.8F, 5, 0.9F}}) {
        const Generation options{.tokens = 30, .seed = 5, .sampling = sampling, .stop_at_end = false};
        const auto made = generate(compute_, gpt_, prompt, options);
        ASSERT_TRUE(made.has_value());
        EXPECT_EQ(*made, reference(prompt, options));
        EXPECT_EQ(made->size(), 30U);
    }
}

TEST_F(GenerationTest, TheSeedDecides) {
    const std::vector<TokenId> prompt{1, 2, 3};
    const auto with = [&](std::uint32_t seed) {
        return *generate(compute_, gpt_, prompt,
                         {.tokens = 20, .seed = seed, .sampling = {1.5F, 0, 1}, .stop_at_end = false});
    };
    EXPECT_EQ(with(1), with(1));
    EXPECT_NE(with(1), with(2));
}

TEST_F(GenerationTest, StopsAfterTheEndToken) {
    const Generation options{.tokens = 50, .seed = 1, .sampling = {1.5F, 0, 1}};
    const auto endless = *generate(compute_, gpt_, std::vector<TokenId>{1}, options);
    ASSERT_EQ(endless.size(), 50U);
    // The same model, but its end token is one that does come.
    GptConfig config = kConfig;
    config.end_token = endless[20];
    const Gpt ending(compute_, config, {gpt_.params().begin(), gpt_.params().end()});
    const auto end = std::ranges::find(endless, config.end_token) + 1;
    EXPECT_EQ(*generate(compute_, ending, std::vector<TokenId>{1}, options),
              std::vector<TokenId>(endless.begin(), end));
}

TEST_F(GenerationTest, TheCallbackSeesEveryTokenAndMayStop) {
    std::vector<GeneratedToken> seen;
    const auto made = generate(compute_, gpt_, std::vector<TokenId>(11, 1), {.tokens = 10, .stop_at_end = false},
                               [&](const GeneratedToken& token) {
                                   seen.push_back(token);
                                   return seen.size() < 4;
                               });
    ASSERT_TRUE(made.has_value());
    ASSERT_EQ(seen.size(), 4U);
    EXPECT_EQ(made->size(), 4U);
    EXPECT_EQ(seen[1].dropped, 0);
    EXPECT_EQ(seen[3].dropped, 2);
    EXPECT_EQ(seen[3].index, 3);
    EXPECT_EQ(seen[3].id, made->back());
    EXPECT_GT(seen[3].probability, 0.0F);
}

TEST_F(GenerationTest, AnEmptyPromptStartsFromTheEndToken) {
    const Generation options{.tokens = 5, .stop_at_end = false};
    EXPECT_EQ(*generate(compute_, gpt_, {}, options), *generate(compute_, gpt_, std::vector<TokenId>{28}, options));
    GptConfig endless = kConfig;
    endless.end_token = -1;
    const Gpt other = Gpt::random(compute_, endless, 1);
    EXPECT_FALSE(generate(compute_, other, {}, options).has_value());
}

TEST_F(GenerationTest, UnknownIdsAreAnError) {
    for (const TokenId id : {-1, 29}) {
        const auto made = generate(compute_, gpt_, std::vector<TokenId>{1, id}, {});
        ASSERT_FALSE(made.has_value());
        EXPECT_NE(made.error().message.find(std::to_string(id)), std::string::npos);
    }
}

TEST_F(GenerationTest, NoTokensWantedNoneMade) {
    EXPECT_TRUE(generate(compute_, gpt_, std::vector<TokenId>{1}, {.tokens = 0})->empty());
}

}  // namespace
}  // namespace headlight::model
