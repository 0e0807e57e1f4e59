#include "app/model_import.h"

#include <algorithm>

#include "base/check.h"
#include "base/numeric_text.h"

namespace headlight::app {
namespace {

constexpr std::size_t kMaxSmallFile = 64U << 20;  // a tokenizer.json of a quarter of a million tokens has 20 MB
constexpr std::size_t kMaxPiece = 1U << 20;

std::string whole(double number) {
    return grouped(static_cast<std::int64_t>(number));
}

std::unexpected<ImportFault> fault(std::string key, std::string file, std::string wanted = "", std::string found = "") {
    return std::unexpected(ImportFault{std::move(key), "", std::move(file), std::move(wanted), std::move(found)});
}

}  // namespace

bool is_weights_file(std::string_view name) {
    return name.ends_with(".safetensors");
}

ModelImport::ModelImport(const model::Compute& compute, model::Files known, std::vector<ImportFile> files,
                         model::LoadOptions options)
    : compute_(compute), options_(options), small_(std::move(known)), files_(std::move(files)) {
    for (ImportFile& file : files_) file.done = 0;
}

ImportResult<void> ModelImport::checked(Result<void> result) const {
    if (result.has_value()) return {};
    const bool memory = result.error().code == ErrorCode::too_large;
    return std::unexpected(ImportFault{memory ? "library.error.memory" : "library.error.content",
                                       std::move(result.error().message), file_ == nullptr ? "" : file_->name, "", ""});
}

ImportResult<void> ModelImport::start_loader() {
    auto loader = model::GptLoader::begin(compute_, small_, options_);
    if (!loader.has_value()) return checked(std::unexpected(std::move(loader.error())));
    loader_.emplace(std::move(*loader));
    return {};
}

ImportResult<void> ModelImport::begin_file(std::string_view name, double bytes) {
    const auto found = std::ranges::find(files_, name, &ImportFile::name);
    if (found == files_.end()) return fault("library.error.unasked", std::string(name));
    file_ = &*found;
    if (file_->bytes < 0) file_->bytes = bytes;
    if (bytes >= 0 && bytes != file_->bytes) {
        return fault("library.error.size", file_->name, whole(file_->bytes), whole(bytes));
    }
    file_->done = 0;
    hash_ = {};
    weights_ = is_weights_file(name);
    if (!weights_) {
        small_bytes_.clear();
        return {};
    }
    if (file_->bytes < 0) return fault("library.error.no_size", file_->name);
    if (!loader_.has_value()) {
        if (auto started = start_loader(); !started) return started;
    }
    return checked(loader_->begin_file(file_->name, static_cast<std::uint64_t>(file_->bytes)));
}

std::span<char> ModelImport::room(std::size_t want) {
    room_ = {};
    if (file_ == nullptr) return room_;
    want = std::min(want, kMaxPiece);
    if (weights_) {
        const std::span<std::byte> bytes = loader_->room(want);
        return room_ = {reinterpret_cast<char*>(bytes.data()), bytes.size()};
    }
    const auto done = static_cast<std::size_t>(file_->done);
    const double left = file_->bytes < 0 ? static_cast<double>(want) : file_->bytes - file_->done;
    const std::size_t size = std::min({want, static_cast<std::size_t>(left), kMaxSmallFile - done});
    small_bytes_.resize(done + size);
    return room_ = std::span(small_bytes_).subspan(done);
}

ImportResult<void> ModelImport::take(std::size_t size) {
    CHECK(file_ != nullptr && size <= room_.size());
    if (!file_->sha256.empty()) hash_.add(std::as_bytes(room_.first(size)));
    file_->done += static_cast<double>(size);
    room_ = {};
    return weights_ ? checked(loader_->take(size)) : ImportResult<void>{};
}

ImportResult<void> ModelImport::end_file() {
    CHECK(file_ != nullptr);
    ImportFile& file = *file_;
    if (weights_) {  // a refused room tells its reason here
        if (auto state = checked(loader_->take(0)); !state) return state;
    }
    if (file.bytes >= 0 && file.done != file.bytes) {
        return fault("library.error.size", file.name, whole(file.bytes), whole(file.done));
    }
    if (!file.sha256.empty()) {
        const std::string found = hash_.finish();
        if (found != file.sha256) return fault("library.error.checksum", file.name, file.sha256, found);
        if (weights_) ++checked_weights_;
    }
    file.bytes = file.done;
    if (!weights_) small_[file.name] = std::move(small_bytes_);
    file_ = nullptr;
    return {};
}

ImportResult<model::LoadedModel> ModelImport::finish() {
    if (!loader_.has_value()) {
        if (auto started = start_loader(); !started) return std::unexpected(started.error());
    }
    auto loaded = loader_->finish();
    if (!loaded.has_value()) return std::unexpected(checked(std::unexpected(std::move(loaded.error()))).error());
    return std::move(*loaded);
}

double ModelImport::done_bytes() const {
    double sum = 0;
    for (const ImportFile& file : files_) sum += file.done;
    return sum;
}

bool ModelImport::all_checked() const {
    const auto weights =
        std::ranges::count_if(files_, [](const ImportFile& file) { return is_weights_file(file.name); });
    return weights > 0 && checked_weights_ == weights;
}

}  // namespace headlight::app
