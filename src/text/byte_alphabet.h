#pragma once
// GPT-2's way to write any bytes as printable characters (bytes_to_unicode in openai/gpt-2, src/encoder.py): printable
// Latin-1 bytes stand for themselves, the other 68 are written as U+0100 and on (a space is "Ġ").

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace headlight::text {

// The bytes in the order of GPT-2's vocabulary: the token of id i is the byte byte_order()[i].
[[nodiscard]] const std::array<unsigned char, 256>& byte_order();

// Raw bytes -> printable UTF-8.
[[nodiscard]] std::string to_alphabet(std::string_view bytes);

// Printable UTF-8 -> raw bytes; empty when some character is not of the alphabet.
[[nodiscard]] std::optional<std::string> from_alphabet(std::string_view text);

}  // namespace headlight::text
