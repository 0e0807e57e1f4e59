// Writing the tokenizer files of a Hugging Face GPT-2 folder.

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "text/byte_alphabet.h"
#include "text/tokenizer.h"

namespace headlight::text {
namespace {

using Json = nlohmann::ordered_json;

std::string written(const Tokenizer& tokenizer, TokenId id) {
    return tokenizer.is_special(id) ? std::string(tokenizer.bytes(id)) : to_alphabet(tokenizer.bytes(id));
}

// By hand and not as an ordered_json: that looks every key up in all before it.
std::string vocab_object(const Tokenizer& tokenizer) {
    std::string out = "{";
    for (TokenId id = 0; id < tokenizer.vocab_size(); ++id) {
        if (id > 0) out += ",";
        out += write_json(Json(written(tokenizer, id))) + ":" + std::to_string(id);
    }
    return out + "}";
}

Json added_tokens(const Tokenizer& tokenizer) {
    Json list = Json::array();
    for (TokenId id = 0; id < tokenizer.vocab_size(); ++id) {
        if (!tokenizer.is_special(id)) continue;
        list.push_back({{"id", id},
                        {"content", std::string(tokenizer.bytes(id))},
                        {"single_word", false},
                        {"lstrip", false},
                        {"rstrip", false},
                        {"normalized", false},
                        {"special", true}});
    }
    return list;
}

Json byte_level(bool trim_offsets) {
    return {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", trim_offsets}, {"use_regex", true}};
}

}  // namespace

std::string Tokenizer::vocab_json() const {
    return vocab_object(*this) + "\n";
}

std::string Tokenizer::merges_txt() const {
    std::string out = "#version: 0.2\n";
    for (const auto& [left, right] : merge_list_) out += written(*this, left) + " " + written(*this, right) + "\n";
    return out;
}

std::string Tokenizer::tokenizer_json() const {
    Json merges = Json::array();
    for (const auto& [left, right] : merge_list_) merges.push_back(written(*this, left) + " " + written(*this, right));
    // The vocabulary, the largest part, is put in as text afterwards.
    const std::string mark = "@vocab";
    const Json root = {{"version", "1.0"},
                       {"truncation", nullptr},
                       {"padding", nullptr},
                       {"added_tokens", added_tokens(*this)},
                       {"normalizer", nullptr},
                       {"pre_tokenizer", byte_level(true)},
                       {"post_processor", byte_level(false)},
                       {"decoder", byte_level(true)},
                       {"model",
                        {{"type", "BPE"},
                         {"dropout", nullptr},
                         {"unk_token", nullptr},
                         {"continuing_subword_prefix", ""},
                         {"end_of_word_suffix", ""},
                         {"fuse_unk", false},
                         {"byte_fallback", false},
                         {"vocab", mark},
                         {"merges", merges}}}};
    std::string out = write_json(root);
    const std::string place = "\"vocab\":\"" + mark + "\"";
    out.replace(out.find(place), place.size(), "\"vocab\":" + vocab_object(*this));
    return out + "\n";
}

}  // namespace headlight::text
