#pragma once
// Word wrap for a text field that only knows hard line ends. Wrapped text marks each soft end: kSoftSpace + "\n" stands
// for a space that ended a line, kSoftBreak + "\n" for a break inside a long word. Both marks are invisible characters
// of the private use area; text that holds them loses them.

#include <functional>
#include <string>
#include <string_view>

namespace headlight::platform {

inline constexpr std::string_view kSoftSpace = "\xEE\x80\x80";  // U+E000
inline constexpr std::string_view kSoftBreak = "\xEE\x80\x81";  // U+E001

// The width of a piece of text in the field's font.
using Measure = std::function<float(std::string_view)>;

[[nodiscard]] std::string wrap(std::string_view text, float width, const Measure& measure);
[[nodiscard]] std::string unwrap(std::string_view wrapped);
// Byte offsets of a cursor from one form to the other. `offset` lies between characters.
[[nodiscard]] std::size_t unwrapped_offset(std::string_view wrapped, std::size_t offset);
[[nodiscard]] std::size_t wrapped_offset(std::string_view wrapped, std::size_t plain_offset);

}  // namespace headlight::platform
