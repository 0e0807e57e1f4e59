#include "app/png.h"

#include <algorithm>
#include <array>

#include "base/check.h"

namespace headlight::app {
namespace {

std::string big_endian(std::uint32_t value) {
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

std::uint32_t adler32(std::string_view bytes) {
    std::uint32_t a = 1, b = 0;
    for (const char byte : bytes) {
        a = (a + static_cast<unsigned char>(byte)) % 65521;
        b = (b + a) % 65521;
    }
    return b << 16 | a;
}

std::string chunk(std::string_view type, std::string_view data) {
    const std::string body = std::string(type) + std::string(data);
    return big_endian(static_cast<std::uint32_t>(data.size())) + body + big_endian(crc32(body));
}

std::string stored_zlib(std::string_view data) {
    constexpr std::size_t kBlock = 65535;
    std::string out = "\x78\x01";
    std::size_t at = 0;
    do {
        const std::size_t size = std::min(kBlock, data.size() - at);
        out += at + size == data.size() ? '\1' : '\0';
        for (const std::size_t length : {size, ~size}) {
            out += static_cast<char>(length & 0xFF);
            out += static_cast<char>(length >> 8 & 0xFF);
        }
        out += data.substr(at, size);
        at += size;
    } while (at < data.size());
    return out + big_endian(adler32(data));
}

}  // namespace

std::string write_png(int width, int height, std::span<const std::uint8_t> rgb, std::string_view description) {
    CHECK(width > 0 && height > 0);
    const std::size_t row = static_cast<std::size_t>(width) * 3;
    CHECK(rgb.size() == row * static_cast<std::size_t>(height));
    std::string pixels;
    for (std::size_t y = 0; y < static_cast<std::size_t>(height); ++y) {
        pixels += '\0';  // no filter
        pixels.append(reinterpret_cast<const char*>(rgb.data()) + y * row, row);
    }
    std::string header = big_endian(static_cast<std::uint32_t>(width)) + big_endian(static_cast<std::uint32_t>(height));
    header += std::string("\x08\x02\x00\x00\x00", 5);  // 8 bits, RGB, deflate, adaptive filters, not interlaced
    std::string png = "\x89PNG\r\n\x1A\n" + chunk("IHDR", header);
    if (!description.empty()) {
        // keyword, no compression, no language, no translated keyword
        png += chunk("iTXt", std::string("Description\0\0\0\0\0", 16) + std::string(description));
    }
    return png + chunk("IDAT", stored_zlib(pixels)) + chunk("IEND", "");
}

}  // namespace headlight::app
