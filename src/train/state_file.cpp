#include "train/state_file.h"

#include <algorithm>

#include "base/json.h"
#include "base/numeric_text.h"
#include "checkpoint/safetensors.h"

namespace headlight::train {
namespace {

constexpr const char* kFormat = "headlight-training-1";
constexpr std::array<const char*, 3> kPrefixes{"", "adam.m.", "adam.v."};
constexpr std::size_t kSecondMoment = 2;
constexpr std::uint64_t kMostSteps = 1'000'000'000'000;

Result<std::uint64_t> parse_word(const std::map<std::string, std::string>& metadata, const std::string& key,
                                 std::string_view file) {
    const auto at = metadata.find(key);
    if (at == metadata.end()) return invalid(std::string(file) + ": metadata has no \"" + key + "\"");
    const auto value = parse_int(at->second);
    if (!value.has_value()) return invalid(std::string(file) + ": metadata \"" + key + "\": " + value.error().message);
    return static_cast<std::uint64_t>(*value);
}

Result<void> check_fixed(const nlohmann::json& theirs, const nlohmann::json& fixed, std::string_view file_name) {
    for (const auto& [key, value] : fixed.items()) {
        const bool there = theirs.is_object() && theirs.contains(key);
        if (there && theirs[key] == value) continue;
        return invalid(std::string(file_name) + " belongs to another run: its " + key + " is " +
                       (there ? write_json(theirs[key]) : "nothing") + ", here it is " + write_json(value));
    }
    return {};
}

}  // namespace

std::string write_state(const model::ParamList& params, const StateBuffers& buffers, const StateNumbers& numbers,
                        const nlohmann::json& fixed) {
    std::vector<checkpoint::TensorOut> tensors;
    for (std::size_t b = 0; b < buffers.size(); ++b) {
        for (const model::ParamInfo& info : params.params()) {
            tensors.push_back({kPrefixes[b] + info.name, info.shape, buffers[b].subspan(info.offset, info.size)});
        }
    }
    std::map<std::string, std::string> metadata{{"format", kFormat}, {"options", write_json(fixed)}};
    for (const auto& [name, value] : numbers) {
        metadata[name] = std::to_string(static_cast<std::int64_t>(value));  // as signed text, which parse_int reads
    }
    return checkpoint::write_safetensors(tensors, checkpoint::Dtype::f32, metadata);
}

Result<void> read_state(const std::string& bytes, std::string_view file_name, const model::ParamList& params,
                        const StateBuffers& buffers, StateNumbers& numbers, const nlohmann::json& fixed) {
    ASSIGN_OR_RETURN(const auto file, checkpoint::Safetensors::parse(std::as_bytes(std::span(bytes)), file_name));
    const auto& metadata = file.metadata();
    const auto text = [&](const std::string& key) {
        const auto at = metadata.find(key);
        return at == metadata.end() ? std::string() : at->second;
    };
    if (text("format") != kFormat) {
        return invalid(std::string(file_name) + " is not a training checkpoint of this program");
    }
    RETURN_IF_ERROR(check_fixed(read_json(text("options")), fixed, file_name));
    StateNumbers found = numbers;
    for (auto& [name, value] : found) {
        ASSIGN_OR_RETURN(value, parse_word(metadata, name, file_name));
    }
    if (found.contains("step") && found["step"] > kMostSteps) {
        return invalid(std::string(file_name) + ": metadata \"step\" is not a number of steps");
    }
    const auto of_rng = [](const auto& number) { return number.first.starts_with("rng"); };
    const auto used = [&](const auto& number) { return of_rng(number) && number.second != 0; };
    if (std::ranges::any_of(found, of_rng) && std::ranges::none_of(found, used)) {
        return invalid(std::string(file_name) + ": rng0 to rng3 are all 0");  // it would draw nothing but 0
    }
    // All is read before anything changes.
    std::array<std::vector<float>, 3> values;
    for (std::size_t b = 0; b < values.size(); ++b) {
        values[b].resize(params.size());
        for (const model::ParamInfo& info : params.params()) {
            const std::string name = kPrefixes[b] + info.name;
            const auto* tensor = file.find(name);
            if (tensor == nullptr || tensor->shape != info.shape) {
                return invalid(std::string(file_name) + ": tensor '" + name + "' is missing or not " +
                               checkpoint::shape_text(info.shape));
            }
            const auto into = std::span(values[b]).subspan(info.offset, info.size);
            RETURN_IF_ERROR(file.read_f32(*tensor, into));
            if (b == kSecondMoment && std::ranges::any_of(into, [](float v) { return v < 0; })) {
                return invalid(std::string(file_name) + ": tensor '" + name + "' has a negative second moment");
            }
        }
    }
    for (std::size_t b = 0; b < values.size(); ++b) std::ranges::copy(values[b], buffers[b].begin());
    numbers = std::move(found);
    return {};
}

}  // namespace headlight::train
