#pragma once
// Byte-level BPE as GPT-2 has it (Radford et al., 2019): text is cut into words by GPT-2's pattern
// (text/pretokenize.h), the bytes of each word are joined pair by pair in the order of the merges. Every byte string
// has a token sequence and comes back unchanged.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "text/merge_table.h"

namespace headlight::text {

using TokenId = std::int32_t;

// The text that separates documents; GPT-2's only special token.
inline constexpr std::string_view kEndOfText = "<|endoftext|>";

// What a tokenizer is made of; from_parts checks it. Files are read in text/tokenizer_files.cpp.
struct TokenizerParts {
    std::vector<std::string> tokens;                          // id -> raw bytes (a special token: its text)
    std::vector<std::pair<std::string, std::string>> merges;  // raw bytes, most important first
    std::vector<TokenId> specials;                            // recognised in text before anything is cut
};

// Const after load: any number of threads may use one. Move-only.
class Tokenizer {
  public:
    // File name -> content. Wants "tokenizer.json", or "vocab.json" and "merges.txt" (and "added_tokens.json" if
    // there); other names are ignored. Errors name the file, what is wrong and what would be right.
    static Result<Tokenizer> from_files(const std::map<std::string, std::string>& files);
    static Result<Tokenizer> from_parts(const TokenizerParts& parts);

    Tokenizer(Tokenizer&&) = default;
    Tokenizer& operator=(Tokenizer&&) = default;

    [[nodiscard]] int vocab_size() const { return static_cast<int>(offsets_.size()) - 1; }
    // Any bytes: those that are not UTF-8 are kept as they are. Special tokens written in the text are recognised.
    [[nodiscard]] std::vector<TokenId> encode(std::string_view utf8) const;
    // The bytes of all tokens in a row; may begin or end inside a character. Ids must be in [0, vocab_size()).
    [[nodiscard]] std::string decode(std::span<const TokenId> ids) const;

    // Raw bytes of one token, valid as long as the tokenizer.
    [[nodiscard]] std::string_view bytes(TokenId id) const;
    // Valid UTF-8 for people: bytes of incomplete characters and control codes as hex (\xE2); space, tab and newline as
    // they are (a panel draws its own marks for them).
    [[nodiscard]] std::string display(TokenId id) const;
    [[nodiscard]] bool is_special(TokenId id) const;
    // The token with exactly these bytes; a special token only when no other has them.
    [[nodiscard]] std::optional<TokenId> find(std::string_view bytes) const;
    // The id of <|endoftext|>, if it is a special token here.
    [[nodiscard]] std::optional<TokenId> end_token() const;

    // The three files of a Hugging Face GPT-2 folder, written in GPT-2's byte alphabet.
    [[nodiscard]] std::string vocab_json() const;
    [[nodiscard]] std::string merges_txt() const;
    [[nodiscard]] std::string tokenizer_json() const;

  private:
    Tokenizer() = default;
    struct WordCache;
    struct SpecialMatch {
        std::size_t at;  // text.size(): there is none
        TokenId id;
    };
    [[nodiscard]] SpecialMatch next_special(std::string_view text, std::size_t from) const;
    void encode_plain(std::string_view text, WordCache& cache, std::vector<TokenId>& ids) const;
    Result<void> add_tokens(const TokenizerParts& parts);
    Result<void> add_merges(const TokenizerParts& parts);

    std::vector<char> bytes_;           // of all tokens in a row; a vector, so that moving keeps the views of index_
    std::vector<std::size_t> offsets_;  // [vocab_size + 1]
    std::unordered_map<std::string_view, TokenId> index_;
    MergeTable merges_;
    std::vector<std::pair<TokenId, TokenId>> merge_list_;  // by rank
    std::vector<TokenId> specials_;                        // longest text first
    std::vector<TokenId> byte_token_;                      // [256]
};

// Turns tokens into text as they arrive and never shows half a character.
class StreamingDecoder {
  public:
    // Takes Tokenizer::bytes(id) of the next token; returns the valid UTF-8 that became certain. Bytes that can no
    // longer become a character are returned as hex (\xE2).
    std::string push(std::string_view token_bytes);
    // The end of the stream: what was held back, as hex. The decoder is then as new.
    std::string finish();
    // Bytes held back at the moment (at most 3).
    [[nodiscard]] std::string_view pending() const { return pending_; }

  private:
    std::string pending_;
};

}  // namespace headlight::text
