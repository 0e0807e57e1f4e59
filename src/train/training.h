#pragma once
// What every trainer is to the one who drives it: the command line's loop, or a frame of the page.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "train/adamw.h"

namespace headlight::train {

struct StepReport {
    std::int64_t step;     // 1 for the first
    double loss;           // mean nats per predicted token of this batch
    double gradient_norm;  // before clipping
    float lr;
    bool finite;          // false: the loss or the gradient is not finite, and nothing was changed
    std::int64_t tokens;  // of this step and all before it
};

class Training {
  public:
    virtual ~Training() = default;

    // One batch: forward, backward, update. Allocates nothing. Two trainings made alike give the same bits.
    virtual StepReport step() = 0;
    [[nodiscard]] virtual std::int64_t steps_done() const = 0;
    [[nodiscard]] virtual const Schedule& schedule() const = 0;
    [[nodiscard]] bool finished() const { return steps_done() >= schedule().steps; }

    // Everything that the next step depends on (weights, moments, step, random state) as one safetensors file in F32.
    [[nodiscard]] virtual std::string checkpoint() const = 0;
    // Continues with the very same next step. The options must be those of the run that wrote it; rates, decay
    // and dropout may differ, and then the run goes on differently from there.
    [[nodiscard]] virtual Result<void> restore(const std::string& bytes, std::string_view file_name) = 0;
};

}  // namespace headlight::train
