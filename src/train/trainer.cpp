#include "train/trainer.h"

#include <algorithm>
#include <cmath>

namespace headlight::train {

Trainer::Trainer(const kernels::Compute& compute, model::Gpt gpt, const Dataset& dataset, const TrainOptions& options)
    : compute_(compute),
      dataset_(dataset),
      options_(options),
      gpt_(std::move(gpt)),
      activations_(gpt_.config(), options.batch, options.context, model::Keep::training),
      backward_(compute, gpt_.config(), options.batch, options.context),
      adamw_(gpt_.layout(), options.adamw),
      rng_(options.seed),
      gradients_(gpt_.layout().size()) {
    gpt_.make_trainable(compute);
    const auto tokens = static_cast<std::size_t>(options.batch) * static_cast<std::size_t>(options.context);
    ids_.resize(tokens);
    targets_.resize(tokens);
}

StepReport Trainer::step() {
    dataset_.sample(rng_, ids_, targets_);
    const std::int64_t next = step_ + 1;
    model::ForwardOptions forward;
    forward.dropout = options_.dropout;
    forward.dropout_seed = mix64(options_.seed + mix64(static_cast<std::uint64_t>(next)));
    forward.dropout_work = backward_.work();
    model::Forward(compute_, gpt_, activations_, ids_, 0, forward).run();
    std::ranges::fill(gradients_, 0.0F);
    const double loss = backward_.run(compute_, gpt_, activations_, ids_, targets_, gradients_, forward);
    StepReport report{
        next, loss, 0, options_.schedule.lr(next), std::isfinite(loss), next * static_cast<std::int64_t>(ids_.size())};
    if (!report.finite) return report;
    report.gradient_norm = adamw_.update(compute_, gpt_.mutable_params(), gradients_, report.lr, next);
    report.finite = std::isfinite(report.gradient_norm);
    if (!report.finite) return report;
    gpt_.pack(compute_);
    step_ = next;
    return report;
}

}  // namespace headlight::train
