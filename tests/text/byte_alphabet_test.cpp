#include "text/byte_alphabet.h"

#include <gtest/gtest.h>

namespace headlight::text {
namespace {

TEST(ByteAlphabet, WritesWhatGpt2Writes) {
    EXPECT_EQ(to_alphabet(" the"), "Ġthe");
    EXPECT_EQ(to_alphabet("\n\t"), "Ċĉ");
    EXPECT_EQ(to_alphabet("\xC3\xA9"), "Ã©");
    EXPECT_EQ(to_alphabet("\xAD"), "Ń");
    EXPECT_EQ(to_alphabet(std::string_view("\0", 1)), "Ā");
}

TEST(ByteAlphabet, ComesBackForEveryByte) {
    std::string all;
    for (int byte = 0; byte < 256; ++byte) all.push_back(static_cast<char>(static_cast<unsigned char>(byte)));
    EXPECT_EQ(from_alphabet(to_alphabet(all)), all);
}

TEST(ByteAlphabet, RefusesOtherCharacters) {
    for (const char* other : {" ", "a b", "▁the", "\n", "\xC2\xAD", "ń", "\xFF"})
        EXPECT_FALSE(from_alphabet(other)) << other;
    EXPECT_EQ(from_alphabet("Ń"), "\xAD");  // the last of the moved 68
}

TEST(ByteAlphabet, OrdersBytesAsGpt2sVocabulary) {
    const auto& order = byte_order();
    EXPECT_EQ(order[0], '!');
    EXPECT_EQ(order[93], '~');
    EXPECT_EQ(order[94], 0xA1);
    EXPECT_EQ(order[187], 0xFF);
    EXPECT_EQ(order[188], 0x00);
    EXPECT_EQ(order[198], '\n');
    EXPECT_EQ(order[220], ' ');
    EXPECT_EQ(order[255], 0xAD);
}

}  // namespace
}  // namespace headlight::text
