#pragma once
// What the program asks of the page around it: Module.host of web/host.mjs. Every call is allowed to be missing there.

#include <string>
#include <string_view>

namespace headlight::platform::page {

void changed();  // the state differs from what was mirrored last
void frame_drawn();
void set_link(std::string_view fragment);
[[nodiscard]] std::string address(std::string_view fragment);  // of this page, with another fragment
void copy(std::string_view text);
void save(std::string_view name, std::string_view mime, std::string_view bytes);
void open_url(std::string_view url);
void pick_files();
[[nodiscard]] bool fetch_model(std::string_view name);  // false: the page cannot
void stop_fetch(std::string_view name);
[[nodiscard]] bool model_request(std::string_view verb, std::string_view json);  // false: the page cannot
[[nodiscard]] double memory_limit();  // bytes that the page thinks the program should take at most; 0: it cannot say
void focus_prompt();
void store(std::string_view key, std::string_view text);
[[nodiscard]] std::string load(std::string_view key);
void set_theme(std::string_view name);
void set_language(std::string_view name);
void fatal(std::string_view kind, std::string_view message);
void set_cursor(const char* css_name);
void focus_canvas();
[[nodiscard]] bool canvas_has_focus();

}  // namespace headlight::platform::page
