#include "text/token_search.h"

#include <algorithm>
#include <string>
#include <tuple>

namespace headlight::text {
namespace {

constexpr std::string_view kDot = "\xC2\xB7";

std::string folded(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

// How well a token goes with the text, 0 the best; -1: it does not.
int rank_of(std::string_view token, std::string_view token_folded, std::string_view wanted,
            std::string_view wanted_folded) {
    const std::size_t at = token_folded.find(wanted_folded);
    if (at == std::string_view::npos) return -1;
    const bool whole = token.size() == wanted.size();
    const bool same = token.substr(at, wanted.size()) == wanted;
    return (whole ? 0 : at == 0 ? 2 : 4) + (same ? 0 : 1);
}

}  // namespace

TokenMatches find_tokens(const Tokenizer& tokenizer, std::string_view wanted, int most) {
    std::string text(wanted);
    for (std::size_t at = 0; text.compare(at, kDot.size(), kDot) == 0; ++at) text.replace(at, kDot.size(), " ");
    if (text.empty()) return {};
    const std::string small = folded(text);
    const bool spaced = text.front() == ' ';
    std::vector<std::tuple<int, std::size_t, TokenId>> found;  // rank, length, id
    for (TokenId id = 0; id < tokenizer.vocab_size(); ++id) {
        const std::string shown = tokenizer.display(id);
        const std::size_t lead = spaced ? 0 : std::min(shown.find_first_not_of(' '), shown.size());
        const std::string_view token = std::string_view(shown).substr(lead);
        const int rank = rank_of(token, folded(token), text, small);
        if (rank >= 0) found.emplace_back(rank, shown.size(), id);
    }
    const auto shown = std::min(found.size(), static_cast<std::size_t>(std::max(most, 0)));
    std::ranges::partial_sort(found, found.begin() + static_cast<std::ptrdiff_t>(shown));
    TokenMatches out;
    for (std::size_t i = 0; i < shown; ++i) out.best.push_back(std::get<2>(found[i]));
    out.count = static_cast<int>(found.size());
    return out;
}

}  // namespace headlight::text
