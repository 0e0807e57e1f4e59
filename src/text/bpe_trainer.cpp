#include "text/bpe_trainer.h"

#include <algorithm>
#include <cstdint>
#include <queue>
#include <unordered_map>
#include <unordered_set>

#include "text/byte_alphabet.h"
#include "text/pair_key.h"
#include "text/pretokenize.h"

namespace headlight::text {
namespace {

constexpr int kBytes = 256;

struct Word {
    std::vector<TokenId> symbols;
    std::int64_t count;  // in all texts
};

// Counts words of a text, cut at special tokens.
class WordCounter {
  public:
    explicit WordCounter(const std::vector<std::string>& specials) : specials_(specials) {}

    void add(std::string_view text) {
        for (std::size_t at = 0; at < text.size();) {
            const auto [special_at, length] = next_special(text, at);
            for (std::size_t end = 0; at < special_at; at = end) {
                end = word_end(text.substr(0, special_at), at);
                ++counts_[text.substr(at, end - at)];
            }
            at = special_at + length;
        }
    }

    // Sorted by bytes, so that nothing depends on the order of a hash table.
    [[nodiscard]] std::vector<std::pair<std::string_view, std::int64_t>> sorted() const {
        std::vector<std::pair<std::string_view, std::int64_t>> words(counts_.begin(), counts_.end());
        std::sort(words.begin(), words.end());
        return words;
    }

  private:
    [[nodiscard]] std::pair<std::size_t, std::size_t> next_special(std::string_view text, std::size_t from) const {
        std::pair<std::size_t, std::size_t> best{text.size(), 0};
        for (const std::string& special : specials_) {
            const std::size_t at = text.find(special, from);
            if (at < best.first || (at == best.first && special.size() > best.second)) best = {at, special.size()};
        }
        return best;
    }

    const std::vector<std::string>& specials_;
    std::unordered_map<std::string_view, std::int64_t> counts_;
};

// The merging itself. Counts are kept exact by taking a changed word's pairs out and putting the new ones in.
class Merger {
  public:
    explicit Merger(const std::vector<std::pair<std::string_view, std::int64_t>>& words) {
        std::vector<TokenId> token_of_byte(kBytes);
        for (int id = 0; id < kBytes; ++id) {
            const unsigned char byte = byte_order()[static_cast<std::size_t>(id)];
            token_of_byte[byte] = id;
            tokens_.emplace_back(1, static_cast<char>(byte));
            id_of_.emplace(tokens_.back(), id);
        }
        for (const auto& [bytes, count] : words) {
            Word word{{}, count};
            for (const char byte : bytes) word.symbols.push_back(token_of_byte[static_cast<unsigned char>(byte)]);
            words_.push_back(std::move(word));
            count_pairs(words_.size() - 1, +1);
        }
        push_changed();
    }

    [[nodiscard]] int tokens() const { return static_cast<int>(tokens_.size()); }

    // Joins the best pair; false when none is frequent enough.
    bool step(std::int64_t min_frequency) {
        while (!queue_.empty()) {
            const Candidate top = queue_.top();
            queue_.pop();
            const auto found = pairs_.find(top.key);
            if (found == pairs_.end() || found->second.count != top.count) continue;  // an older count
            if (top.count < min_frequency) return false;
            join(top.key);
            return true;
        }
        return false;
    }

    TokenizerParts take_parts() { return {std::move(tokens_), std::move(merges_), {}}; }

  private:
    struct PairInfo {
        std::int64_t count = 0;
        std::vector<std::uint32_t> words;  // where it stood at some time; a word may come twice
    };
    struct Candidate {
        std::int64_t count;
        PairKey key;
        const Merger* owner;
        bool operator<(const Candidate& other) const {
            if (count != other.count) return count < other.count;
            const auto bytes = [this](TokenId id) -> const std::string& {
                return owner->tokens_[static_cast<std::size_t>(id)];
            };
            const int left = bytes(left_of(key)).compare(bytes(left_of(other.key)));
            return left != 0 ? left < 0 : bytes(right_of(key)) < bytes(right_of(other.key));
        }
    };

    void count_pairs(std::size_t word_at, int sign) {
        const Word& word = words_[word_at];
        for (std::size_t i = 0; i + 1 < word.symbols.size(); ++i) {
            const PairKey key = key_of(word.symbols[i], word.symbols[i + 1]);
            PairInfo& info = pairs_[key];
            info.count += sign * word.count;
            if (sign > 0 && (info.words.empty() || info.words.back() != word_at)) {
                info.words.push_back(static_cast<std::uint32_t>(word_at));
            }
            changed_.push_back(key);
        }
    }

    void push_changed() {
        std::sort(changed_.begin(), changed_.end());
        changed_.erase(std::unique(changed_.begin(), changed_.end()), changed_.end());
        for (const PairKey key : changed_) {
            const auto found = pairs_.find(key);
            if (found->second.count > 0) {
                queue_.push({found->second.count, key, this});
            } else {
                pairs_.erase(found);
            }
        }
        changed_.clear();
    }

    void join(PairKey key) {
        const TokenId left = left_of(key);
        const TokenId right = right_of(key);
        const std::string joined = tokens_[static_cast<std::size_t>(left)] + tokens_[static_cast<std::size_t>(right)];
        // No text is known that makes the same bytes in two ways (a+bc, ab+c). If one does, they share a token, and a
        // pair that comes up again has its merge already.
        const auto [entry, is_new] = id_of_.emplace(joined, static_cast<TokenId>(tokens_.size()));
        if (is_new) tokens_.push_back(joined);
        if (merged_.insert(key).second) {
            merges_.emplace_back(tokens_[static_cast<std::size_t>(left)], tokens_[static_cast<std::size_t>(right)]);
        }
        const std::vector<std::uint32_t> places = std::move(pairs_[key].words);
        for (const std::uint32_t at : places) join_in_word(at, left, right, entry->second);
        push_changed();
    }

    void join_in_word(std::size_t word_at, TokenId left, TokenId right, TokenId joined) {
        std::vector<TokenId>& symbols = words_[word_at].symbols;
        const auto pair_at = [&](std::size_t i) {
            return i + 1 < symbols.size() && symbols[i] == left && symbols[i + 1] == right;
        };
        std::size_t i = 0;
        while (i < symbols.size() && !pair_at(i)) ++i;
        if (i == symbols.size()) return;
        count_pairs(word_at, -1);
        std::size_t out = i;
        while (i < symbols.size()) {
            const bool here = pair_at(i);
            symbols[out++] = here ? joined : symbols[i];
            i += here ? 2 : 1;
        }
        symbols.resize(out);
        count_pairs(word_at, +1);
    }

    std::vector<std::string> tokens_;
    std::unordered_map<std::string, TokenId> id_of_;
    std::vector<std::pair<std::string, std::string>> merges_;
    std::unordered_set<PairKey> merged_;
    std::vector<Word> words_;
    std::unordered_map<PairKey, PairInfo> pairs_;
    std::priority_queue<Candidate> queue_;
    std::vector<PairKey> changed_;
};

Result<void> check(const BpeTrainerOptions& options) {
    const int least = kBytes + static_cast<int>(options.special_tokens.size());
    if (options.vocab_size < least) {
        return invalid("The vocabulary size is " + std::to_string(options.vocab_size) + "; it must be at least " +
                       std::to_string(least) + ": 256 bytes and the special tokens.");
    }
    if (options.min_frequency < 1) return invalid("The least frequency of a pair must be 1 or more.");
    for (const std::string& special : options.special_tokens) {
        const bool printable = std::all_of(special.begin(), special.end(), [](char c) { return c > ' ' && c <= '~'; });
        if (special.size() < 2 || !printable) {
            return invalid("The special token \"" + special + "\" must be two or more visible ASCII characters.");
        }
        if (std::count(options.special_tokens.begin(), options.special_tokens.end(), special) > 1) {
            return invalid("The special token \"" + special + "\" is given twice.");
        }
    }
    return {};
}

}  // namespace

Result<Tokenizer> train_bpe(std::span<const std::string> texts, const BpeTrainerOptions& options) {
    RETURN_IF_ERROR(check(options));
    constexpr int kReportEvery = 16;  // merges
    const int wanted = options.vocab_size - static_cast<int>(options.special_tokens.size());
    WordCounter counter(options.special_tokens);
    for (const std::string& text : texts) counter.add(text);
    Merger merger(counter.sorted());
    while (merger.tokens() < wanted && merger.step(options.min_frequency)) {
        if (options.progress && merger.tokens() % kReportEvery == 0 && !options.progress(merger.tokens(), wanted)) {
            return fail(ErrorCode::cancelled, "Training the tokenizer was cancelled.");
        }
    }
    if (options.progress) options.progress(merger.tokens(), merger.tokens());
    TokenizerParts parts = merger.take_parts();
    for (const std::string& special : options.special_tokens) {
        parts.specials.push_back(static_cast<TokenId>(parts.tokens.size()));
        parts.tokens.push_back(special);
    }
    return Tokenizer::from_parts(parts);
}

}  // namespace headlight::text
