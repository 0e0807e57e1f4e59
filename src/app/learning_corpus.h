#pragma once
// What the little encoder-decoder of the page learns from: pairs "prompt -> continuation" of whole words.

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "app/settings.h"

namespace headlight::app {

// The three sentences of the tutorial, a sentence a line; split like any others.
inline constexpr std::string_view kTutorialSentences =
    "I drink and I know things.\n"
    "When you play the game of thrones, you win or you die.\n"
    "The true enemy won't wait out the storm, He brings the storm.\n";

struct LearningPair {
    std::vector<std::int32_t> prompt, continuation;  // word ids, without <start> and <end>
    bool operator==(const LearningPair&) const = default;
};

// Words that differ only in capitals are one word, shown as it was written first. Punctuation is dropped, apostrophes
// and hyphens inside a word are kept.
class LearningCorpus {
  public:
    static constexpr std::size_t kMaxBytes = 8192;  // of the text
    static constexpr int kMaxPairs = 24;
    static constexpr int kMaxSideWords = 15;  // of a prompt, and of a continuation
    static constexpr int kMaxWords = 160;     // different ones

    // A pair a line, "prompt -> continuation" (or an arrow sign, or a tab); a line without an arrow is cut at its first
    // comma, or in the middle. "" stands for the tutorial's sentences. The error is a key of the strings with its holes
    // (what: the line's number, or a limit; value: what was found).
    [[nodiscard]] static std::expected<LearningCorpus, Warning> parse(std::string_view text);

    [[nodiscard]] const std::vector<LearningPair>& pairs() const { return pairs_; }
    // By id: "<pad>", the words, "<start>", "<end>". The tutorial's words have the tutorial's ids, 1 to 23.
    [[nodiscard]] const std::vector<std::string>& words() const { return words_; }
    [[nodiscard]] int vocab() const { return static_cast<int>(words_.size()); }
    static constexpr std::int32_t kPad = 0;
    [[nodiscard]] std::int32_t start() const { return vocab() - 2; }
    [[nodiscard]] std::int32_t end() const { return vocab() - 1; }

    // "when you play": the words of these ids with spaces between.
    [[nodiscard]] std::string text(const std::vector<std::int32_t>& ids) const;
    // The ids of a prompt's words; unknown words are left out and named in `unknown`.
    [[nodiscard]] std::vector<std::int32_t> ids(std::string_view prompt, std::vector<std::string>& unknown) const;
    // Of words and pairs: what a link's weights belong to.
    [[nodiscard]] std::uint32_t fingerprint() const;

    bool operator==(const LearningCorpus&) const = default;

  private:
    std::vector<LearningPair> pairs_;
    std::vector<std::string> words_;
};

}  // namespace headlight::app
