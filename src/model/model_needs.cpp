#include "model/model_needs.h"

#include <algorithm>

#include "checkpoint/hf_config.h"
#include "checkpoint/safetensors.h"
#include "checkpoint/shard_index.h"
#include "model/folder_files.h"
#include "model/gpt.h"
#include "model/hf_folder.h"
#include "model/tensor_intake.h"

namespace headlight::model {
namespace {

constexpr std::uint64_t kUsualHeader = 1 << 18;

std::string megabytes(std::uint64_t bytes) {
    return std::to_string((bytes + 999'999) / 1'000'000) + " MB";
}

}  // namespace

std::string_view format_name(WeightFormat format) {
    constexpr std::array<std::string_view, 3> kNames{"f32", "f16", "q8"};
    return kNames[static_cast<std::size_t>(format)];
}

std::optional<WeightFormat> find_format(std::string_view name) {
    const auto at = std::ranges::find(kWeightFormats, name, format_name);
    if (at == kWeightFormats.end()) return std::nullopt;
    return *at;
}

Result<ModelNeeds> model_needs(const kernels::Compute& compute, const Files& files,
                               std::optional<HeaderPrefix> header) {
    ASSIGN_OR_RETURN(const std::string* config_text, require_file(files, kConfigFile));
    ASSIGN_OR_RETURN(const checkpoint::Gpt2Config hf, checkpoint::parse_gpt2_config(*config_text, kConfigFile));
    ModelNeeds needs;
    needs.stored_as_q8 = hf.headlight_q8;
    std::optional<bool> head;
    std::uint64_t header_bytes = kUsualHeader;
    const auto index_file = files.find(std::string(kIndexFile));
    if (index_file != files.end()) {
        ASSIGN_OR_RETURN(const auto index, checkpoint::parse_shard_index(index_file->second, kIndexFile));
        head = has_head([&](std::string_view name) { return index.weight_map.contains(name); });
        needs.weight_files = index.files;
        needs.file_bytes = index.total_size;
    } else {
        needs.weight_files = {std::string(kWeightsFile)};
    }
    if (header && index_file == files.end()) {
        ASSIGN_OR_RETURN(const auto file,
                         checkpoint::Safetensors::parse_header(header->bytes, header->total_size, kWeightsFile));
        head = has_head([&](std::string_view name) { return file.find(name) != nullptr; });
        needs.file_bytes = header->total_size;
        header_bytes = file.data_start();
    }
    ASSIGN_OR_RETURN(needs.config, parse_config(*config_text, kConfigFile, head));
    const GptLayout layout(needs.config);
    needs.parameters = static_cast<std::int64_t>(layout.size());
    for (const WeightFormat format : kWeightFormats) {
        needs.bytes[static_cast<std::size_t>(format)] = Gpt::bytes(compute, needs.config, format);
    }
    needs.working_bytes = header_bytes + TensorIntake::most_memory(layout, needs.stored_as_q8);
    return needs;
}

Result<void> check_fits(const ModelNeeds& needs, WeightFormat format, std::uint64_t limit) {
    if (needs.peak(format) <= limit) return {};
    return fail(ErrorCode::too_large, "the model needs " + megabytes(needs.peak(WeightFormat::f32)) + " as F32, " +
                                          megabytes(needs.peak(WeightFormat::f16)) + " as F16, " +
                                          megabytes(needs.peak(WeightFormat::q8)) + " as Q8; there are " +
                                          megabytes(limit));
}

}  // namespace headlight::model
