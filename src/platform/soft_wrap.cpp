#include "platform/soft_wrap.h"

namespace headlight::platform {

namespace {

std::size_t character_length(std::string_view text, std::size_t at) {
    std::size_t n = 1;
    while (at + n < text.size() && (static_cast<unsigned char>(text[at + n]) & 0xC0) == 0x80) ++n;
    return n;
}

// How many bytes of `word` fit into `room`; at least one character when `must_take`.
std::size_t fitting(std::string_view word, float room, bool must_take, const Measure& measure) {
    std::size_t taken = 0;
    while (taken < word.size()) {
        const std::size_t next = taken + character_length(word, taken);
        if (measure(word.substr(0, next)) > room && !(must_take && taken == 0)) break;
        taken = next;
    }
    return taken;
}

void wrap_line(std::string_view line, float width, const Measure& measure, std::string& out) {
    float used = 0;
    const float space = measure(" ");
    bool first = true;
    for (std::size_t at = 0; at <= line.size();) {
        const std::size_t end = std::min(line.find(' ', at), line.size());
        std::string_view word = line.substr(at, end - at);
        if (!first) {
            if (used + space + measure(word) > width && used > 0) {
                out.append(kSoftSpace).push_back('\n');
                used = 0;
            } else {
                out.push_back(' ');
                used += space;
            }
        }
        first = false;
        while (used + measure(word) > width) {
            const std::size_t taken = fitting(word, width - used, used == 0, measure);
            if (taken == word.size()) break;
            out.append(word.substr(0, taken)).append(kSoftBreak).push_back('\n');
            word.remove_prefix(taken);
            used = 0;
        }
        out.append(word);
        used += measure(word);
        at = end + 1;
    }
}

// What stands at `at` of wrapped text: how long it is, and what it means in plain text.
struct Piece {
    std::size_t length;
    std::string_view plain;
};
Piece piece_at(std::string_view text, std::size_t at) {
    const std::string_view rest = text.substr(at);
    if (rest.starts_with(kSoftSpace)) {
        const bool whole = rest.size() > kSoftSpace.size() && rest[kSoftSpace.size()] == '\n';
        return whole ? Piece{kSoftSpace.size() + 1, " "} : Piece{kSoftSpace.size(), ""};
    }
    if (rest.starts_with(kSoftBreak)) {
        const bool whole = rest.size() > kSoftBreak.size() && rest[kSoftBreak.size()] == '\n';
        return {kSoftBreak.size() + (whole ? 1u : 0u), ""};
    }
    return {1, rest.substr(0, 1)};
}

}  // namespace

std::string wrap(std::string_view text, float width, const Measure& measure) {
    const std::string plain = unwrap(text);
    std::string out;
    for (std::size_t at = 0; at <= plain.size();) {
        const std::size_t end = std::min(plain.find('\n', at), plain.size());
        if (at > 0) out.push_back('\n');
        wrap_line(std::string_view(plain).substr(at, end - at), width, measure, out);
        at = end + 1;
    }
    return out;
}

std::string unwrap(std::string_view wrapped) {
    std::string out;
    for (std::size_t at = 0; at < wrapped.size();) {
        const Piece piece = piece_at(wrapped, at);
        out.append(piece.plain);
        at += piece.length;
    }
    return out;
}

std::size_t unwrapped_offset(std::string_view wrapped, std::size_t offset) {
    std::size_t plain = 0;
    for (std::size_t at = 0; at < offset && at < wrapped.size();) {
        const Piece piece = piece_at(wrapped, at);
        at += piece.length;
        if (at <= offset) plain += piece.plain.size();
    }
    return plain;
}

std::size_t wrapped_offset(std::string_view wrapped, std::size_t plain_offset) {
    std::size_t at = 0, plain = 0;
    while (at < wrapped.size()) {
        const Piece piece = piece_at(wrapped, at);
        // A cursor at a soft end goes to the start of the next line.
        if (plain + piece.plain.size() > plain_offset || (plain == plain_offset && !piece.plain.empty())) break;
        plain += piece.plain.size();
        at += piece.length;
    }
    return at;
}

}  // namespace headlight::platform
