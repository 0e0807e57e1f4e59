#include "train/pair_trainer.h"

#include <algorithm>
#include <cmath>

#include "base/rng.h"
#include "nn/attention.h"
#include "train/state_file.h"

namespace headlight::train {
namespace {

// Buffers for any batch of the dataset: no sentence is longer than this on either side ...
int longest(const PairDataset& dataset) {
    return std::max(dataset.most_source(), dataset.most_target());
}

// ... and so many of the longest fill a batch's rows.
int sequences(const PairDataset& dataset) {
    return (dataset.rows() + longest(dataset) - 1) / longest(dataset);
}

model::Activations encoder_for(const model::EncoderDecoderConfig& config, const PairDataset& dataset) {
    return encoder_activations(config, sequences(dataset), longest(dataset), model::Keep::training);
}

model::Activations decoder_for(const model::EncoderDecoderConfig& config, const PairDataset& dataset) {
    return decoder_activations(config, sequences(dataset), longest(dataset), longest(dataset), model::Keep::training);
}

std::size_t work_floats(const kernels::Compute& compute, const PairDataset& dataset) {
    return nn::attention_work_floats(compute, {1, 0, longest(dataset), longest(dataset), 1, 1});
}

nlohmann::json fixed_options(const PairTrainOptions& o, const PairDataset& dataset,
                             const model::EncoderDecoderConfig& config) {
    nlohmann::json json;
    json["config"] = model::config_json(config);
    json["rows"] = dataset.rows();
    json["pairs"] = dataset.pairs().size();
    json["seed"] = o.seed;
    return json;
}

}  // namespace

PairTrainer::PairTrainer(const kernels::Compute& compute, model::EncoderDecoder model, PairDataset dataset,
                         const PairTrainOptions& options)
    : compute_(compute),
      dataset_(std::move(dataset)),
      options_(options),
      model_(std::move(model)),
      encoder_(encoder_for(model_.config(), dataset_)),
      decoder_(decoder_for(model_.config(), dataset_)),
      backward_(model_.config(), dataset_.rows(), work_floats(compute, dataset_)),
      adamw_(model_.layout(), options.adamw),
      gradients_(model_.layout().size()) {
    dataset_.begin_epoch(options_.seed, epoch_);
}

void PairTrainer::next_batch() {
    if (batch_index_ >= dataset_.batches()) {
        dataset_.begin_epoch(options_.seed, ++epoch_);
        batch_index_ = 0;
    }
    dataset_.fill(batch_index_, batch_);
    encoder_.resize(batch_.batch, batch_.source_context);
    decoder_.resize(batch_.batch, batch_.target_context, batch_.source_context);
}

StepReport PairTrainer::step() {
    next_batch();
    const std::int64_t next = step_ + 1;
    model::ForwardOptions forward;
    forward.dropout = options_.dropout;
    forward.dropout_seed = mix64(options_.seed + mix64(static_cast<std::uint64_t>(next)));
    forward.dropout_work = backward_.work();
    model::EncoderForward(compute_, model_, encoder_, batch_.source, batch_.source_lengths, forward).run();
    model::DecoderForward(compute_, model_, decoder_, encoder_, batch_.target, 0, batch_.source_lengths, forward).run();
    std::ranges::fill(gradients_, 0.0F);
    const double loss = backward_.run(compute_, model_, encoder_, decoder_,
                                      {batch_.source, batch_.source_lengths, batch_.target, batch_.targets}, gradients_,
                                      forward, options_.smoothing);
    StepReport report{next, loss, 0, options_.schedule.lr(next), std::isfinite(loss), tokens_ + batch_.tokens};
    if (!report.finite) return report;
    report.gradient_norm = adamw_.update(compute_, model_.mutable_params(), gradients_, report.lr, next);
    report.finite = std::isfinite(report.gradient_norm);
    if (!report.finite) return report;
    model_.pack(compute_);
    step_ = next;
    tokens_ = report.tokens;
    ++batch_index_;
    return report;
}

std::string PairTrainer::checkpoint() const {
    auto& self = const_cast<PairTrainer&>(*this);  // only to share the list of buffers with restore
    return write_state(model_.layout(), {self.model_.mutable_params(), self.adamw_.m(), self.adamw_.v()},
                       {{"step", static_cast<std::uint64_t>(step_)},
                        {"tokens", static_cast<std::uint64_t>(tokens_)},
                        {"epoch", static_cast<std::uint64_t>(epoch_)},
                        {"batch", static_cast<std::uint64_t>(batch_index_)}},
                       fixed_options(options_, dataset_, model_.config()));
}

Result<void> PairTrainer::restore(const std::string& bytes, std::string_view file_name) {
    StateNumbers numbers{{"step", 0}, {"tokens", 0}, {"epoch", 0}, {"batch", 0}};
    RETURN_IF_ERROR(read_state(bytes, file_name, model_.layout(), {model_.mutable_params(), adamw_.m(), adamw_.v()},
                               numbers, fixed_options(options_, dataset_, model_.config())));
    model_.pack(compute_);
    step_ = static_cast<std::int64_t>(numbers["step"]);
    tokens_ = static_cast<std::int64_t>(numbers["tokens"]);
    epoch_ = static_cast<std::int64_t>(numbers["epoch"]);
    dataset_.begin_epoch(options_.seed, epoch_);
    batch_index_ =
        static_cast<int>(std::min<std::uint64_t>(numbers["batch"], static_cast<std::uint64_t>(dataset_.batches())));
    return {};
}

double pair_loss(const kernels::Compute& compute, const model::EncoderDecoder& model, const PairDataset& dataset) {
    auto encoder = encoder_for(model.config(), dataset);
    auto decoder = decoder_for(model.config(), dataset);
    std::vector<double> losses(static_cast<std::size_t>(dataset.rows()));
    PairBatch batch;
    double nats = 0;
    std::int64_t tokens = 0;
    for (int b = 0; b < dataset.batches(); ++b) {
        dataset.fill(b, batch);
        encoder.resize(batch.batch, batch.source_context);
        decoder.resize(batch.batch, batch.target_context, batch.source_context);
        model::EncoderForward(compute, model, encoder, batch.source, batch.source_lengths).run();
        model::DecoderForward(compute, model, decoder, encoder, batch.target, 0, batch.source_lengths).run();
        nats += nn::cross_entropy(compute, nullptr, decoder.at(nn::Site::logits), batch.targets, model.config().vocab,
                                  1, losses.data());
        tokens += std::ranges::count_if(batch.targets, [](TokenId id) { return id != nn::kNoTarget; });
    }
    return nats / static_cast<double>(tokens);
}

}  // namespace headlight::train
