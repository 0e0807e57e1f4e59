#include "platform/web/host.h"

#include <emscripten.h>

#include <cstdlib>

// clang-format off
EM_JS_DEPS(headlight_host, "$UTF8ToString,$stringToNewUTF8");
EM_JS(void, hl_host_call, (const char* name), { Module['host']?.[UTF8ToString(name)]?.(); });
EM_JS(void, hl_host_text, (const char* name, const char* text, int size), {
  Module['host']?.[UTF8ToString(name)]?.(UTF8ToString(text, size));
});
EM_JS(void, hl_host_texts, (const char* name, const char* first, int first_size, const char* second, int second_size), {
  Module['host']?.[UTF8ToString(name)]?.(UTF8ToString(first, first_size), UTF8ToString(second, second_size));
});
EM_JS(void, hl_host_save, (const char* name, int name_size, const char* mime, int mime_size, const char* bytes, int size), {
  Module['host']?.['save']?.(UTF8ToString(name, name_size), UTF8ToString(mime, mime_size), HEAPU8.slice(bytes, bytes + size));
});
EM_JS(char*, hl_host_load, (const char* key, int size), {
  return stringToNewUTF8(Module['host']?.['load']?.(UTF8ToString(key, size)) ?? "");
});
EM_JS(void, hl_set_cursor, (const char* name), { Module['canvas'].style.cursor = UTF8ToString(name); });
EM_JS(char*, hl_page_address, (), { return stringToNewUTF8(location.href.split('#')[0]); });
EM_JS(int, hl_page_hidden, (), { return document.hidden ? 1 : 0; });
// clang-format on

namespace headlight::platform::host {

namespace {

int size_of(std::string_view text) { return static_cast<int>(text.size()); }

void call(const char* name, std::string_view text) { hl_host_text(name, text.data(), size_of(text)); }

void call(const char* name, std::string_view first, std::string_view second) {
    hl_host_texts(name, first.data(), size_of(first), second.data(), size_of(second));
}

std::string taken(char* text) {
    std::string result(text);
    std::free(text);
    return result;
}

}  // namespace

void changed() { hl_host_call("changed"); }
void frame() { hl_host_call("frame"); }
void set_link(std::string_view fragment) { call("setLink", fragment); }
void copy(std::string_view text) { call("copy", text); }

void save(std::string_view name, std::string_view mime, std::string_view bytes) {
    hl_host_save(name.data(), size_of(name), mime.data(), size_of(mime), bytes.data(), size_of(bytes));
}

void pick_files() { hl_host_call("pick"); }
void open_url(std::string_view url) { call("openUrl", url); }
void focus_prompt() { hl_host_call("focusPrompt"); }
void blur_prompt() { hl_host_call("blurPrompt"); }
void store(std::string_view key, std::string_view text) { call("store", key, text); }
std::string load(std::string_view key) { return taken(hl_host_load(key.data(), size_of(key))); }
void theme(std::string_view name) { call("theme", name); }
void language(std::string_view name) { call("language", name); }
void fatal(std::string_view kind, std::string_view message) { call("fatal", kind, message); }

void set_cursor(const char* css_name) { hl_set_cursor(css_name); }
std::string page_address() { return taken(hl_page_address()); }
bool page_hidden() { return hl_page_hidden() != 0; }

}  // namespace headlight::platform::host
