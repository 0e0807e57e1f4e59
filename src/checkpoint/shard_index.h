#pragma once
// model.safetensors.index.json: which file of a checkpoint in shards holds which tensor.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace headlight::checkpoint {

struct ShardIndex {
    std::map<std::string, std::string, std::less<>> weight_map;  // tensor -> file
    std::vector<std::string> files;                              // each once, sorted
    std::optional<std::uint64_t> total_size;                     // bytes of all tensors, where the index says it
};

// Errors name `file_name`, what was found and what would be right. File names with folders in them are refused: an
// index from outside must not name a file elsewhere.
[[nodiscard]] Result<ShardIndex> parse_shard_index(std::string_view text, std::string_view file_name);

}  // namespace headlight::checkpoint
