#include "ui/remote.h"

#include <nlohmann/json.hpp>

#include "app/model_library.h"
#include "base/json.h"
#include "imgui_internal.h"

namespace headlight::ui {

namespace {

using Json = nlohmann::json;

std::string answer(const Result<void>& result) {
    if (result) return "{\"ok\":true}";
    return write_json(Json{{"ok", false}, {"message", result.error().message}});
}

Result<void> load_named_model(const Json& command, app::CommandQueue& commands, const platform::Platform& platform) {
    const auto name = command.find("name");
    if (name == command.end() || !name->is_string()) return invalid("\"name\" must be a string.");
    ASSIGN_OR_RETURN(app::LoadModel load, model_files(name->get<std::string>(), platform));
    commands.push(std::move(load));
    return {};
}

}  // namespace

Result<app::LoadModel> model_files(std::string_view name, const platform::Platform& platform) {
    const std::string folder = "models/" + std::string(name);
    app::LoadModel load{std::string(name), {}};
    for (const std::string& path : platform.assets_in(folder)) {
        ASSIGN_OR_RETURN(load.files[path.substr(folder.size() + 1)], platform.asset(path));
    }
    if (load.files.empty()) return fail(ErrorCode::not_found, "There is no model in " + folder + ".");
    return load;
}

std::string run_command(std::string_view json, const app::App& app, app::CommandQueue& commands,
                        const platform::Platform& platform) {
    const Json parsed = read_json(json);
    const Json name = parsed.is_object() ? parsed.value("do", Json()) : Json();
    if (name == Json("load_model")) return answer(load_named_model(parsed, commands, platform));
    if (name == Json("golden_hash")) {
        const auto kernels = parsed.value("kernels", std::string(app.kernels()));
        return write_json(Json{{"ok", true},
                               {"hash", app.golden_hash(kernels::WeightFormat::f32, kernels)},
                               {"q8", app.golden_hash(kernels::WeightFormat::q8, kernels)},
                               {"kernels", kernels},
                               {"threads", platform.threads()}});
    }
    Result<app::Command> command = app::command_from_json(json);
    if (!command) return answer(std::unexpected(command.error()));
    commands.push(std::move(*command));
    return answer({});
}

std::string state_json(const app::App& app, const Ui& ui, const app::CommandQueue& commands,
                       const platform::Platform& platform) {
    const int queue = ImGui::GetCurrentContext()->InputEventsQueue.Size;
    const app::ImportStage stage = app.library().import.stage;
    const bool brings = stage == app::ImportStage::inspecting || stage == app::ImportStage::loading;
    const bool fetches = brings || app.progress().activity == app::Activity::downloading;
    const bool work = fetches || (app.next_work_ms(platform.now() * 1000) == 0 && !app.learning_plays());
    const Json more{{"frame", ui.frames()},
                    {"queue", queue},
                    {"pending", !commands.empty()},  // what was asked for is not done yet
                    {"busy", !commands.empty() || work || ui.wants_frame(app, platform)},
                    {"frame_ms", ui.frame_ms()},
                    {"threads", platform.threads()},
                    {"version", HEADLIGHT_VERSION}};
    std::string text = app.state_json();
    const std::string tail = write_json(more).substr(1);
    if (text.size() < 2 || text.back() != '}') return write_json(more);
    text.back() = text.size() > 2 ? ',' : ' ';
    return text + tail;
}

}  // namespace headlight::ui
