#pragma once
// The bytes of a model on their way in: counted, hashed, and handed to the loader that converts them.

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/model_library.h"
#include "base/sha256.h"
#include "model/gpt_loader.h"

namespace headlight::app {

// Why it cannot go on: a string of the language files, and what may stand in its holes.
struct ImportFault {
    std::string key;
    std::string detail, file, wanted, found;
};
template <class T>
using ImportResult = std::expected<T, ImportFault>;

class ModelImport {
  public:
    // known: small files that are here already (config.json, the index of the shards). files: all that will come, with
    // their checksums. `compute` must outlive the import.
    ModelImport(const model::Compute& compute, model::Files known, std::vector<ImportFile> files,
                model::LoadOptions options);

    // One file after another, each from its beginning to its end; small ones before the first weights. bytes: negative
    // when not known, which weights must be.
    [[nodiscard]] ImportResult<void> begin_file(std::string_view name, double bytes);
    // Where up to `want` of the next bytes go; empty when the file is full (it is longer than it said) or memory is
    // refused: end_file() then says so.
    [[nodiscard]] std::span<char> room(std::size_t want);
    [[nodiscard]] ImportResult<void> take(std::size_t size);
    // Compares size and checksum with what was promised.
    [[nodiscard]] ImportResult<void> end_file();
    [[nodiscard]] ImportResult<model::LoadedModel> finish();

    // Of each file, for showing: `done` follows the bytes.
    [[nodiscard]] const std::vector<ImportFile>& files() const { return files_; }
    [[nodiscard]] double done_bytes() const;
    // Whether every file of weights came with a checksum, and it was right.
    [[nodiscard]] bool all_checked() const;
    // config.json and the tokenizer's files, as they came.
    [[nodiscard]] const model::Files& small_files() const { return small_; }

  private:
    [[nodiscard]] ImportResult<void> start_loader();
    [[nodiscard]] ImportResult<void> checked(Result<void> result) const;

    const model::Compute& compute_;
    model::LoadOptions options_;
    model::Files small_;
    std::vector<ImportFile> files_;
    std::optional<model::GptLoader> loader_;

    ImportFile* file_ = nullptr;  // the one that comes now
    bool weights_ = false;        // it is one of weights
    Sha256 hash_;
    std::string small_bytes_;  // of a small file
    std::span<char> room_;
    int checked_weights_ = 0;
};

// Whether a file of that name holds weights, and not one of the small texts around them.
[[nodiscard]] bool is_weights_file(std::string_view name);

}  // namespace headlight::app
