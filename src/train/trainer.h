#pragma once
// Trains a GPT, one step at a time: whoever owns the trainer drives it (the command line's loop, a frame of the page).

#include <string>

#include "model/backward.h"
#include "train/adamw.h"
#include "train/dataset.h"

namespace headlight::train {

struct TrainOptions {
    int batch = 16;
    int context = 256;
    Schedule schedule{.steps = 1000, .warmup = 100, .peak = 1e-3, .floor = 1e-4};
    AdamWOptions adamw;
    float dropout = 0.1F;
    std::uint64_t seed = 1;
};

struct StepReport {
    std::int64_t step;     // 1 for the first
    double loss;           // mean nats per token of this batch
    double gradient_norm;  // before clipping
    float lr;
    bool finite;  // false: the loss or the gradient is not finite, and nothing was changed
};

class Trainer {
  public:
    // compute and dataset outlive the trainer. Starts from `gpt` at step 0.
    Trainer(const kernels::Compute& compute, model::Gpt gpt, const Dataset& dataset, const TrainOptions& options);

    // One batch: forward, backward, update. Allocates nothing. Two trainers made alike give the same bits.
    StepReport step();

    [[nodiscard]] std::int64_t steps_done() const { return step_; }
    [[nodiscard]] bool finished() const { return step_ >= options_.schedule.steps; }
    [[nodiscard]] const model::Gpt& gpt() const { return gpt_; }
    [[nodiscard]] const TrainOptions& options() const { return options_; }

    // Everything that the next step depends on (weights, moments, step, random state) as one safetensors file in F32.
    [[nodiscard]] std::string checkpoint() const;
    // Continues with the very same next step. The options must be those of the run that wrote it; rates, decay
    // and dropout may differ, and then the run goes on differently from there.
    [[nodiscard]] Result<void> restore(const std::string& bytes, std::string_view file_name);

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
