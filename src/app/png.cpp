#include "app/png.h"

#include <array>
#include <cstdlib>

#include "base/check.h"

#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STBI_WRITE_NO_STDIO
#include <stb_image_write.h>

namespace headlight::app {
namespace {

std::string big_endian_bytes(std::uint32_t value) {
    return {static_cast<char>(value >> 24), static_cast<char>(value >> 16 & 0xFF), static_cast<char>(value >> 8 & 0xFF),
            static_cast<char>(value & 0xFF)};
}

// CRC-32 of ISO 3309, bit by bit from a table of 256 (PNG specification, annex D).
std::uint32_t crc32(std::string_view bytes) {
    static constexpr auto kTable = [] {
        std::array<std::uint32_t, 256> table{};
        for (std::uint32_t i = 0; i < 256; ++i) {
            std::uint32_t c = i;
            for (int bit = 0; bit < 8; ++bit) c = (c & 1U) != 0 ? 0xEDB88320U ^ (c >> 1) : c >> 1;
            table[i] = c;
        }
        return table;
    }();
    std::uint32_t crc = 0xFFFFFFFFU;
    for (const char byte : bytes) crc = kTable[(crc ^ static_cast<unsigned char>(byte)) & 0xFFU] ^ (crc >> 8);
    return ~crc;
}

// iTXt: keyword, no compression, no language, no translated keyword.
std::string described(std::string_view description) {
    const std::string body = "iTXt" + std::string("Description\0\0\0\0\0", 16) + std::string(description);
    return big_endian_bytes(static_cast<std::uint32_t>(body.size() - 4)) + body + big_endian_bytes(crc32(body));
}

}  // namespace

std::string write_png(int width, int height, std::span<const std::uint8_t> rgb, std::string_view description) {
    CHECK(width > 0 && height > 0);
    CHECK(rgb.size() == static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
    // Flat colours: filters would take longer than they save, and so would looking back further.
    stbi_write_force_png_filter = 0;
    stbi_write_png_compression_level = 5;
    int size = 0;
    unsigned char* bytes = stbi_write_png_to_mem(rgb.data(), width * 3, width, height, 3, &size);
    CHECK(bytes != nullptr);
    std::string png(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    std::free(bytes);
    constexpr std::size_t kAfterHeader = 8 + 25;  // the signature and IHDR
    if (!description.empty()) png.insert(kAfterHeader, described(description));
    return png;
}

}  // namespace headlight::app
