#include "model/backward.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/rng.h"
#include "nn/attention.h"

namespace headlight::model {
namespace {

struct Problem {
    GptConfig config;
    int batch = 2;
    float dropout = 0;
    std::vector<TokenId> ids, targets;
};

Problem problem(bool qkv_bias, bool tied, float dropout) {
    Problem p;
    p.config = {.vocab = 11,
                .context = 7,
                .d_model = 12,
                .layers = 2,
                .heads = 3,
                .d_mlp = 20,
                .qkv_bias = qkv_bias,
                .tied_head = tied};
    p.dropout = dropout;
    Rng rng(5);
    for (int i = 0; i < p.batch * p.config.context; ++i) {
        p.ids.push_back(static_cast<TokenId>(rng.below(11)));
        p.targets.push_back(static_cast<TokenId>(rng.below(11)));
    }
    return p;
}

Gpt make_gpt(const Compute& compute, const GptConfig& config) {
    Gpt gpt = Gpt::random(compute, config, 3);
    Rng rng(9);
    // Biases and norms away from 0 and 1, weights large enough that every path matters.
    for (float& w : gpt.mutable_params()) w = w * 4 + static_cast<float>(rng.normal() * 0.05);
    gpt.pack(compute);
    return gpt;
}

// Mean loss, and the gradients if wanted.
double loss_of(const Compute& compute, Gpt& gpt, const Problem& p, std::vector<float>* gradients) {
    gpt.pack(compute);
    Activations activations(p.config, p.batch, p.config.context, Keep::training);
    Backward backward(compute, p.config, p.batch, p.config.context);
    ForwardOptions options;
    options.dropout = p.dropout;
    options.dropout_seed = 77;
    options.dropout_work = backward.work();
    Forward(compute, gpt, activations, p.ids, 0, options).run();
    std::vector<float> sink(gpt.layout().size());
    auto& into = gradients != nullptr ? *gradients : sink;
    into.assign(gpt.layout().size(), 0.0F);
    return backward.run(compute, gpt, activations, p.ids, p.targets, into, options);
}

// Directional derivatives along each tensor's gradient and along a random direction, against central differences.
void expect_gradients(const Problem& p) {
    const Compute compute(2);
    Gpt gpt = make_gpt(compute, p.config);
    std::vector<float> gradients;
    loss_of(compute, gpt, p, &gradients);
    Rng rng(21);
    for (const ParamInfo& info : gpt.layout().params()) {
        for (int trial = 0; trial < 2; ++trial) {
            std::vector<float> direction(info.size);
            double norm = 0;
            for (std::size_t i = 0; i < info.size; ++i) {
                direction[i] = trial == 0 ? gradients[info.offset + i] : static_cast<float>(rng.normal());
                norm += static_cast<double>(direction[i]) * static_cast<double>(direction[i]);
            }
            norm = std::sqrt(norm);
            ASSERT_TRUE(std::isfinite(norm));
            if (norm < 1e-6) continue;  // a key's bias moves all scores of a query alike: its gradient is 0
            // Along the gradient the loss bends, and the more so the steeper it is.
            const double step_size = trial == 0 ? 2e-3 / std::max(1.0, norm) : 4e-3;
            double expected = 0;
            for (std::size_t i = 0; i < info.size; ++i) {
                direction[i] /= static_cast<float>(norm);
                expected += static_cast<double>(gradients[info.offset + i]) * static_cast<double>(direction[i]);
            }
            const std::vector<float> before(gpt.params().begin(), gpt.params().end());
            const auto loss_at = [&](double step) {
                for (std::size_t i = 0; i < info.size; ++i) {
                    gpt.mutable_params()[info.offset + i] =
                        before[info.offset + i] + static_cast<float>(step) * direction[i];
                }
                return loss_of(compute, gpt, p, nullptr);
            };
            const double measured = (loss_at(step_size) - loss_at(-step_size)) / (2 * step_size);
            std::ranges::copy(before, gpt.mutable_params().begin());
            EXPECT_NEAR(measured, expected, 1e-3 + 1e-2 * std::abs(expected)) << info.name << " trial " << trial;
        }
    }
}

TEST(Backward, AgreesWithFiniteDifferences) {
    expect_gradients(problem(true, true, 0));
}
TEST(Backward, WithoutBiasAndWithUntiedHead) {
    expect_gradients(problem(false, false, 0));
}
TEST(Backward, WithDropoutOfTheSameMask) {
    expect_gradients(problem(true, true, 0.3F));
}

TEST(Backward, DoesNotDependOnThreadsOrKernels) {
    const Problem p = problem(true, true, 0.1F);
    std::vector<float> expected;
    for (const auto* kernels : kernels::implementations()) {
        if (!kernels->supported()) continue;
        for (const int threads : {1, 2, 3}) {
            const Compute compute(threads, *kernels);
            Gpt gpt = make_gpt(compute, p.config);
            std::vector<float> gradients;
            loss_of(compute, gpt, p, &gradients);
            if (expected.empty()) expected = gradients;
            EXPECT_EQ(gradients, expected) << kernels->name << ", " << threads << " threads";
        }
    }
}

}  // namespace
}  // namespace headlight::model
