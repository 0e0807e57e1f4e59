#include "text/utf8.h"

#include <gtest/gtest.h>

namespace headlight::text {
namespace {

TEST(Utf8, AcceptsEveryCodePointAndNothingElse) {
    for (char32_t code = 0; code <= 0x10FFFF; ++code) {
        if (code >= 0xD800 && code <= 0xDFFF) continue;
        std::string text;
        utf8_append(text, code);
        const Utf8Char c = utf8_at(text, 0);
        ASSERT_EQ(c.code, code);
        ASSERT_EQ(static_cast<std::size_t>(c.length), text.size());
    }
    for (const char* bad : {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
                            "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xE2\x82", "\xC3", "\xE2\x28\xA1"}) {
        EXPECT_EQ(utf8_at(bad, 0).code, Utf8Char::kInvalid) << for_people(bad);
        EXPECT_EQ(utf8_at(bad, 0).length, 1);
        EXPECT_FALSE(utf8_valid(bad));
    }
}

TEST(Utf8, KnowsTheBeginningOfACharacter) {
    for (const char* start : {"\xC3", "\xE2", "\xE2\x82", "\xF0", "\xF0\x9F", "\xF0\x9F\x8E"}) {
        EXPECT_TRUE(utf8_incomplete(start)) << for_people(start);
    }
    for (const char* other :
         {"", "a", "\xC3\xA9", "\x80", "\xC0", "\xE0\x80", "\xED\xA0", "\xF4\x90", "\xE2\x28", "\xF0\x9F\x8E\x89"}) {
        EXPECT_FALSE(utf8_incomplete(other)) << for_people(other);
    }
}

TEST(Utf8, ShowsBrokenBytesAndControlCodesAsHex) {
    EXPECT_EQ(for_people(" caf\xC3\xA9"), " café");
    EXPECT_EQ(for_people("\xE2\x80"), "\\xE2\\x80");
    EXPECT_EQ(for_people("a\xFF\xC3\xA9"), "a\\xFFé");
    EXPECT_EQ(for_people(std::string_view("\0\x1B\x7F", 3)), "\\x00\\x1B\\x7F");
    EXPECT_EQ(for_people("\xC2\x9B"), "\\xC2\\x9B");
    EXPECT_EQ(for_people("\t\n"), "\t\n");
}

}  // namespace
}  // namespace headlight::text
