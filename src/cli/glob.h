#pragma once
// Patterns with * (any run of characters) and ? (any one character).

#include <string_view>

namespace headlight::cli {

[[nodiscard]] bool glob_matches(std::string_view pattern, std::string_view text);

}  // namespace headlight::cli
