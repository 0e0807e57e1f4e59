#include <algorithm>
#include <limits>

#include "nn/layers.h"
#include "nn/nn_helpers.h"

namespace headlight::nn {
namespace {

TEST(CrossEntropy, IsMinusTheLogOfTheTargetsShare) {
    const Compute compute;
    const Floats logits{0, std::log(2.0F), std::log(5.0F), 1, 1, 1};  // shares 1/8, 2/8, 5/8; a third each
    const std::vector<TokenId> targets{2, 0};
    std::vector<double> losses(2);
    const double loss = cross_entropy(compute, nullptr, logits.data(), targets, 3, 1, losses.data());
    EXPECT_NEAR(losses[0], -std::log(5.0 / 8), 1e-6);
    EXPECT_NEAR(losses[1], std::log(3.0), 1e-6);
    EXPECT_DOUBLE_EQ(loss, losses[0] + losses[1]);
}

TEST(CrossEntropy, GradientAgreesWithFiniteDifferencesAndMayTakeTheLogitsPlace) {
    const Compute compute(2);
    constexpr int kVocab = 13;
    Floats logits = random_floats(5 * kVocab, 1, 2);
    const std::vector<TokenId> targets{0, 12, 5, 5, 7};
    std::vector<double> losses(targets.size());
    constexpr float kWeight = 0.7F;
    Floats gradient(logits.size());
    (void)cross_entropy(compute, gradient.data(), logits.data(), targets, kVocab, kWeight, losses.data());
    const auto loss = [&] {
        return static_cast<double>(kWeight) *
               cross_entropy(compute, nullptr, logits.data(), targets, kVocab, 1, losses.data());
    };
    expect_gradient("logits", logits, gradient, loss);
    Floats in_place = logits;
    (void)cross_entropy(compute, in_place.data(), in_place.data(), targets, kVocab, kWeight, losses.data());
    EXPECT_EQ(in_place, gradient);
    for (std::size_t row = 0; row < targets.size(); ++row) {  // shares add up to 1, and the target takes 1 away
        float sum = 0;
        for (std::size_t j = 0; j < kVocab; ++j) sum += gradient[row * kVocab + j];
        EXPECT_NEAR(sum, 0, 1e-6F);
    }
}

// GPT-2's logits lie around -100: without the maximum taken off, every exp would be 0 and the loss infinite.
TEST(CrossEntropy, HugeLogitsOfEitherSignAreNoTrouble) {
    const Compute compute;
    constexpr int kVocab = 40;
    const Floats near_zero = random_floats(kVocab, 3);
    std::vector<double> losses(1);
    const std::vector<TokenId> target{17};
    Floats gradient(kVocab), expected_gradient(kVocab);
    const double expected =
        cross_entropy(compute, expected_gradient.data(), near_zero.data(), target, kVocab, 1, losses.data());
    for (const float shift : {-130.0F, -1e4F, 1e4F, 88.5F}) {
        Floats shifted = near_zero;
        for (float& x : shifted) x += shift;
        const double loss = cross_entropy(compute, gradient.data(), shifted.data(), target, kVocab, 1, losses.data());
        EXPECT_NEAR(loss, expected, 1e-3) << shift;
        for (std::size_t j = 0; j < kVocab; ++j) EXPECT_NEAR(gradient[j], expected_gradient[j], 1e-3F) << shift;
    }
}

TEST(CrossEntropy, ATargetWhoseShareUnderflowsHasAFiniteLoss) {
    const Compute compute;
    const Floats logits{0, -1000, -2, -std::numeric_limits<float>::infinity()};
    std::vector<double> losses(1);
    Floats gradient(4);
    const double loss =
        cross_entropy(compute, gradient.data(), logits.data(), std::vector<TokenId>{1}, 4, 1, losses.data());
    EXPECT_NEAR(loss, 1000 + std::log(1 + std::exp(-2.0)), 1e-3);
    EXPECT_EQ(gradient[1], -1.0F);
    EXPECT_EQ(gradient[3], 0.0F);
}

TEST(CrossEntropy, NotANumberStaysSeen) {
    const Compute compute;
    const Floats logits{0, std::numeric_limits<float>::quiet_NaN(), 1};
    std::vector<double> losses(1);
    EXPECT_FALSE(
        std::isfinite(cross_entropy(compute, nullptr, logits.data(), std::vector<TokenId>{0}, 3, 1, losses.data())));
}

// Padding: as if the rows were not there.
TEST(CrossEntropy, RowsWithoutATargetCountForNothing) {
    const Compute compute(2);
    constexpr int kVocab = 9;
    const Floats logits = random_floats(4 * kVocab, 1, 2);
    const std::vector<TokenId> targets{3, kNoTarget, 8, kNoTarget};
    std::vector<double> losses(4, 77.0);
    Floats gradient(logits.size(), 77.0F);
    const double loss =
        cross_entropy(compute, gradient.data(), logits.data(), targets, kVocab, 0.5F, losses.data(), 0.1F);
    EXPECT_EQ(losses[1], 0);
    EXPECT_EQ(losses[3], 0);
    EXPECT_EQ(loss, losses[0] + losses[2]);
    for (std::size_t row = 0; row < 4; ++row) {
        Floats alone(kVocab);
        double one = 0;
        if (targets[row] != kNoTarget) {
            (void)cross_entropy(compute, alone.data(), logits.data() + row * kVocab, std::span(targets).subspan(row, 1),
                                kVocab, 0.5F, &one, 0.1F);
        }
        EXPECT_EQ(losses[row], one) << row;
        EXPECT_TRUE(
            std::equal(alone.begin(), alone.end(), gradient.begin() + static_cast<std::ptrdiff_t>(row * kVocab)))
            << row;
    }
}

// The gradient is that of the cross-entropy with (1 - e) on the target and e / vocab on every token; the loss that is
// returned stays the target's.
TEST(CrossEntropy, SmoothedLabelsChangeTheGradientAlone) {
    const Compute compute;
    constexpr int kVocab = 7;
    constexpr double kSmoothing = 0.2;
    Floats logits = random_floats(3 * kVocab, 5, 2);
    const std::vector<TokenId> targets{0, 6, kNoTarget};
    std::vector<double> losses(3);
    Floats gradient(logits.size());
    const double smoothed = cross_entropy(compute, gradient.data(), logits.data(), targets, kVocab, 0.7F, losses.data(),
                                          static_cast<float>(kSmoothing));
    EXPECT_EQ(smoothed, cross_entropy(compute, nullptr, logits.data(), targets, kVocab, 0.7F, losses.data()));
    const auto loss = [&] {
        double sum = 0;
        for (std::size_t row = 0; row < 2; ++row) {
            double total = 0;
            for (std::size_t j = 0; j < kVocab; ++j) total += std::exp(static_cast<double>(logits[row * kVocab + j]));
            for (std::size_t j = 0; j < kVocab; ++j) {
                const double wanted =
                    kSmoothing / kVocab + (static_cast<TokenId>(j) == targets[row] ? 1 - kSmoothing : 0);
                sum += wanted * (std::log(total) - static_cast<double>(logits[row * kVocab + j]));
            }
        }
        return 0.7 * sum;
    };
    expect_gradient("logits", logits, gradient, loss);
}

}  // namespace
}  // namespace headlight::nn
