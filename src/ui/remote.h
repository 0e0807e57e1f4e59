#pragma once
// The program as JSON: commands in, state out. What window.headlight and the tests talk to.

#include <string>
#include <string_view>

#include "app/app.h"
#include "platform/platform.h"
#include "ui/ui.h"

namespace headlight::ui {

// A command of the app ({"do": "step"}, see app/commands.h) or {"do": "load_model", "name": "story"}, whose files are
// the platform's assets, or {"do": "golden_hash"}, which adds the logits' bits on this machine (tests/golden): "hash"
// in F32 and "q8", with the "kernels" asked for by name (else the app's); empty where this program has none such.
// Answers {"ok": true} or {"ok": false, "message": ...}.
[[nodiscard]] std::string run_command(std::string_view json, const app::App& app, app::CommandQueue& commands,
                                      const platform::Platform& platform);

// App::state_json() and: frame, queue (input not yet handled), busy, frame_ms, version.
[[nodiscard]] std::string state_json(const app::App& app, const Ui& ui, const app::CommandQueue& commands,
                                     const platform::Platform& platform);

// All files of assets/models/<name>, or an error that says which folder is empty.
[[nodiscard]] Result<app::LoadModel> model_files(std::string_view name, const platform::Platform& platform);

}  // namespace headlight::ui
