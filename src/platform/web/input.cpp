#include "platform/web/input.h"

#include <emscripten/html5.h>

#include <array>
#include <cfloat>
#include <cstring>
#include <string_view>
#include <utility>

#include "imgui.h"
#include "platform/web/page.h"

namespace headlight::platform {

namespace {

WebInput& input_of(void* data) {
    return *static_cast<WebInput*>(data);
}

struct NamedKey {
    std::string_view code;  // KeyboardEvent.code
    ImGuiKey key;
};
constexpr std::array kNamedKeys{
    NamedKey{"Tab", ImGuiKey_Tab},
    NamedKey{"ArrowLeft", ImGuiKey_LeftArrow},
    NamedKey{"ArrowRight", ImGuiKey_RightArrow},
    NamedKey{"ArrowUp", ImGuiKey_UpArrow},
    NamedKey{"ArrowDown", ImGuiKey_DownArrow},
    NamedKey{"PageUp", ImGuiKey_PageUp},
    NamedKey{"PageDown", ImGuiKey_PageDown},
    NamedKey{"Home", ImGuiKey_Home},
    NamedKey{"End", ImGuiKey_End},
    NamedKey{"Delete", ImGuiKey_Delete},
    NamedKey{"Backspace", ImGuiKey_Backspace},
    NamedKey{"Space", ImGuiKey_Space},
    NamedKey{"Enter", ImGuiKey_Enter},
    NamedKey{"NumpadEnter", ImGuiKey_KeypadEnter},
    NamedKey{"Escape", ImGuiKey_Escape},
    NamedKey{"ShiftLeft", ImGuiKey_LeftShift},
    NamedKey{"ShiftRight", ImGuiKey_RightShift},
    NamedKey{"ControlLeft", ImGuiKey_LeftCtrl},
    NamedKey{"ControlRight", ImGuiKey_RightCtrl},
    NamedKey{"AltLeft", ImGuiKey_LeftAlt},
    NamedKey{"MetaLeft", ImGuiKey_LeftSuper},
    NamedKey{"MetaRight", ImGuiKey_RightSuper},
};

ImGuiKey key_of(std::string_view code, std::string_view key) {
    for (const NamedKey& named : kNamedKeys) {
        if (named.code == code) return named.key;
    }
    // Letters by what they print, so that Ctrl+Z is where the person's keyboard has its z.
    if (key.size() == 1) {
        const char c = key[0];
        if (c >= 'a' && c <= 'z') return static_cast<ImGuiKey>(ImGuiKey_A + (c - 'a'));
        if (c >= 'A' && c <= 'Z') return static_cast<ImGuiKey>(ImGuiKey_A + (c - 'A'));
        if (c >= '0' && c <= '9') return static_cast<ImGuiKey>(ImGuiKey_0 + (c - '0'));
    }
    return ImGuiKey_None;
}

// The browser keeps its own shortcuts; what scrolls or leaves the page while the canvas has the focus is ours.
bool is_ours(ImGuiKey key, bool command) {
    if (command) return key == ImGuiKey_Z || key == ImGuiKey_Y || key == ImGuiKey_Enter;
    if (key == ImGuiKey_Tab || key == ImGuiKey_Space || key == ImGuiKey_Enter) return page::canvas_has_focus();
    return key == ImGuiKey_LeftArrow || key == ImGuiKey_RightArrow || key == ImGuiKey_UpArrow ||
           key == ImGuiKey_DownArrow || key == ImGuiKey_Backspace;
}

EM_BOOL on_key(int type, const EmscriptenKeyboardEvent* event, void* data) {
    ImGuiIO& io = ImGui::GetIO();
    io.AddKeyEvent(ImGuiMod_Ctrl, event->ctrlKey);
    io.AddKeyEvent(ImGuiMod_Shift, event->shiftKey);
    io.AddKeyEvent(ImGuiMod_Alt, event->altKey);
    io.AddKeyEvent(ImGuiMod_Super, event->metaKey);
    const bool down = type == EMSCRIPTEN_EVENT_KEYDOWN;
    const ImGuiKey key = key_of(event->code, event->key);
    if (key != ImGuiKey_None) io.AddKeyEvent(key, down);
    const bool command = event->ctrlKey || event->metaKey;
    // Keys with a name of several ASCII letters ("Enter") print nothing; "ş" is one character of two bytes.
    const bool prints = event->key[1] == '\0' || (static_cast<unsigned char>(event->key[0]) & 0x80) != 0;
    if (down && prints && !command) io.AddInputCharactersUTF8(event->key);
    input_of(data).wake();
    // "/" opens a search bar in some browsers.
    return down && (is_ours(key, command) || (!command && std::strcmp(event->key, "/") == 0)) ? EM_TRUE : EM_FALSE;
}

void move_to(WebInput& input, double x, double y, ImGuiMouseSource source) {
    ImGuiIO& io = ImGui::GetIO();
    io.AddMouseSourceEvent(source);
    io.AddMousePosEvent(static_cast<float>(x) / input.scale, static_cast<float>(y) / input.scale);
}

EM_BOOL on_mouse(int type, const EmscriptenMouseEvent* event, void* data) {
    WebInput& input = input_of(data);
    ImGuiIO& io = ImGui::GetIO();
    input.touch = false;
    if (type == EMSCRIPTEN_EVENT_MOUSELEAVE) {
        io.AddMousePosEvent(-FLT_MAX, -FLT_MAX);
    } else {
        move_to(input, event->clientX, event->clientY, ImGuiMouseSource_Mouse);
        constexpr std::array kButtons{0, 2, 1};  // the page's order is left, middle, right
        if (type != EMSCRIPTEN_EVENT_MOUSEMOVE && event->button < kButtons.size()) {
            io.AddMouseButtonEvent(kButtons[event->button], type == EMSCRIPTEN_EVENT_MOUSEDOWN);
            if (type == EMSCRIPTEN_EVENT_MOUSEDOWN) page::focus_canvas();
        }
    }
    input.wake();
    return type == EMSCRIPTEN_EVENT_MOUSEDOWN ? EM_TRUE : EM_FALSE;
}

EM_BOOL on_wheel(int, const EmscriptenWheelEvent* event, void* data) {
    if (event->mouse.ctrlKey) return EM_FALSE;  // the browser's zoom
    const double unit = event->deltaMode == DOM_DELTA_PIXEL ? 0.01 : event->deltaMode == DOM_DELTA_LINE ? 0.33 : 3;
    ImGui::GetIO().AddMouseWheelEvent(static_cast<float>(-event->deltaX * unit),
                                      static_cast<float>(-event->deltaY * unit));
    input_of(data).wake();
    return EM_TRUE;
}

EM_BOOL on_touch(int type, const EmscriptenTouchEvent* event, void* data) {
    WebInput& input = input_of(data);
    // One finger points; two or more are the browser's.
    if (event->numTouches != 1) return EM_FALSE;
    input.touch = true;
    const EmscriptenTouchPoint& point = event->touches[0];
    move_to(input, point.targetX, point.targetY, ImGuiMouseSource_TouchScreen);
    ImGuiIO& io = ImGui::GetIO();
    if (type == EMSCRIPTEN_EVENT_TOUCHSTART) io.AddMouseButtonEvent(0, true);
    // The finger's last place stays pointed at: a tap is hover and click in one.
    if (type == EMSCRIPTEN_EVENT_TOUCHEND || type == EMSCRIPTEN_EVENT_TOUCHCANCEL) io.AddMouseButtonEvent(0, false);
    input.wake();
    return EM_TRUE;
}

EM_BOOL on_focus(int type, const EmscriptenFocusEvent*, void* data) {
    ImGui::GetIO().AddFocusEvent(type == EMSCRIPTEN_EVENT_FOCUS);
    input_of(data).wake();
    return EM_FALSE;
}

EM_BOOL on_resize(int, const EmscriptenUiEvent*, void* data) {
    input_of(data).wake();
    return EM_FALSE;
}

EM_BOOL on_visibility(int, const EmscriptenVisibilityChangeEvent*, void* data) {
    input_of(data).wake();
    return EM_FALSE;
}

}  // namespace

void listen(WebInput& input) {
    void* data = &input;
    emscripten_set_mousemove_callback(kCanvas, data, false, on_mouse);
    emscripten_set_mousedown_callback(kCanvas, data, false, on_mouse);
    emscripten_set_mouseup_callback(EMSCRIPTEN_EVENT_TARGET_WINDOW, data, false, on_mouse);
    emscripten_set_mouseleave_callback(kCanvas, data, false, on_mouse);
    emscripten_set_wheel_callback(kCanvas, data, false, on_wheel);
    emscripten_set_touchstart_callback(kCanvas, data, false, on_touch);
    emscripten_set_touchmove_callback(kCanvas, data, false, on_touch);
    emscripten_set_touchend_callback(kCanvas, data, false, on_touch);
    emscripten_set_touchcancel_callback(kCanvas, data, false, on_touch);
    emscripten_set_keydown_callback(EMSCRIPTEN_EVENT_TARGET_WINDOW, data, false, on_key);
    emscripten_set_keyup_callback(EMSCRIPTEN_EVENT_TARGET_WINDOW, data, false, on_key);
    emscripten_set_focus_callback(EMSCRIPTEN_EVENT_TARGET_WINDOW, data, false, on_focus);
    emscripten_set_blur_callback(EMSCRIPTEN_EVENT_TARGET_WINDOW, data, false, on_focus);
    emscripten_set_resize_callback(EMSCRIPTEN_EVENT_TARGET_WINDOW, data, false, on_resize);
    emscripten_set_visibilitychange_callback(data, false, on_visibility);
}

}  // namespace headlight::platform
