#include "checkpoint/safetensors_header.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <tuple>

#include "base/check.h"
#include "base/json.h"

namespace headlight::checkpoint {
namespace {

using nlohmann::json;

constexpr std::string_view kMetadata = "__metadata__";
constexpr std::string_view kDtypeList = "F64, F32, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8, BOOL";

Result<std::vector<std::int64_t>> parse_shape(const json& entry, const std::string& where) {
    const auto at = entry.find("shape");
    if (at == entry.end() || !at->is_array()) return invalid(where + ": no \"shape\"; expected an array of sizes");
    std::vector<std::int64_t> shape;
    for (const json& size : *at) {
        constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
        if (!size.is_number_unsigned() || size.get<std::uint64_t>() > kLargest) {
            return invalid(where + ": shape has an entry that is no size; expected whole numbers from 0 up");
        }
        shape.push_back(size.get<std::int64_t>());
    }
    return shape;
}

// Elements times the type's bytes; nothing on overflow.
std::optional<std::uint64_t> byte_count(std::span<const std::int64_t> shape, Dtype dtype) {
    std::uint64_t bytes = dtype_bytes(dtype);
    for (const std::int64_t size : shape) {
        const auto factor = static_cast<std::uint64_t>(size);
        if (factor != 0 && bytes > std::numeric_limits<std::uint64_t>::max() / factor) return std::nullopt;
        bytes *= factor;
    }
    return bytes;
}

Result<void> parse_offsets(const json& entry, std::uint64_t data_size, const std::string& where, TensorInfo& info) {
    const auto at = entry.find("data_offsets");
    if (at == entry.end() || !at->is_array() || at->size() != 2 || !(*at)[0].is_number_unsigned() ||
        !(*at)[1].is_number_unsigned()) {
        return invalid(where + ": no valid \"data_offsets\"; expected [begin, end]");
    }
    info.begin = (*at)[0].get<std::uint64_t>();
    info.end = (*at)[1].get<std::uint64_t>();
    const std::string range = "[" + std::to_string(info.begin) + ", " + std::to_string(info.end) + ")";
    if (info.begin > info.end) return invalid(where + ": offsets " + range + "; expected begin <= end");
    if (info.end > data_size) {
        return invalid(where + ": offsets " + range + " reach beyond the data; expected at most " +
                       std::to_string(data_size) + " (a truncated file?)");
    }
    const auto bytes = byte_count(info.shape, info.dtype);
    if (!bytes) return invalid(where + ": shape " + shape_text(info.shape) + " is too large");
    if (*bytes != info.end - info.begin) {
        return invalid(where + ": " + std::to_string(info.end - info.begin) + " bytes of data; expected " +
                       std::to_string(*bytes) + " for shape " + shape_text(info.shape) + " of " +
                       std::string(dtype_name(info.dtype)));
    }
    return {};
}

Result<TensorInfo> parse_tensor(const std::string& name, const json& entry, std::uint64_t data_size,
                                const std::string& file) {
    const std::string where = file + ": tensor " + quoted_name(name);
    if (!entry.is_object()) return invalid(where + ": expected an object with dtype, shape and data_offsets");
    TensorInfo info;
    info.name = name;
    const auto dtype = entry.find("dtype");
    if (dtype == entry.end() || !dtype->is_string()) {
        return invalid(where + ": no \"dtype\"; expected one of " + std::string(kDtypeList));
    }
    const auto& type_name = dtype->get_ref<const std::string&>();
    const Dtype* known = find_dtype(type_name);
    if (known == nullptr) {
        return fail(ErrorCode::unsupported, where + ": unknown dtype " + quoted_name(type_name) + "; expected one of " +
                                                std::string(kDtypeList));
    }
    info.dtype = *known;
    ASSIGN_OR_RETURN(info.shape, parse_shape(entry, where));
    RETURN_IF_ERROR(parse_offsets(entry, data_size, where, info));
    return info;
}

// The tensors, sorted by offset, must tile the data.
Result<void> check_tiling(std::span<const TensorInfo> tensors, std::uint64_t data_size, const std::string& file) {
    std::uint64_t covered = 0;
    const TensorInfo* before = nullptr;
    for (const TensorInfo& info : tensors) {
        const std::string where = file + ": tensor " + quoted_name(info.name) + ": begins at byte " +
                                  std::to_string(info.begin) + " of the data; expected " + std::to_string(covered);
        if (info.begin < covered) return invalid(where + " (it overlaps " + quoted_name(before->name) + ")");
        if (info.begin > covered) return invalid(where + " (the bytes between belong to no tensor)");
        covered = info.end;
        before = &info;
    }
    if (covered == data_size) return {};
    return invalid(file + ": " + std::to_string(data_size) + " bytes of data, but the tensors" +
                   (before == nullptr ? std::string() : ", the last " + quoted_name(before->name) + ",") +
                   " end at byte " + std::to_string(covered) + "; expected no byte left over");
}

Result<void> parse_metadata(const json& entry, const std::string& file, std::map<std::string, std::string>& out) {
    const std::string message = file + ": __metadata__ must be an object of strings";
    if (!entry.is_object()) return invalid(message);
    for (const auto& [key, value] : entry.items()) {
        if (!value.is_string()) return invalid(message + "; " + quoted_name(key) + " is " + value.type_name());
        out.emplace(key, value.get<std::string>());
    }
    return {};
}

}  // namespace

Result<Header> parse_header_json(std::string_view text, std::uint64_t data_size, const std::string& file) {
    std::optional<std::string> repeated;
    const json parsed = read_json(text, repeated);
    if (text.empty() || text[0] != '{' || !parsed.is_object()) {
        return invalid(file + ": the header is not a JSON object; expected one that begins with '{' at byte 8");
    }
    if (repeated) return invalid(file + ": " + quoted_name(*repeated) + " occurs twice; expected each name once");
    Header header;
    for (const auto& [name, entry] : parsed.items()) {
        if (name == kMetadata) {
            RETURN_IF_ERROR(parse_metadata(entry, file, header.metadata));
            continue;
        }
        ASSIGN_OR_RETURN(TensorInfo info, parse_tensor(name, entry, data_size, file));
        header.tensors.push_back(std::move(info));
    }
    std::ranges::sort(header.tensors, [](const TensorInfo& a, const TensorInfo& b) {
        return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
    });
    RETURN_IF_ERROR(check_tiling(header.tensors, data_size, file));
    return header;
}

std::string write_header(std::span<const TensorInfo> tensors, const std::map<std::string, std::string>& metadata) {
    nlohmann::ordered_json header = nlohmann::ordered_json::object();
    if (!metadata.empty()) header[std::string(kMetadata)] = metadata;
    std::uint64_t begin = 0;
    std::set<std::string_view> names;
    for (const TensorInfo& tensor : tensors) {
        CHECK(names.insert(tensor.name).second && tensor.name != kMetadata);
        CHECK(tensor.begin == begin && byte_count(tensor.shape, tensor.dtype) == tensor.end - begin);
        header[tensor.name] = {
            {"dtype", dtype_name(tensor.dtype)}, {"shape", tensor.shape}, {"data_offsets", {tensor.begin, tensor.end}}};
        begin = tensor.end;
    }
    std::string text = write_json(header);
    text.resize((text.size() + 7) / 8 * 8, ' ');
    const auto length = std::bit_cast<std::array<char, kLengthBytes>>(static_cast<std::uint64_t>(text.size()));
    return std::string(length.data(), length.size()) + text;
}

std::string header_bytes(std::span<const TensorOut> tensors, Dtype dtype,
                         const std::map<std::string, std::string>& metadata) {
    std::vector<TensorInfo> infos;
    std::uint64_t begin = 0;
    for (const TensorOut& tensor : tensors) {
        const std::uint64_t end = begin + tensor.data.size() * dtype_bytes(dtype);
        infos.push_back({tensor.name, dtype, tensor.shape, begin, end});
        begin = end;
    }
    return write_header(infos, metadata);
}

}  // namespace headlight::checkpoint
