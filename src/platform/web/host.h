#pragma once
// What the page offers the program: Module.host of web/host.mjs. Every call is fine without it.

#include <span>
#include <string>
#include <string_view>

namespace headlight::platform::host {

void changed();   // the state is another one
void frame();     // a frame was drawn
void set_link(std::string_view fragment);
void copy(std::string_view text);
void save(std::string_view name, std::string_view mime, std::string_view bytes);
void pick_files();
void open_url(std::string_view url);
void focus_prompt();
void blur_prompt();
void store(std::string_view key, std::string_view text);
[[nodiscard]] std::string load(std::string_view key);
void theme(std::string_view name);
void language(std::string_view name);
void fatal(std::string_view kind, std::string_view message);  // kind: "check", "memory"

void set_cursor(const char* css_name);
[[nodiscard]] std::string page_address();  // without the fragment
[[nodiscard]] bool page_hidden();

}  // namespace headlight::platform::host
