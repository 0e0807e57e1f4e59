// What the page calls: web/program.mjs names each of these functions and says when. Strings are UTF-8; a returned one
// stays valid until the next call of the same function.
#include <emscripten.h>

#include <cstdlib>
#include <new>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/json.h"
#include "imgui.h"
#include "platform/web/page.h"
#include "platform/web/web_platform.h"

namespace headlight::platform {

namespace {

using Json = nlohmann::json;

// The C functions below have no argument that could carry these.
struct Running {
    MakeProgram make = nullptr;
    WebPlatform platform;
    std::unique_ptr<Program> program;
    std::string start_answer, command_answer, state, widgets;
};
Running* running = nullptr;

std::string failure(std::string_view code, const std::string& message) {
    return write_json(Json{{"ok", false}, {"code", code}, {"message", message}});
}

StartOptions options_from(const char* text) {
    const Json json = read_json(text);
    StartOptions options;
    if (!json.is_object()) return options;
    auto flag = [&](const char* key) { return json.value(key, Json(false)) == Json(true); };
    auto word = [&](const char* key) {
        const auto found = json.find(key);
        return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
    };
    options.dark = word("theme") != "light";
    options.language = word("language");
    options.link = word("link");
    options.kept = word("kept");
    options.touch = flag("touch");
    options.reduced_motion = flag("reduced_motion");
    const auto threads = json.find("threads");
    if (threads != json.end() && threads->is_number_integer()) options.threads = std::max(1, threads->get<int>());
    if (flag("embed") && options.link.find("embed=1") == std::string::npos)
        options.link += options.link.empty() ? "v=1&embed=1" : "&embed=1";
    return options;
}

// Commands that concern the page itself; nullopt: the program's own.
std::optional<std::string> page_command(const Json& json) {
    const std::string name =
        json.is_object() && json.contains("do") && json["do"].is_string() ? json["do"].get<std::string>() : "";
    if (name == "theme") {
        running->platform.set_dark(json.value("theme", Json("dark")) != Json("light"));
    } else if (name == "open_files") {
        std::vector<std::string> names;
        for (const Json& item : json.value("names", Json::array())) {
            if (item.is_string()) names.push_back(item.get<std::string>());
        }
        running->platform.post_user_files(names);
    } else {
        return std::nullopt;
    }
    return "{\"ok\":true}";
}

}  // namespace

int launch(int, char**, MakeProgram make) {
    running = new Running;  // for as long as the page lives
    running->make = make;
    set_check_handler([](const char* expression, const char* file, int line) {
        page::fatal("check", std::string(expression) + " (" + file + ":" + std::to_string(line) + ")");
        std::abort();
    });
    std::set_new_handler([] {
        page::fatal("memory", "");
        std::abort();
    });
    return 0;
}

}  // namespace headlight::platform

extern "C" {

using headlight::platform::running;

EMSCRIPTEN_KEEPALIVE const char* hl_start(const char* json) {
    using namespace headlight;
    ImGui::CreateContext();
    const Result<void> started = running->platform.start(platform::options_from(json));
    if (!started) {
        running->start_answer = platform::failure("webgl", started.error().message);
        return running->start_answer.c_str();
    }
    Result<std::unique_ptr<platform::Program>> program = running->make(running->platform);
    if (!program) {
        running->start_answer = platform::failure("start", program.error().message);
        return running->start_answer.c_str();
    }
    running->program = std::move(*program);
    if (!running->platform.kept_list().empty()) {
        running->platform.post({platform::EventKind::command, running->platform.kept_list(), {}});
    }
    running->platform.set_program(running->program.get());
    running->platform.turn();
    return "{\"ok\":true}";
}

// Where the page writes the bytes of a file, before it calls anything else; null when there is no memory for them.
EMSCRIPTEN_KEEPALIVE char* hl_file(const char* name, double size) {
    constexpr double kAddressable = 4e9;
    if (size < 0 || size > kAddressable) return nullptr;
    // A string that finds no memory would end the program; this asks first.
    void* probe = std::malloc(static_cast<std::size_t>(size) + 1);
    if (probe == nullptr) return nullptr;
    std::free(probe);
    return running->platform.add_file(name, std::string(static_cast<std::size_t>(size), '\0'));
}

EMSCRIPTEN_KEEPALIVE const char* hl_command(const char* json) {
    using namespace headlight::platform;
    if (running->program == nullptr) return "{\"ok\":false,\"message\":\"The program has not started.\"}";
    const auto answer = page_command(headlight::read_json(json));
    running->command_answer = answer ? *answer : running->program->command(json);
    running->platform.wake();
    return running->command_answer.c_str();
}

EMSCRIPTEN_KEEPALIVE const char* hl_state() {
    running->state = running->program != nullptr ? running->program->state() : "{}";
    return running->state.c_str();
}

EMSCRIPTEN_KEEPALIVE const char* hl_widgets() {
    running->widgets = running->program != nullptr ? running->program->widgets() : "{}";
    return running->widgets.c_str();
}

// field: a platform::FieldId.
EMSCRIPTEN_KEEPALIVE int hl_prompt_rect(int field, float* out) {
    if (field < 0 || field >= static_cast<int>(headlight::platform::kFields)) return 0;
    return running->platform.prompt_place(static_cast<headlight::platform::FieldId>(field), out) ? 1 : 0;
}

EMSCRIPTEN_KEEPALIVE void hl_open_link(const char* link) {
    running->platform.post({headlight::platform::EventKind::link, link, {}});
}

// ---- the bytes of a model of the person's own (ModelSink); 1: go on, 0: stop.
EMSCRIPTEN_KEEPALIVE int hl_model_file(int job, const char* name, double bytes) {
    return running->program->models().begin_file(job, name, bytes) ? 1 : 0;
}
// Writes the length of the room to *size.
EMSCRIPTEN_KEEPALIVE char* hl_model_room(int job, double want, double* size) {
    const std::span<char> room = running->program->models().room(job, static_cast<std::size_t>(want));
    *size = static_cast<double>(room.size());
    return room.data();
}
EMSCRIPTEN_KEEPALIVE int hl_model_take(int job, double size) {
    const bool more = running->program->models().take(job, static_cast<std::size_t>(size));
    running->platform.wake_for_progress();
    return more ? 1 : 0;
}
EMSCRIPTEN_KEEPALIVE int hl_model_end(int job) {
    const bool good = running->program->models().end_file(job);
    running->platform.wake();
    return good ? 1 : 0;
}
EMSCRIPTEN_KEEPALIVE int hl_model_finish(int job) {
    const bool good = running->program->models().finish(job);
    running->platform.wake();
    return good ? 1 : 0;
}
// The next bytes to keep: their length in *size, 0 at the end, -1 when they are not wanted any more.
EMSCRIPTEN_KEEPALIVE const char* hl_model_kept(int job, double* size) {
    const auto bytes = running->program->models().kept_bytes(job);
    running->platform.wake_for_progress();
    *size = bytes ? static_cast<double>(bytes->size()) : -1;
    return bytes ? bytes->data() : nullptr;
}

EMSCRIPTEN_KEEPALIVE int hl_frame_needed() {
    return running->platform.turn_pending() ? 1 : 0;
}
EMSCRIPTEN_KEEPALIVE void hl_wake() {
    running->platform.wake();
}
EMSCRIPTEN_KEEPALIVE void hl_context_lost() {
    running->platform.lose_context();
}

}  // extern "C"
