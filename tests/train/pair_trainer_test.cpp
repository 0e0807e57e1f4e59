#include "train/pair_trainer.h"

#include <gtest/gtest.h>

#include <cmath>

#include "checkpoint/safetensors.h"
#include "model/encoder_decoder_helpers.h"
#include "train/pair_helpers.h"

namespace headlight::train {
namespace {

// The trainer itself against PyTorch: ten steps on one full batch (tests/golden/make_encoder_decoder_golden.py).
class TenStepsAgainstPyTorch : public testing::TestWithParam<const char*> {};

TEST_P(TenStepsAgainstPyTorch, LossesNormsAndWeights) {
    const kernels::Compute compute(2);
    const model::GoldenPairs golden(GetParam());
    std::vector<TokenPair> pairs;
    for (int b = 0; b < golden.batch.batch; ++b) {
        const auto source = golden.batch.source(b);
        const auto input = golden.batch.input(b).subspan(1);  // the trainer puts <start> there itself
        pairs.push_back({{source.begin(), source.end()}, {input.begin(), input.end()}});
    }
    const auto number = [&](const char* key) { return golden.expected["adamw"][key].get<double>(); };
    PairTrainOptions options;
    options.schedule = {.steps = 10, .warmup = 0, .peak = number("lr"), .floor = number("lr")};
    options.adamw = {.beta1 = static_cast<float>(number("beta1")),
                     .beta2 = static_cast<float>(number("beta2")),
                     .eps = static_cast<float>(number("eps")),
                     .weight_decay = static_cast<float>(number("weight_decay")),
                     .clip = static_cast<float>(number("clip"))};
    options.dropout = 0;
    options.smoothing = golden.smoothing();
    PairTrainer trainer(compute, golden.load(compute), PairDataset(pairs, golden.config, 1000), options);
    EXPECT_NEAR(pair_loss(compute, trainer.model(), trainer.dataset()), golden.expected["loss"].get<double>(), 1e-5);
    for (std::size_t step = 0; step < 10; ++step) {
        const StepReport report = trainer.step();
        EXPECT_NEAR(report.loss, golden.expected["losses"][step].get<double>(), 1e-4) << "step " << step;
        EXPECT_NEAR(report.gradient_norm, golden.expected["gradient_norms"][step].get<double>(), 1e-3) << step;
    }
    EXPECT_TRUE(trainer.finished());
    // A key's bias has no gradient but rounding, of which Adam makes steps.
    golden.expect_tensors(trainer.model().layout(), trainer.model().params(), "after.safetensors", 2e-4, false);
}

INSTANTIATE_TEST_SUITE_P(Golden, TenStepsAgainstPyTorch, testing::Values("paper", "tutorial"),
                         [](const auto& each) { return std::string(each.param); });

TEST(PairTrainer, TwoAlikeGiveTheSameBitsAndAnotherSeedOthers) {
    const kernels::Compute compute(2);
    PairTrainer first = pair_trainer(compute);
    PairTrainer second = pair_trainer(compute);
    for (int i = 0; i < 12; ++i) {
        const StepReport a = first.step();
        const StepReport b = second.step();
        EXPECT_EQ(a.step, i + 1);
        EXPECT_TRUE(a.finite);
        EXPECT_EQ(a.loss, b.loss);
        EXPECT_EQ(a.gradient_norm, b.gradient_norm);
        EXPECT_EQ(a.tokens, b.tokens);
        EXPECT_EQ(a.lr, pair_options().schedule.lr(i + 1));
    }
    EXPECT_TRUE(equal_bits(first.model().params(), second.model().params()));
    PairTrainOptions other = pair_options();
    other.seed = 6;
    EXPECT_NE(pair_trainer(compute, other).step().loss, pair_trainer(compute).step().loss);
}

TEST(PairTrainer, DoesNotDependOnThreadsOrKernels) {
    std::vector<float> expected;
    for (const auto* kernels : kernels::implementations()) {
        if (!kernels->supported()) continue;
        for (const int threads : {1, 3}) {
            const kernels::Compute compute(threads, *kernels);
            PairTrainer trainer = pair_trainer(compute);
            for (int i = 0; i < 6; ++i) trainer.step();
            if (expected.empty()) expected.assign(trainer.model().params().begin(), trainer.model().params().end());
            EXPECT_TRUE(equal_bits(trainer.model().params(), expected)) << kernels->name << ", " << threads;
        }
    }
}

TEST(PairTrainer, LearnsToReverseAndCountsEpochsOfTokens) {
    const kernels::Compute compute(2);
    PairTrainOptions options = pair_options();
    options.schedule.steps = 400;
    options.dropout = 0;
    PairTrainer trainer = pair_trainer(compute, options);
    const double before = pair_loss(compute, trainer.model(), trainer.dataset());
    EXPECT_GT(before, 2.0);
    std::int64_t tokens = 0;
    while (!trainer.finished()) {
        const StepReport report = trainer.step();
        EXPECT_GT(report.tokens, tokens);
        tokens = report.tokens;
    }
    EXPECT_LT(pair_loss(compute, trainer.model(), trainer.dataset()), 0.2);
    std::int64_t epoch = 0;
    for (const TokenPair& pair : trainer.dataset().pairs()) {
        epoch += static_cast<std::int64_t>(pair.source.size() + pair.target.size() + 1);
    }
    EXPECT_GT(tokens, 10 * epoch);
}

// With a rate of 0 nothing but the batches differs from step to step.
TEST(PairTrainer, EveryEpochGoesThroughThePairsInAnotherOrder) {
    const kernels::Compute compute;
    PairTrainOptions still = pair_options();
    still.schedule = {.steps = 1000, .warmup = 0, .peak = 0, .floor = 0};
    still.dropout = 0;
    PairTrainer trainer = pair_trainer(compute, still);
    std::vector<std::vector<double>> losses(3);
    for (std::vector<double>& epoch : losses) {
        const std::int64_t before = trainer.steps_done();
        for (int left = trainer.dataset().batches(); left > 0; --left) {
            epoch.push_back(trainer.step().loss);
            if (trainer.steps_done() == before + 1) left = trainer.dataset().batches();  // of the epoch that began
        }
    }
    EXPECT_NE(losses[0], losses[1]);
    EXPECT_NE(losses[1], losses[2]);
}

TEST(PairTrainer, DropoutAndSmoothingTakePart) {
    const kernels::Compute compute;
    PairTrainOptions without = pair_options();
    without.dropout = 0;
    EXPECT_NE(pair_trainer(compute).step().loss, pair_trainer(compute, without).step().loss);
    PairTrainOptions sharp = without;
    sharp.smoothing = 0;
    PairTrainer smooth = pair_trainer(compute, without);
    PairTrainer hard = pair_trainer(compute, sharp);
    const StepReport a = smooth.step();
    const StepReport b = hard.step();
    EXPECT_EQ(a.loss, b.loss);  // shown without the smoothing
    EXPECT_NE(a.gradient_norm, b.gradient_norm);
}

TEST(PairTrainer, AStepThatIsNotFiniteChangesNothing) {
    const kernels::Compute compute;
    model::EncoderDecoder model = model::EncoderDecoder::random(compute, pair_config(), 3);
    model.mutable_params()[model.layout().decoder[1].ln3.weight] = 1e38F;
    model.pack(compute);
    const std::vector<float> before(model.params().begin(), model.params().end());
    PairTrainer trainer(compute, std::move(model), PairDataset(reversed_pairs(50, pair_config()), pair_config(), 60),
                        pair_options());
    const StepReport report = trainer.step();
    EXPECT_FALSE(report.finite);
    EXPECT_EQ(report.step, 1);
    EXPECT_EQ(trainer.steps_done(), 0);
    EXPECT_TRUE(equal_bits(trainer.model().params(), before));
}

// A checkpoint after so many steps; 50 pairs of 60 rows make about eight batches an epoch.
std::string after(const kernels::Compute& compute, int steps) {
    PairTrainer trainer = pair_trainer(compute);
    for (int i = 0; i < steps; ++i) trainer.step();
    return trainer.checkpoint();
}

TEST(PairTrainer, ResumeContinuesWithTheVerySameNextSteps) {
    const kernels::Compute compute(2);
    const int batches = pair_trainer(compute).dataset().batches();
    for (const int steps : {0, 3, batches - 1, batches, batches + 1, 2 * batches}) {
        PairTrainer uninterrupted = pair_trainer(compute);
        for (int i = 0; i < steps; ++i) uninterrupted.step();
        PairTrainer resumed = pair_trainer(compute);
        for (int i = 0; i < batches + 4; ++i) resumed.step();  // whatever it did before is gone
        const std::string bytes = uninterrupted.checkpoint();
        const auto restored = resumed.restore(bytes, "run.safetensors");
        ASSERT_TRUE(restored.has_value()) << restored.error().message;
        EXPECT_EQ(resumed.steps_done(), steps);
        EXPECT_EQ(resumed.checkpoint(), bytes);
        for (int i = 0; i < batches + 2; ++i) {
            const StepReport a = uninterrupted.step();
            const StepReport b = resumed.step();
            EXPECT_EQ(a.step, b.step);
            EXPECT_EQ(a.loss, b.loss) << steps << " + " << i;
            EXPECT_EQ(a.tokens, b.tokens);
        }
        EXPECT_EQ(resumed.checkpoint(), uninterrupted.checkpoint());
    }
}

// The file is refused with this in its message, and the trainer goes on as if nothing had been asked.
void expect_refused(const std::string& bytes, const std::string& part,
                    const PairTrainOptions& options = pair_options()) {
    const kernels::Compute compute;
    PairTrainer trainer = pair_trainer(compute, options);
    PairTrainer untouched = pair_trainer(compute, options);
    trainer.step(), untouched.step();
    const auto result = trainer.restore(bytes, "run.safetensors");
    ASSERT_FALSE(result.has_value()) << part;
    EXPECT_NE(result.error().message.find(part), std::string::npos) << result.error().message;
    EXPECT_NE(result.error().message.find("run.safetensors"), std::string::npos) << result.error().message;
    EXPECT_EQ(trainer.step().loss, untouched.step().loss);
    EXPECT_TRUE(equal_bits(trainer.model().params(), untouched.model().params()));
}

TEST(PairTrainer, OtherRunsAndDamagedFilesAreRefused) {
    const kernels::Compute compute;
    const std::string bytes = after(compute, 3);
    PairTrainOptions other = pair_options();
    other.seed = 99;
    expect_refused(bytes, "its seed is 5, here it is 99", other);
    expect_refused(bytes.substr(0, bytes.size() - 5), "run.safetensors");
    expect_refused("", "run.safetensors");
    PairTrainer fewer(compute, model::EncoderDecoder::random(compute, pair_config(), 3),
                      PairDataset(reversed_pairs(49, pair_config()), pair_config(), 60), pair_options());
    const auto refused = fewer.restore(bytes, "run.safetensors");
    ASSERT_FALSE(refused.has_value());
    EXPECT_NE(refused.error().message.find("its pairs is 50, here it is 49"), std::string::npos)
        << refused.error().message;

    const auto file = checkpoint::Safetensors::parse(std::as_bytes(std::span(bytes)), "run").value();
    const auto changed = [&](const std::string& key, const std::string& value, const std::string& without) {
        std::vector<std::vector<float>> values;
        std::vector<checkpoint::TensorOut> tensors;
        for (const auto& info : file.tensors()) {
            if (info.name == without) continue;
            values.emplace_back(info.elements());
            EXPECT_TRUE(file.read_f32(info, values.back()).has_value());
            tensors.push_back({info.name, info.shape, values.back()});
        }
        auto metadata = file.metadata();
        if (!key.empty()) metadata[key] = value;
        return checkpoint::write_safetensors(tensors, checkpoint::Dtype::f32, metadata);
    };
    expect_refused(changed("step", "three", ""), "\"step\"");
    expect_refused(changed("step", "-1", ""), "\"step\"");
    expect_refused(changed("format", "other", ""), "not a training checkpoint");
    expect_refused(changed("", "", "adam.m.decoder.0.cross_attn.key.weight"),
                   "'adam.m.decoder.0.cross_attn.key.weight'");
    // Numbers out of range but usable: the run goes on with the next epoch.
    PairTrainer trainer = pair_trainer(compute);
    ASSERT_TRUE(trainer.restore(changed("batch", "-7", ""), "run").has_value());
    EXPECT_TRUE(trainer.step().finite);
}

TEST(PairTrainer, RatesDropoutAndLengthMayChangeOnTheWay) {
    const kernels::Compute compute;
    PairTrainOptions other = pair_options();
    other.schedule.steps = 1000;
    other.schedule.peak = 1e-3;
    other.dropout = 0;
    PairTrainer trainer = pair_trainer(compute, other);
    ASSERT_TRUE(trainer.restore(after(compute, 3), "run").has_value());
    EXPECT_EQ(trainer.step().lr, other.schedule.lr(4));
}

}  // namespace
}  // namespace headlight::train
