#include "text/pretokenize.h"

#include <initializer_list>

#include "text/char_class.h"
#include "text/utf8.h"

namespace headlight::text {
namespace {

struct Classified {
    CharClass kind;
    std::size_t length;
};

Classified classified_at(std::string_view text, std::size_t at) {
    const Utf8Char c = utf8_at(text, at);
    return {class_of(c.code), static_cast<std::size_t>(c.length)};
}

// 's|'t|'re|'ve|'m|'ll|'d after an apostrophe at `from`; 0: none of them.
std::size_t contraction_length(std::string_view text, std::size_t from) {
    const std::string_view rest = text.substr(from + 1);
    for (const std::string_view ending : {"s", "t", "re", "ve", "m", "ll", "d"}) {
        if (rest.starts_with(ending)) return 1 + ending.size();
    }
    return 0;
}

// \s+(?!\S)|\s+ : a run of white space leaves its last character to the word after it, unless it is the only one.
std::size_t white_space_end(std::string_view text, std::size_t from) {
    std::size_t end = from;
    std::size_t last = from;  // where the last character of the run begins
    while (end < text.size()) {
        const Classified c = classified_at(text, end);
        if (c.kind != CharClass::space) return last == from ? end : last;
        last = end;
        end += c.length;
    }
    return end;
}

}  // namespace

std::size_t word_end(std::string_view text, std::size_t from) {
    if (text[from] == '\'') {
        const std::size_t length = contraction_length(text, from);
        if (length > 0) return from + length;
    }
    std::size_t at = from;
    Classified c = classified_at(text, at);
    if (text[from] == ' ' && from + 1 < text.size()) {
        at = from + 1;
        c = classified_at(text, at);
    }
    if (c.kind == CharClass::space) return white_space_end(text, from);
    const CharClass kind = c.kind;
    do {
        at += c.length;
        if (at == text.size()) break;
        c = classified_at(text, at);
    } while (c.kind == kind);
    return at;
}

}  // namespace headlight::text
