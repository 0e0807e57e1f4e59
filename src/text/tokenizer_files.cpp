// Reading tokenizer.json, or vocab.json + merges.txt, as Hugging Face and OpenAI write them for GPT-2.

#include <algorithm>

#include "base/json.h"
#include "text/byte_alphabet.h"
#include "text/json_text.h"
#include "text/tokenizer.h"
#include "text/utf8.h"

namespace headlight::text {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxTokens = 1u << 24;

// For messages: fit to be shown, whatever the file holds.
std::string in_quotes(std::string_view text) {
    constexpr std::size_t kLongest = 80;
    return "\"" + for_people(text.substr(0, kLongest)) + (text.size() > kLongest ? "..." : "") + "\"";
}

// What the files say, in their own writing: tokens in GPT-2's byte alphabet, special tokens as plain text.
struct Written {
    std::string file;  // for messages
    std::vector<std::pair<TokenId, std::string>> vocab;
    std::vector<std::pair<TokenId, std::string>> added;  // plain text
    std::vector<std::pair<std::string, std::string>> merges;
};

Result<TokenId> read_id(const json& value, std::string_view file, std::string_view token) {
    if (value.is_number_integer() && value >= 0 && value < kMaxTokens) return value.get<TokenId>();
    return invalid(std::string(file) + ": the id of the token " + in_quotes(token) + " is " +
                   (value.is_number() ? write_json(value) : kind_of(value)) +
                   "; it should be a whole number from 0 on.");
}

Result<void> read_vocab(const json& vocab, std::string_view file, std::vector<std::pair<TokenId, std::string>>& out) {
    if (!vocab.is_object()) {
        return invalid(std::string(file) + ": the vocabulary is " + kind_of(vocab) +
                       "; it should be an object of \"token\": id.");
    }
    for (const auto& [token, value] : vocab.items()) {
        ASSIGN_OR_RETURN(const TokenId id, read_id(value, file, token));
        out.emplace_back(id, token);
    }
    return {};
}

// "left right", the two tokens of a merge; false when it is not that.
bool split_merge(std::string_view line, std::pair<std::string, std::string>& out) {
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos || space == 0 || space + 1 == line.size()) return false;
    if (line.find(' ', space + 1) != std::string_view::npos) return false;
    out = {std::string(line.substr(0, space)), std::string(line.substr(space + 1))};
    return true;
}

Result<void> read_merges_txt(std::string_view text, Written& out) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    for (int number = 1; !text.empty(); ++number) {
        const std::size_t length = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, length);
        text.remove_prefix(std::min(length + 1, text.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty() || (number == 1 && line.starts_with("#version"))) continue;
        if (!split_merge(line, out.merges.emplace_back())) {
            return invalid("merges.txt: line " + std::to_string(number) + " is " + in_quotes(line) +
                           "; it should be two tokens with one space between them.");
        }
    }
    return {};
}

Result<void> read_merge_list(const json& merges, Written& out) {
    if (!merges.is_array()) {
        return invalid("tokenizer.json: model.merges is " + kind_of(merges) + "; it should be a list.");
    }
    for (const json& merge : merges) {
        auto& pair = out.merges.emplace_back();
        bool good = false;
        if (merge.is_string()) {
            good = split_merge(merge.get_ref<const std::string&>(), pair);
        } else if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
            pair = {merge[0].get<std::string>(), merge[1].get<std::string>()};
            good = !pair.first.empty() && !pair.second.empty();
        }
        if (!good) {
            return invalid("tokenizer.json: merge " + std::to_string(out.merges.size()) +
                           " of model.merges should be \"left right\" or [\"left\", \"right\"].");
        }
    }
    return {};
}

Result<void> read_added_tokens(const json& list, Written& out) {
    if (list.is_null()) return {};
    if (!list.is_array()) {
        return invalid("tokenizer.json: added_tokens is " + kind_of(list) + "; it should be a list.");
    }
    for (const json& token : list) {
        if (!token.is_object() || !token.contains("content") || !token["content"].is_string() ||
            !token.contains("id") || token["content"].get_ref<const std::string&>().empty()) {
            return invalid("tokenizer.json: entry " + std::to_string(out.added.size() + 1) +
                           " of added_tokens should have an id and a content that is not empty.");
        }
        const auto& content = token["content"].get_ref<const std::string&>();
        for (const char* flag : {"single_word", "lstrip", "rstrip"}) {
            if (token.value(flag, json(false)) == json(true)) {
                return fail(ErrorCode::unsupported,
                            "tokenizer.json: the added token " + in_quotes(content) + " sets \"" + flag +
                                "\", which GPT-2's tokenizer does not use and this program does not know.");
            }
        }
        ASSIGN_OR_RETURN(const TokenId id, read_id(token["id"], "tokenizer.json", content));
        out.added.emplace_back(id, content);
    }
    return {};
}

// Other kinds of tokenizers use the same file name; saying so beats wrong tokens.
Result<void> require_byte_level_bpe(const json& root) {
    const auto unsupported = [](const std::string& what) {
        return fail(ErrorCode::unsupported,
                    "tokenizer.json: " + what + "; this program reads byte-level BPE as GPT-2 has it.");
    };
    if (!root.is_object() || !root.contains("model") || !root["model"].is_object()) {
        return invalid("tokenizer.json: there is no object \"model\"; a Hugging Face tokenizer file has one.");
    }
    const json& model = root["model"];
    const json type = model.value("type", json("BPE"));
    if (type != json("BPE")) return unsupported("the model is of type " + write_json(type));
    if (!model.contains("vocab")) return invalid("tokenizer.json: there is no model.vocab.");
    if (!model.contains("merges")) return invalid("tokenizer.json: there is no model.merges.");
    for (const char* affix : {"continuing_subword_prefix", "end_of_word_suffix"}) {
        const json value = model.value(affix, json());
        if (!value.is_null() && value != json("")) return unsupported(std::string("model.") + affix + " is set");
    }
    if (!root.value("normalizer", json()).is_null()) return unsupported("it has a normalizer");
    const json cutter = root.value("pre_tokenizer", json());
    if (cutter.is_null()) return {};
    if (!cutter.is_object() || cutter.value("type", json()) != json("ByteLevel")) {
        return unsupported("its pre_tokenizer is not \"ByteLevel\"");
    }
    if (cutter.value("add_prefix_space", json(false)) == json(true))
        return unsupported("it adds a space in front of texts");
    if (cutter.value("use_regex", json(true)) == json(false)) return unsupported("it does not use GPT-2's pattern");
    return {};
}

// vocab.json does not say which tokens are special; GPT-2's way of writing them does: <|name|>, made by no merge.
bool looks_special(std::string_view token) {
    return token.size() >= 5 && token.starts_with("<|") && token.ends_with("|>");
}

void find_specials(Written& written) {
    std::vector<std::string> joined;
    for (const auto& [left, right] : written.merges) joined.push_back(left + right);
    std::sort(joined.begin(), joined.end());
    for (const auto& entry : written.vocab) {
        if (looks_special(entry.second) && !std::binary_search(joined.begin(), joined.end(), entry.second)) {
            written.added.push_back(entry);
        }
    }
}

// Puts `text` at its id; an added token may stand in the vocabulary too, with the same writing.
Result<void> place(std::vector<const std::string*>& table, const Written& written, TokenId id,
                   const std::string& text) {
    const auto at = static_cast<std::size_t>(id);
    if (at >= table.size()) table.resize(at + 1, nullptr);
    if (table[at] != nullptr && *table[at] != text) {
        return invalid(written.file + ": the id " + std::to_string(id) + " belongs to two tokens, " +
                       in_quotes(*table[at]) + " and " + in_quotes(text) + "; each needs its own.");
    }
    table[at] = &text;
    return {};
}

// A hole would be a token without bytes: nothing to show when the model picks it.
Result<void> check_holes(const std::vector<const std::string*>& table, const Written& written) {
    const auto hole = std::find(table.begin(), table.end(), nullptr);
    if (hole == table.end()) return {};
    return invalid(written.file + ": no token has the id " + std::to_string(hole - table.begin()) +
                   "; ids should run from 0 to " + std::to_string(table.size() - 1) + " without a hole.");
}

Result<std::string> raw_bytes(const Written& written, const std::string& token, std::string_view where) {
    if (std::optional<std::string> raw = from_alphabet(token)) return *std::move(raw);
    return invalid(written.file + ": " + std::string(where) + " " + in_quotes(token) +
                   " has a character that is not of GPT-2's byte alphabet; this is not a byte-level vocabulary.");
}

Result<Tokenizer> build(Written& written) {
    const std::size_t count = written.vocab.size() + written.added.size();
    for (const auto* list : {&written.vocab, &written.added}) {
        for (const auto& [id, text] : *list) {
            if (static_cast<std::size_t>(id) >= count) {
                return invalid(written.file + ": the token " + in_quotes(text) + " has the id " + std::to_string(id) +
                               ", but there are only " + std::to_string(count) + " tokens; ids should have no holes.");
            }
        }
    }
    std::vector<const std::string*> table;
    for (const auto& [id, text] : written.vocab) RETURN_IF_ERROR(place(table, written, id, text));
    for (const auto& [id, text] : written.added) RETURN_IF_ERROR(place(table, written, id, text));
    RETURN_IF_ERROR(check_holes(table, written));

    TokenizerParts parts;
    for (const auto& [id, text] : written.added) parts.specials.push_back(id);
    std::sort(parts.specials.begin(), parts.specials.end());
    parts.specials.erase(std::unique(parts.specials.begin(), parts.specials.end()), parts.specials.end());
    for (std::size_t id = 0; id < table.size(); ++id) {
        if (std::binary_search(parts.specials.begin(), parts.specials.end(), static_cast<TokenId>(id))) {
            parts.tokens.push_back(*table[id]);
        } else {
            ASSIGN_OR_RETURN(std::string raw, raw_bytes(written, *table[id], "the token"));
            parts.tokens.push_back(std::move(raw));
        }
    }
    for (const auto& [left, right] : written.merges) {
        ASSIGN_OR_RETURN(std::string left_raw, raw_bytes(written, left, "a merge with"));
        ASSIGN_OR_RETURN(std::string right_raw, raw_bytes(written, right, "a merge with"));
        parts.merges.emplace_back(std::move(left_raw), std::move(right_raw));
    }
    Result<Tokenizer> made = Tokenizer::from_parts(parts);
    if (!made) return fail(made.error().code, written.file + ": " + made.error().message + ".");
    return made;
}

Result<Tokenizer> from_tokenizer_json(std::string_view content) {
    ASSIGN_OR_RETURN(const json root, parse_json(content, "tokenizer.json"));
    RETURN_IF_ERROR(require_byte_level_bpe(root));
    Written written;
    written.file = "tokenizer.json";
    RETURN_IF_ERROR(read_vocab(root["model"]["vocab"], written.file, written.vocab));
    RETURN_IF_ERROR(read_merge_list(root["model"]["merges"], written));
    RETURN_IF_ERROR(read_added_tokens(root.value("added_tokens", json()), written));
    return build(written);
}

}  // namespace

Result<Tokenizer> Tokenizer::from_files(const std::map<std::string, std::string>& files) {
    const auto whole = files.find("tokenizer.json");
    if (whole != files.end()) return from_tokenizer_json(whole->second);
    const auto vocab = files.find("vocab.json");
    const auto merges = files.find("merges.txt");
    if (vocab == files.end() || merges == files.end()) {
        return fail(ErrorCode::not_found,
                    "There is no tokenizer: it takes tokenizer.json, or vocab.json and merges.txt together.");
    }
    Written written;
    written.file = "vocab.json and merges.txt";
    ASSIGN_OR_RETURN(const json vocab_json, parse_json(vocab->second, "vocab.json"));
    RETURN_IF_ERROR(read_vocab(vocab_json, "vocab.json", written.vocab));
    RETURN_IF_ERROR(read_merges_txt(merges->second, written));
    const auto added = files.find("added_tokens.json");
    if (added != files.end()) {
        ASSIGN_OR_RETURN(const json added_json, parse_json(added->second, "added_tokens.json"));
        RETURN_IF_ERROR(read_vocab(added_json, "added_tokens.json", written.added));
    }
    find_specials(written);
    return build(written);
}

}  // namespace headlight::text
