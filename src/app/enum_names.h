#pragma once
// The word of a table that stands for an enumeration's value.

#include <cstddef>
#include <string>
#include <string_view>

namespace headlight::app {

template <class Enum, std::size_t N>
[[nodiscard]] std::string name_of(Enum value, const std::string_view (&names)[N]) {
    return std::string(names[static_cast<std::size_t>(value)]);
}

}  // namespace headlight::app
