#pragma once
// The numbers in a PNG file.

#include <cstddef>
#include <cstdint>
#include <string>

namespace headlight::app {

inline std::uint32_t big_endian(const std::string& png, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(png[at + i]);
    return value;
}

}  // namespace headlight::app
