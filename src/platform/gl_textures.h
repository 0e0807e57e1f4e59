#pragma once
// OpenGL textures for pictures that panels make (heat maps): RGBA8, nearest filter, clamped.

#include <cstdint>
#include <span>

#include "platform/platform.h"

namespace headlight::platform {

[[nodiscard]] Texture upload_gl_texture(Texture texture, int width, int height, std::span<const std::uint32_t> pixels);

}  // namespace headlight::platform
