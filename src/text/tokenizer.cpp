#include "text/tokenizer.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "text/byte_alphabet.h"
#include "text/pretokenize.h"
#include "text/utf8.h"

namespace headlight::text {

// The words of one call of encode: where in its result the tokens of a word stand already.
struct Tokenizer::WordCache {
    struct Place {
        std::size_t at, count;
    };
    std::unordered_map<std::string_view, Place> places;
    std::vector<TokenId> symbols;
    bool enabled = false;
};

Result<Tokenizer> Tokenizer::from_parts(const TokenizerParts& parts) {
    Tokenizer made;
    RETURN_IF_ERROR(made.add_tokens(parts));
    RETURN_IF_ERROR(made.add_merges(parts));
    return made;
}

Result<void> Tokenizer::add_tokens(const TokenizerParts& parts) {
    specials_ = parts.specials;
    std::sort(specials_.begin(), specials_.end());
    offsets_.push_back(0);
    for (const std::string& token : parts.tokens) {
        if (token.empty()) return invalid("token " + std::to_string(offsets_.size() - 1) + " is empty");
        bytes_.insert(bytes_.end(), token.begin(), token.end());
        offsets_.push_back(bytes_.size());
    }
    for (TokenId id = 0; id < vocab_size(); ++id) {
        if (std::binary_search(specials_.begin(), specials_.end(), id)) continue;
        const auto [other, is_new] = index_.emplace(bytes(id), id);
        if (!is_new) {
            return invalid("tokens " + std::to_string(other->second) + " and " + std::to_string(id) +
                           " are the same: \"" + for_people(bytes(id)) + "\"");
        }
    }
    byte_token_.resize(256);
    for (int byte = 0; byte < 256; ++byte) {
        const char text = static_cast<char>(static_cast<unsigned char>(byte));
        const auto found = index_.find(std::string_view(&text, 1));
        if (found == index_.end()) {
            std::string hex;
            append_hex(hex, static_cast<unsigned char>(byte));
            return invalid("there is no token for the byte " + hex + " (written \"" + to_alphabet({&text, 1}) +
                           "\"); a byte-level vocabulary has all 256");
        }
        byte_token_[static_cast<std::size_t>(byte)] = found->second;
    }
    for (const TokenId id : specials_) {
        CHECK(id >= 0 && id < vocab_size());
        index_.emplace(bytes(id), id);
    }
    std::sort(specials_.begin(), specials_.end(), [this](TokenId a, TokenId b) {
        return bytes(a).size() != bytes(b).size() ? bytes(a).size() > bytes(b).size() : a < b;
    });
    return {};
}

Result<void> Tokenizer::add_merges(const TokenizerParts& parts) {
    merges_ = MergeTable(parts.merges.size());
    for (const auto& [left, right] : parts.merges) {
        const std::string joined = left + right;
        const auto describe = [&] {
            return "merge " + std::to_string(merge_list_.size() + 1) + " (\"" + to_alphabet(left) + "\" with \"" +
                   to_alphabet(right) + "\")";
        };
        TokenId ids[3];
        int part = 0;
        for (const std::string* token : {&left, &right, &joined}) {
            const std::optional<TokenId> id = find(*token);
            if (!id)
                return invalid(describe() + " needs the token \"" + to_alphabet(*token) +
                               "\", which the vocabulary does not have");
            ids[part++] = *id;
        }
        const auto rank = static_cast<std::int32_t>(merge_list_.size());
        if (!merges_.insert(ids[0], ids[1], {rank, ids[2]})) {
            return invalid(describe() + " stands twice; each pair may be joined by one merge only");
        }
        merge_list_.emplace_back(ids[0], ids[1]);
    }
    return {};
}

Tokenizer::SpecialMatch Tokenizer::next_special(std::string_view text, std::size_t from) const {
    if (specials_.empty()) return {text.size(), -1};
    for (std::size_t at = from; at < text.size(); ++at) {
        for (const TokenId id : specials_) {
            const std::string_view special = bytes(id);
            if (text[at] == special[0] && text.substr(at).starts_with(special)) return {at, id};
        }
    }
    return {text.size(), -1};
}

std::vector<TokenId> Tokenizer::encode(std::string_view utf8) const {
    constexpr std::size_t kWorthCaching = 512;  // bytes; below, most words come once
    std::vector<TokenId> ids;
    ids.reserve(utf8.size() / 3 + 1);
    WordCache cache;
    cache.enabled = utf8.size() >= kWorthCaching;
    for (std::size_t at = 0; at < utf8.size();) {
        const SpecialMatch match = next_special(utf8, at);
        encode_plain(utf8.substr(at, match.at - at), cache, ids);
        if (match.id < 0) break;
        ids.push_back(match.id);
        at = match.at + bytes(match.id).size();
    }
    return ids;
}

void Tokenizer::encode_plain(std::string_view text, WordCache& cache, std::vector<TokenId>& ids) const {
    for (std::size_t at = 0, end = 0; at < text.size(); at = end) {
        end = word_end(text, at);
        const std::string_view word = text.substr(at, end - at);
        if (cache.enabled) {
            const auto [known, is_new] = cache.places.try_emplace(word, WordCache::Place{ids.size(), 0});
            if (!is_new) {
                for (std::size_t i = 0; i < known->second.count; ++i) ids.push_back(ids[known->second.at + i]);
                continue;
            }
        }
        cache.symbols.clear();
        for (const char byte : word) cache.symbols.push_back(byte_token_[static_cast<unsigned char>(byte)]);
        merges_.join(cache.symbols);
        if (cache.enabled) cache.places[word].count = cache.symbols.size();
        ids.insert(ids.end(), cache.symbols.begin(), cache.symbols.end());
    }
}

std::string Tokenizer::decode(std::span<const TokenId> ids) const {
    std::string out;
    for (const TokenId id : ids) out += bytes(id);
    return out;
}

std::string_view Tokenizer::bytes(TokenId id) const {
    CHECK(id >= 0 && id < vocab_size());
    const auto at = static_cast<std::size_t>(id);
    return {bytes_.data() + offsets_[at], offsets_[at + 1] - offsets_[at]};
}

std::string Tokenizer::display(TokenId id) const {
    return for_people(bytes(id));
}

bool Tokenizer::is_special(TokenId id) const {
    return std::find(specials_.begin(), specials_.end(), id) != specials_.end();
}

std::optional<TokenId> Tokenizer::find(std::string_view wanted) const {
    const auto found = index_.find(wanted);
    if (found == index_.end()) return std::nullopt;
    return found->second;
}

std::optional<TokenId> Tokenizer::end_token() const {
    for (const TokenId id : specials_) {
        if (bytes(id) == kEndOfText) return id;
    }
    return std::nullopt;
}

}  // namespace headlight::text
