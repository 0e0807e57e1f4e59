#pragma once
// Trains an encoder-decoder on sentence pairs.

#include <string>

#include "model/encoder_decoder_backward.h"
#include "train/pair_dataset.h"
#include "train/training.h"

namespace headlight::train {

struct PairTrainOptions {
    Schedule schedule{.steps = 1000, .warmup = 100, .peak = 1e-3, .floor = 1e-5};
    AdamWOptions adamw;
    float dropout = 0.1F;
    float smoothing = 0.1F;  // of the labels
    std::uint64_t seed = 1;
};

class PairTrainer : public Training {
  public:
    // compute outlives the trainer. Starts from `model` at step 0.
    PairTrainer(const kernels::Compute& compute, model::EncoderDecoder model, PairDataset dataset,
                const PairTrainOptions& options);

    StepReport step() override;
    [[nodiscard]] std::int64_t steps_done() const override { return step_; }
    [[nodiscard]] const Schedule& schedule() const override { return options_.schedule; }
    [[nodiscard]] std::string checkpoint() const override;
    [[nodiscard]] Result<void> restore(const std::string& bytes, std::string_view file_name) override;

    [[nodiscard]] const model::EncoderDecoder& model() const { return model_; }
    [[nodiscard]] const PairDataset& dataset() const { return dataset_; }
    [[nodiscard]] const PairTrainOptions& options() const { return options_; }

  private:
    void next_batch();

    const kernels::Compute& compute_;
    PairDataset dataset_;
    PairTrainOptions options_;
    model::EncoderDecoder model_;
    model::Activations encoder_, decoder_;
    model::EncoderDecoderBackward backward_;
    AdamW adamw_;
    std::vector<float> gradients_;
    PairBatch batch_;
    std::int64_t step_ = 0;
    std::int64_t tokens_ = 0;  // of all steps
    std::int64_t epoch_ = 0;
    int batch_index_ = 0;  // the next one of the epoch
};

// Mean nats per target token (each followed by <end>), without dropout and smoothing.
[[nodiscard]] double pair_loss(const kernels::Compute& compute, const model::EncoderDecoder& model,
                               const PairDataset& dataset);

}  // namespace headlight::train
