#pragma once
// What a checkpoint will take, told from its small files before any weights are there: so that a page can state sizes,
// offer the formats that fit, and refuse what is too large before it downloads anything.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "kernels/compute.h"
#include "model/config.h"
#include "model/loaded_model.h"

namespace headlight::model {

using kernels::WeightFormat;

inline constexpr std::array kWeightFormats{WeightFormat::f32, WeightFormat::f16, WeightFormat::q8};
[[nodiscard]] std::string_view format_name(WeightFormat format);  // "f32", "f16", "q8"
[[nodiscard]] std::optional<WeightFormat> find_format(std::string_view name);

struct ModelNeeds {
    GptConfig config;
    std::int64_t parameters = 0;
    std::vector<std::string> weight_files;    // to bring, in this order: model.safetensors, or the shards
    std::optional<std::uint64_t> file_bytes;  // of all weight files; needs the index or the header
    bool stored_as_q8 = false;                // the container that `headlight quantize` writes
    std::array<std::uint64_t, 3> bytes{};     // the converted weights, by WeightFormat
    std::uint64_t working_bytes = 0;          // what the loader holds beside them at most

    [[nodiscard]] std::uint64_t peak(WeightFormat format) const {
        return bytes[static_cast<std::size_t>(format)] + working_bytes;
    }
    // What is taken when nobody chooses.
    [[nodiscard]] WeightFormat natural_format() const { return stored_as_q8 ? WeightFormat::q8 : WeightFormat::f32; }
};

// The first bytes of model.safetensors, at least as far as Safetensors::data_start().
struct HeaderPrefix {
    std::span<const std::byte> bytes;
    std::uint64_t total_size = 0;
};

// files: config.json, and model.safetensors.index.json for a checkpoint in shards (other names are ignored). With
// neither an index nor a header, whether the head is tied is what config.json says, and file_bytes is not known.
// Errors: whatever is wrong in these files, each named.
[[nodiscard]] Result<ModelNeeds> model_needs(const kernels::Compute& compute, const Files& files,
                                             std::optional<HeaderPrefix> header = std::nullopt);

// Refuses (too_large) what does not fit in `limit` bytes, with what each format would take.
[[nodiscard]] Result<void> check_fits(const ModelNeeds& needs, WeightFormat format, std::uint64_t limit);

}  // namespace headlight::model
