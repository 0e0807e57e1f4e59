#pragma once
// A PNG of 8-bit RGB pixels (stb_image_write), for flat colours and letters.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace headlight::app {

// rgb: width * height * 3 bytes, rows from the top. description: UTF-8, kept in an iTXt chunk; "" leaves it out.
[[nodiscard]] std::string write_png(int width, int height, std::span<const std::uint8_t> rgb,
                                    std::string_view description);

}  // namespace headlight::app
