#pragma once
// GPT-2's pre-tokenisation: text is cut into words, and no token ever spans two of them. The pattern is
//   's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
// (openai/gpt-2, src/encoder.py), written out by hand: std::regex knows no \p{L}. Bytes that are not UTF-8 count as
// characters of their own that are neither letter, number nor space.

#include <cstddef>
#include <string_view>

namespace headlight::text {

// The end of the word that begins at `from` < text.size(). Words follow one another without a gap.
[[nodiscard]] std::size_t word_end(std::string_view text, std::size_t from);

}  // namespace headlight::text
