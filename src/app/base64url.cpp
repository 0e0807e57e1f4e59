#include "app/base64url.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace headlight::app {
namespace {

constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint32_t kNone = 64;

std::uint32_t value_of(char digit) {
    const std::size_t at = kDigits.find(digit);
    return at == std::string_view::npos ? kNone : static_cast<std::uint32_t>(at);
}

}  // namespace

std::string to_base64url(std::string_view bytes) {
    std::string out;
    std::uint32_t held = 0;
    int bits = 0;
    for (const char byte : bytes) {
        held = (held << 8U) | static_cast<unsigned char>(byte);
        for (bits += 8; bits >= 6; bits -= 6) out += kDigits[(held >> static_cast<unsigned>(bits - 6)) & 63U];
    }
    if (bits > 0) out += kDigits[(held << static_cast<unsigned>(6 - bits)) & 63U];
    return out;
}

std::string to_base64(std::string_view bytes) {
    std::string text = to_base64url(bytes);
    std::ranges::replace(text, '-', '+');
    std::ranges::replace(text, '_', '/');
    text.append((4 - text.size() % 4) % 4, '=');
    return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
    if (text.size() % 4 == 1) return {};
    std::string out;
    std::uint32_t held = 0;
    int bits = 0;
    for (const char digit : text) {
        const std::uint32_t value = value_of(digit);
        if (value == kNone) return {};
        held = (held << 6U) | value;
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        out += static_cast<char>((held >> static_cast<unsigned>(bits)) & 255U);
    }
    const std::uint32_t rest = held & ((1U << static_cast<unsigned>(bits)) - 1);
    if (rest != 0) return {};
    return out;
}

}  // namespace headlight::app
