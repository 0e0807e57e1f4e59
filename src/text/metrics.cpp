#include "text/metrics.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>
#include <utility>

#include "text/char_class.h"
#include "text/utf8.h"

namespace headlight::text {
namespace {

// A sentence as symbols: code points for chrF, numbers of words for BLEU.
using Symbols = std::u32string;

// Python's str.isspace(): \s and the four separators of ASCII, which are no White_Space.
bool is_space(char32_t code) {
    return class_of(code) == CharClass::space || (code >= 0x1C && code <= 0x1F);
}

Symbols without_spaces(std::string_view text) {
    Symbols symbols;
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Char c = utf8_at(text, at);
        if (c.code == Utf8Char::kInvalid || !is_space(c.code)) symbols.push_back(c.code);
        at += static_cast<std::size_t>(c.length);
    }
    return symbols;
}

std::vector<std::string> split_at_spaces(std::string_view text) {
    std::vector<std::string> words;
    bool inside = false;
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Char c = utf8_at(text, at);
        const auto length = static_cast<std::size_t>(c.length);
        const bool space = c.code != Utf8Char::kInvalid && is_space(c.code);
        if (!space && !inside) words.emplace_back();
        if (!space) words.back() += text.substr(at, length);
        inside = !space;
        at += length;
    }
    return words;
}

std::unordered_map<std::u32string_view, std::int64_t> ngrams(std::u32string_view symbols, std::size_t n) {
    std::unordered_map<std::u32string_view, std::int64_t> counts;
    for (std::size_t at = 0; at + n <= symbols.size(); ++at) ++counts[symbols.substr(at, n)];
    return counts;
}

NgramCounts match(std::u32string_view hypothesis, std::u32string_view reference, int order) {
    const auto n = static_cast<std::size_t>(order);
    const auto ours = ngrams(hypothesis, n);
    const auto theirs = ngrams(reference, n);
    NgramCounts counts;
    for (const auto& [ngram, count] : theirs) counts.reference += count;
    for (const auto& [ngram, count] : ours) {
        counts.hypothesis += count;
        const auto found = theirs.find(ngram);
        if (found != theirs.end()) counts.common += std::min(count, found->second);
    }
    return counts;
}

void operator+=(NgramCounts& sum, const NgramCounts& more) {
    sum.hypothesis += more.hypothesis;
    sum.reference += more.reference;
    sum.common += more.common;
}

double ratio(std::int64_t part, std::int64_t whole) {
    return static_cast<double>(part) / static_cast<double>(whole);
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_stop(char c) {
    return c == '.' || c == ',';
}

// ASCII that is neither letter, digit nor control code; without ' , - and period.
bool stands_alone(char c) {
    const bool visible = c >= ' ' && c <= '~';
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return visible && !letter && !is_digit(c) && !is_stop(c) && c != '\'' && c != '-';
}

// Where two neighbours fit, spaces are put before, between and after them; matches do not overlap, as in a regular
// expression's replacement. All that is matched is ASCII, so that bytes will do.
template <class Fits>
std::string cut_pairs(const std::string& text, std::string_view before, std::string_view between,
                      std::string_view after, Fits fits) {
    std::string out;
    std::size_t at = 0;
    while (at < text.size()) {
        if (at + 1 == text.size() || !fits(text[at], text[at + 1])) {
            out += text[at++];
            continue;
        }
        out += before;
        out += text[at];
        out += between;
        out += text[at + 1];
        out += after;
        at += 2;
    }
    return out;
}

}  // namespace

std::vector<std::string> tokenize_13a(std::string_view sentence) {
    std::string text(sentence);
    constexpr std::pair<std::string_view, std::string_view> kReplaced[] = {
        {"<skipped>", ""}, {"-\n", ""}, {"\n", " "}, {"&quot;", "\""}, {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}};
    for (const auto& [from, to] : kReplaced) replace_all(text, from, to);
    std::string cut = " ";
    for (const char c : text) cut += stands_alone(c) ? std::string{' ', c, ' '} : std::string(1, c);
    cut += ' ';
    cut = cut_pairs(cut, "", " ", " ", [](char a, char b) { return !is_digit(a) && is_stop(b); });
    cut = cut_pairs(cut, " ", " ", "", [](char a, char b) { return is_stop(a) && !is_digit(b); });
    cut = cut_pairs(cut, "", " ", " ", [](char a, char b) { return is_digit(a) && b == '-'; });
    return split_at_spaces(cut);
}

void Chrf::add(std::string_view hypothesis, std::string_view reference) {
    const Symbols ours = without_spaces(hypothesis);
    const Symbols theirs = without_spaces(reference);
    for (int n = 1; n <= kOrders; ++n) {
        NgramCounts counts = match(ours, theirs, n);
        if (counts.reference == 0) counts.hypothesis = 0;
        counts_[static_cast<std::size_t>(n - 1)] += counts;
    }
}

double Chrf::score() const {
    constexpr double kBetaSquared = 4;
    double precision = 0, recall = 0;
    int orders = 0;
    for (const NgramCounts& counts : counts_) {
        if (counts.hypothesis == 0 || counts.reference == 0) continue;
        precision += ratio(counts.common, counts.hypothesis);
        recall += ratio(counts.common, counts.reference);
        ++orders;
    }
    if (precision + recall == 0) return 0;
    precision /= orders;
    recall /= orders;
    return 100 * (1 + kBetaSquared) * precision * recall / (kBetaSquared * precision + recall);
}

void Bleu::add(std::string_view hypothesis, std::string_view reference) {
    std::map<std::string, char32_t> numbers;
    const auto numbered = [&numbers](std::string_view sentence) {
        Symbols symbols;
        for (const std::string& word : tokenize_13a(sentence)) {
            symbols.push_back(numbers.try_emplace(word, static_cast<char32_t>(numbers.size())).first->second);
        }
        return symbols;
    };
    const Symbols ours = numbered(hypothesis);
    const Symbols theirs = numbered(reference);
    for (int n = 1; n <= kOrders; ++n) counts_[static_cast<std::size_t>(n - 1)] += match(ours, theirs, n);
}

double Bleu::brevity_penalty() const {
    const std::int64_t words = counts_[0].hypothesis, wanted = counts_[0].reference;
    if (words >= wanted) return 1;
    return words == 0 ? 0 : std::exp(1 - ratio(wanted, words));
}

double Bleu::score() const {
    const bool any = std::ranges::any_of(counts_, [](const NgramCounts& counts) { return counts.common > 0; });
    if (!any || counts_.back().hypothesis == 0) return 0;
    double logs = 0, halvings = 1;
    for (const NgramCounts& counts : counts_) {
        double precision = ratio(counts.common, counts.hypothesis);
        if (counts.common == 0) {
            halvings *= 2;
            precision = 1 / (halvings * static_cast<double>(counts.hypothesis));
        }
        logs += std::log(precision);
    }
    return 100 * brevity_penalty() * std::exp(logs / kOrders);
}

}  // namespace headlight::text
