#pragma once
// JSON text, read and written in one place: the parser and the writer are large templates, and every file that called
// them compiled its own.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace headlight {

// A discarded value where the text is no JSON.
[[nodiscard]] nlohmann::json read_json(std::string_view text);
[[nodiscard]] nlohmann::ordered_json read_ordered_json(std::string_view text);

// The parser keeps the last of two equal keys. Here the first key that stands twice in the outermost object, or in an
// object right inside it, is told.
[[nodiscard]] nlohmann::json read_json(std::string_view text, std::optional<std::string>& repeated);

// On one line, or with so many spaces a level. Bytes that are no UTF-8 become U+FFFD.
[[nodiscard]] std::string write_json(const nlohmann::json& value, int indent = -1);
[[nodiscard]] std::string write_json(const nlohmann::ordered_json& value, int indent = -1);

}  // namespace headlight
