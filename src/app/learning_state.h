#pragma once
// Inside of Learning, for its own sources only.

#include <memory>
#include <optional>
#include <vector>

#include "app/learning.h"
#include "kernels/compute.h"
#include "train/pair_trainer.h"

namespace headlight::app {

struct Learning::State {
    kernels::Compute compute{1};  // the matrices are so small that threads would only wait for one another
    LearningSetup setup;
    LearningCorpus corpus;
    std::unique_ptr<train::PairTrainer> trainer;  // from base_steps on
    std::int64_t base_steps = 0;                  // behind the weights that the trainer started from
    bool reproducible = true;

    bool playing = false, stop_when_converged = true, converged = false, broken = false;
    std::int64_t goal = 0;
    float speed = 0;
    std::optional<double> due_ms;  // of the next step while playing with a speed

    double loss = 0;  // NaN before the first step
    LossCurve curve;
    std::uint64_t revision = 0;

    // The last parameters whose loss and gradient were finite, and those before the step that is being made.
    std::vector<float> good, before;
    std::int64_t good_steps = -1;  // -1: none

    // What was asked for, and of which revision it is.
    mutable std::vector<Prediction> predictions;
    mutable std::uint64_t predictions_of = 0;
    mutable PairTrace trace{};
    mutable std::unique_ptr<model::Activations> encoder, decoder;
    mutable std::uint64_t trace_of = 0;
    mutable int trace_pair = -1;
    mutable interpret::Plane plane;
    mutable std::uint64_t plane_of = 0;
    std::vector<interpret::Point> start_points;  // of the seed's own embeddings

    [[nodiscard]] const model::EncoderDecoder& model() const { return trainer->model(); }
    [[nodiscard]] std::int64_t steps() const { return base_steps + trainer->steps_done(); }
    [[nodiscard]] model::EncoderDecoderConfig config() const;

    // Everything as new: trains from `params`, behind which there are `steps`; empty: from the seed's own.
    void start(std::vector<float> params, std::int64_t steps);
    bool train_one();
    void judge();  // converged or not; once it was, it is as long as the loss stays low
    void trace_pass(const LearningPair& pair) const;
};

}  // namespace headlight::app
