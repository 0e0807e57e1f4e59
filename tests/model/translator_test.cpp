#include "model/translator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/rng.h"
#include "model/beam_search.h"

namespace headlight::model {
namespace {

constexpr EncoderDecoderConfig kConfig{.vocab = 23,
                                       .context = 10,
                                       .d_model = 16,
                                       .encoder_layers = 2,
                                       .decoder_layers = 2,
                                       .heads = 2,
                                       .d_head = 8,
                                       .d_mlp = 24,
                                       .start_token = 20,
                                       .end_token = 21,
                                       .pad_token = 22};

class TranslatorTest : public testing::Test {
  protected:
    // Weights so large that the next token depends on everything before it.
    explicit TranslatorTest() : compute_(1), model_(EncoderDecoder::random(compute_, kConfig, 3)) {
        Rng rng(4);
        for (float& w : model_.mutable_params()) w = w * 1.3F + static_cast<float>(rng.normal() * 0.1);
        for (int i = 0; i < kConfig.d_model; ++i) {  // an end token that comes now and then
            model_.mutable_params()[model_.layout().embed +
                                    static_cast<std::size_t>(kConfig.end_token * kConfig.d_model + i)] *= 3;
        }
        model_.pack(compute_);
    }

    std::vector<TokenId> source(std::uint64_t seed) const {
        Rng rng(seed);
        std::vector<TokenId> ids(1 + rng.below(8));
        for (TokenId& id : ids) id = static_cast<TokenId>(rng.below(20));
        return ids;
    }

    // The logits of the last position, from one pass over the whole target.
    std::vector<float> whole_pass(std::span<const TokenId> from, std::span<const TokenId> target) {
        std::vector<TokenId> ids{kConfig.start_token};
        ids.insert(ids.end(), target.begin(), target.end());
        const int n = static_cast<int>(from.size());
        const std::vector<int> lengths{n};
        Activations encoder = encoder_activations(kConfig, 1, n, Keep::trace);
        EncoderForward(compute_, model_, encoder, from, lengths).run();
        Activations decoder = decoder_activations(kConfig, 1, static_cast<int>(ids.size()), n, Keep::trace);
        DecoderForward forward(compute_, model_, decoder, encoder, ids, 0, lengths);
        forward.run();
        return {forward.last_logits(), forward.last_logits() + kConfig.vocab};
    }

    double log_probability(std::span<const TokenId> from, std::span<const TokenId> target) {
        double sum = 0;
        for (std::size_t i = 0; i < target.size(); ++i) {
            const auto logits = whole_pass(from, target.first(i));
            double total = 0;
            for (const float x : logits) total += std::exp(static_cast<double>(x));
            sum += static_cast<double>(logits[static_cast<std::size_t>(target[i])]) - std::log(total);
        }
        return sum;
    }

    std::vector<TokenId> run(Translator& translator, std::span<const TokenId> from) {
        EXPECT_TRUE(translator.start(from).has_value());
        while (!translator.done()) (void)translator.step();
        return {translator.ids().begin(), translator.ids().end()};
    }

    Compute compute_;
    EncoderDecoder model_;
};

TEST_F(TranslatorTest, TheCacheGivesTheBitsOfAWholePass) {
    DecodeState state(compute_, model_, 2);
    for (const std::uint64_t seed : {1U, 2U, 3U}) {  // a long source and a short one in the same caches
        const auto from = source(seed);
        ASSERT_TRUE(state.read(from).has_value());
        std::vector<TokenId> target;
        for (int position = 0; position < kConfig.context; ++position) {
            const TokenId last = target.empty() ? kConfig.start_token : target.back();
            const auto logits = state.step(0, last, position);
            EXPECT_EQ((std::vector<float>{logits.begin(), logits.end()}), whole_pass(from, target)) << position;
            target.push_back(static_cast<TokenId>((seed * 7 + static_cast<std::uint64_t>(position) * 3) % 20));
        }
    }
}

TEST_F(TranslatorTest, ACopiedCacheGoesOnAsTheOriginal) {
    DecodeState state(compute_, model_, 2);
    const auto from = source(5);
    ASSERT_TRUE(state.read(source(1)).has_value());
    (void)state.step(1, kConfig.start_token, 0);  // leaves another sentence's keys behind
    ASSERT_TRUE(state.read(from).has_value());
    (void)state.step(0, kConfig.start_token, 0);
    (void)state.step(0, 4, 1);
    state.copy(0, 1, 2);
    const auto logits = state.step(1, 7, 2);
    EXPECT_EQ((std::vector<float>{logits.begin(), logits.end()}), whole_pass(from, std::vector<TokenId>{4, 7}));
}

TEST_F(TranslatorTest, GreedyTakesTheMostLikelyTokenUntilTheEnd) {
    Translator translator(compute_, model_);
    int ended = 0;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const auto from = source(seed);
        std::vector<TokenId> expected;
        while (static_cast<int>(expected.size()) < kConfig.context &&
               (expected.empty() || expected.back() != kConfig.end_token)) {
            const auto logits = whole_pass(from, expected);
            expected.push_back(static_cast<TokenId>(std::ranges::max_element(logits) - logits.begin()));
        }
        EXPECT_EQ(run(translator, from), expected);
        EXPECT_NEAR(translator.log_probability(), log_probability(from, expected), 1e-5);
        ended += expected.back() == kConfig.end_token ? 1 : 0;
    }
    EXPECT_GT(ended, 0);
    EXPECT_LT(ended, 20);
}

TEST_F(TranslatorTest, SamplesAsTheSeedSays) {
    const auto from = source(1);
    const Sampling sampling{.temperature = 1.5F, .top_k = 9, .top_p = 0.95F};
    Translator translator(compute_, model_, {.sampling = sampling, .seed = 11});
    const auto made = run(translator, from);
    Sampler sampler;
    std::vector<TokenId> expected;
    for (std::size_t i = 0; i < made.size(); ++i) {
        sampler.prepare(compute_.kernels(), whole_pass(from, expected), sampling);
        expected.push_back(sampler.pick(draw_at(11, i)));
    }
    EXPECT_EQ(made, expected);
    EXPECT_EQ(run(translator, from), made);
    Translator other(compute_, model_, {.sampling = sampling, .seed = 12});
    EXPECT_NE(run(other, from), made);
}

TEST_F(TranslatorTest, StopsAtTheLimit) {
    Translator translator(compute_, model_, {.tokens = 1});
    EXPECT_EQ(run(translator, source(1)).size(), 1U);
    BeamSearch search(compute_, model_, {.beam = 3, .tokens = 2});
    for (std::uint64_t seed = 0; seed < 10; ++seed) EXPECT_LE(search.translate(source(seed))->ids.size(), 2U);
}

TEST_F(TranslatorTest, ABeamOfOneIsGreedy) {
    Translator translator(compute_, model_);
    BeamSearch search(compute_, model_, {.beam = 1});
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        const auto from = source(seed);
        const auto found = search.translate(from);
        ASSERT_TRUE(found.has_value());
        EXPECT_EQ(found->ids, run(translator, from));
        EXPECT_DOUBLE_EQ(found->log_probability, translator.log_probability());
    }
}

TEST_F(TranslatorTest, ABeamNeverScoresBelowGreedyAndOftenAbove) {
    Translator translator(compute_, model_);
    int better = 0;
    for (const int beam : {2, 3, 5}) {
        BeamSearch search(compute_, model_, {.beam = beam});
        for (std::uint64_t seed = 0; seed < 300; ++seed) {
            const auto from = source(seed);
            const auto found = search.translate(from);
            ASSERT_TRUE(found.has_value());
            // What it says of itself is so: the caches were never mixed up.
            EXPECT_NEAR(found->log_probability, log_probability(from, found->ids), 1e-4);
            EXPECT_DOUBLE_EQ(found->score, search.score(found->log_probability, static_cast<int>(found->ids.size())));
            const auto greedy = run(translator, from);
            const double greedy_score = search.score(translator.log_probability(), static_cast<int>(greedy.size()));
            EXPECT_GE(found->score, greedy_score);
            better += found->score > greedy_score + 1e-9 ? 1 : 0;
        }
    }
    EXPECT_GT(better, 10);
}

// With a beam as wide as all there is, the search is exhaustive.
TEST_F(TranslatorTest, AWideBeamFindsTheBest) {
    constexpr int kTokens = 2;
    BeamSearch search(compute_, model_, {.beam = kConfig.vocab, .tokens = kTokens});
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
        const auto from = source(seed);
        double best = -1e300;
        for (TokenId first = 0; first < kConfig.vocab; ++first) {
            const std::vector<TokenId> one{first};
            if (first == kConfig.end_token) best = std::max(best, search.score(log_probability(from, one), 1));
            for (TokenId second = 0; first != kConfig.end_token && second < kConfig.vocab; ++second) {
                best = std::max(best, search.score(log_probability(from, std::vector<TokenId>{first, second}), 2));
            }
        }
        EXPECT_NEAR(search.translate(from)->score, best, 1e-5);
    }
}

TEST_F(TranslatorTest, RefusesWhatItCannotRead) {
    Translator translator(compute_, model_);
    const auto message = [&](std::vector<TokenId> ids) { return translator.start(ids).error().message; };
    EXPECT_EQ(message({}), "the source has no token");
    EXPECT_EQ(message({1, 23}), "token id 23 is outside the vocabulary; expected 0 to 22");
    EXPECT_EQ(message(std::vector<TokenId>(11, 1)), "the source has 11 tokens; the model has room for 10");
    EXPECT_TRUE(translator.done());
    EXPECT_FALSE(BeamSearch(compute_, model_).translate({}).has_value());
}

TEST_F(TranslatorTest, AModelOfNoNumbersEnds) {
    std::ranges::fill(model_.mutable_params(), std::numeric_limits<float>::quiet_NaN());
    model_.pack(compute_);
    Translator translator(compute_, model_);
    ASSERT_TRUE(translator.start(source(1)).has_value());
    EXPECT_EQ(translator.step().id, -1);
    EXPECT_TRUE(translator.done());
    EXPECT_EQ(BeamSearch(compute_, model_).translate(source(1)).error().message, "no logit of the model is a number");
}

TEST(LogProbabilitiesTest, OrdersEqualsById) {
    LogProbabilities log_probabilities;
    const std::vector<float> logits{0, 2, 1, 2, -1, 1};
    ASSERT_TRUE(log_probabilities.prepare(kernels::best(), logits));
    EXPECT_EQ(log_probabilities.best(), 1);
    std::vector<TokenId> top;
    log_probabilities.top(4, top);
    EXPECT_EQ(top, (std::vector<TokenId>{1, 3, 2, 5}));
    double total = 0;
    for (const float x : logits) total += std::exp(static_cast<double>(x));
    for (TokenId id = 0; id < 6; ++id) {
        EXPECT_NEAR(log_probabilities.of(id),
                    static_cast<double>(logits[static_cast<std::size_t>(id)]) - std::log(total), 1e-6);
    }
}

}  // namespace
}  // namespace headlight::model
