#include "checkpoint/safetensors.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "base/check.h"
#include "base/float16.h"
#include "checkpoint/safetensors_header.h"

static_assert(std::endian::native == std::endian::little, "the data of a safetensors file is little-endian");

namespace headlight::checkpoint {
namespace {

struct DtypeRow {
    Dtype dtype;
    std::string_view name;
    std::uint64_t bytes;
};

constexpr std::array kDtypes{
    DtypeRow{Dtype::f64, "F64", 8},      DtypeRow{Dtype::f32, "F32", 4}, DtypeRow{Dtype::f16, "F16", 2},
    DtypeRow{Dtype::bf16, "BF16", 2},    DtypeRow{Dtype::i64, "I64", 8}, DtypeRow{Dtype::i32, "I32", 4},
    DtypeRow{Dtype::i16, "I16", 2},      DtypeRow{Dtype::i8, "I8", 1},   DtypeRow{Dtype::u64, "U64", 8},
    DtypeRow{Dtype::u32, "U32", 4},      DtypeRow{Dtype::u16, "U16", 2}, DtypeRow{Dtype::u8, "U8", 1},
    DtypeRow{Dtype::boolean, "BOOL", 1},
};

// Element i of unaligned bytes.
template <class T>
T load(const std::byte* bytes, std::size_t i) {
    T value;
    std::memcpy(&value, bytes + i * sizeof(T), sizeof(T));
    return value;
}

void to_f32(Dtype dtype, const std::byte* bytes, std::span<float> out) {
    for (std::size_t i = 0; i < out.size(); ++i) {
        switch (dtype) {
            case Dtype::f64:
                out[i] = static_cast<float>(load<double>(bytes, i));
                break;
            case Dtype::f32:
                out[i] = load<float>(bytes, i);
                break;
            case Dtype::f16:
                out[i] = f16_to_f32(load<std::uint16_t>(bytes, i));
                break;
            default:
                out[i] = bf16_to_f32(load<std::uint16_t>(bytes, i));
                break;
        }
    }
}

// "[1, 0, 5]": the place of a flat index in a tensor.
std::string place(std::span<const std::int64_t> shape, std::uint64_t flat) {
    std::vector<std::int64_t> index(shape.size());
    for (std::size_t axis = shape.size(); axis-- > 0;) {
        index[axis] = static_cast<std::int64_t>(flat % static_cast<std::uint64_t>(shape[axis]));
        flat /= static_cast<std::uint64_t>(shape[axis]);
    }
    return shape_text(index);
}

}  // namespace

std::string_view dtype_name(Dtype dtype) {
    return kDtypes[static_cast<std::size_t>(dtype)].name;
}

std::uint64_t dtype_bytes(Dtype dtype) {
    return kDtypes[static_cast<std::size_t>(dtype)].bytes;
}

const Dtype* find_dtype(std::string_view name) {
    for (const DtypeRow& row : kDtypes) {
        if (row.name == name) return &row.dtype;
    }
    return nullptr;
}

std::string shape_text(std::span<const std::int64_t> shape) {
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
    return text + "]";
}

std::string quoted_name(std::string_view name) {
    constexpr std::size_t kShown = 80;
    std::string text = "'";
    for (const char c : name.substr(0, kShown)) text += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    return text + (name.size() > kShown ? "...'" : "'");
}

Result<Safetensors> Safetensors::parse(std::span<const std::byte> bytes, std::string_view file_name) {
    ASSIGN_OR_RETURN(Safetensors file, parse_header(bytes, bytes.size(), file_name));
    file.data_ = bytes.subspan(static_cast<std::size_t>(file.data_start_));
    return file;
}

Result<std::uint64_t> Safetensors::data_start(std::span<const std::byte> prefix, std::uint64_t total_size,
                                              std::string_view file_name) {
    const std::string file(file_name);
    if (total_size < kLengthBytes || prefix.size() < kLengthBytes) {
        return invalid(file + ": has " + std::to_string(std::min<std::uint64_t>(total_size, prefix.size())) +
                       " bytes; a safetensors file begins with 8 bytes of header length");
    }
    const auto length = load<std::uint64_t>(prefix.data(), 0);
    if (length > kMaxHeaderBytes) {
        return fail(ErrorCode::too_large, file + ": header length " + std::to_string(length) + "; expected at most " +
                                              std::to_string(kMaxHeaderBytes) + " (is this a safetensors file?)");
    }
    if (length > total_size - kLengthBytes) {
        return invalid(file + ": header length " + std::to_string(length) + ", but only " +
                       std::to_string(total_size - kLengthBytes) + " bytes follow; the file is truncated");
    }
    return kLengthBytes + length;
}

Result<Safetensors> Safetensors::parse_header(std::span<const std::byte> prefix, std::uint64_t total_size,
                                              std::string_view file_name) {
    Safetensors result;
    result.file_name_ = std::string(file_name);
    ASSIGN_OR_RETURN(result.data_start_, data_start(prefix, total_size, file_name));
    if (prefix.size() < result.data_start_) {
        return invalid(result.file_name_ + ": the header ends at byte " + std::to_string(result.data_start_) +
                       ", but only " + std::to_string(prefix.size()) + " bytes are there");
    }
    const auto header_bytes = static_cast<std::size_t>(result.data_start_ - kLengthBytes);
    const std::string_view text(reinterpret_cast<const char*>(prefix.data()) + kLengthBytes, header_bytes);
    ASSIGN_OR_RETURN(Header header, parse_header_json(text, total_size - result.data_start_, result.file_name_));
    result.tensors_ = std::move(header.tensors);
    result.metadata_ = std::move(header.metadata);
    for (std::size_t i = 0; i < result.tensors_.size(); ++i) result.index_.emplace(result.tensors_[i].name, i);
    return result;
}

const TensorInfo* Safetensors::find(std::string_view name) const {
    const auto at = index_.find(name);
    return at == index_.end() ? nullptr : &tensors_[at->second];
}

Result<void> Safetensors::read_f32(const TensorInfo& info, std::span<float> out, Values values) const {
    if (info.end > data_.size()) {
        return invalid(file_name_ + ": tensor " + quoted_name(info.name) + ": its data is not in memory");
    }
    const auto size = static_cast<std::size_t>(info.end - info.begin);
    return convert_f32(info, data_.subspan(static_cast<std::size_t>(info.begin), size), out, values);
}

Result<void> Safetensors::convert_f32(const TensorInfo& info, std::span<const std::byte> bytes, std::span<float> out,
                                      Values values) const {
    CHECK(bytes.size() == info.end - info.begin);
    return convert_f32_part(info, 0, bytes, out, values);
}

Result<void> Safetensors::convert_f32_part(const TensorInfo& info, std::uint64_t first,
                                           std::span<const std::byte> bytes, std::span<float> out,
                                           Values values) const {
    const std::string where = file_name_ + ": tensor " + quoted_name(info.name);
    if (info.dtype != Dtype::f64 && info.dtype != Dtype::f32 && info.dtype != Dtype::f16 && info.dtype != Dtype::bf16) {
        return fail(ErrorCode::unsupported, where + ": dtype " + std::string(dtype_name(info.dtype)) +
                                                " where numbers are needed; expected F32, F16, BF16 or F64");
    }
    CHECK(bytes.size() == out.size() * dtype_bytes(info.dtype));
    CHECK(first + out.size() <= info.elements());
    to_f32(info.dtype, bytes.data(), out);
    for (std::size_t i = 0; i < out.size(); ++i) {
        if (std::isfinite(out[i]) || (values == Values::infinite_too && std::isinf(out[i]))) continue;
        const char* found = std::isnan(out[i]) ? "NaN" : out[i] < 0 ? "-infinity" : "infinity";
        return invalid(where + ": " + found + " at index " + std::to_string(first + i) + " (" +
                       place(info.shape, first + i) + "); expected finite numbers");
    }
    return {};
}

std::string write_safetensors(std::span<const TensorOut> tensors, Dtype dtype,
                              const std::map<std::string, std::string>& metadata) {
    CHECK(dtype == Dtype::f32 || dtype == Dtype::f16 || dtype == Dtype::bf16);
    std::string file = header_bytes(tensors, dtype, metadata);
    std::uint64_t floats = 0;
    for (const TensorOut& tensor : tensors) floats += tensor.data.size();
    file.reserve(file.size() + static_cast<std::size_t>(floats * dtype_bytes(dtype)));
    for (const TensorOut& tensor : tensors) {
        for (const float value : tensor.data) {
            if (dtype == Dtype::f32) {
                const auto raw = std::bit_cast<std::array<char, 4>>(value);
                file.append(raw.data(), raw.size());
            } else {
                const std::uint16_t narrow = dtype == Dtype::f16 ? f32_to_f16(value) : f32_to_bf16(value);
                const auto raw = std::bit_cast<std::array<char, 2>>(narrow);
                file.append(raw.data(), raw.size());
            }
        }
    }
    return file;
}

}  // namespace headlight::checkpoint
