// Tokenizer files and texts from outside: refused with a message, or every promise of text/tokenizer.h holds.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "text/bpe_trainer.h"
#include "text/byte_alphabet.h"
#include "text/documents.h"
#include "text/tokenizer.h"
#include "text/utf8.h"

using namespace headlight;
using namespace headlight::text;

namespace {

constexpr std::string_view kSample = "It's a café,\n  İstanbul'da 123 \xFF<|endoftext|> abab";

void check_round_trip(const Tokenizer& tokenizer, std::string_view text) {
    const std::vector<TokenId> ids = tokenizer.encode(text);
    CHECK(tokenizer.decode(ids) == text);
    StreamingDecoder decoder;
    std::string shown;
    for (const TokenId id : ids) {
        const std::string part = decoder.push(tokenizer.bytes(id));
        CHECK(utf8_valid(part) && decoder.pending().size() < 4);
        shown += part;
    }
    shown += decoder.finish();
    CHECK(utf8_valid(text) ? shown == text : shown.size() > text.size());
}

void check_promises(const Tokenizer& tokenizer) {
    check_round_trip(tokenizer, kSample);
    for (TokenId id = 0; id < tokenizer.vocab_size(); ++id) {
        CHECK(!tokenizer.bytes(id).empty() && tokenizer.find(tokenizer.bytes(id)).has_value());
        CHECK(utf8_valid(tokenizer.display(id)));
    }
    const auto again = Tokenizer::from_files({{"tokenizer.json", tokenizer.tokenizer_json()}});
    CHECK(again.has_value() && again->encode(kSample) == tokenizer.encode(kSample));
}

void check_files(const std::map<std::string, std::string>& files) {
    const auto read = Tokenizer::from_files(files);
    if (read.has_value()) return check_promises(*read);
    const std::string& message = read.error().message;
    CHECK(utf8_valid(message));
    CHECK(std::any_of(files.begin(), files.end(), [&](const auto& file) { return message.starts_with(file.first); }));
}

// Each pair of bytes picks two of the tokens there are and joins them.
void check_merges(std::string_view picks, std::string_view text) {
    TokenizerParts parts;
    for (const unsigned char byte : byte_order()) parts.tokens.emplace_back(1, static_cast<char>(byte));
    constexpr std::size_t kLongest = 64;
    for (std::size_t i = 0; i + 1 < picks.size(); i += 2) {
        // The newest tokens have the smallest numbers, so that long ones come about.
        const auto pick = [&](char byte) {
            const auto number = static_cast<std::size_t>(static_cast<unsigned char>(byte));
            return parts.tokens[parts.tokens.size() - 1 - number];
        };
        const std::pair<std::string, std::string> merge{pick(picks[i]), pick(picks[i + 1])};
        if (merge.first.size() + merge.second.size() > kLongest) continue;
        parts.tokens.push_back(merge.first + merge.second);
        parts.merges.push_back(merge);
    }
    const auto made = Tokenizer::from_parts(parts);
    if (made.has_value()) check_round_trip(*made, text);
}

void check_training(std::string_view text) {
    std::vector<std::string> documents;
    for (const std::string_view document : split_documents(text)) documents.emplace_back(document);
    const auto trained = train_bpe(documents, {.vocab_size = 300});
    CHECK(trained.has_value());
    check_round_trip(*trained, text);
    const auto read =
        Tokenizer::from_files({{"vocab.json", trained->vocab_json()}, {"merges.txt", trained->merges_txt()}});
    CHECK(read.has_value() && read->encode(text) == trained->encode(text));
}

}  // namespace

// The first byte says what the rest is.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::size_t cut = std::min(rest.find('\0'), rest.size());
    const std::string_view first = rest.substr(0, cut);
    const std::string_view second = rest.substr(std::min(cut + 1, rest.size()));
    switch (data[0]) {
        case 'j':
            check_files({{"tokenizer.json", std::string(rest)}});
            break;
        case 'v':
            check_files({{"vocab.json", std::string(first)}, {"merges.txt", std::string(second)}});
            break;
        case 'm':
            check_merges(first, second);
            break;
        case 't':
            check_training(rest);
            break;
        default:
            check_merges("\x8D\x93\x01\x95", rest);
    }
    return 0;
}
