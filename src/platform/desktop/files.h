#pragma once
// Files and folders of the desktop: what was dropped or chosen, settings of this person, and opening a browser.

#include <string>
#include <string_view>
#include <vector>

#include "platform/platform.h"

namespace headlight::platform {

// Reads files; of folders those that belong to a model (config.json, *.safetensors, tokenizer files). Unreadable ones
// are left out: the program then says which of the files it needs is missing.
[[nodiscard]] std::vector<File> read_dropped(const std::vector<std::string>& paths);

// What to call a model that came so: the folder's name, or that of the folder around the files.
[[nodiscard]] std::string dropped_name(const std::vector<std::string>& paths);

// Asks the person for a model folder with the desktop's own chooser (zenity or kdialog). Blocks. nullopt: there is
// none.
[[nodiscard]] std::optional<std::vector<std::string>> choose_folder();

// Asks where to save; falls back to the download or home folder. Returns the path written, "" when given up.
std::string save_as(std::string_view name, std::string_view bytes);

void open_in_browser(std::string_view url);

// The folder of this person's settings; made when it is not there.
[[nodiscard]] std::string config_folder();

}  // namespace headlight::platform
