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
    for (const char32_t space : {0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x20, 0x85, 0xA0, 0x1680, 0x2000, 0x200A, 0x2028, 0x2029,
                                 0x202F, 0x205F, 0x3000}) {
        EXPECT_EQ(class_of(space), CharClass::space) << std::hex << static_cast<std::uint32_t>(space);
    }
    // Zero-width and control characters that some engines take for white space, marks, punctuation, private use.
    for (const char32_t other :
         {0x00, 0x1C, 0x1F, 0x200B, 0x180E, 0xFEFF, 0x0301, 0x5F, 0x27, 0x20AC, 0x1F389, 0xE000, 0x10FFFF}) {
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
