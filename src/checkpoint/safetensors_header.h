#pragma once
// The JSON part of a safetensors file, both ways. Used by safetensors.cpp alone.

#include "checkpoint/safetensors.h"

namespace headlight::checkpoint {

struct Header {
    std::vector<TensorInfo> tensors;  // by offset, covering the data exactly
    std::map<std::string, std::string> metadata;
};

// `data_size`: bytes after the header. Every error names `file` and the tensor.
Result<Header> parse_header_json(std::string_view text, std::uint64_t data_size, const std::string& file);

// Length and JSON, padded with spaces to a multiple of 8 bytes.
[[nodiscard]] std::string header_bytes(std::span<const TensorOut> tensors, Dtype dtype,
                                       const std::map<std::string, std::string>& metadata);

// By the file's spelling; null when unknown.
[[nodiscard]] const Dtype* find_dtype(std::string_view name);

}  // namespace headlight::checkpoint
