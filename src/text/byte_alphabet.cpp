#include "text/byte_alphabet.h"

#include "text/utf8.h"

namespace headlight::text {
namespace {

bool printable(int byte) {
    return (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
}

constexpr char32_t kFirstMoved = 0x100;
constexpr std::size_t kMoved = 68;

struct Alphabet {
    std::array<char32_t, 256> code{};           // byte -> character
    std::array<unsigned char, 256> order{};     // id -> byte
    std::array<unsigned char, kMoved> moved{};  // character - kFirstMoved -> byte
};

const Alphabet& alphabet() {
    static const Alphabet made = [] {
        Alphabet a;
        std::size_t id = 0;
        for (int byte = 0; byte < 256; ++byte) {
            if (!printable(byte)) continue;
            a.code[static_cast<std::size_t>(byte)] = static_cast<char32_t>(byte);
            a.order[id++] = static_cast<unsigned char>(byte);
        }
        std::size_t moved = 0;
        for (int byte = 0; byte < 256; ++byte) {
            if (printable(byte)) continue;
            a.code[static_cast<std::size_t>(byte)] = kFirstMoved + static_cast<char32_t>(moved);
            a.order[id++] = static_cast<unsigned char>(byte);
            a.moved[moved++] = static_cast<unsigned char>(byte);
        }
        return a;
    }();
    return made;
}

}  // namespace

const std::array<unsigned char, 256>& byte_order() {
    return alphabet().order;
}

std::string to_alphabet(std::string_view bytes) {
    std::string out;
    for (const char byte : bytes) utf8_append(out, alphabet().code[static_cast<unsigned char>(byte)]);
    return out;
}

std::optional<std::string> from_alphabet(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Char c = utf8_at(text, at);
        if (c.code < kFirstMoved && printable(static_cast<int>(c.code))) {
            out.push_back(static_cast<char>(static_cast<unsigned char>(c.code)));
        } else if (c.code >= kFirstMoved && c.code < kFirstMoved + kMoved) {
            out.push_back(static_cast<char>(alphabet().moved[c.code - kFirstMoved]));
        } else {
            return std::nullopt;
        }
        at += static_cast<std::size_t>(c.length);
    }
    return out;
}

}  // namespace headlight::text
