#pragma once
// The visible texts of one language: flat keys, {holes}. A missing key shows the other language's text, else the key.

#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace headlight::app {

class Strings {
  public:
    // A flat JSON object of strings.
    [[nodiscard]] static Result<Strings> from_json(std::string_view json);

    [[nodiscard]] bool has(std::string_view key) const;
    // The text; stays valid as long as this object lives. The key itself when there is none.
    [[nodiscard]] std::string_view operator()(std::string_view key) const;
    // The text with its {holes} filled; holes without a value stay.
    using Hole = std::pair<std::string_view, std::string_view>;
    [[nodiscard]] std::string operator()(std::string_view key, std::initializer_list<Hole> holes) const;

    void set_fallback(const Strings& other);  // copies what is missing here
    [[nodiscard]] const std::map<std::string, std::string, std::less<>>& all() const { return texts_; }

  private:
    std::map<std::string, std::string, std::less<>> texts_;
    mutable std::map<std::string, std::string, std::less<>> missing_;
};

// Numbers as the language writes them: 61.2 % and 3,112,704 in English, %61,2 and 3.112.704 in Turkish. The signs come
// from the strings "number.decimal", "number.group", "number.percent" and those of the units.
[[nodiscard]] std::string fixed_text(double value, int decimals, const Strings& strings);
[[nodiscard]] std::string percent_text(double part, const Strings& strings);  // 0.612 -> "61.2 %"; tiny: "< 0.1 %"
[[nodiscard]] std::string count_text(std::int64_t count, const Strings& strings);
[[nodiscard]] std::string short_count_text(std::int64_t count, const Strings& strings);  // 3112704 -> "3.1 M"
// Decimal units, as files and disks are sold: 548105171 -> "548 MB", 1520000000 -> "1.52 GB".
[[nodiscard]] std::string bytes_text(double bytes, const Strings& strings);
[[nodiscard]] std::string seconds_text(double seconds, const Strings& strings);  // 27.3 -> "27 s", 300 -> "5 min"

}  // namespace headlight::app
