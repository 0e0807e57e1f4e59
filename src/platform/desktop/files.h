#pragma once
// Files and folders of the desktop: what a person chooses, settings of this person, and opening a browser.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headlight::platform {

// Asks the person for a model folder with the desktop's own chooser (zenity or kdialog). Blocks. nullopt: there is
// none.
[[nodiscard]] std::optional<std::vector<std::string>> choose_folder();

// Asks where to save; falls back to the download or home folder. Returns the path written, "" when given up.
std::string save_as(std::string_view name, std::string_view bytes);

void open_in_browser(std::string_view url);

// The folder of this person's settings; made when it is not there.
[[nodiscard]] std::string config_folder();

}  // namespace headlight::platform
