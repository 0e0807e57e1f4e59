#include "model/tensor_roles.h"

#include <algorithm>

#include "kernels/q8.h"

namespace headlight::model {
namespace {

using checkpoint::Dtype;
using checkpoint::TensorInfo;

constexpr std::string_view kPrefix = "transformer.";
constexpr std::string_view kHead = "lm_head.weight";

// The causal mask that older checkpoints carry along.
bool is_mask_buffer(std::string_view name) {
    return name.ends_with(".attn.bias") || name.ends_with(".attn.masked_bias");
}

std::string prefixed(std::string_view name) {
    return std::string(kPrefix) + std::string(name);
}

std::string where(const std::string& file, const std::string& name) {
    return file + ": tensor " + checkpoint::quoted_name(name);
}

Result<void> check_shape(const TensorInfo& tensor, const std::string& file, std::span<const std::int64_t> expected) {
    if (std::ranges::equal(tensor.shape, expected)) return {};
    return invalid(where(file, tensor.name) + " has shape " + checkpoint::shape_text(tensor.shape) + ", expected " +
                   checkpoint::shape_text(expected) + " from config.json");
}

std::optional<std::size_t> find_param(const GptLayout& layout, std::string_view name) {
    const auto at = std::ranges::find(layout.params(), name, &ParamInfo::name);
    if (at == layout.params().end()) return std::nullopt;
    return static_cast<std::size_t>(at - layout.params().begin());
}

}  // namespace

bool has_head(const HasTensor& has) {
    return has(kHead) || has(prefixed(kHead));
}

std::vector<std::int64_t> scale_shape(const GptLayout& layout, const ParamInfo& param) {
    const auto blocks = [](std::int64_t inputs) {
        return static_cast<std::int64_t>(kernels::q8_blocks(static_cast<int>(inputs)));
    };
    if (layout.has_output_rows(param)) return {param.shape[0], blocks(param.shape[1])};
    return {blocks(param.shape[0]), param.shape[1]};
}

Result<Use> use_of(const TensorInfo& tensor, const std::string& file, const GptLayout& layout, bool q8,
                   const HasTensor& has) {
    std::string_view name = tensor.name;
    if (name.starts_with(kPrefix)) name.remove_prefix(kPrefix.size());
    if (is_mask_buffer(name)) return Use{};
    const bool second_copy = name != tensor.name && has(name);
    const bool scales = q8 && name.ends_with(kScaleSuffix);
    const std::string_view base = scales ? name.substr(0, name.size() - kScaleSuffix.size()) : name;
    const auto param = find_param(layout, base);
    if (!param && base == kHead) return Use{};  // tied, and written out all the same
    if (!param || (scales && !layout.is_matrix(layout.params()[*param]))) {
        return invalid(where(file, tensor.name) + " is not part of a GPT-2 with the layers of config.json");
    }
    if (second_copy) return Use{};
    const ParamInfo& info = layout.params()[*param];
    RETURN_IF_ERROR(check_shape(tensor, file, scales ? scale_shape(layout, info) : info.shape));
    if (scales) return Use{Role::scales, *param};
    const bool quants = q8 && tensor.dtype == Dtype::i8 && layout.is_matrix(info);
    return Use{quants ? Role::quants : Role::numbers, *param};
}

std::unexpected<Error> missing_tensor(const std::string& file, const std::string& name,
                                      std::span<const std::int64_t> shape) {
    return fail(ErrorCode::not_found,
                where(file, name) + " is missing; expected shape " + checkpoint::shape_text(shape));
}

Result<void> check_all_there(const std::string& file, const GptLayout& layout, const HasTensor& has) {
    for (const ParamInfo& info : layout.params()) {
        if (!has(info.name) && !has(prefixed(info.name))) return missing_tensor(file, info.name, info.shape);
    }
    return {};
}

}  // namespace headlight::model
