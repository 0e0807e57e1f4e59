#pragma once
// Builds a model from checkpoint bytes as they come, from a disk or a network: a few dozen rows of a tensor are held,
// converted and forgotten, so that the peak of memory is the converted model and a few megabytes. Every way to load a
// GPT goes through here. One loader makes one model; nothing it does touches another one.
//
//   begin(small files) -> for every weight file: begin_file, then room() and take() until its end -> finish()
//
// After an error every call returns that error; the loader is then only fit to be destroyed.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/loaded_model.h"
#include "model/model_needs.h"

namespace headlight::model {

struct LoadOptions {
    std::optional<WeightFormat> format = std::nullopt;  // what to convert to; absent: ModelNeeds::natural_format()
    // Bytes that the model and the loader may hold together; what would exceed it is refused as if the machine had
    // refused the memory: too_large.
    std::uint64_t memory_limit = std::numeric_limits<std::uint64_t>::max();
};

class GptLoader {
  public:
    // small_files: config.json, the tokenizer's files, model.safetensors.index.json for a checkpoint in shards; other
    // names are ignored. All that can be wrong with them is told here, before the weights are fetched. `compute` must
    // outlive the loader.
    [[nodiscard]] static Result<GptLoader> begin(const Compute& compute, Files small_files, LoadOptions options = {});

    GptLoader(GptLoader&&) noexcept;
    GptLoader& operator=(GptLoader&&) noexcept;
    ~GptLoader();

    // model.safetensors, or the shards of the index, in any order. begin_file refuses names that are not wanted, names
    // that came already, and a file begun before the last one has ended.
    [[nodiscard]] const std::vector<std::string>& wanted_files() const;
    [[nodiscard]] Result<void> begin_file(const std::string& name, std::uint64_t size);

    // Where the file's next bytes are to be written: at most `want`, at least one while the file has any left; none
    // after an error. Valid until the next call of take().
    [[nodiscard]] std::span<std::byte> room(std::size_t want);
    // `n` bytes were written into room(). Converts what is complete: at most a few dozen rows of one matrix, some
    // milliseconds.
    [[nodiscard]] Result<void> take(std::size_t n);

    // room and take for bytes that are in memory already.
    [[nodiscard]] Result<void> append(std::span<const std::byte> bytes);

    [[nodiscard]] double fraction() const;  // of the weights' bytes that are there, 0 to 1; 0 while that is not known
    [[nodiscard]] std::uint64_t bytes_taken() const;
    [[nodiscard]] WeightFormat format() const;
    [[nodiscard]] std::uint64_t memory_held() const;  // by the model and the loader, as counted against memory_limit

    // All files are there: the model, or what is missing.
    [[nodiscard]] Result<LoadedModel> finish();

  private:
    struct State;
    explicit GptLoader(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace headlight::model
