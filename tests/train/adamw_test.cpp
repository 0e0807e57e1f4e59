#include "train/adamw.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "train/train_helpers.h"

namespace headlight::train {
namespace {

// A layout whose largest tensor takes several pieces.
model::GptLayout test_layout() {
    return model::GptLayout({.vocab = 300, .context = 8, .d_model = 64, .layers = 1, .heads = 2, .d_mlp = 48});
}

std::vector<float> random_values(std::size_t count, std::uint64_t seed, double scale) {
    Rng rng(seed);
    std::vector<float> values(count);
    for (float& value : values) value = static_cast<float>(rng.normal() * scale);
    return values;
}

// The algorithm as the paper writes it (Loshchilov, Hutter, 2019, algorithm 2), in double precision.
struct Reference {
    std::vector<double> w, m, v;
    double step(const model::GptLayout& layout, const std::vector<float>& gradients, double lr, int t,
                const AdamWOptions& o) {
        double norm = 0;
        for (const float g : gradients) norm += static_cast<double>(g) * static_cast<double>(g);
        norm = std::sqrt(norm);
        const double scale = norm > static_cast<double>(o.clip) ? static_cast<double>(o.clip) / norm : 1.0;
        const auto b1 = static_cast<double>(o.beta1);
        const auto b2 = static_cast<double>(o.beta2);
        for (const model::ParamInfo& info : layout.params()) {
            const double decay = info.shape.size() == 2 ? static_cast<double>(o.weight_decay) : 0.0;
            for (std::size_t i = info.offset; i < info.offset + info.size; ++i) {
                const double g = static_cast<double>(gradients[i]) * scale;
                m[i] = b1 * m[i] + (1 - b1) * g;
                v[i] = b2 * v[i] + (1 - b2) * g * g;
                const double update = m[i] / (1 - std::pow(b1, t)) /
                                      (std::sqrt(v[i] / (1 - std::pow(b2, t))) + static_cast<double>(o.eps));
                w[i] -= lr * (update + decay * w[i]);
            }
        }
        return norm;
    }
};

void expect_agreement(const AdamWOptions& options, double gradient_scale) {
    const kernels::Compute compute(2);
    const model::GptLayout layout = test_layout();
    std::vector<float> params = random_values(layout.size(), 1, 0.5);
    Reference reference{
        {params.begin(), params.end()}, std::vector<double>(params.size()), std::vector<double>(params.size())};
    AdamW adamw(layout, options);
    for (int t = 1; t <= 6; ++t) {
        const auto gradients = random_values(params.size(), static_cast<std::uint64_t>(10 + t), gradient_scale);
        const double norm = adamw.update(compute, params, gradients, 0.01F, t);
        EXPECT_NEAR(norm / reference.step(layout, gradients, static_cast<double>(0.01F), t, options), 1.0, 1e-5);
    }
    double worst = 0;
    for (std::size_t i = 0; i < params.size(); ++i)
        worst = std::max(worst, std::abs(static_cast<double>(params[i]) - reference.w[i]));
    EXPECT_LT(worst, 2e-6);
}

TEST(AdamW, AgreesWithAReferenceInDoublePrecision) {
    expect_agreement({}, 0.5);   // clipped: the norm is far above 1
    expect_agreement({}, 1e-3);  // not clipped
    expect_agreement({.beta1 = 0.5F, .beta2 = 0.99F, .eps = 1e-3F, .weight_decay = 0.5F, .clip = 3.0F}, 0.1);
}

TEST(AdamW, OnlyMatricesDecay) {
    const kernels::Compute compute;
    const model::GptLayout layout = test_layout();
    std::vector<float> params(layout.size(), 1.0F);
    AdamW adamw(layout, {});
    adamw.update(compute, params, std::vector<float>(layout.size(), 0.0F), 0.1F, 1);
    for (const model::ParamInfo& info : layout.params()) {
        const bool is_matrix = info.name.ends_with("wte.weight") || info.name.ends_with("wpe.weight") ||
                               info.name.find("c_") != std::string::npos;
        const float expected = is_matrix && info.name.ends_with(".weight") ? 1.0F - 0.1F * 0.1F : 1.0F;
        EXPECT_FLOAT_EQ(params[info.offset], expected) << info.name;
        EXPECT_FLOAT_EQ(params[info.offset + info.size - 1], expected) << info.name;
    }
}

TEST(AdamW, AGradientThatIsNotFiniteChangesNothing) {
    const kernels::Compute compute;
    const model::GptLayout layout = test_layout();
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        std::vector<float> params = random_values(layout.size(), 1, 0.5);
        const std::vector<float> before = params;
        AdamW adamw(layout, {});
        auto gradients = random_values(layout.size(), 2, 1);
        gradients[layout.ln_f_bias] = bad;
        EXPECT_FALSE(std::isfinite(adamw.update(compute, params, gradients, 0.1F, 1)));
        EXPECT_TRUE(same_bits(params, before));
        EXPECT_EQ(adamw.m()[0], 0.0F);
        EXPECT_EQ(adamw.v()[0], 0.0F);
    }
}

TEST(AdamW, DoesNotDependOnThreads) {
    const model::GptLayout layout = test_layout();
    std::vector<float> expected;
    for (const int threads : {1, 2, 3}) {
        const kernels::Compute compute(threads);
        std::vector<float> params = random_values(layout.size(), 1, 0.5);
        AdamW adamw(layout, {});
        for (int t = 1; t <= 3; ++t)
            adamw.update(compute, params, random_values(layout.size(), static_cast<std::uint64_t>(t), 1), 0.01F, t);
        if (expected.empty()) expected = params;
        EXPECT_TRUE(same_bits(params, expected)) << threads;
    }
}

TEST(Schedule, WarmsUpAndFollowsACosine) {
    const Schedule schedule{.steps = 1100, .warmup = 100, .peak = 1e-3, .floor = 1e-4};
    EXPECT_FLOAT_EQ(schedule.lr(1), 1e-5F);
    EXPECT_FLOAT_EQ(schedule.lr(50), 5e-4F);
    EXPECT_FLOAT_EQ(schedule.lr(100), 1e-3F);
    EXPECT_FLOAT_EQ(schedule.lr(600), 5.5e-4F);                                   // half way down
    EXPECT_NEAR(schedule.lr(350), 1e-4 + 9e-4 * (0.5 + std::sqrt(0.125)), 1e-9);  // a quarter: cos(45 degrees)
    EXPECT_FLOAT_EQ(schedule.lr(1100), 1e-4F);
    EXPECT_FLOAT_EQ(schedule.lr(5000), 1e-4F);
    for (std::int64_t step = 101; step <= 1100; ++step) EXPECT_LE(schedule.lr(step), schedule.lr(step - 1));
}

TEST(Schedule, WithoutWarmupOrWithNothingElse) {
    EXPECT_NEAR((Schedule{.steps = 1000, .warmup = 0, .peak = 1, .floor = 0}.lr(1)), 1, 1e-5);
    const Schedule all_warmup{.steps = 10, .warmup = 10, .peak = 1, .floor = 0};
    EXPECT_FLOAT_EQ(all_warmup.lr(10), 1);
    EXPECT_TRUE(std::isfinite(all_warmup.lr(11)));
}

}  // namespace
}  // namespace headlight::train
