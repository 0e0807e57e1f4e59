#include "base/numeric_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <locale>
#include <sstream>
#include <system_error>

#include "base/check.h"

namespace headlight {
namespace {

template <class Number>
std::string to_text(Number value) {
    std::array<char, 64> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    CHECK(end.ec == std::errc{});
    return {buffer.data(), end.ptr};
}

}  // namespace

std::string shortest(float value) {
    return to_text(value);
}
std::string shortest(double value) {
    return to_text(value);
}

std::string fixed(double value, int decimals) {
    std::array<char, 400> buffer{};
    const auto end =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, decimals);
    CHECK(end.ec == std::errc{});
    std::string text(buffer.data(), end.ptr);
    const bool negative_zero = text.starts_with('-') && text.find_first_not_of("-0.") == std::string::npos;
    return negative_zero ? text.substr(1) : text;
}

Result<double> parse_double(std::string_view text) {
    const std::string quoted = "\"" + std::string(text.substr(0, 40)) + "\"";
    if (text.empty() || text.size() > 64 || text.find_first_not_of("0123456789+-.eE") != std::string_view::npos) {
        return invalid(quoted + " is not a number");
    }
    std::istringstream stream{std::string(text)};
    stream.imbue(std::locale::classic());
    double value = 0;
    stream >> value;
    if (stream.fail() || !stream.eof() || !std::isfinite(value)) return invalid(quoted + " is not a finite number");
    return value;
}

Result<std::int64_t> parse_int(std::string_view text) {
    std::int64_t value = 0;
    const auto* const end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, value);
    if (result.ec != std::errc{} || result.ptr != end) {
        return invalid("\"" + std::string(text.substr(0, 40)) + "\" is not a whole number");
    }
    return value;
}

std::string grouped(std::int64_t value) {
    std::string digits = std::to_string(value);
    const std::size_t sign = value < 0 ? 1 : 0;
    for (std::size_t i = digits.size(); i > sign + 3;) {
        i -= 3;
        digits.insert(i, ",");
    }
    return digits;
}

}  // namespace headlight
