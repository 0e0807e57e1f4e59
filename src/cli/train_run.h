#pragma once
// A training run in a folder: the model itself, training.safetensors to continue from, log.jsonl with the loss curve.

#include <chrono>
#include <functional>
#include <limits>
#include <optional>
#include <string>

#include "checkpoint/safetensors.h"
#include "cli/terminal.h"
#include "train/training.h"

namespace headlight::cli {

struct RunPlan {
    std::string folder;
    std::int64_t eval_every = 500;
    std::int64_t save_every = 500;
    std::int64_t log_every = 50;
    std::int64_t stop_at = 0;  // end after this step as if interrupted; 0: after the last
    checkpoint::Dtype dtype = checkpoint::Dtype::f16;
    bool json = false;  // log lines on standard output as JSON
};

// What the run knows of the model.
struct TrainedModel {
    std::function<Result<void>()> save;       // into the plan's folder
    std::function<double(Json& line)> valid;  // nats per token of the validation part, with what else the log's line is
                                              // to say; empty: there is none
};

class TrainRun {
  public:
    // Terminal and training outlive the run. Without a validation part the folder holds the latest weights, otherwise
    // those with the lowest validation loss.
    TrainRun(Terminal& terminal, train::Training& training, TrainedModel model, RunPlan plan);

    // Continues from the folder's checkpoint; its log is cut back to that step.
    Result<void> resume();
    // To the last step (or stop_at), or until the user interrupts: then the state is saved and the error is
    // ErrorCode::cancelled.
    Result<void> run();

    [[nodiscard]] static std::string checkpoint_path(const std::string& folder) {
        return folder + "/training.safetensors";
    }
    [[nodiscard]] static std::string log_path(const std::string& folder) { return folder + "/log.jsonl"; }

  private:
    using Clock = std::chrono::steady_clock;

    Result<void> take_step();
    Result<void> finish_step(const train::StepReport& report);
    Result<void> validate(Json& line);
    Result<void> save_state() const;
    Result<void> log(const Json& line);
    void show_progress(const train::StepReport& report);
    [[nodiscard]] double tokens_per_second() const;

    Terminal& terminal_;
    train::Training& training_;
    TrainedModel model_;
    RunPlan plan_;
    std::string log_text_;  // log.jsonl as it is on disk
    double best_valid_ = std::numeric_limits<double>::infinity();
    double loss_sum_ = 0;  // since the last line of the log
    std::int64_t loss_count_ = 0;
    int not_finite_ = 0;          // in a row
    Clock::duration stepping_{};  // time in steps, without validation and saving
    std::int64_t steps_timed_ = 0, tokens_timed_ = 0;
    std::int64_t tokens_before_ = -1;  // of steps that were not timed; -1: not known yet
    Clock::time_point shown_{};
};

}  // namespace headlight::cli
