// Files, settings, clipboard and environment of the desktop.
#include <GLFW/glfw3.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>

#include "base/file.h"
#include "base/thread_pool.h"
#include "platform/desktop/desktop_platform.h"
#include "platform/desktop/files.h"
#include "platform/gl_textures.h"

namespace headlight::platform {

namespace {

namespace fs = std::filesystem;

fs::path program_folder() {
    std::error_code error;
    const fs::path self = fs::read_symlink("/proc/self/exe", error);
    return error ? fs::current_path(error) : self.parent_path();
}

// Folders that may hold `path`, best first: what the command line says, beside the program, and where it was built.
std::vector<fs::path> asset_folders(const std::string& given, bool font) {
    std::vector<fs::path> folders;
    if (!given.empty()) folders.emplace_back(given);
    const fs::path self = program_folder();
    folders.push_back(self / "assets");
    folders.push_back(self / ".." / "share" / "headlight");
    if (font) {
        if (const char* fonts = std::getenv("HEADLIGHT_FONT_DIR")) folders.push_back(fs::path(fonts) / "..");
        folders.emplace_back(HEADLIGHT_FONTS_PARENT_DIR);
    } else {
        folders.emplace_back(HEADLIGHT_ASSETS_DIR);
    }
    return folders;
}

}  // namespace

Result<std::string> DesktopPlatform::asset(std::string_view path) const {
    const bool font = path.starts_with("fonts/");
    for (const fs::path& folder : asset_folders(arguments_.assets, font)) {
        fs::path file = folder / path;
        if (const char* fonts = std::getenv("HEADLIGHT_FONT_DIR");
            font && fonts != nullptr && !file_exists(file.string())) {
            file = fs::path(fonts) / path.substr(6);
        }
        if (file_exists(file.string())) return read_file(file.string());
    }
    return fail(ErrorCode::not_found, "missing file " + std::string(path) +
                                          ": pass the folder that holds it with --assets" +
                                          (font ? " (web/toolchain.sh fonts makes it)" : ""));
}

std::vector<std::string> DesktopPlatform::assets_in(std::string_view folder) const {
    std::vector<std::string> paths;
    for (const fs::path& base : asset_folders(arguments_.assets, false)) {
        std::error_code error;
        for (const auto& entry : fs::directory_iterator(base / folder, error)) {
            if (entry.is_regular_file(error)) {
                paths.push_back(std::string(folder) + "/" + entry.path().filename().string());
            }
        }
        if (!paths.empty()) break;
    }
    return paths;
}

std::string DesktopPlatform::language() const {
    if (std::string kept = load_text("language"); !kept.empty()) return kept;
    for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
        const char* value = std::getenv(name);
        if (value != nullptr && *value != '\0') return std::string(value).substr(0, 2);
    }
    return "en";
}

int DesktopPlatform::threads() const {
    return ThreadPool::hardware_threads();
}

std::string DesktopPlatform::link_address(std::string_view fragment) const {
    return "#" + std::string(fragment);
}

void DesktopPlatform::copy_text(std::string_view text) {
    glfwSetClipboardString(window_, std::string(text).c_str());
}

void DesktopPlatform::open_files() {
    in_background([this] {
        const std::optional<std::vector<std::string>> chosen = choose_folder();
        if (!chosen) {
            post({EventKind::no_chooser, {}, {}});
        } else if (!chosen->empty()) {
            offer(*chosen);
        }
    });
}

void DesktopPlatform::save_file(std::string_view name, std::string_view, std::string bytes) {
    in_background([name = std::string(name), bytes = std::move(bytes)] { save_as(name, bytes); });
}

void DesktopPlatform::open_url(std::string_view url) {
    in_background([url = std::string(url)] { open_in_browser(url); });
}

std::string DesktopPlatform::load_text(std::string_view key) const {
    return read_file(config_folder() + "/" + std::string(key)).value_or("");
}

void DesktopPlatform::store_text(std::string_view key, std::string_view text) {
    (void)write_file_atomic(config_folder() + "/" + std::string(key), text);
}

}  // namespace headlight::platform
