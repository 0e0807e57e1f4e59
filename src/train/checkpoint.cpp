#include "model/hf_folder.h"
#include "train/state_file.h"
#include "train/trainer.h"

namespace headlight::train {
namespace {

// Rates, decay and dropout may change between two parts of a run: that is a decision, not a mistake.
nlohmann::json fixed_options(const TrainOptions& o, const model::GptConfig& config) {
    nlohmann::json json;
    json["config"] = model::config_json(config);
    json["batch"] = o.batch;
    json["context"] = o.context;
    json["seed"] = o.seed;
    return json;
}

StateNumbers numbers_of(std::int64_t step, const Rng& rng) {
    StateNumbers numbers{{"step", static_cast<std::uint64_t>(step)}};
    for (std::size_t i = 0; i < rng.state().size(); ++i) numbers["rng" + std::to_string(i)] = rng.state()[i];
    return numbers;
}

}  // namespace

std::string Trainer::checkpoint() const {
    auto& self = const_cast<Trainer&>(*this);  // only to share the list of buffers with restore
    return write_state(gpt_.layout(), {self.gpt_.mutable_params(), self.adamw_.m(), self.adamw_.v()},
                       numbers_of(step_, rng_), fixed_options(options_, gpt_.config()));
}

Result<void> Trainer::restore(const std::string& bytes, std::string_view file_name) {
    StateNumbers numbers = numbers_of(step_, rng_);
    RETURN_IF_ERROR(read_state(bytes, file_name, gpt_.layout(), {gpt_.mutable_params(), adamw_.m(), adamw_.v()},
                               numbers, fixed_options(options_, gpt_.config())));
    std::array<std::uint64_t, 4> rng{};
    for (std::size_t i = 0; i < rng.size(); ++i) rng[i] = numbers["rng" + std::to_string(i)];
    gpt_.pack(compute_);
    rng_.set_state(rng);
    step_ = static_cast<std::int64_t>(numbers["step"]);
    return {};
}

}  // namespace headlight::train
