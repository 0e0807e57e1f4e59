#pragma once
// Numbers as text and back, independent of the locale. (libc++ has no from_chars for floating point yet.)

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace headlight {

// The shortest text that reads back as the same number: 0.8f -> "0.8".
[[nodiscard]] std::string shortest(float value);
[[nodiscard]] std::string shortest(double value);

// Fixed number of decimals: 3.14159, 2 -> "3.14"; never "-0.00".
[[nodiscard]] std::string fixed(double value, int decimals);

// The whole text must be one finite number; NaN and infinities are refused.
[[nodiscard]] Result<double> parse_double(std::string_view text);
[[nodiscard]] Result<std::int64_t> parse_int(std::string_view text);

// 163009536 -> "163,009,536".
[[nodiscard]] std::string grouped(std::int64_t value);

}  // namespace headlight
