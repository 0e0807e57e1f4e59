#include "checkpoint/shard_index.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/json.h"
#include "checkpoint/safetensors.h"

namespace headlight::checkpoint {
namespace {

using nlohmann::json;

bool is_plain_name(std::string_view name) {
    constexpr std::size_t kLongest = 255;
    const bool printable = std::ranges::all_of(name, [](char c) { return static_cast<unsigned char>(c) >= 0x20; });
    return printable && name.size() <= kLongest && name.ends_with(".safetensors") && !name.starts_with('.') &&
           name.find_first_of("/\\:?#%") == std::string_view::npos;
}

std::optional<std::uint64_t> total_size_of(const json& object) {
    const auto metadata = object.find("metadata");
    if (metadata == object.end() || !metadata->is_object()) return std::nullopt;
    const auto size = metadata->find("total_size");
    if (size == metadata->end() || !size->is_number_unsigned()) return std::nullopt;
    return size->get<std::uint64_t>();
}

}  // namespace

Result<ShardIndex> parse_shard_index(std::string_view text, std::string_view file_name) {
    const std::string file(file_name);
    std::optional<std::string> repeated;
    const json object = read_json(text, repeated);
    if (!object.is_object()) return invalid(file + ": not a JSON object; expected one with \"weight_map\"");
    if (repeated) return invalid(file + ": " + quoted_name(*repeated) + " occurs twice; expected each name once");
    const auto map = object.find("weight_map");
    if (map == object.end() || !map->is_object() || map->empty()) {
        return invalid(file + ": no \"weight_map\"; expected an object of tensor names and file names");
    }
    ShardIndex index;
    std::set<std::string> files;
    for (const auto& [tensor, entry] : map->items()) {
        if (!entry.is_string() || !is_plain_name(entry.get_ref<const std::string&>())) {
            return invalid(file + ": tensor " + quoted_name(tensor) + ": its file is " +
                           (entry.is_string() ? quoted_name(entry.get_ref<const std::string&>()) : entry.type_name()) +
                           "; expected a name without folders that ends in .safetensors");
        }
        files.insert(entry.get<std::string>());
        index.weight_map.emplace(tensor, entry.get<std::string>());
    }
    index.files.assign(files.begin(), files.end());
    index.total_size = total_size_of(object);
    return index;
}

}  // namespace headlight::checkpoint
