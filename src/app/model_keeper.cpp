#include "app/model_keeper.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/json.h"

namespace headlight::app {
namespace {

constexpr std::string_view kConfig = "config.json", kWeights = "model.safetensors";
constexpr std::size_t kShaDigits = 64;
constexpr std::size_t kMaxFiles = 16;

std::optional<Precision> precision_of(const std::string& name) {
    for (const Precision precision : {Precision::f32, Precision::f16, Precision::q8}) {
        if (name == to_text(precision)) return precision;
    }
    return std::nullopt;
}

bool hex_digits(std::string_view text) {
    return text.size() == kShaDigits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

std::string manifest_text(const Manifest& manifest) {
    nlohmann::ordered_json json{{"headlight", kManifestVersion},
                                {"id", manifest.model.id},
                                {"name", manifest.model.name},
                                {"precision", to_text(manifest.model.precision)},
                                {"parameters", manifest.model.parameters},
                                {"bytes", manifest.model.bytes},
                                {"files", nlohmann::ordered_json::array()}};
    for (const ImportFile& file : manifest.files) {
        json["files"].push_back({{"name", file.name}, {"bytes", file.bytes}, {"sha256", file.sha256}});
    }
    return write_json(json, 1);
}

std::optional<Manifest> parse_manifest(std::string_view text) {
    const auto json = read_json(text);
    if (!json.is_object() || json.value("headlight", nlohmann::json()) != nlohmann::json(kManifestVersion)) return {};
    const auto word = [](const nlohmann::json& object, const char* key) {
        const auto found = object.find(key);
        return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
    };
    const auto number = [](const nlohmann::json& object, const char* key) {
        const auto found = object.find(key);
        return found != object.end() && found->is_number() ? found->get<double>() : -1;
    };
    Manifest manifest;
    manifest.model.id = word(json, "id");
    manifest.model.name = word(json, "name");
    manifest.model.bytes = number(json, "bytes");
    const double parameters = number(json, "parameters");
    const std::optional<Precision> precision = precision_of(word(json, "precision"));
    const auto files = json.find("files");
    const bool complete = !manifest.model.id.empty() && !manifest.model.name.empty() && precision &&
                          manifest.model.bytes >= 0 && parameters >= 0 && parameters < 1e15 && files != json.end() &&
                          files->is_array() && !files->empty() && files->size() <= kMaxFiles;
    if (!complete) return {};
    manifest.model.parameters = static_cast<std::int64_t>(parameters);
    manifest.model.precision = *precision;
    for (const auto& entry : *files) {
        if (!entry.is_object()) return {};
        ImportFile file{word(entry, "name"), number(entry, "bytes"), 0, word(entry, "sha256")};
        if (file.name.empty() || file.bytes < 0 || !hex_digits(file.sha256)) return {};
        manifest.files.push_back(std::move(file));
    }
    return manifest;
}

ModelKeeper::ModelKeeper(const model::Gpt& gpt, kernels::WeightFormat format, const model::Files& small,
                         KeptModel model)
    : model_(std::move(model)), small_(small), weights_(gpt, format) {
    small_[std::string(kConfig)] = model::stored_config_json(gpt.config(), format);
    std::erase_if(small_, [](const auto& file) { return file.first.ends_with(".index.json"); });
    const std::string unknown(kShaDigits, '0');
    for (const auto& [name, bytes] : small_) files_.push_back({name, static_cast<double>(bytes.size()), 0, unknown});
    files_.push_back({std::string(kWeights), static_cast<double>(weights_.size()), 0, unknown});
    model_.bytes = total_bytes();
    // The checksums come with the bytes; they are as long as these.
    const std::size_t size = manifest_text({model_, files_}).size();
    files_.push_back({std::string(kManifestFile), static_cast<double>(size), 0, ""});
}

double ModelKeeper::total_bytes() const {
    double sum = 0;
    for (const ImportFile& file : files_) sum += file.bytes;
    return sum;
}

std::span<const char> ModelKeeper::next_of_file() {
    const ImportFile& file = files_[file_];
    if (file.name == kWeights) {
        const std::span<const std::byte> bytes = weights_.next();
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }
    if (file.name == kManifestFile) {
        manifest_ = manifest_text({model_, {files_.begin(), files_.end() - 1}});
        return manifest_;
    }
    return small_.at(file.name);
}

std::span<const char> ModelKeeper::next() {
    while (file_ < files_.size() && files_[file_].done == files_[file_].bytes) ++file_;
    if (file_ == files_.size()) return {};
    ImportFile& file = files_[file_];
    const std::span<const char> bytes = next_of_file();
    hash_.add(std::as_bytes(bytes));
    file.done += static_cast<double>(bytes.size());
    done_ += static_cast<double>(bytes.size());
    if (file.done == file.bytes) file.sha256 = std::exchange(hash_, Sha256()).finish();
    return bytes;
}

}  // namespace headlight::app
