#pragma once
// The safetensors container (https://github.com/huggingface/safetensors): 8 bytes of header length, little-endian; a
// JSON object {name: {dtype, shape, data_offsets}}; the data, little-endian, row-major. Reading is as strict as the
// original crate: what is accepted has no gap, no overlap and no byte left over. Errors name the file, the tensor, what
// was found and what was expected.

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace headlight::checkpoint {

enum class Dtype { f64, f32, f16, bf16, i64, i32, i16, i8, u64, u32, u16, u8, boolean };

[[nodiscard]] std::string_view dtype_name(Dtype dtype);  // as the file spells it: "F32"
[[nodiscard]] std::uint64_t dtype_bytes(Dtype dtype);

struct TensorInfo {
    std::string name;
    Dtype dtype = Dtype::f32;
    std::vector<std::int64_t> shape;  // empty: a scalar
    std::uint64_t begin = 0;          // offsets into the data part, in bytes
    std::uint64_t end = 0;

    [[nodiscard]] std::uint64_t elements() const { return (end - begin) / dtype_bytes(dtype); }
};

[[nodiscard]] std::string shape_text(std::span<const std::int64_t> shape);  // "[2, 3]"
[[nodiscard]] std::string quoted_name(std::string_view name);               // 'name', long ones clipped, for messages

inline constexpr std::uint64_t kLengthBytes = 8;
inline constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;  // the limit of the original

// What read_f32 lets through. Weights are finite; a trace holds -infinity where attention is masked.
enum class Values { finite, infinite_too };

// The header, and a view of the bytes it was parsed from: whoever made the bytes keeps them alive.
class Safetensors {
  public:
    // The whole file.
    static Result<Safetensors> parse(std::span<const std::byte> bytes, std::string_view file_name);

    // The header alone, from the first bytes of a file of `total_size` bytes; they must reach as far as data_start().
    // Tensors are then read with convert_f32 as their bytes arrive.
    static Result<Safetensors> parse_header(std::span<const std::byte> prefix, std::uint64_t total_size,
                                            std::string_view file_name);

    // Where the data begins, from the first kLengthBytes bytes: how much a streaming reader must have for parse_header.
    static Result<std::uint64_t> data_start(std::span<const std::byte> prefix, std::uint64_t total_size,
                                            std::string_view file_name);

    [[nodiscard]] const std::string& file_name() const { return file_name_; }
    [[nodiscard]] std::uint64_t data_start() const { return data_start_; }
    [[nodiscard]] const TensorInfo* find(std::string_view name) const;
    // In the order of the data.
    [[nodiscard]] std::span<const TensorInfo> tensors() const { return tensors_; }
    [[nodiscard]] const std::map<std::string, std::string>& metadata() const { return metadata_; }

    // F64, F32, F16 or BF16 into out, which must hold info.elements() floats. NaN, infinities (unless allowed) and
    // other types are errors.
    Result<void> read_f32(const TensorInfo& info, std::span<float> out, Values values = Values::finite) const;

    // The same from the bytes of this one tensor, end - begin of them.
    Result<void> convert_f32(const TensorInfo& info, std::span<const std::byte> bytes, std::span<float> out,
                             Values values = Values::finite) const;

    // The same for out.size() elements from element `first` on, in row-major order, as they come piece by piece.
    Result<void> convert_f32_part(const TensorInfo& info, std::uint64_t first, std::span<const std::byte> bytes,
                                  std::span<float> out, Values values = Values::finite) const;

  private:
    std::string file_name_;
    std::uint64_t data_start_ = 0;
    std::span<const std::byte> data_;  // empty after parse_header
    std::vector<TensorInfo> tensors_;  // by offset
    std::map<std::string, std::size_t, std::less<>> index_;
    std::map<std::string, std::string> metadata_;
};

struct TensorOut {
    std::string name;                 // UTF-8, unique in the file
    std::vector<std::int64_t> shape;  // product = data.size()
    std::span<const float> data;      // row-major
};

// A whole file: tensors in the order given, the header padded with spaces to 8 bytes. dtype is f32, f16 or bf16; values
// are rounded to nearest even, those beyond F16's range become infinity (a reader of weights refuses them).
[[nodiscard]] std::string write_safetensors(std::span<const TensorOut> tensors, Dtype dtype,
                                            const std::map<std::string, std::string>& metadata);

// The bytes before the data, padded with spaces to 8 bytes; begin and end must tile the data in the order given.
[[nodiscard]] std::string write_header(std::span<const TensorInfo> tensors,
                                       const std::map<std::string, std::string>& metadata);

}  // namespace headlight::checkpoint
