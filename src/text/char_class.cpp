#include "text/char_class.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>

namespace headlight::text {
namespace {

struct CodePointRange {
    char32_t first, last;
};

#include "text/unicode_ranges.inc"

bool contains(std::span<const CodePointRange> ranges, char32_t code) {
    const auto after =
        std::upper_bound(ranges.begin(), ranges.end(), code,
                         [](char32_t value, const CodePointRange& range) { return value < range.first; });
    return after != ranges.begin() && code <= std::prev(after)->last;
}

CharClass look_up(char32_t code) {
    if (contains(kLetters, code)) return CharClass::letter;
    if (contains(kNumbers, code)) return CharClass::number;
    if (contains(kWhiteSpace, code)) return CharClass::space;
    return CharClass::other;
}

}  // namespace

CharClass class_of(char32_t code) {
    static const std::array<CharClass, 128> ascii = [] {
        std::array<CharClass, 128> table{};
        for (char32_t c = 0; c < 128; ++c) table[c] = look_up(c);
        return table;
    }();
    return code < 128 ? ascii[code] : look_up(code);
}

std::string_view unicode_version() {
    return kUnicodeVersion;
}

}  // namespace headlight::text
