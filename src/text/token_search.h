#pragma once
// Tokens of a vocabulary by what stands in them, for a person who types.

#include <string_view>
#include <vector>

#include "text/tokenizer.h"

namespace headlight::text {

struct TokenMatches {
    std::vector<TokenId> best;  // exactly the text, then those that begin with it, then those that have it in them
    int count = 0;              // of all
};

// Up to `most` tokens whose Tokenizer::display() has `wanted` in it, shorter ones before longer ones. ASCII letters
// match in either case, the very same ones first. A token's leading space counts only where `wanted` begins with one; a
// middle dot at its beginning, as spaces are drawn, is one. Nothing matches an empty text.
[[nodiscard]] TokenMatches find_tokens(const Tokenizer& tokenizer, std::string_view wanted, int most);

}  // namespace headlight::text
