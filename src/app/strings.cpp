#include "app/strings.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/numeric_text.h"

namespace headlight::app {

Result<Strings> Strings::from_json(std::string_view json) {
    const auto document = read_json(json);
    if (!document.is_object()) return invalid("The texts must be one JSON object of strings.");
    Strings strings;
    for (const auto& [key, value] : document.items()) {
        if (!value.is_string()) return invalid("The text \"" + key + "\" is not a string.");
        strings.texts_[key] = value.get<std::string>();
    }
    return strings;
}

bool Strings::has(std::string_view key) const {
    return texts_.contains(key);
}

std::string_view Strings::operator()(std::string_view key) const {
    if (const auto found = texts_.find(key); found != texts_.end()) return found->second;
    const auto remembered = missing_.find(key);
    if (remembered != missing_.end()) return remembered->second;
    return missing_.emplace(key, key).first->second;
}

std::string Strings::operator()(std::string_view key, std::initializer_list<Hole> holes) const {
    const std::string_view text = (*this)(key);
    std::string out;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t open = std::min(text.find('{', at), text.size());
        out += text.substr(at, open - at);
        at = open;
        if (at == text.size()) break;
        const std::size_t close = text.find('}', at);
        const Hole* filled = nullptr;
        for (const Hole& hole : holes) {
            if (close != std::string_view::npos && text.substr(at + 1, close - at - 1) == hole.first) filled = &hole;
        }
        out += filled != nullptr ? filled->second : text.substr(at, 1);
        at = filled != nullptr ? close + 1 : at + 1;
    }
    return out;
}

void Strings::set_fallback(const Strings& other) {
    for (const auto& [key, value] : other.texts_) texts_.try_emplace(key, value);
}

namespace {

std::string with_decimal_sign(std::string number, const Strings& strings) {
    if (const std::size_t dot = number.find('.'); dot != std::string::npos) {
        number.replace(dot, 1, strings("number.decimal"));
    }
    return number;
}

}  // namespace

std::string fixed_text(double value, int decimals, const Strings& strings) {
    return with_decimal_sign(fixed(value, decimals), strings);
}

std::string percent_text(double part, const Strings& strings) {
    const double percent = part * 100;
    std::string number =
        percent > 0 && percent < 0.05 ? "< " + fixed_text(0.1, 1, strings) : fixed_text(percent, 1, strings);
    return strings("number.percent", {{"n", number}});
}

std::string count_text(std::int64_t count, const Strings& strings) {
    std::string number = grouped(count), out;
    for (const char c : number) {
        if (c == ',') {
            out += strings("number.group");
        } else {
            out += c;
        }
    }
    return out;
}

std::string short_count_text(std::int64_t count, const Strings& strings) {
    if (count >= 1'000'000) {
        const std::string n = fixed_text(static_cast<double>(count) / 1e6, count < 10'000'000 ? 1 : 0, strings);
        return strings("number.million", {{"n", n}});
    }
    if (count >= 10'000) return strings("number.thousand", {{"n", std::to_string((count + 500) / 1000)}});
    return count_text(count, strings);
}

std::string bytes_text(double bytes, const Strings& strings) {
    struct Unit {
        double size;
        std::string_view key;
        int decimals;  // of numbers that would have a single digit otherwise
    };
    for (const Unit& unit : {Unit{1e9, "number.gigabytes", 2}, Unit{1e6, "number.megabytes", 1}}) {
        const double n = bytes / unit.size;
        if (n < 1) continue;
        return strings(unit.key, {{"n", fixed_text(n, n < 10 ? unit.decimals : 0, strings)}});
    }
    return strings("number.kilobytes", {{"n", fixed_text(std::ceil(std::max(bytes, 0.0) / 1000), 0, strings)}});
}

std::string seconds_text(double seconds, const Strings& strings) {
    constexpr double kShownAsSeconds = 100;
    if (seconds < kShownAsSeconds)
        return strings("number.seconds", {{"n", fixed_text(std::ceil(std::max(seconds, 0.0)), 0, strings)}});
    return strings("number.minutes", {{"n", fixed_text(std::ceil(seconds / 60), 0, strings)}});
}

}  // namespace headlight::app
