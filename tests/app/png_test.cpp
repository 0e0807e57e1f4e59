#include "app/png.h"

#include <gtest/gtest.h>

#include "read_png.h"

namespace headlight::app {
namespace {

// A walk over the chunks, with a bitwise CRC of its own.
std::string chunk_types(const std::string& png, std::string& description) {
    const auto number = [&](std::size_t at) {
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(png[at + i]);
        return value;
    };
    std::string types;
    for (std::size_t at = 8; at + 12 <= png.size();) {
        const std::size_t size = number(at);
        std::uint32_t crc = 0xFFFFFFFFU;
        for (std::size_t i = 0; i < size + 4; ++i) {
            crc ^= static_cast<unsigned char>(png[at + 4 + i]);
            for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (0xEDB88320U & (0U - (crc & 1U)));
        }
        const std::string type = png.substr(at + 4, 4);
        EXPECT_EQ(~crc, number(at + 8 + size)) << type;
        if (type == "iTXt") description = png.substr(at + 8, size);
        types += type + ' ';
        at += size + 12;
    }
    return types;
}

TEST(Png, IsWellFormedAndHoldsThePixels) {
    std::vector<std::uint8_t> rgb;
    for (int i = 0; i < 300 * 90 * 3; ++i) rgb.push_back(static_cast<std::uint8_t>(i * 7 % 251));
    const std::string png = write_png(300, 90, rgb, "başlık");
    ASSERT_EQ(png.substr(0, 8), "\x89PNG\r\n\x1A\n");
    std::string description;
    EXPECT_EQ(chunk_types(png, description), "IHDR iTXt IDAT IEND ");
    EXPECT_EQ(description, std::string("Description\0\0\0\0\0", 16) + "başlık");
    const Pixels read = read_png(png);
    EXPECT_EQ(read.width, 300);
    EXPECT_EQ(read.height, 90);
    EXPECT_EQ(read.rgb, rgb);
}

TEST(Png, FlatColoursTakeLittleRoom) {
    const std::vector<std::uint8_t> white(1000 * 1000 * 3, 255);
    const std::string png = write_png(1000, 1000, white, "");
    EXPECT_LT(png.size(), 40000U) << "of three million bytes";
    std::string none;
    EXPECT_EQ(chunk_types(png, none), "IHDR IDAT IEND ");
    EXPECT_EQ(read_png(png).rgb, white);
}

}  // namespace
}  // namespace headlight::app
