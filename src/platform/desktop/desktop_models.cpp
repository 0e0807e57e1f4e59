// Models of a person's own on the desktop: what was offered, and the way of its bytes into the program.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "platform/desktop/desktop_platform.h"

namespace headlight::platform {

namespace {

using Json = nlohmann::json;

// Of a turn: half a frame, and where drawing takes long, as long as drawing took.
constexpr double kLeastSeconds = 0.008, kMostSeconds = 0.1;

int number(const Json& json, const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_number_integer() ? found->get<int>() : 0;
}

std::string word(const Json& json, const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::vector<HubFile> hub_files(const Json& json) {
    std::vector<HubFile> files;
    for (const Json& file : json.value("files", Json::array())) {
        if (!file.is_object()) continue;
        const auto bytes = file.find("bytes");
        const bool known = bytes != file.end() && bytes->is_number();
        files.push_back({word(file, "name"), known ? bytes->get<double>() : -1, word(file, "sha256")});
    }
    return files;
}

// The translator's folders are no GPT: they are small, and the program takes them whole.
bool is_encoder_decoder(const ModelFolder& folder) {
    return folder.config.find("\"headlight-encoder-decoder\"") != std::string::npos;
}

Event whole_folder(const ModelFolder& folder) {
    Event event{EventKind::files, folder.name, {{"config.json", folder.config}}};
    for (const ModelFile& file : folder.files) {
        if (auto bytes = read_file(file.path)) event.files.push_back({file.name, std::move(*bytes)});
    }
    return event;
}

}  // namespace

void DesktopPlatform::offer(const std::vector<std::string>& paths) {
    ModelFolder folder = find_model(paths);
    if (is_encoder_decoder(folder)) {
        post(whole_folder(folder));
        return;
    }
    int handle = 0;
    {
        const std::lock_guard lock(mutex_);
        handle = ++last_offer_;
        offered_ = folder;
    }
    post({EventKind::command, offered_report(handle, folder), {}});
}

bool DesktopPlatform::load_offered(int job, int handle, const std::vector<std::string>& names) {
    std::vector<ModelFile> files;
    const std::lock_guard lock(mutex_);
    if (handle != last_offer_) return false;
    for (const std::string& name : names) {
        for (const ModelFile& file : offered_.files) {
            if (file.name == name) files.push_back(file);
        }
    }
    files_.start(job, std::move(files));
    return true;
}

// Where the network is slow the answer takes a while; the window goes on meanwhile.
void DesktopPlatform::inspect(int job, std::vector<std::string> bases, std::string tree) {
    inspecting_ = job;
    in_background([this, job, bases = std::move(bases), tree = std::move(tree)] {
        const auto cancelled = [this, job] { return inspecting_ != job; };
        std::string report = inspect_hub(job, bases, tree, cancelled);
        if (!cancelled()) post({EventKind::command, std::move(report), {}});
    });
}

bool DesktopPlatform::model_request(std::string_view verb, std::string_view text) {
    const Json json = read_json(text);
    if (!json.is_object()) return false;
    const int job = number(json, "job");
    if (verb == "stop") {
        inspecting_ = 0;
        files_.stop();
        hub_.stop();
    } else if (verb == "retry") {
        hub_.retry();
    } else if (verb == "inspect" && HubFeed::available()) {
        std::vector<std::string> bases;
        for (const Json& base : json.value("bases", Json::array()))
            bases.push_back(base.is_string() ? base.get<std::string>() : "");
        inspect(job, std::move(bases), word(json, "tree"));
    } else if (verb == "load" && word(json, "source") == "hub") {
        hub_.start(job, word(json, "base"), hub_files(json));
    } else if (verb == "load" && word(json, "source") == "files") {
        std::vector<std::string> names;
        for (const HubFile& file : hub_files(json)) names.push_back(file.name);
        return load_offered(job, number(json, "handle"), names);
    } else {
        return false;
    }
    return true;
}

double DesktopPlatform::move_bytes(Program& program, double last_turn) {
    const double seconds = std::clamp(last_turn, kLeastSeconds, kMostSeconds);
    if (files_.running()) {
        if (auto report = files_.pump(program.models(), seconds)) post({EventKind::command, std::move(*report), {}});
        return 0;
    }
    return hub_.pump(program.models(), seconds);
}

Memory DesktopPlatform::memory() const {
    Memory memory;
    memory.limit = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
    // What can be had without driving other programs to the disk.
    const std::string text = read_file("/proc/meminfo").value_or("");
    const std::size_t at = text.find("MemAvailable:");
    long long kilobytes = 0;
    if (at != std::string::npos && std::sscanf(text.c_str() + at, "MemAvailable: %lld", &kilobytes) == 1)
        memory.free = static_cast<double>(kilobytes) * 1024;
    return memory;
}

}  // namespace headlight::platform
