#pragma once
// What can be wrong with a change that a person wrote: by a key and values, so that every language has words for it.

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace headlight::interpret {

struct Fault {
    std::string_view key = {};   // of fault_texts(); "": nothing is wrong
    std::string_view word = {};  // one of fault_words(), which {what} stands for; "": there is no such hole
    std::vector<std::pair<std::string_view, std::string>> values = {};  // of the other holes; printable ASCII
    bool operator==(const Fault&) const = default;
};

struct FaultText {
    std::string_view key, text;
};
// Every kind of fault in English, as the command line tells it, with its {holes}.
[[nodiscard]] std::span<const FaultText> fault_texts();
[[nodiscard]] std::span<const std::string_view> fault_words();
[[nodiscard]] std::string in_english(const Fault& fault);

}  // namespace headlight::interpret
