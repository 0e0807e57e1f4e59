#include "text/pretokenize.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "text_helpers.h"

namespace headlight::text {
namespace {

using Words = std::vector<std::string>;

Words words(std::string_view text) {
    Words out;
    for (std::size_t at = 0, end = 0; at < text.size(); at = end) {
        end = word_end(text, at);
        EXPECT_GT(end, at);
        out.emplace_back(text.substr(at, end - at));
    }
    return out;
}

TEST(Pretokenize, CutsWordsNumbersAndSigns) {
    EXPECT_EQ(words("Hello, world 123abc!?"), (Words{"Hello", ",", " world", " 123", "abc", "!?"}));
    EXPECT_EQ(words("snake_case"), (Words{"snake", "_", "case"}));
    EXPECT_EQ(words(" İstanbul'da ılık"), (Words{" İstanbul", "'d", "a", " ılık"}));
}

TEST(Pretokenize, CutsContractionsInSmallLettersOnly) {
    EXPECT_EQ(words("I'm he'll we've"), (Words{"I", "'m", " he", "'ll", " we", "'ve"}));
    EXPECT_EQ(words("I'M"), (Words{"I", "'", "M"}));
    for (const std::string ending : {"s", "t", "re", "ve", "m", "ll", "d"}) {
        EXPECT_EQ(words("x'" + ending + "y"), (Words{"x", "'" + ending, "y"}));
    }
    EXPECT_EQ(words("'lx 's"), (Words{"'", "lx", " '", "s"}));
    EXPECT_EQ(words("''s"), (Words{"''", "s"}));
    EXPECT_EQ(words("'"), (Words{"'"}));
}

TEST(Pretokenize, LeavesTheLastSpaceToTheNextWord) {
    EXPECT_EQ(words("a   b"), (Words{"a", "  ", " b"}));
    EXPECT_EQ(words("a\n\nb"), (Words{"a", "\n", "\n", "b"}));
    EXPECT_EQ(words("a \n b"), (Words{"a", " \n", " b"}));
    EXPECT_EQ(words("a   "), (Words{"a", "   "}));
    EXPECT_EQ(words("a\n"), (Words{"a", "\n"}));
    EXPECT_EQ(words("a\u3000\u3000b"), (Words{"a", "\u3000", "\u3000", "b"}));
    EXPECT_EQ(words("a\u00A0b"), (Words{"a", "\u00A0", "b"}));
}

TEST(Pretokenize, TakesInvalidBytesAsSigns) {
    EXPECT_EQ(words("a\xFF\xFE"
                    "b"),
              (Words{"a", "\xFF\xFE", "b"}));
    EXPECT_EQ(words(" \xE2\x82"), (Words{" \xE2\x82"}));
}

TEST(Pretokenize, LosesNothing) {
    Rng rng(7);
    for (int round = 0; round < 200; ++round) {
        const std::string text = test::random_bytes(rng, 1 + rng.below(60));
        std::string joined;
        for (const std::string& word : words(text)) joined += word;
        ASSERT_EQ(joined, text);
    }
}

}  // namespace
}  // namespace headlight::text
