#include "text/utf8.h"

#include "base/check.h"

namespace headlight::text {
namespace {

struct Lead {
    int length;               // of the whole character; 0: not a lead byte
    unsigned char low, high;  // what the second byte may be
};

Lead lead_of(unsigned char byte) {
    if (byte < 0x80) return {1, 0, 0};
    if (byte < 0xC2) return {0, 0, 0};
    if (byte < 0xE0) return {2, 0x80, 0xBF};
    if (byte == 0xE0) return {3, 0xA0, 0xBF};  // no overlong forms
    if (byte == 0xED) return {3, 0x80, 0x9F};  // no surrogates
    if (byte < 0xF0) return {3, 0x80, 0xBF};
    if (byte == 0xF0) return {4, 0x90, 0xBF};  // no overlong forms
    if (byte < 0xF4) return {4, 0x80, 0xBF};
    if (byte == 0xF4) return {4, 0x80, 0x8F};  // not beyond U+10FFFF
    return {0, 0, 0};
}

unsigned char byte_at(std::string_view text, std::size_t at) {
    return static_cast<unsigned char>(text[at]);
}

// How many of the bytes from `at` on fit together as one character; at most `lead.length`.
int fitting(std::string_view text, std::size_t at, const Lead& lead) {
    int count = 1;
    for (; count < lead.length && at + static_cast<std::size_t>(count) < text.size(); ++count) {
        const unsigned char byte = byte_at(text, at + static_cast<std::size_t>(count));
        const unsigned char low = count == 1 ? lead.low : 0x80;
        const unsigned char high = count == 1 ? lead.high : 0xBF;
        if (byte < low || byte > high) break;
    }
    return count;
}

}  // namespace

Utf8Char utf8_at(std::string_view text, std::size_t at) {
    DCHECK(at < text.size());
    const unsigned char first = byte_at(text, at);
    if (first < 0x80) return {first, 1};
    const Lead lead = lead_of(first);
    if (lead.length == 0 || fitting(text, at, lead) < lead.length) return {};
    char32_t code = static_cast<char32_t>(first & (0xFF >> (lead.length + 1)));
    for (int i = 1; i < lead.length; ++i)
        code = (code << 6) | (byte_at(text, at + static_cast<std::size_t>(i)) & 0x3Fu);
    return {code, lead.length};
}

bool utf8_incomplete(std::string_view bytes) {
    if (bytes.empty()) return false;
    const Lead lead = lead_of(byte_at(bytes, 0));
    return static_cast<std::size_t>(fitting(bytes, 0, lead)) == bytes.size() &&
           bytes.size() < static_cast<std::size_t>(lead.length);
}

bool utf8_valid(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Char c = utf8_at(text, at);
        if (c.code == Utf8Char::kInvalid) return false;
        at += static_cast<std::size_t>(c.length);
    }
    return true;
}

void utf8_append(std::string& out, char32_t code) {
    const auto put = [&out](char32_t byte) { out.push_back(static_cast<char>(static_cast<unsigned char>(byte))); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xC0 | (code >> 6));
        put(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        put(0xE0 | (code >> 12));
        put(0x80 | ((code >> 6) & 0x3F));
        put(0x80 | (code & 0x3F));
    } else {
        put(0xF0 | (code >> 18));
        put(0x80 | ((code >> 12) & 0x3F));
        put(0x80 | ((code >> 6) & 0x3F));
        put(0x80 | (code & 0x3F));
    }
}

void append_hex(std::string& out, unsigned char byte) {
    constexpr char kDigits[] = "0123456789ABCDEF";
    out += "\\x";
    out.push_back(kDigits[byte >> 4]);
    out.push_back(kDigits[byte & 15]);
}

std::string for_people(std::string_view bytes) {
    std::string out;
    for (std::size_t at = 0; at < bytes.size();) {
        const Utf8Char c = utf8_at(bytes, at);
        const bool control = (c.code < 0x20 && c.code != '\t' && c.code != '\n') || (c.code >= 0x7F && c.code < 0xA0);
        const std::string_view part = bytes.substr(at, static_cast<std::size_t>(c.length));
        if (c.code == Utf8Char::kInvalid || control) {
            for (const char byte : part) append_hex(out, static_cast<unsigned char>(byte));
        } else {
            out += part;
        }
        at += part.size();
    }
    return out;
}

}  // namespace headlight::text
