// One file holds the weights under their own names and the moments under "adam.m." and "adam.v."; the metadata holds
// the rest as text.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/numeric_text.h"
#include "checkpoint/safetensors.h"
#include "model/hf_folder.h"
#include "train/trainer.h"

namespace headlight::train {
namespace {

constexpr const char* kFormat = "headlight-training-1";
constexpr const char* kFirstMoment = "adam.m.";
constexpr const char* kSecondMoment = "adam.v.";
constexpr std::uint64_t kMostSteps = 1'000'000'000'000;

// What the next step cannot do without. Rates, decay and dropout may change between two parts of a run: that is a
// decision, not a mistake.
nlohmann::json fixed_options(const TrainOptions& o, const model::GptConfig& config) {
    nlohmann::json json;
    json["config"] = model::config_json(config);
    json["batch"] = o.batch;
    json["context"] = o.context;
    json["seed"] = o.seed;
    return json;
}

Result<std::uint64_t> parse_word(const std::map<std::string, std::string>& metadata, const std::string& key,
                                 std::string_view file) {
    const auto at = metadata.find(key);
    if (at == metadata.end()) return invalid(std::string(file) + ": metadata has no \"" + key + "\"");
    const auto value = parse_int(at->second);
    if (!value.has_value()) return invalid(std::string(file) + ": metadata \"" + key + "\": " + value.error().message);
    return static_cast<std::uint64_t>(*value);
}

// The three buffers with the names of their tensors.
struct Buffer {
    std::string prefix;
    std::span<float> values;
};

}  // namespace

std::string Trainer::checkpoint() const {
    auto& self = const_cast<Trainer&>(*this);  // only to share the list of buffers with restore
    const std::array buffers{Buffer{"", self.gpt_.mutable_params()}, Buffer{kFirstMoment, self.adamw_.m()},
                             Buffer{kSecondMoment, self.adamw_.v()}};
    std::vector<checkpoint::TensorOut> tensors;
    for (const Buffer& buffer : buffers) {
        for (const model::ParamInfo& info : gpt_.layout().params()) {
            tensors.push_back({buffer.prefix + info.name, info.shape, buffer.values.subspan(info.offset, info.size)});
        }
    }
    std::map<std::string, std::string> metadata{{"format", kFormat},
                                                {"step", std::to_string(step_)},
                                                {"options", fixed_options(options_, gpt_.config()).dump()}};
    for (std::size_t i = 0; i < rng_.state().size(); ++i) {
        // As signed text, which parse_int reads back.
        metadata["rng" + std::to_string(i)] = std::to_string(static_cast<std::int64_t>(rng_.state()[i]));
    }
    return checkpoint::write_safetensors(tensors, checkpoint::Dtype::f32, metadata);
}

Result<void> Trainer::restore(const std::string& bytes, std::string_view file_name) {
    ASSIGN_OR_RETURN(const auto file, checkpoint::Safetensors::parse(std::as_bytes(std::span(bytes)), file_name));
    const auto& metadata = file.metadata();
    const auto text = [&](const std::string& key) {
        const auto at = metadata.find(key);
        return at == metadata.end() ? std::string() : at->second;
    };
    if (text("format") != kFormat)
        return invalid(std::string(file_name) + " is not a training checkpoint of this program");
    const auto theirs = nlohmann::json::parse(text("options"), nullptr, false);
    const auto fixed = fixed_options(options_, gpt_.config());
    for (const auto& [key, value] : fixed.items()) {
        if (theirs.is_object() && theirs.contains(key) && theirs[key] == value) continue;
        const std::string found = theirs.is_object() && theirs.contains(key) ? theirs[key].dump() : "nothing";
        return invalid(std::string(file_name) + " belongs to another run: its " + key + " is " + found +
                       ", here it is " + value.dump());
    }
    ASSIGN_OR_RETURN(const std::uint64_t step, parse_word(metadata, "step", file_name));
    if (step > kMostSteps) return invalid(std::string(file_name) + ": metadata \"step\" is not a number of steps");
    std::array<std::uint64_t, 4> rng{};
    for (std::size_t i = 0; i < rng.size(); ++i) {
        ASSIGN_OR_RETURN(rng[i], parse_word(metadata, "rng" + std::to_string(i), file_name));
    }
    if (rng == std::array<std::uint64_t, 4>{}) return invalid(std::string(file_name) + ": rng0 to rng3 are all 0");
    // All is read before anything changes.
    std::array<std::vector<float>, 3> values;
    const std::array<std::string, 3> prefixes{"", kFirstMoment, kSecondMoment};
    for (std::size_t b = 0; b < values.size(); ++b) {
        values[b].resize(gpt_.layout().size());
        for (const model::ParamInfo& info : gpt_.layout().params()) {
            const auto* tensor = file.find(prefixes[b] + info.name);
            if (tensor == nullptr || tensor->shape != info.shape) {
                return invalid(std::string(file_name) + ": tensor '" + prefixes[b] + info.name +
                               "' is missing or not " + checkpoint::shape_text(info.shape));
            }
            const auto into = std::span(values[b]).subspan(info.offset, info.size);
            RETURN_IF_ERROR(file.read_f32(*tensor, into));
            if (prefixes[b] == kSecondMoment && std::ranges::any_of(into, [](float v) { return v < 0; })) {
                return invalid(std::string(file_name) + ": tensor '" + tensor->name + "' has a negative second moment");
            }
        }
    }
    std::ranges::copy(values[0], gpt_.mutable_params().begin());
    std::ranges::copy(values[1], adamw_.m().begin());
    std::ranges::copy(values[2], adamw_.v().begin());
    gpt_.pack(compute_);
    rng_.set_state(rng);
    step_ = static_cast<std::int64_t>(step);
    return {};
}

}  // namespace headlight::train
