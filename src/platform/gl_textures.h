#pragma once
// OpenGL textures for pictures that panels make (heat maps): RGBA8, nearest filter, clamped.

#include <cstdint>
#include <span>

#include "platform/platform.h"

namespace headlight::platform {

[[nodiscard]] Texture upload_gl_texture(Texture texture, int width, int height, std::span<const std::uint32_t> pixels);
// Rows of a texture of that width; `pixels` begins with the texture's first row.
void upload_gl_rows(Texture texture, int width, std::span<const std::uint32_t> pixels, int first_row, int rows);

}  // namespace headlight::platform
