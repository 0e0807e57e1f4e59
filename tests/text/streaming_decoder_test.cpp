#include <gtest/gtest.h>

#include "text/utf8.h"
#include "text_helpers.h"

namespace headlight::text {
namespace {

TEST(StreamingDecoder, HoldsBackHalfACharacter) {
    StreamingDecoder decoder;
    EXPECT_EQ(decoder.push("Hi \xF0\x9F"), "Hi ");
    EXPECT_EQ(decoder.pending(), "\xF0\x9F");
    EXPECT_EQ(decoder.push("\x8E"), "");
    EXPECT_EQ(decoder.push("\x89!"), "🎉!");
    EXPECT_EQ(decoder.pending(), "");
    EXPECT_EQ(decoder.finish(), "");
}

TEST(StreamingDecoder, ShowsTheRestAsHexAtTheEnd) {
    StreamingDecoder decoder;
    EXPECT_EQ(decoder.push("\xE2\x80"), "");
    EXPECT_EQ(decoder.finish(), "\\xE2\\x80");
    EXPECT_EQ(decoder.push("\x99"), "\\x99");
}

TEST(StreamingDecoder, ShowsBytesThatBecomeInvalidAsHex) {
    StreamingDecoder decoder;
    EXPECT_EQ(decoder.push("\xE2\x80"), "");
    EXPECT_EQ(decoder.push("a"), "\\xE2\\x80a");
    EXPECT_EQ(decoder.push("\xFF"), "\\xFF");
    EXPECT_EQ(decoder.push("\xE2"), "");
    EXPECT_EQ(decoder.push("\xC3\xA9"), "\\xE2é");
}

TEST(StreamingDecoder, ShowsAnEmojiOfSeveralTokensOnce) {
    const Tokenizer tokenizer = test::tokenizer_with({{"\xF0", "\x9F"}});
    StreamingDecoder decoder;
    std::vector<std::string> shown;
    for (const TokenId id : tokenizer.encode("👍🏽.")) shown.push_back(decoder.push(tokenizer.bytes(id)));
    EXPECT_EQ(shown, (std::vector<std::string>{"", "", "👍", "", "", "🏽", "."}));
}

TEST(StreamingDecoder, DoesNotDependOnTheCuts) {
    Rng rng(3);
    for (int round = 0; round < 500; ++round) {
        const bool valid = round % 2 == 0;
        const std::string text =
            valid ? std::string(test::kTurkish) + "🎉日本" : test::random_bytes(rng, 1 + rng.below(40), 128, 128);
        StreamingDecoder whole;
        std::string expected = whole.push(text);
        expected += whole.finish();
        StreamingDecoder decoder;
        std::string shown;
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t length = 1 + rng.below(4);
            const std::string part = decoder.push(std::string_view(text).substr(at, length));
            ASSERT_TRUE(utf8_valid(part));
            shown += part;
            at += length;
        }
        shown += decoder.finish();
        ASSERT_EQ(shown, expected);
        if (valid) {
            ASSERT_EQ(shown, text);
        }
    }
}

}  // namespace
}  // namespace headlight::text
