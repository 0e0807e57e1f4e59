#include "train/trainer.h"

#include <gtest/gtest.h>

#include <cmath>

#include "train/train_helpers.h"

namespace headlight::train {
namespace {

TEST(Trainer, TwoAlikeGiveTheSameBits) {
    const kernels::Compute compute(2);
    const Dataset dataset = tiny_dataset(tiny_config());
    Trainer first = tiny_trainer(compute, dataset);
    Trainer second = tiny_trainer(compute, dataset);
    for (int i = 0; i < 8; ++i) {
        const StepReport a = first.step();
        const StepReport b = second.step();
        EXPECT_EQ(a.step, i + 1);
        EXPECT_TRUE(a.finite);
        EXPECT_EQ(a.loss, b.loss);
        EXPECT_EQ(a.gradient_norm, b.gradient_norm);
        EXPECT_EQ(a.lr, tiny_options().schedule.lr(i + 1));
    }
    EXPECT_TRUE(same_bits(first.gpt().params(), second.gpt().params()));
    TrainOptions other = tiny_options();
    other.seed = 6;
    Trainer third = tiny_trainer(compute, dataset, other);
    EXPECT_NE(third.step().loss, tiny_trainer(compute, dataset).step().loss);
}

TEST(Trainer, DoesNotDependOnThreadsOrKernels) {
    const Dataset dataset = tiny_dataset(tiny_config());
    std::vector<float> expected;
    for (const auto* kernels : kernels::implementations()) {
        if (!kernels->supported()) continue;
        for (const int threads : {1, 2, 3}) {
            const kernels::Compute compute(threads, *kernels);
            Trainer trainer = tiny_trainer(compute, dataset);
            for (int i = 0; i < 4; ++i) trainer.step();
            if (expected.empty()) expected.assign(trainer.gpt().params().begin(), trainer.gpt().params().end());
            EXPECT_TRUE(same_bits(trainer.gpt().params(), expected)) << kernels->name << ", " << threads << " threads";
        }
    }
}

TEST(Trainer, Learns) {
    const kernels::Compute compute(2);
    const Dataset dataset = tiny_dataset(tiny_config());
    TrainOptions options = tiny_options();
    options.schedule.steps = 120;
    Trainer trainer = tiny_trainer(compute, dataset, options);
    const double before = trainer.step().loss;
    EXPECT_NEAR(before, std::log(23.0), 0.3);
    double after = 0;
    while (!trainer.finished()) after = trainer.step().loss;
    EXPECT_EQ(trainer.steps_done(), 120);
    // Of four tokens one is drawn at random among 23: no model does better than about 1.35.
    EXPECT_LT(after, 2.2);
    EXPECT_GT(after, 1.0);
}

TEST(Trainer, DropoutTakesPart) {
    const kernels::Compute compute;
    const Dataset dataset = tiny_dataset(tiny_config());
    TrainOptions without = tiny_options();
    without.dropout = 0;
    EXPECT_NE(tiny_trainer(compute, dataset).step().loss, tiny_trainer(compute, dataset, without).step().loss);
}

TEST(Trainer, AStepThatIsNotFiniteChangesNothing) {
    const kernels::Compute compute;
    const Dataset dataset = tiny_dataset(tiny_config());
    model::Gpt gpt = model::Gpt::random(compute, tiny_config(), 3);
    gpt.mutable_params()[gpt.layout().ln_f_weight] = 1e38F;  // logits and their gradients overflow
    gpt.pack(compute);
    const std::vector<float> before(gpt.params().begin(), gpt.params().end());
    Trainer trainer(compute, std::move(gpt), dataset, tiny_options());
    const StepReport report = trainer.step();
    EXPECT_FALSE(report.finite);
    EXPECT_EQ(report.step, 1);
    EXPECT_EQ(trainer.steps_done(), 0);
    EXPECT_TRUE(same_bits(trainer.gpt().params(), before));
}

}  // namespace
}  // namespace headlight::train
