#include "platform/gl_textures.h"

// Only for the OpenGL declarations; CMake defines GLFW_INCLUDE_ES3 where that is the dialect.
#include <GLFW/glfw3.h>

#include "base/check.h"

namespace headlight::platform {

Texture upload_gl_texture(Texture texture, int width, int height, std::span<const std::uint32_t> pixels) {
    CHECK(pixels.size() == static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    GLuint name = static_cast<GLuint>(texture);
    if (name == 0) glGenTextures(1, &name);
    glBindTexture(GL_TEXTURE_2D, name);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
    glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, width, height, 0, GL_RGBA, GL_UNSIGNED_BYTE, pixels.data());
    return name;
}

void upload_gl_rows(Texture texture, int width, std::span<const std::uint32_t> pixels, int first_row, int rows) {
    const std::size_t first = static_cast<std::size_t>(first_row) * static_cast<std::size_t>(width);
    CHECK(first + static_cast<std::size_t>(rows) * static_cast<std::size_t>(width) <= pixels.size());
    glBindTexture(GL_TEXTURE_2D, static_cast<GLuint>(texture));
    glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
    glTexSubImage2D(GL_TEXTURE_2D, 0, 0, first_row, width, rows, GL_RGBA, GL_UNSIGNED_BYTE, pixels.data() + first);
}

}  // namespace headlight::platform
