#pragma once
// Trains a GPT, one step at a time: whoever owns the trainer drives it (the command line's loop, a frame of the page).

#include <string>

#include "model/backward.h"
#include "train/dataset.h"
#include "train/training.h"

namespace headlight::train {

struct TrainOptions {
    int batch = 16;
    int context = 256;
    Schedule schedule{.steps = 1000, .warmup = 100, .peak = 1e-3, .floor = 1e-4};
    AdamWOptions adamw;
    float dropout = 0.1F;
    std::uint64_t seed = 1;
};

class Trainer : public Training {
  public:
    // compute and dataset outlive the trainer. Starts from `gpt` at step 0.
    Trainer(const kernels::Compute& compute, model::Gpt gpt, const Dataset& dataset, const TrainOptions& options);

    StepReport step() override;
    [[nodiscard]] std::int64_t steps_done() const override { return step_; }
    [[nodiscard]] const Schedule& schedule() const override { return options_.schedule; }
    [[nodiscard]] std::string checkpoint() const override;
    [[nodiscard]] Result<void> restore(const std::string& bytes, std::string_view file_name) override;

    [[nodiscard]] const model::Gpt& gpt() const { return gpt_; }
    [[nodiscard]] const TrainOptions& options() const { return options_; }

  private:
    const kernels::Compute& compute_;
    const Dataset& dataset_;
    TrainOptions options_;
    model::Gpt gpt_;
    model::Activations activations_;
    model::Backward backward_;
    AdamW adamw_;
    Rng rng_;
    std::vector<float> gradients_;
    std::vector<TokenId> ids_, targets_;
    std::int64_t step_ = 0;
};

}  // namespace headlight::train
