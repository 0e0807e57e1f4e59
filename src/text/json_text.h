#pragma once
// JSON from outside, without exceptions.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace headlight::text {

// Error: names the file and the byte where it stops being JSON.
[[nodiscard]] Result<nlohmann::json> parse_json(std::string_view text, std::string_view file_name);

// "a text", "a number", ... for messages.
[[nodiscard]] std::string kind_of(const nlohmann::json& value);

}  // namespace headlight::text
