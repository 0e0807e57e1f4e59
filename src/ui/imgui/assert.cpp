#include "config.h"

namespace headlight::ui {

namespace {

ImGuiAssertHandler handler = nullptr;

}  // namespace

void set_imgui_assert_handler(ImGuiAssertHandler next) {
    handler = next;
}

void imgui_assert_failed(const char* expression, const char* file, int line) {
    if (handler != nullptr) handler(expression, file, line);
}

}  // namespace headlight::ui
