#include "platform/web/page.h"

#include <emscripten.h>

#include <cstdlib>

// clang-format off
EM_JS_DEPS(headlight_page, "$UTF8ToString,$stringToNewUTF8")
EM_JS(void, page_changed, (), { Module.host?.changed?.(); })
EM_JS(void, page_frame, (), { Module.host?.frame?.(); })
EM_JS(void, page_set_link, (const char* s), { Module.host?.setLink?.(UTF8ToString(s)); })
EM_JS(char*, page_address, (const char* s), {
    return stringToNewUTF8(location.href.split('#')[0] + '#' + UTF8ToString(s));
})
EM_JS(void, page_copy, (const char* s), { Module.host?.copy?.(UTF8ToString(s)); })
EM_JS(void, page_save, (const char* name, const char* mime, const char* bytes, int size), {
    Module.host?.save?.(UTF8ToString(name), UTF8ToString(mime), HEAPU8.slice(bytes, bytes + size));
})
EM_JS(void, page_open_url, (const char* s), { Module.host?.openUrl?.(UTF8ToString(s)); })
EM_JS(void, page_pick, (), { Module.host?.pick?.(); })
EM_JS(int, page_fetch_model, (const char* name), { return Module.host?.fetchModel?.(UTF8ToString(name)) ? 1 : 0; })
EM_JS(void, page_stop_fetch, (const char* name), { Module.host?.stopFetch?.(UTF8ToString(name)); })
EM_JS(int, page_model_request, (const char* verb, const char* json), {
    return Module.host?.modelRequest?.(UTF8ToString(verb), JSON.parse(UTF8ToString(json))) ? 1 : 0;
})
EM_JS(double, page_memory_limit, (), { return Module.host?.memoryLimit?.() ?? 0; })
EM_JS(void, page_focus_prompt, (), { Module.host?.focusPrompt?.(); })
EM_JS(void, page_store, (const char* key, const char* text), { Module.host?.store?.(UTF8ToString(key), UTF8ToString(text)); })
EM_JS(char*, page_load, (const char* key), { return stringToNewUTF8(Module.host?.load?.(UTF8ToString(key)) || ""); })
EM_JS(void, page_theme, (const char* s), { Module.host?.theme?.(UTF8ToString(s)); })
EM_JS(void, page_language, (const char* s), { Module.host?.language?.(UTF8ToString(s)); })
EM_JS(void, page_fatal, (const char* kind, const char* s), { Module.host?.fatal?.(UTF8ToString(kind), UTF8ToString(s)); })
EM_JS(void, page_cursor, (const char* s), { Module.canvas.style.cursor = UTF8ToString(s); })
EM_JS(void, page_focus_canvas, (), { Module.canvas.focus({ preventScroll: true }); })
EM_JS(int, page_canvas_focused, (), { return document.activeElement === Module.canvas ? 1 : 0; })
// clang-format on

namespace headlight::platform::page {

namespace {

std::string taken(char* text) {
    std::string out(text);
    std::free(text);
    return out;
}
std::string z(std::string_view text) {
    return std::string(text);
}

}  // namespace

void changed() {
    page_changed();
}
void frame_drawn() {
    page_frame();
}
void set_link(std::string_view fragment) {
    page_set_link(z(fragment).c_str());
}
std::string address(std::string_view fragment) {
    return taken(page_address(z(fragment).c_str()));
}
void copy(std::string_view text) {
    page_copy(z(text).c_str());
}
void save(std::string_view name, std::string_view mime, std::string_view bytes) {
    page_save(z(name).c_str(), z(mime).c_str(), bytes.data(), static_cast<int>(bytes.size()));
}
void open_url(std::string_view url) {
    page_open_url(z(url).c_str());
}
void pick_files() {
    page_pick();
}
bool fetch_model(std::string_view name) {
    return page_fetch_model(z(name).c_str()) != 0;
}
void stop_fetch(std::string_view name) {
    page_stop_fetch(z(name).c_str());
}
bool model_request(std::string_view verb, std::string_view json) {
    return page_model_request(z(verb).c_str(), z(json).c_str()) != 0;
}
double memory_limit() {
    return page_memory_limit();
}
void focus_prompt() {
    page_focus_prompt();
}
void store(std::string_view key, std::string_view text) {
    page_store(z(key).c_str(), z(text).c_str());
}
std::string load(std::string_view key) {
    return taken(page_load(z(key).c_str()));
}
void set_theme(std::string_view name) {
    page_theme(z(name).c_str());
}
void set_language(std::string_view name) {
    page_language(z(name).c_str());
}
void fatal(std::string_view kind, std::string_view message) {
    page_fatal(z(kind).c_str(), z(message).c_str());
}
void set_cursor(const char* css_name) {
    page_cursor(css_name);
}
void focus_canvas() {
    page_focus_canvas();
}
bool canvas_has_focus() {
    return page_canvas_focused() != 0;
}

}  // namespace headlight::platform::page
