#pragma once

#include <fstream>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/rng.h"
#include "text/byte_alphabet.h"
#include "text/tokenizer.h"

namespace headlight::text::test {

// Empty when the file is not there.
inline std::string slurp(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// The 256 bytes, a token for each merge, then <|endoftext|>.
inline TokenizerParts parts_with(std::initializer_list<std::pair<std::string, std::string>> merges) {
    TokenizerParts parts;
    for (const unsigned char byte : byte_order()) parts.tokens.emplace_back(1, static_cast<char>(byte));
    for (const auto& merge : merges) {
        parts.merges.push_back(merge);
        parts.tokens.push_back(merge.first + merge.second);
    }
    parts.specials.push_back(static_cast<TokenId>(parts.tokens.size()));
    parts.tokens.emplace_back(kEndOfText);
    return parts;
}

inline Tokenizer tokenizer_with(std::initializer_list<std::pair<std::string, std::string>> merges) {
    return Tokenizer::from_parts(parts_with(merges)).value();
}

inline std::vector<std::string> pieces(const Tokenizer& tokenizer, std::string_view text) {
    std::vector<std::string> out;
    for (const TokenId id : tokenizer.encode(text)) out.emplace_back(tokenizer.bytes(id));
    return out;
}

inline std::string random_bytes(Rng& rng, std::size_t length, int alphabet = 256, int first = 0) {
    std::string out;
    for (std::size_t i = 0; i < length; ++i) {
        const auto byte = first + static_cast<int>(rng.below(static_cast<std::uint64_t>(alphabet)));
        out.push_back(static_cast<char>(static_cast<unsigned char>(byte)));
    }
    return out;
}

inline constexpr std::string_view kTurkish =
    "Pijamalı hasta yağız şoföre çabucak güvendi. IĞDIR'da ılık, İzmir'de serin bir gün; öğle üzeri çiğ düştü.\n";

}  // namespace headlight::text::test
