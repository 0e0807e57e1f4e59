#pragma once
// Dear ImGui's compile-time settings (IMGUI_USER_CONFIG).

namespace headlight::ui {

// Called when an assertion of ImGui fails, which is a mistake in our use of it. nullptr: it is ignored, because ImGui
// recovers and a person should not lose their work over a picture. Tests set a handler that fails.
using ImGuiAssertHandler = void (*)(const char* expression, const char* file, int line);
void set_imgui_assert_handler(ImGuiAssertHandler handler);
void imgui_assert_failed(const char* expression, const char* file, int line);

}  // namespace headlight::ui

#define IM_ASSERT(expression)                                                                   \
    do {                                                                                        \
        if (!(expression)) headlight::ui::imgui_assert_failed(#expression, __FILE__, __LINE__); \
    } while (false)
#define IMGUI_DISABLE_OBSOLETE_FUNCTIONS
#define IMGUI_DISABLE_OBSOLETE_KEYIO
#define IMGUI_DISABLE_DEMO_WINDOWS
#define IMGUI_DISABLE_DEBUG_TOOLS
