#pragma once
// Models on this machine's disk: which files belong to one, and how their bytes get into the program without ever
// lying in memory as a whole.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "platform/platform.h"

namespace headlight::platform {

inline constexpr std::string_view kConfig = "config.json", kIndex = "model.safetensors.index.json";
inline constexpr std::string_view kWhole = "model.safetensors";  // all weights in one file

struct ModelFile {
    std::string name, path;
    double bytes = 0;
};

// What a person dropped or chose.
struct ModelFolder {
    std::string name;              // what to call it: the folder's name, or that of the folder around the files
    std::string config, index;     // the texts of config.json and model.safetensors.index.json; "" when not there
    std::vector<ModelFile> files;  // the others that belong to a model: weights and tokenizer
};

// Of folders what belongs to a model, of files all; nothing of the weights is read. Where model.safetensors lies beside
// shards, the shards are left out. Unreadable ones are missing: the program says which it needs.
[[nodiscard]] ModelFolder find_model(const std::vector<std::string>& paths);

// The report "offered" of app/library_requests.h, as a command.
[[nodiscard]] std::string offered_report(int handle, const ModelFolder& folder);
// The report "failed".
[[nodiscard]] std::string failed_report(int job, std::string_view key, std::string_view detail, std::string_view file,
                                        bool retry);

// Reads files one after another into the program, for a few milliseconds a turn.
class FileFeed {
  public:
    void start(int job, std::vector<ModelFile> files);
    void stop() { job_ = 0; }
    [[nodiscard]] bool running() const { return job_ != 0; }
    // Works until now() + seconds. Returns a report of what went wrong on the disk, if anything did; what goes wrong in
    // the program it knows itself.
    [[nodiscard]] std::optional<std::string> pump(ModelSink& sink, double seconds);

  private:
    enum class Went { on, ended, stopped };
    // One piece of the current file, or its end.
    [[nodiscard]] Result<Went> piece(ModelSink& sink);
    [[nodiscard]] Result<Went> open_next(ModelSink& sink);

    int job_ = 0;  // 0: none
    std::vector<ModelFile> files_;
    std::size_t next_ = 0;  // of files_, behind the one that is being read
    std::optional<FileReader> file_;
};

}  // namespace headlight::platform
