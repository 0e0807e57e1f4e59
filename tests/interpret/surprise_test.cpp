#include "interpret/surprise.h"

#include <cmath>
#include <limits>
#include <numbers>

#include "interpret/reading_fixture.h"
#include "nn/layers.h"

namespace headlight::interpret {
namespace {

Matrix logits_of(const Reading& r) {
    const int vocab = r.gpt.config().vocab;
    return {r.trace.at(model::Site::logits), r.positions(), vocab, vocab, 1};
}

TEST(Surprise, IsTheNegativeLogarithmOfTheProbability) {
    const std::vector<float> logits{std::log(0.25F), std::log(0.5F), std::log(0.25F)};
    EXPECT_NEAR(surprise_bits(logits, 0), 2, 1e-6);
    EXPECT_NEAR(surprise_bits(logits, 1), 1, 1e-6);
    const std::vector<float> large{3000, 0, 3001};
    EXPECT_NEAR(surprise_bits(large, 1), 3001 / std::numbers::ln2 + std::log2(1 + std::exp(-1.0)), 1e-6);
    EXPECT_GE(surprise_bits(large, 2), 0);
}

TEST(Surprise, SumsAreThoseOfEveryLogit) {
    Rng rng(8);
    std::vector<float> logits;
    for (int i = 0; i < 1000; ++i) logits.push_back(static_cast<float>(rng.normal() * 4));
    logits[3] = -std::numeric_limits<float>::infinity();
    const LogitSums sums = logit_sums(logits);
    double sum = 0, weighted = 0;
    for (std::size_t i = 0; i < logits.size(); ++i) {
        EXPECT_GE(sums.most, static_cast<double>(logits[i]));
        const double x = static_cast<double>(logits[i]) - sums.most;
        sum += std::exp(x);
        if (i != 3) weighted += std::exp(x) * x;
    }
    EXPECT_NEAR(sums.sum, sum, 1e-6 * sum);
    EXPECT_NEAR(sums.weighted, weighted, -1e-6 * weighted);
}

TEST(Surprise, TheFirstTokenHasNone) {
    const Reading r = random_reading({""});
    const std::vector<float> bits = token_surprise(r.ids, logits_of(r));
    ASSERT_EQ(bits.size(), r.ids.size());
    EXPECT_TRUE(std::isnan(bits[0]));
    for (std::size_t i = 1; i < bits.size(); ++i) EXPECT_GT(bits[i], 0);
    EXPECT_TRUE(token_surprise({}, {}).empty());
    EXPECT_EQ(token_surprise(std::vector<std::int32_t>{4}, {}).size(), 1U);
}

TEST(Surprise, ItsMeanIsTheLossInBits) {
    const Reading r = random_reading({""});
    const std::vector<float> bits = token_surprise(r.ids, logits_of(r));
    std::vector<double> losses(r.ids.size() - 1);
    const double loss = nn::cross_entropy(*r.compute, nullptr, logits_of(r).data, std::span(r.ids).subspan(1),
                                          r.gpt.config().vocab, 1, losses.data());
    double sum = 0;
    for (std::size_t i = 1; i < bits.size(); ++i) sum += static_cast<double>(bits[i]);
    EXPECT_NEAR(sum * std::numbers::ln2, loss, 1e-4);
}

// tests/golden/make_reading.py
TEST(Surprise, AgreesWithPyTorch) {
    for (const char* kind : kGoldenKinds) {
        const Reading r = golden_reading(kind);
        const std::vector<float> bits = token_surprise(r.ids, logits_of(r));
        for (std::size_t i = 1; i < bits.size(); ++i) {
            EXPECT_NEAR(bits[i], r.expected["surprise"][i - 1].get<double>(), 1e-5) << kind << i;
        }
    }
}

}  // namespace
}  // namespace headlight::interpret
