#include "app/learning_corpus.h"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/rng.h"
#include "text/utf8.h"

namespace headlight::app {
namespace {

// The tutorial's vocabulary, ids 1 to 23.
constexpr auto kTutorialWords = std::to_array<std::string_view>(
    {"I",   "drink", "things", "Know",  "When", "won't", "play",    "out", "true", "storm", "brings", "game",
     "the", "win",   "of",     "enemy", "you",  "wait",  "thrones", "and", "or",   "die",   "He"});

constexpr char32_t kRightArrow = 0x2192;

// Small letters of A-Z and of the Turkish capitals; a dotted capital I becomes i. Others stay.
char32_t folded(char32_t c) {
    if (c >= U'A' && c <= U'Z') return c + 32;
    switch (c) {
        case 0xC7:
            return 0xE7;  // C with cedilla
        case 0xD6:
            return 0xF6;  // O with diaeresis
        case 0xDC:
            return 0xFC;  // U with diaeresis
        case 0x11E:
            return 0x11F;  // G with breve
        case 0x15E:
            return 0x15F;  // S with cedilla
        case 0x130:
            return U'i';  // I with dot
        default:
            return c;
    }
}

bool between_words(char32_t c) {
    constexpr std::u32string_view kSigns =
        U".,!?;:\"()[]{}<>|/\\*_=+~#\u2026\u201C\u201D\u201E\u00AB\u00BB\u2014\u2013\u00A0\u3000";
    return c <= U' ' || c == 0x7F || kSigns.contains(c);
}

struct Word {
    std::string shown, key;  // as written; what makes it the same word
};

// The words of a valid text.
std::vector<Word> words_of(std::string_view text) {
    std::vector<Word> out;
    Word word;
    const auto finish = [&] {
        constexpr std::string_view kEdge = "'-";
        const std::size_t first = word.shown.find_first_not_of(kEdge), last = word.shown.find_last_not_of(kEdge);
        if (first != std::string::npos) {
            const std::size_t cut = word.shown.size() - 1 - last;
            out.push_back(
                {word.shown.substr(first, last + 1 - first), word.key.substr(first, word.key.size() - first - cut)});
        }
        word = {};
    };
    for (std::size_t at = 0; at < text.size();) {
        const auto [code, length] = text::utf8_at(text, at);
        at += static_cast<std::size_t>(length);
        if (between_words(code)) {
            finish();
            continue;
        }
        const bool quote = code == 0x2018 || code == 0x2019;  // curly apostrophes
        text::utf8_append(word.shown, quote ? U'\'' : code);
        text::utf8_append(word.key, quote ? U'\'' : folded(code));
    }
    finish();
    return out;
}

struct Sides {
    std::vector<Word> prompt, continuation;
    int arrows = 0;
};

// How often `sign` occurs, and the text before the first and after it.
int split_at(std::string_view line, std::string_view sign, std::string_view& before, std::string_view& after) {
    int found = 0;
    for (std::size_t at = line.find(sign); at != std::string_view::npos; at = line.find(sign, at + sign.size())) {
        if (found++ > 0) continue;
        before = line.substr(0, at);
        after = line.substr(at + sign.size());
    }
    return found;
}

Sides sides_of(std::string_view line) {
    std::string_view before, after;
    std::string arrow;
    text::utf8_append(arrow, kRightArrow);
    int arrows = 0;
    for (const std::string_view sign : {std::string_view("->"), std::string_view(arrow), std::string_view("\t")}) {
        std::string_view b, a;
        const int found = split_at(line, sign, b, a);
        if (arrows == 0 && found > 0) before = b, after = a;
        arrows += found;
    }
    if (arrows > 0) return {words_of(before), words_of(after), arrows};
    if (split_at(line, ",", before, after) > 0) {
        Sides sides{words_of(before), words_of(after), 0};
        if (!sides.prompt.empty() && !sides.continuation.empty()) return sides;
    }
    Sides sides{words_of(line), {}, 0};
    const auto half = static_cast<std::ptrdiff_t>((sides.prompt.size() + 1) / 2);
    sides.continuation.assign(sides.prompt.begin() + half, sides.prompt.end());
    sides.prompt.erase(sides.prompt.begin() + half, sides.prompt.end());
    return sides;
}

using Index = std::unordered_map<std::string, std::int32_t>;

std::int32_t id_of(const Word& word, Index& index, std::vector<std::string>& words) {
    const auto [at, added] = index.try_emplace(word.key, static_cast<std::int32_t>(words.size()));
    if (added) words.push_back(word.shown);
    return at->second;
}

Warning problem(std::string_view key, std::size_t what, std::string value = {}) {
    return {"learn.error." + std::string(key), std::to_string(what), std::move(value)};
}

// What is wrong with a line's pair; nothing when it is fine.
std::optional<Warning> line_problem(const Sides& sides, std::size_t line) {
    if (sides.arrows > 1) return problem("arrows", line, std::to_string(sides.arrows));
    if (sides.prompt.empty() || sides.continuation.empty()) return problem("side", line);
    const std::size_t longest = std::max(sides.prompt.size(), sides.continuation.size());
    if (longest > static_cast<std::size_t>(LearningCorpus::kMaxSideWords)) {
        return problem("long", line, std::to_string(longest));
    }
    return {};
}

// The tutorial's own words come first when the text is the tutorial's.
void seed_words(std::vector<std::string>& words, Index& index) {
    for (const std::string_view word : kTutorialWords) id_of(words_of(word).front(), index, words);
}

}  // namespace

std::expected<LearningCorpus, Warning> LearningCorpus::parse(std::string_view text) {
    if (text.size() > kMaxBytes) return std::unexpected(problem("bytes", kMaxBytes, std::to_string(text.size())));
    if (!text::utf8_valid(text)) return std::unexpected(problem("utf8", 0));
    LearningCorpus corpus;
    Index index;
    corpus.words_ = {"<pad>"};
    if (text.empty()) seed_words(corpus.words_, index), text = kTutorialSentences;
    std::size_t number = 0;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        ++number;
        if (words_of(line).empty()) {
            if (!sides_of(line).arrows) continue;
            return std::unexpected(problem("side", number));
        }
        const Sides sides = sides_of(line);
        if (auto bad = line_problem(sides, number)) return std::unexpected(*std::move(bad));
        LearningPair pair;
        for (const Word& word : sides.prompt) pair.prompt.push_back(id_of(word, index, corpus.words_));
        for (const Word& word : sides.continuation) pair.continuation.push_back(id_of(word, index, corpus.words_));
        const auto same = std::ranges::find(corpus.pairs_, pair.prompt, &LearningPair::prompt);
        if (same != corpus.pairs_.end() && same->continuation != pair.continuation) {
            return std::unexpected(problem("contradiction", number, corpus.text(pair.prompt)));
        }
        if (same == corpus.pairs_.end()) corpus.pairs_.push_back(std::move(pair));
        if (corpus.pairs_.size() > static_cast<std::size_t>(kMaxPairs))
            return std::unexpected(problem("pairs", kMaxPairs));
        if (corpus.words_.size() > static_cast<std::size_t>(kMaxWords) + 1)
            return std::unexpected(problem("words", kMaxWords));
    }
    if (corpus.pairs_.empty()) return std::unexpected(problem("empty", 0));
    corpus.words_.insert(corpus.words_.end(), {"<start>", "<end>"});
    return corpus;
}

std::string LearningCorpus::text(const std::vector<std::int32_t>& ids) const {
    std::string out;
    for (const std::int32_t id : ids) {
        if (!out.empty()) out += ' ';
        out += words_[static_cast<std::size_t>(id)];
    }
    return out;
}

std::vector<std::int32_t> LearningCorpus::ids(std::string_view prompt, std::vector<std::string>& unknown) const {
    std::vector<std::int32_t> out;
    for (const Word& word : words_of(prompt)) {
        std::int32_t id = 1;
        while (id < start() && words_of(words_[static_cast<std::size_t>(id)]).front().key != word.key) ++id;
        if (id < start()) {
            out.push_back(id);
        } else {
            unknown.push_back(word.shown);
        }
    }
    return out;
}

std::uint32_t LearningCorpus::fingerprint() const {
    std::uint64_t hash = static_cast<std::uint64_t>(vocab());
    const auto add = [&](std::uint64_t value) { hash = mix64(hash ^ value); };
    for (const std::string& word : words_) {
        add(word.size());
        for (const char c : word) add(static_cast<unsigned char>(c));
    }
    for (const LearningPair& pair : pairs_) {
        for (const auto* ids : {&pair.prompt, &pair.continuation}) {
            add(ids->size());
            for (const std::int32_t id : *ids) add(static_cast<std::uint64_t>(id));
        }
    }
    return static_cast<std::uint32_t>(hash);
}

}  // namespace headlight::app
