#include "platform/soft_wrap.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace headlight::platform {
namespace {

float by_characters(std::string_view text) {
    return static_cast<float>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

const std::string kSpace = std::string(kSoftSpace) + "\n", kBreak = std::string(kSoftBreak) + "\n";

TEST(SoftWrap, BreaksAtSpacesAndInsideLongWords) {
    EXPECT_EQ(wrap("one two three", 8, by_characters), "one two" + kSpace + "three");
    EXPECT_EQ(wrap("abcdefgh", 3, by_characters), "abc" + kBreak + "def" + kBreak + "gh");
    EXPECT_EQ(wrap("a\nb c", 10, by_characters), "a\nb c");
    EXPECT_EQ(wrap("", 10, by_characters), "");
    EXPECT_EQ(wrap("çğış öü", 4, by_characters), "çğış" + kSpace + "öü");
}

TEST(SoftWrap, ComesBackAsItWas) {
    for (const char* text :
         {"one two three", "  two  spaces ", "a\n\nb", "abcdefghijklmnop q", "ğüşiöç ağaç", " ", "\n"}) {
        for (const float width : {1.0f, 3.0f, 7.0f, 100.0f})
            EXPECT_EQ(unwrap(wrap(text, width, by_characters)), text) << width;
    }
}

TEST(SoftWrap, DeletingASoftEndDeletesItsSpace) {
    std::string wrapped = wrap("one two three", 8, by_characters);
    wrapped.erase(wrapped.find('\n'), 1);
    EXPECT_EQ(unwrap(wrapped), "one twothree");
}

TEST(SoftWrap, CursorsKeepTheirCharacter) {
    const std::string plain = "one two three four", wrapped = wrap(plain, 8, by_characters);
    for (std::size_t at = 0; at <= plain.size(); ++at) {
        const std::size_t there = wrapped_offset(wrapped, at);
        EXPECT_EQ(unwrapped_offset(wrapped, there), at);
    }
}

}  // namespace
}  // namespace headlight::platform
