#include "text/tokenizer.h"

#include <gtest/gtest.h>

#include <thread>

#include "text/utf8.h"
#include "text_helpers.h"

namespace headlight::text {
namespace {

using test::pieces;
using Pieces = std::vector<std::string>;

TEST(Tokenizer, JoinsInTheOrderOfTheMerges) {
    const Tokenizer tokenizer = test::tokenizer_with({{"b", "c"}, {"a", "b"}, {"ab", "c"}, {" ", "a"}});
    EXPECT_EQ(pieces(tokenizer, "abc"), (Pieces{"a", "bc"}));  // b c comes first, though a b stands left
    EXPECT_EQ(pieces(tokenizer, "abd"), (Pieces{"ab", "d"}));
    EXPECT_EQ(pieces(tokenizer, "x a"), (Pieces{"x", " a"}));
    EXPECT_EQ(pieces(tokenizer, "b c"), (Pieces{"b", " ", "c"}));  // never over a word's end
}

TEST(Tokenizer, RecognisesSpecialTokensInText) {
    TokenizerParts parts = test::parts_with({{" ", "b"}});
    parts.specials.push_back(static_cast<TokenId>(parts.tokens.size()));
    parts.tokens.emplace_back("<|endoftext|>!");
    const Tokenizer tokenizer = Tokenizer::from_parts(parts).value();
    EXPECT_EQ(pieces(tokenizer, "a<|endoftext|> b"), (Pieces{"a", "<|endoftext|>", " b"}));
    EXPECT_EQ(pieces(tokenizer, "<|endoftext|><|endoftext|>"), (Pieces{"<|endoftext|>", "<|endoftext|>"}));
    EXPECT_EQ(pieces(tokenizer, "<|endoftext|>!"), (Pieces{"<|endoftext|>!"}));  // the longest
    EXPECT_EQ(pieces(tokenizer, "<|end").size(), 5u);
    ASSERT_EQ(tokenizer.end_token(), 257);
    EXPECT_TRUE(tokenizer.is_special(257));
    EXPECT_TRUE(tokenizer.is_special(258));
    EXPECT_FALSE(tokenizer.is_special(256));
    EXPECT_EQ(tokenizer.display(257), "<|endoftext|>");
}

TEST(Tokenizer, FindsTokensByTheirBytes) {
    const Tokenizer tokenizer = test::tokenizer_with({{"a", "b"}});
    EXPECT_EQ(tokenizer.vocab_size(), 258);
    EXPECT_EQ(tokenizer.find("ab"), 256);
    EXPECT_EQ(tokenizer.find("!"), 0);
    EXPECT_EQ(tokenizer.find("<|endoftext|>"), 257);
    EXPECT_EQ(tokenizer.find("ba"), std::nullopt);
    EXPECT_EQ(tokenizer.find(""), std::nullopt);
}

TEST(Tokenizer, ShowsTokensToPeople) {
    const Tokenizer tokenizer = test::tokenizer_with({{" ", "t"}, {"\xE2", "\x80"}, {"\xC3", "\xA9"}});
    EXPECT_EQ(tokenizer.display(256), " t");
    EXPECT_EQ(tokenizer.display(257), "\\xE2\\x80");
    EXPECT_EQ(tokenizer.display(258), "é");
    for (TokenId id = 0; id < tokenizer.vocab_size(); ++id) EXPECT_TRUE(utf8_valid(tokenizer.display(id)));
}

TEST(Tokenizer, KeepsItsViewsWhenMoved) {
    Tokenizer first = test::tokenizer_with({{"a", "b"}});
    const std::string_view before = first.bytes(256);
    const Tokenizer second = std::move(first);
    EXPECT_EQ(before, "ab");
    EXPECT_EQ(before.data(), second.bytes(256).data());
    EXPECT_EQ(second.find("ab"), 256);
    EXPECT_EQ(pieces(second, "abab"), (Pieces{"ab", "ab"}));
}

// Both sides of the length where words are remembered.
TEST(Tokenizer, ReturnsAnyBytesUnchanged) {
    const Tokenizer tokenizer =
        test::tokenizer_with({{"\xC4", "\xB1"}, {" ", "\x80"}, {"a", "a"}, {"aa", "aa"}, {"e", "r"}});
    Rng rng(5);
    for (int round = 0; round < 400; ++round) {
        std::string text = test::random_bytes(rng, rng.below(1200), round % 3 == 0 ? 4 : 256, round % 3 == 0 ? 'a' : 0);
        if (round % 5 == 0) text += kEndOfText;
        ASSERT_EQ(tokenizer.decode(tokenizer.encode(text)), text);
    }
    std::string turkish;
    for (int i = 0; i < 20; ++i) {
        turkish += test::kTurkish;
        ASSERT_EQ(tokenizer.decode(tokenizer.encode(turkish)), turkish);
    }
    EXPECT_TRUE(tokenizer.encode("").empty());
    EXPECT_EQ(tokenizer.decode({}), "");
}

// A word that was met before in a long text gets the same tokens as alone.
TEST(Tokenizer, EncodesLongTextsAsTheirParts) {
    const Tokenizer tokenizer = test::tokenizer_with({{"a", "b"}, {"ab", "ab"}, {" ", "ab"}});
    std::string text;
    std::vector<TokenId> expected;
    for (int i = 0; i < 500; ++i) {
        const std::string word = " " + std::string(static_cast<std::size_t>(1 + i % 7), i % 2 == 0 ? 'a' : 'b') + "ab";
        text += word;
        for (const TokenId id : tokenizer.encode(word)) expected.push_back(id);
    }
    EXPECT_EQ(tokenizer.encode(text), expected);
}

TEST(Tokenizer, ServesSeveralThreads) {
#ifdef HEADLIGHT_NO_THREADS
    GTEST_SKIP() << "this build has no threads";
#endif
    const Tokenizer tokenizer = test::tokenizer_with({{"a", "b"}, {" ", "ab"}});
    const std::string text(5000, 'a');
    const std::vector<TokenId> expected = tokenizer.encode(text);
    std::vector<TokenId> other;
    std::thread thread([&] { other = tokenizer.encode(text); });
    EXPECT_EQ(tokenizer.encode(text), expected);
    thread.join();
    EXPECT_EQ(other, expected);
}

TEST(Tokenizer, RefusesPartsThatDoNotFit) {
    const auto message = [](const TokenizerParts& parts) {
        const auto made = Tokenizer::from_parts(parts);
        return made ? std::string("no error") : made.error().message;
    };
    TokenizerParts twice = test::parts_with({});
    twice.tokens.emplace_back("a");
    EXPECT_EQ(message(twice), "tokens 64 and 257 are the same: \"a\"");
    TokenizerParts no_byte = test::parts_with({});
    no_byte.tokens[188] = "zz";
    EXPECT_EQ(message(no_byte),
              "there is no token for the byte \\x00 (written \"Ā\"); a byte-level vocabulary has all 256");
    TokenizerParts empty = test::parts_with({});
    empty.tokens.emplace_back();
    EXPECT_EQ(message(empty), "token 257 is empty");
    TokenizerParts homeless = test::parts_with({{"a", "b"}});
    homeless.merges.emplace_back(" ", "c");
    EXPECT_EQ(message(homeless),
              "merge 2 (\"Ġ\" with \"c\") needs the token \"Ġc\", which the vocabulary does not have");
    TokenizerParts again = test::parts_with({{"a", "b"}});
    again.merges.emplace_back("a", "b");
    EXPECT_EQ(message(again), "merge 2 (\"a\" with \"b\") stands twice; each pair may be joined by one merge only");
}

}  // namespace
}  // namespace headlight::text
