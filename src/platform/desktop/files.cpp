#include "platform/desktop/files.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>

#include "base/file.h"

extern char** environ;

namespace headlight::platform {

namespace {

namespace fs = std::filesystem;

struct Answer {
    bool started = false;
    int status = -1;
    std::string text;  // first line of its output
};

// Runs a program without a shell and reads what it prints.
Answer ask(std::vector<std::string> words) {
    std::array<int, 2> ends{};
    if (pipe(ends.data()) != 0) return {};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_t child = 0;
    Answer answer;
    answer.started = posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ) == 0;
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    std::array<char, 4096> buffer{};
    for (ssize_t n = 0; answer.started && (n = read(ends[0], buffer.data(), buffer.size())) > 0;) {
        answer.text.append(buffer.data(), static_cast<std::size_t>(n));
    }
    close(ends[0]);
    if (answer.started) {
        waitpid(child, &answer.status, 0);
        // Some C libraries report a missing program by this exit status only.
        if (WIFEXITED(answer.status) && WEXITSTATUS(answer.status) == 127) answer.started = false;
    }
    if (const std::size_t end = answer.text.find('\n'); end != std::string::npos) answer.text.resize(end);
    return answer;
}

std::string home() {
    const char* folder = std::getenv("HOME");
    return folder == nullptr ? "." : folder;
}

}  // namespace

std::optional<std::vector<std::string>> choose_folder() {
    for (const auto& words : {std::vector<std::string>{"zenity", "--file-selection", "--directory"},
                              std::vector<std::string>{"kdialog", "--getexistingdirectory", home()}}) {
        const Answer answer = ask(words);
        if (!answer.started) continue;
        if (answer.text.empty()) return std::vector<std::string>{};
        return std::vector<std::string>{answer.text};
    }
    return std::nullopt;
}

std::string save_as(std::string_view name, std::string_view bytes) {
    std::error_code error;
    const fs::path downloads = fs::path(home()) / "Downloads";
    fs::path path = (fs::is_directory(downloads, error) ? downloads : fs::path(home())) / name;
    for (const auto& words : {std::vector<std::string>{"zenity", "--file-selection", "--save", "--confirm-overwrite",
                                                       "--filename=" + path.string()},
                              std::vector<std::string>{"kdialog", "--getsavefilename", path.string()}}) {
        const Answer answer = ask(words);
        if (!answer.started) continue;
        if (answer.text.empty()) return {};
        path = answer.text;
        break;
    }
    return write_file_atomic(path.string(), bytes) ? path.string() : std::string();
}

void open_in_browser(std::string_view url) {
    ask({"xdg-open", std::string(url)});
}

std::string config_folder() {
    const char* base = std::getenv("XDG_CONFIG_HOME");
    const fs::path folder =
        (base != nullptr && *base != '\0' ? fs::path(base) : fs::path(home()) / ".config") / "headlight";
    std::error_code error;
    fs::create_directories(folder, error);
    return folder.string();
}

}  // namespace headlight::platform
