#include "text/pairs.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "text/utf8.h"

namespace headlight::text {
namespace {

constexpr std::string_view kWanted = "; expected a sentence, a tab, and its translation";

bool blank(std::string_view text) {
    return text.find_first_not_of(" \t") == std::string_view::npos;
}

// Null when the line is a pair, else what is wrong with it.
const char* parse_line(std::string_view line, SentencePair& pair) {
    if (!utf8_valid(line)) return "the line is not UTF-8";
    if (blank(line)) return "the line is empty";
    const std::size_t tab = line.find('\t');
    if (tab == std::string_view::npos) return "there is no tab";
    pair.source = line.substr(0, tab);
    const std::string_view rest = line.substr(tab + 1);
    pair.target = rest.substr(0, std::min(rest.find('\t'), rest.size()));
    if (blank(pair.source)) return "the first column is empty";
    if (blank(pair.target)) return "the second column is empty";
    return nullptr;
}

}  // namespace

Result<std::vector<SentencePair>> read_pairs(std::string_view file, std::string_view file_name) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (file.starts_with(kByteOrderMark)) file.remove_prefix(kByteOrderMark.size());
    std::vector<SentencePair> pairs;
    for (int number = 1; !file.empty(); ++number) {
        const std::size_t length = std::min(file.find('\n'), file.size());
        std::string_view line = file.substr(0, length);
        file.remove_prefix(std::min(length + 1, file.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        SentencePair& pair = pairs.emplace_back();
        pair.line = number;
        if (const char* wrong = parse_line(line, pair)) {
            return invalid(std::string(file_name) + ":" + std::to_string(number) + ": " + wrong + std::string(kWanted));
        }
    }
    if (pairs.empty()) return invalid(std::string(file_name) + ": there are no sentence pairs" + std::string(kWanted));
    return pairs;
}

}  // namespace headlight::text
