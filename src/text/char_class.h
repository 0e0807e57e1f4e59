#pragma once
// The classes of characters that GPT-2's pattern asks for.

#include <string_view>

namespace headlight::text {

// letter: \p{L}, number: \p{N}, space: \s (White_Space), other: all else, also an invalid byte.
enum class CharClass : unsigned char { letter, number, space, other };

[[nodiscard]] CharClass class_of(char32_t code);

// The version of the tables, for example "15.0.0".
[[nodiscard]] std::string_view unicode_version();

}  // namespace headlight::text
