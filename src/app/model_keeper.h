#pragma once
// The open model as the files that this machine keeps: read out piece by piece while it is in use.

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/model_library.h"
#include "base/sha256.h"
#include "model/weights_writer.h"

namespace headlight::app {

inline constexpr std::string_view kManifestFile = "manifest.json";
inline constexpr int kManifestVersion = 1;

// What a kept model says of itself; beside it, what its files are.
struct Manifest {
    KeptModel model;
    std::vector<ImportFile> files;  // with sizes and checksums, without the manifest itself
};

class ModelKeeper {
  public:
    // small: config.json and the tokenizer's files as they came; config.json is replaced by one that tells the format.
    // gpt must outlive the keeper.
    ModelKeeper(const model::Gpt& gpt, kernels::WeightFormat format, const model::Files& small, KeptModel model);

    // In the order of the bytes; the manifest is the last: a folder that has one is complete.
    [[nodiscard]] const std::vector<ImportFile>& files() const { return files_; }
    [[nodiscard]] const std::string& id() const { return model_.id; }
    [[nodiscard]] double total_bytes() const;
    [[nodiscard]] double done_bytes() const { return done_; }
    // The next bytes of one file: at most one of a MiB of work. Empty at the end. Valid until the next call.
    [[nodiscard]] std::span<const char> next();

  private:
    [[nodiscard]] std::span<const char> next_of_file();

    KeptModel model_;
    model::Files small_;
    model::WeightsWriter weights_;
    std::vector<ImportFile> files_;
    std::size_t file_ = 0;
    double done_ = 0;
    Sha256 hash_;
    std::string manifest_;
};

[[nodiscard]] std::string manifest_text(const Manifest& manifest);
// Nothing for a text that this version cannot use; its folder is then of no use either.
[[nodiscard]] std::optional<Manifest> parse_manifest(std::string_view text);

}  // namespace headlight::app
