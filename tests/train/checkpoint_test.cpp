// A trainer's checkpoint: Trainer::checkpoint and Trainer::restore.

#include <gtest/gtest.h>

#include <limits>

#include "checkpoint/safetensors.h"
#include "train/train_helpers.h"

namespace headlight::train {
namespace {

class CheckpointTest : public testing::Test {
  protected:
    kernels::Compute compute_{2};
    Dataset dataset_ = tiny_dataset(tiny_config());

    // A checkpoint after five steps.
    [[nodiscard]] std::string after_five(const TrainOptions& options = tiny_options()) const {
        Trainer trainer = tiny_trainer(compute_, dataset_, options);
        for (int i = 0; i < 5; ++i) trainer.step();
        return trainer.checkpoint();
    }
    // The file is refused with this in its message, and the trainer goes on as if nothing had been asked.
    void expect_refused(const std::string& bytes, const std::string& part,
                        const TrainOptions& options = tiny_options()) const {
        Trainer trainer = tiny_trainer(compute_, dataset_, options);
        Trainer untouched = tiny_trainer(compute_, dataset_, options);
        for (int i = 0; i < 2; ++i) trainer.step(), untouched.step();
        const auto result = trainer.restore(bytes, "run.safetensors");
        ASSERT_FALSE(result.has_value()) << part;
        EXPECT_NE(result.error().message.find(part), std::string::npos) << result.error().message;
        EXPECT_NE(result.error().message.find("run.safetensors"), std::string::npos) << result.error().message;
        EXPECT_EQ(trainer.steps_done(), 2);
        EXPECT_EQ(trainer.step().loss, untouched.step().loss);
        EXPECT_TRUE(same_bits(trainer.gpt().params(), untouched.gpt().params()));
    }
    // The same file with other metadata, or without one tensor, or with one value changed.
    struct Change {
        std::map<std::string, std::string> metadata = {};
        std::string without = {}, tensor = {};
        float value = 0;
    };
    [[nodiscard]] std::string changed(const Change& change) const {
        const std::string bytes = after_five();
        const auto file = checkpoint::Safetensors::parse(std::as_bytes(std::span(bytes)), "run").value();
        std::vector<std::vector<float>> values;
        std::vector<checkpoint::TensorOut> tensors;
        for (const auto& info : file.tensors()) {
            if (info.name == change.without) continue;
            values.emplace_back(info.elements());
            EXPECT_TRUE(file.read_f32(info, values.back()).has_value());
            if (info.name == change.tensor) values.back()[1] = change.value;
            tensors.push_back({info.name, info.shape, values.back()});
        }
        auto metadata = file.metadata();
        for (const auto& [key, value] : change.metadata) metadata[key] = value;
        return checkpoint::write_safetensors(tensors, checkpoint::Dtype::f32, metadata);
    }
};

TEST_F(CheckpointTest, ResumeContinuesWithTheVerySameNextSteps) {
    Trainer uninterrupted = tiny_trainer(compute_, dataset_);
    for (int i = 0; i < 5; ++i) uninterrupted.step();
    const std::string bytes = uninterrupted.checkpoint();
    Trainer resumed = tiny_trainer(compute_, dataset_);
    resumed.step();  // whatever it did before is gone
    const auto restored = resumed.restore(bytes, "run.safetensors");
    ASSERT_TRUE(restored.has_value()) << restored.error().message;
    EXPECT_EQ(resumed.steps_done(), 5);
    EXPECT_TRUE(same_bits(resumed.gpt().params(), uninterrupted.gpt().params()));
    EXPECT_EQ(resumed.checkpoint(), bytes);
    for (int i = 0; i < 6; ++i) {
        const StepReport a = uninterrupted.step();
        const StepReport b = resumed.step();
        EXPECT_EQ(a.step, b.step);
        EXPECT_EQ(a.loss, b.loss);
        EXPECT_EQ(a.lr, b.lr);
    }
    EXPECT_EQ(resumed.checkpoint(), uninterrupted.checkpoint());
}

TEST_F(CheckpointTest, ResumesOnAnotherNumberOfThreadsAndAnotherImplementation) {
    const std::string bytes = after_five();
    const kernels::Compute scalar(1, *kernels::implementations()[0]);
    Trainer there = tiny_trainer(compute_, dataset_);
    Trainer here = tiny_trainer(scalar, dataset_);
    ASSERT_TRUE(there.restore(bytes, "run").has_value());
    ASSERT_TRUE(here.restore(bytes, "run").has_value());
    for (int i = 0; i < 3; ++i) EXPECT_EQ(there.step().loss, here.step().loss);
}

TEST_F(CheckpointTest, LengthRatesDecayAndDropoutMayChange) {
    TrainOptions other = tiny_options();
    other.schedule.steps = 1000;
    other.schedule.peak = 5e-3;
    other.dropout = 0.2F;
    other.adamw.weight_decay = 0.01F;
    Trainer trainer = tiny_trainer(compute_, dataset_, other);
    ASSERT_TRUE(trainer.restore(after_five(), "run").has_value());
    EXPECT_EQ(trainer.step().lr, other.schedule.lr(6));
}

TEST_F(CheckpointTest, AnotherRunsFileIsRefused) {
    const std::string bytes = after_five();
    TrainOptions other = tiny_options();
    other.seed = 77;
    expect_refused(bytes, "belongs to another run: its seed is 5, here it is 77", other);
    other = tiny_options();
    other.batch = 2;
    expect_refused(bytes, "its batch is 3, here it is 2", other);
    model::GptConfig wider = tiny_config();
    wider.d_mlp = 41;
    Trainer trainer(compute_, model::Gpt::random(compute_, wider, 3), dataset_, tiny_options());
    const auto refused = trainer.restore(bytes, "run.safetensors");
    ASSERT_FALSE(refused.has_value());
    EXPECT_NE(refused.error().message.find("its config is"), std::string::npos) << refused.error().message;
    expect_refused(changed({.metadata = {{"options", "[1, {"}}}), "belongs to another run");
}

TEST_F(CheckpointTest, DamagedFilesAreRefused) {
    const std::string bytes = after_five();
    expect_refused(bytes.substr(0, bytes.size() - 10), "run.safetensors");
    expect_refused("", "run.safetensors");
    expect_refused(changed({.metadata = {{"format", "something else"}}}), "not a training checkpoint");
    expect_refused(changed({.metadata = {{"step", "five"}}}), "\"step\"");
    expect_refused(changed({.metadata = {{"step", "-1"}}}), "\"step\"");
    expect_refused(changed({.metadata = {{"rng2", ""}}}), "\"rng2\"");
    expect_refused(changed({.without = "adam.v.ln_f.bias"}), "'adam.v.ln_f.bias'");
    const float nan = std::numeric_limits<float>::quiet_NaN();
    expect_refused(changed({.tensor = "adam.m.h.1.ln_2.bias", .value = nan}), "adam.m.h.1.ln_2.bias");
    expect_refused(changed({.tensor = "wte.weight", .value = nan}), "wte.weight");
}

// No state of xoshiro leads out of all zeros, and a root of a negative moment is not a number.
TEST_F(CheckpointTest, ImpossibleStatesAreRefused) {
    expect_refused(changed({.metadata = {{"rng0", "0"}, {"rng1", "0"}, {"rng2", "0"}, {"rng3", "0"}}}), "rng");
    expect_refused(changed({.tensor = "adam.v.wte.weight", .value = -1}), "adam.v.wte.weight");
}

}  // namespace
}  // namespace headlight::train
