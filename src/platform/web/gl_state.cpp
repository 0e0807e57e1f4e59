// ImGui's renderer asks OpenGL for its state before every picture and puts it back afterwards, for programs that draw
// with OpenGL themselves. A browser answers only when the graphics process has drawn all that it was sent before, so
// the program would stand still for as long as a picture takes. Nothing else draws here: the state before a picture is
// as good as that of a fresh context, and those questions never leave the program.
#include <GLES3/gl3.h>
#include <webgl/webgl1.h>

#include <algorithm>

// Takes the place of Emscripten's function of that name.
extern "C" void GL_APIENTRY glGetIntegerv(GLenum name, GLint* values) {
    switch (name) {
        case GL_ACTIVE_TEXTURE:
            *values = GL_TEXTURE0;
            break;
        case GL_BLEND_SRC_RGB:
        case GL_BLEND_SRC_ALPHA:
            *values = GL_ONE;
            break;
        case GL_BLEND_EQUATION_RGB:
        case GL_BLEND_EQUATION_ALPHA:
            *values = GL_FUNC_ADD;
            break;
        case GL_BLEND_DST_RGB:
        case GL_BLEND_DST_ALPHA:
        case GL_CURRENT_PROGRAM:
        case GL_TEXTURE_BINDING_2D:
        case GL_SAMPLER_BINDING:
        case GL_ARRAY_BUFFER_BINDING:
        case GL_VERTEX_ARRAY_BINDING:
            *values = 0;
            break;
        case GL_VIEWPORT:  // end_frame() and every command of a picture set these
        case GL_SCISSOR_BOX:
            std::fill_n(values, 4, 0);
            break;
        default:
            emscripten_glGetIntegerv(name, values);
    }
}
