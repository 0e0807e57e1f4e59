#include "platform/desktop/model_files.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/json.h"

namespace headlight::platform {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::size_t kPiece = std::size_t{1} << 20;
constexpr std::uintmax_t kMostText = std::uintmax_t{64} << 20;  // of config.json and the index

bool is_weights(const fs::path& path) {
    return path.extension() == ".safetensors";
}

bool belongs_to_model(const fs::path& path) {
    const std::string name = path.filename().string();
    return name == kConfig || name == kIndex || name == "tokenizer.json" || name == "vocab.json" ||
           name == "merges.txt" || is_weights(path);
}

std::string name_of(const std::string& first) {
    std::error_code error;
    const fs::path path = fs::absolute(first, error).lexically_normal();
    const fs::path folder = fs::is_directory(path, error) ? path : path.parent_path();
    // "models/story/" ends in an empty name.
    return (folder.filename().empty() ? folder.parent_path() : folder).filename().string();
}

std::string small_text(const fs::path& path) {
    std::error_code error;
    const std::uintmax_t size = fs::file_size(path, error);
    return error || size > kMostText ? std::string() : read_file(path.string()).value_or("");
}

}  // namespace

ModelFolder find_model(const std::vector<std::string>& paths) {
    ModelFolder found;
    if (!paths.empty()) found.name = name_of(paths.front());
    auto add = [&](const fs::path& path) {
        std::error_code error;
        const std::string name = path.filename().string();
        const std::uintmax_t bytes = fs::file_size(path, error);
        if (error) return;
        if (name == kConfig) {
            found.config = small_text(path);
        } else if (name == kIndex) {
            found.index = small_text(path);
        } else {
            found.files.push_back({name, path.string(), static_cast<double>(bytes)});
        }
    };
    for (const std::string& path : paths) {
        std::error_code error;
        if (!fs::is_directory(path, error)) {
            add(path);
            continue;
        }
        for (const auto& entry : fs::directory_iterator(path, error)) {
            if (entry.is_regular_file(error) && belongs_to_model(entry.path())) add(entry.path());
        }
    }
    if (std::ranges::find(found.files, kWhole, &ModelFile::name) != found.files.end()) {
        found.index.clear();
        std::erase_if(found.files, [](const ModelFile& f) { return is_weights(f.name) && f.name != kWhole; });
    }
    std::ranges::sort(found.files, {}, &ModelFile::name);
    return found;
}

std::string offered_report(int handle, const ModelFolder& folder) {
    Json files = Json::array();
    for (const ModelFile& file : folder.files) files.push_back({{"name", file.name}, {"bytes", file.bytes}});
    return write_json(Json{{"do", "import_report"},
                           {"event", "offered"},
                           {"handle", handle},
                           {"name", folder.name},
                           {"config", folder.config},
                           {"index", folder.index},
                           {"files", files}});
}

std::string failed_report(int job, std::string_view key, std::string_view detail, std::string_view file, bool retry) {
    return write_json(Json{{"do", "import_report"},
                           {"event", "failed"},
                           {"job", job},
                           {"key", key},
                           {"detail", detail},
                           {"file", file},
                           {"retry", retry}});
}

void FileFeed::start(int job, std::vector<ModelFile> files) {
    job_ = job;
    files_ = std::move(files);
    next_ = 0;
    file_.reset();
}

std::optional<std::string> FileFeed::pump(ModelSink& sink, double seconds) {
    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() + std::chrono::duration<double>(seconds);
    while (running()) {
        const Result<Went> went = piece(sink);
        if (!went) {
            const int job = std::exchange(job_, 0);
            const std::string name = next_ > 0 ? files_[next_ - 1].name : "";
            return failed_report(job, "library.error.read", went.error().message, name, false);
        }
        if (*went != Went::on) job_ = 0;
        if (Clock::now() >= end) break;
    }
    return std::nullopt;
}

Result<FileFeed::Went> FileFeed::open_next(ModelSink& sink) {
    if (next_ == files_.size()) return sink.finish(job_) ? Went::ended : Went::stopped;
    const ModelFile& file = files_[next_++];
    ASSIGN_OR_RETURN(FileReader reader, FileReader::open(file.path));
    const auto bytes = static_cast<double>(reader.size());
    file_.emplace(std::move(reader));
    return sink.begin_file(job_, file.name, bytes) ? Went::on : Went::stopped;
}

Result<FileFeed::Went> FileFeed::piece(ModelSink& sink) {
    if (!file_) return open_next(sink);
    const std::span<char> room = sink.room(job_, kPiece);
    std::size_t read = 0;
    if (!room.empty()) {
        ASSIGN_OR_RETURN(read, file_->read(std::as_writable_bytes(room)));
        if (!sink.take(job_, read)) return Went::stopped;
    }
    if (read > 0) return Went::on;
    // The file is at its end, or the program takes no more of it and says why.
    file_.reset();
    return sink.end_file(job_) ? Went::on : Went::stopped;
}

}  // namespace headlight::platform
