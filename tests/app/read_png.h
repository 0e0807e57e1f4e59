#pragma once
// A PNG file read back with another decoder than ours has an encoder.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#define STBI_ONLY_PNG
#define STBI_NO_STDIO
#include <stb_image.h>

namespace headlight::app {

struct Pixels {
    int width = 0, height = 0;
    std::vector<std::uint8_t> rgb = {};  // empty: it is no PNG

    [[nodiscard]] std::array<std::uint8_t, 3> at(int x, int y) const {
        const auto i = static_cast<std::size_t>(y * width + x) * 3;
        return {rgb[i], rgb[i + 1], rgb[i + 2]};
    }
};

inline Pixels read_png(const std::string& png) {
    Pixels pixels;
    int channels = 0;
    unsigned char* bytes =
        stbi_load_from_memory(reinterpret_cast<const unsigned char*>(png.data()), static_cast<int>(png.size()),
                              &pixels.width, &pixels.height, &channels, 3);
    if (bytes == nullptr) return {};
    pixels.rgb.assign(bytes,
                      bytes + static_cast<std::size_t>(pixels.width) * static_cast<std::size_t>(pixels.height) * 3);
    stbi_image_free(bytes);
    return pixels;
}

}  // namespace headlight::app
