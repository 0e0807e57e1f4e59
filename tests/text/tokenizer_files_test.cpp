#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "text_helpers.h"

namespace headlight::text {
namespace {

using nlohmann::json;
using Files = std::map<std::string, std::string>;

const char* const kText = "abab café\n the<|endoftext|>İstanbul'da \xFF";

Tokenizer small() {
    return test::tokenizer_with({{"a", "b"}, {"\xC3", "\xA9"}, {" ", "t"}, {"ab", "ab"}});
}

// The error's text, or "no error".
std::string message(const Files& files) {
    const auto read = Tokenizer::from_files(files);
    return read ? "no error" : read.error().message;
}

Files pair_of(const std::string& vocab, const std::string& merges) {
    return {{"vocab.json", vocab}, {"merges.txt", merges}};
}

// Reads tokenizer.json after `edit` changed it.
template <class Edit>
std::string message_after(Edit&& edit) {
    json root = read_json(small().tokenizer_json());
    edit(root);
    return message({{"tokenizer.json", write_json(root)}});
}

TEST(TokenizerFiles, ComeBackTheSame) {
    const Tokenizer made = small();
    const auto whole = Tokenizer::from_files({{"tokenizer.json", made.tokenizer_json()}, {"README.md", "x"}});
    const auto pair = Tokenizer::from_files(pair_of(made.vocab_json(), made.merges_txt()));
    for (const auto* read : {&whole, &pair}) {
        ASSERT_TRUE(read->has_value()) << read->error().message;
        EXPECT_EQ((*read)->encode(kText), made.encode(kText));
        EXPECT_EQ((*read)->end_token(), made.end_token());
        EXPECT_EQ((*read)->vocab_json(), made.vocab_json());
        EXPECT_EQ((*read)->merges_txt(), made.merges_txt());
        EXPECT_EQ((*read)->tokenizer_json(), made.tokenizer_json());
    }
}

TEST(TokenizerFiles, HaveTheFieldsHuggingFaceReads) {
    const json root = read_json(small().tokenizer_json());
    EXPECT_EQ(root["version"], "1.0");
    EXPECT_TRUE(root["normalizer"].is_null());
    EXPECT_TRUE(root["truncation"].is_null());
    EXPECT_TRUE(root["padding"].is_null());
    for (const char* part : {"pre_tokenizer", "decoder", "post_processor"}) {
        EXPECT_EQ(root[part]["type"], "ByteLevel") << part;
        EXPECT_EQ(root[part]["add_prefix_space"], false) << part;
        EXPECT_EQ(root[part]["use_regex"], true) << part;
    }
    EXPECT_EQ(root["model"]["type"], "BPE");
    EXPECT_EQ(root["model"]["vocab"].size(), 261u);
    EXPECT_EQ(root["model"]["vocab"]["Ġt"], 258);
    EXPECT_EQ(root["model"]["merges"], json({"a b", "Ã ©", "Ġ t", "ab ab"}));
    const json end = {{"id", 260},       {"content", "<|endoftext|>"}, {"single_word", false}, {"lstrip", false},
                      {"rstrip", false}, {"normalized", false},        {"special", true}};
    EXPECT_EQ(root["added_tokens"], json::array({end}));
    EXPECT_EQ(read_json(small().vocab_json()), root["model"]["vocab"]);
    EXPECT_EQ(small().merges_txt(), "#version: 0.2\na b\nÃ ©\nĠ t\nab ab\n");
}

TEST(TokenizerFiles, AreReadInEveryWriting) {
    const Tokenizer made = small();
    const json vocab = read_json(made.vocab_json());
    const std::string escaped = vocab.dump(-1, ' ', true);
    ASSERT_EQ(escaped.find('\xC4'), std::string::npos);
    EXPECT_EQ(message(pair_of(escaped, made.merges_txt())), "no error");
    EXPECT_EQ(message(pair_of("\xEF\xBB\xBF" + escaped, "\xEF\xBB\xBF#version: 0.2\r\na b\r\nÃ ©\r\n\r\nĠ t\r\nab ab")),
              "no error");
    EXPECT_EQ(message(pair_of(escaped, "a b\nab ab")), "no error");
    EXPECT_EQ(message_after([](json& root) {
                  root["model"]["merges"] = json::array({json::array({"a", "b"}), json::array({"ab", "ab"})});
              }),
              "no error");
    EXPECT_EQ(message_after([](json& root) { root["model"].erase("type"); }), "no error");
    EXPECT_EQ(message_after([](json& root) { root.erase("pre_tokenizer"); }), "no error");

    const auto pairs = Tokenizer::from_files(pair_of(escaped, "#version: 0.2\r\na b\r\nÃ ©\r\nĠ t\r\nab ab\r\n"));
    EXPECT_EQ(pairs->encode(kText), made.encode(kText));
}

// A merge of '#' is not a comment.
TEST(TokenizerFiles, KeepMergesOfTheNumberSign) {
    const Tokenizer made = test::tokenizer_with({{"#", "#"}, {"##", "##"}});
    const auto read = Tokenizer::from_files(pair_of(made.vocab_json(), "# #\n## ##\n"));
    ASSERT_TRUE(read.has_value()) << read.error().message;
    EXPECT_EQ(read->encode("####"), (std::vector<TokenId>{257}));
}

TEST(TokenizerFiles, FindSpecialTokensInBothForms) {
    json vocab = read_json(small().vocab_json());
    vocab["<|user|>"] = 261;
    const auto pair = Tokenizer::from_files(
        {{"vocab.json", write_json(vocab)}, {"merges.txt", "a b\n"}, {"added_tokens.json", R"({"[a b]": 262})"}});
    ASSERT_TRUE(pair.has_value()) << pair.error().message;
    EXPECT_EQ(pair->encode("<|user|>[a b]<|endoftext|>"), (std::vector<TokenId>{261, 262, 260}));

    json root = read_json(small().tokenizer_json());
    root["added_tokens"].push_back({{"id", 261}, {"content", "  "}, {"special", false}});
    const auto whole = Tokenizer::from_files({{"tokenizer.json", write_json(root)}});
    ASSERT_TRUE(whole.has_value()) << whole.error().message;
    EXPECT_EQ(whole->encode("a  b").at(1), 261);
}

TEST(TokenizerFiles, MissingOnesAreNamed) {
    const auto none = Tokenizer::from_files({{"config.json", "{}"}});
    ASSERT_FALSE(none.has_value());
    EXPECT_EQ(none.error().code, ErrorCode::not_found);
    EXPECT_EQ(none.error().message,
              "There is no tokenizer: it takes tokenizer.json, or vocab.json and merges.txt together.");
    EXPECT_EQ(message({{"merges.txt", "a b"}}), none.error().message);
}

TEST(TokenizerFiles, BadVocabulariesSayWhatIsWrong) {
    const std::string good = small().vocab_json();
    const auto with = [&](const char* key, const json& value) {
        json vocab = read_json(good);
        vocab[key] = value;
        return message(pair_of(write_json(vocab), "a b\n"));
    };
    EXPECT_EQ(message(pair_of("{\"a\": 0,", "")),
              "vocab.json: this is not valid JSON (UTF-8); it ends too early, after 8 bytes.");
    EXPECT_EQ(message(pair_of("{\"\xFF\": 0}", "")),
              "vocab.json: this is not valid JSON (UTF-8); the first error is at byte 3 of 8.");
    EXPECT_EQ(message(pair_of("[]", "")),
              "vocab.json: the vocabulary is a list; it should be an object of \"token\": id.");
    EXPECT_EQ(with("zz", "x"),
              "vocab.json: the id of the token \"zz\" is a text; it should be a whole number from 0 on.");
    EXPECT_EQ(with("zz", 1.5), "vocab.json: the id of the token \"zz\" is 1.5; it should be a whole number from 0 on.");
    EXPECT_EQ(with("zz", -1), "vocab.json: the id of the token \"zz\" is -1; it should be a whole number from 0 on.");
    EXPECT_EQ(with("zz", 5000000000),
              "vocab.json: the id of the token \"zz\" is 5000000000; it should be a whole number from 0 on.");
    EXPECT_EQ(with("zz", 257),
              "vocab.json and merges.txt: the id 257 belongs to two tokens, \"zz\" and \"Ã©\"; each needs its own.");
    EXPECT_EQ(with("zz", 262),
              "vocab.json and merges.txt: no token has the id 261; ids should run from 0 to 262 without a hole.");
    EXPECT_EQ(with("zz", 9999),
              "vocab.json and merges.txt: the token \"zz\" has the id 9999, but there are only 263 tokens; ids should "
              "have no holes.");
    EXPECT_EQ(
        with("▁the", 261),
        "vocab.json and merges.txt: the token \"▁the\" has a character that is not of GPT-2's byte alphabet; this "
        "is not a byte-level vocabulary.");
    EXPECT_EQ(
        message(pair_of("{}", "")),
        "vocab.json and merges.txt: there is no token for the byte \\x00 (written \"Ā\"); a byte-level vocabulary "
        "has all 256.");
}

TEST(TokenizerFiles, BadMergesSayWhatIsWrong) {
    const std::string vocab = small().vocab_json();
    EXPECT_EQ(message(pair_of(vocab, "#version: 0.2\na b\nab\n")),
              "merges.txt: line 3 is \"ab\"; it should be two tokens with one space between them.");
    for (const char* bad : {"a b c", " b", "b ", "a  b", "# a b"}) {
        EXPECT_EQ(message(pair_of(vocab, bad)), "merges.txt: line 1 is \"" + std::string(bad) +
                                                    "\"; it should be two tokens with one space between them.");
    }
    EXPECT_EQ(message(pair_of(vocab, "a\xE9" + std::string(100, 'z'))),
              "merges.txt: line 1 is \"a\\xE9" + std::string(78, 'z') +
                  "...\"; it should be two tokens with one space between them.");
    EXPECT_EQ(message(pair_of(vocab, "a b\nq z\n")),
              "vocab.json and merges.txt: merge 2 (\"q\" with \"z\") needs the token \"qz\", which the vocabulary does "
              "not have.");
    EXPECT_EQ(
        message(pair_of(vocab, "a b\na b\n")),
        "vocab.json and merges.txt: merge 2 (\"a\" with \"b\") stands twice; each pair may be joined by one merge "
        "only.");
    EXPECT_EQ(
        message(pair_of(vocab, "▁ b\n")),
        "vocab.json and merges.txt: a merge with \"▁\" has a character that is not of GPT-2's byte alphabet; this "
        "is not a byte-level vocabulary.");
}

TEST(TokenizerFiles, BadTokenizerJsonSaysWhatIsWrong) {
    const std::string ours = "; this program reads byte-level BPE as GPT-2 has it.";
    EXPECT_EQ(message({{"tokenizer.json", "hello"}}),
              "tokenizer.json: this is not valid JSON (UTF-8); the first error is at byte 1 of 5.");
    EXPECT_EQ(message({{"tokenizer.json", "[]"}}),
              "tokenizer.json: there is no object \"model\"; a Hugging Face tokenizer file has one.");
    EXPECT_EQ(message_after([](json& root) { root["model"]["type"] = "WordPiece"; }),
              "tokenizer.json: the model is of type \"WordPiece\"" + ours);
    EXPECT_EQ(message_after([](json& root) { root["model"].erase("vocab"); }),
              "tokenizer.json: there is no model.vocab.");
    EXPECT_EQ(message_after([](json& root) { root["model"].erase("merges"); }),
              "tokenizer.json: there is no model.merges.");
    EXPECT_EQ(message_after([](json& root) { root["model"]["merges"] = "a b"; }),
              "tokenizer.json: model.merges is a text; it should be a list.");
    for (const json& bad : {json("ab"), json(7), json({"a"}), json({"a", 7}), json({"", "a"})}) {
        EXPECT_EQ(message_after([&](json& root) { root["model"]["merges"] = json::array({"a b", bad}); }),
                  "tokenizer.json: merge 2 of model.merges should be \"left right\" or [\"left\", \"right\"].");
    }
    EXPECT_EQ(message_after([](json& root) { root["model"]["end_of_word_suffix"] = "</w>"; }),
              "tokenizer.json: model.end_of_word_suffix is set" + ours);
    EXPECT_EQ(message_after([](json& root) { root["normalizer"] = {{"type", "NFC"}}; }),
              "tokenizer.json: it has a normalizer" + ours);
    EXPECT_EQ(message_after([](json& root) { root["pre_tokenizer"]["type"] = "Whitespace"; }),
              "tokenizer.json: its pre_tokenizer is not \"ByteLevel\"" + ours);
    EXPECT_EQ(message_after([](json& root) { root["pre_tokenizer"]["add_prefix_space"] = true; }),
              "tokenizer.json: it adds a space in front of texts" + ours);
    EXPECT_EQ(message_after([](json& root) { root["pre_tokenizer"]["use_regex"] = false; }),
              "tokenizer.json: it does not use GPT-2's pattern" + ours);
}

TEST(TokenizerFiles, BadAddedTokensSayWhatIsWrong) {
    EXPECT_EQ(message_after([](json& root) { root["added_tokens"] = 3; }),
              "tokenizer.json: added_tokens is a number; it should be a list.");
    for (const json& bad :
         {json(1), json({{"id", 261}}), json({{"content", "x"}}), json({{"id", 261}, {"content", ""}})}) {
        EXPECT_EQ(message_after([&](json& root) { root["added_tokens"].push_back(bad); }),
                  "tokenizer.json: entry 2 of added_tokens should have an id and a content that is not empty.");
    }
    EXPECT_EQ(message_after([](json& root) { root["added_tokens"][0]["lstrip"] = true; }),
              "tokenizer.json: the added token \"<|endoftext|>\" sets \"lstrip\", which GPT-2's tokenizer does not use "
              "and this program does not know.");
    EXPECT_EQ(message_after([](json& root) { root["added_tokens"][0]["id"] = 3; }),
              "tokenizer.json: the id 3 belongs to two tokens, \"$\" and \"<|endoftext|>\"; each needs its own.");
}

}  // namespace
}  // namespace headlight::text
