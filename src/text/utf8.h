#pragma once
// UTF-8, strictly: no overlong forms, no surrogates, nothing beyond U+10FFFF (Unicode 15, table 3-7).

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace headlight::text {

struct Utf8Char {
    static constexpr char32_t kInvalid = 0xFFFFFFFF;

    char32_t code = kInvalid;  // kInvalid: the byte there begins no character
    int length = 1;            // bytes; 1 for an invalid byte
};

// The character at `at` < text.size().
[[nodiscard]] Utf8Char utf8_at(std::string_view text, std::size_t at);

// True when `bytes` are the first bytes of some character, but not all of it.
[[nodiscard]] bool utf8_incomplete(std::string_view bytes);

[[nodiscard]] bool utf8_valid(std::string_view text);

void utf8_append(std::string& out, char32_t code);

// One byte as "\xE2".
void append_hex(std::string& out, unsigned char byte);

// `bytes` as valid UTF-8 for people: invalid bytes and control codes (but not tab and newline) as hex.
[[nodiscard]] std::string for_people(std::string_view bytes);

}  // namespace headlight::text
