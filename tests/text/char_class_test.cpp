#include "text/char_class.h"

#include <gtest/gtest.h>

#include <map>
#include <string_view>

#include "text/utf8.h"

namespace headlight::text {
namespace {

TEST(CharClass, KnowsUnicodeClasses) {
    for (const char32_t letter : std::u32string_view(U"azAZéİıŞşĞğçΩяשع日あ한ªʰ𐐷𝒳")) {
        EXPECT_EQ(class_of(letter), CharClass::letter) << std::hex << static_cast<std::uint32_t>(letter);
    }
    for (const char32_t number : std::u32string_view(U"09²½Ⅷ٣१𝟙〇①")) {
        EXPECT_EQ(class_of(number), CharClass::number) << std::hex << static_cast<std::uint32_t>(number);
    }
    for (const char32_t space : {U'\x09', U'\x0A', U'\x0B', U'\x0C', U'\x0D', U'\x20', U'\x85', U'\xA0', U'\x1680',
                                 U'\x2000', U'\x200A', U'\x2028', U'\x2029', U'\x202F', U'\x205F', U'\x3000'}) {
        EXPECT_EQ(class_of(space), CharClass::space) << std::hex << static_cast<std::uint32_t>(space);
    }
    // Zero-width and control characters that some engines take for white space, marks, punctuation, private use.
    for (const char32_t other : {U'\x00', U'\x1C', U'\x1F', U'\x200B', U'\x180E', U'\xFEFF', U'\x0301', U'\x5F',
                                 U'\x27', U'\x20AC', U'\x1F389', U'\xE000', U'\x10FFFF'}) {
        EXPECT_EQ(class_of(other), CharClass::other) << std::hex << static_cast<std::uint32_t>(other);
    }
    EXPECT_EQ(class_of(Utf8Char::kInvalid), CharClass::other);
}

// Counted line by line in Unicode 15.0's UnicodeData.txt (White_Space: 25 in PropList.txt).
TEST(CharClass, CountsAsUnicode15Does) {
    std::map<CharClass, int> counts;
    for (char32_t code = 0; code <= 0x10FFFF; ++code) ++counts[class_of(code)];
    EXPECT_EQ(unicode_version(), "15.0.0");
    EXPECT_EQ(counts[CharClass::letter], 136104);
    EXPECT_EQ(counts[CharClass::number], 1831);
    EXPECT_EQ(counts[CharClass::space], 25);
}

}  // namespace
}  // namespace headlight::text
