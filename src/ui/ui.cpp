#include "ui/ui.h"

#include <algorithm>

#include "imgui_internal.h"
#include "ui/keyboard.h"

namespace headlight::ui {

namespace {

constexpr int kSettleFrames = 2;

}  // namespace

Result<std::unique_ptr<Ui>> Ui::create(platform::Platform& platform) {
    auto ui = std::make_unique<Ui>();
    RETURN_IF_ERROR(ui->fonts_.load(platform));
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.LogFilename = nullptr;
    io.ConfigFlags |= ImGuiConfigFlags_NavEnableKeyboard;
    io.ConfigInputTextCursorBlink = false;  // a blinking cursor would keep an idle program drawing
    io.ConfigWindowsMoveFromTitleBarOnly = true;
    return ui;
}

bool Ui::wants_frame(const app::App& app, const platform::Platform& platform) const {
    if (platform.input_pending() || settle_ > 0 || app.state_revision() != drawn_revision_) return true;
    if (ImGui::GetCurrentContext()->InputEventsQueue.Size > 0) return true;
    const double at = next_frame_at(app);
    return at >= 0 && platform.now() >= at;
}

double Ui::next_frame_at(const app::App& app) const {
    const double wanted = shared_.next_frame_at;
    if (app.progress_revision() == drawn_progress_) return wanted;
    const double progress = std::max(0.0, pace_.progress_at_ms() / 1000);
    return wanted < 0 ? progress : std::min(wanted, progress);
}

double Ui::work_ms(const app::App& app, const platform::Platform& platform) const {
    return pace_.work_ms(wants_frame(app, platform) ? frame_ms_ : 0, ImGui::IsMouseDown(ImGuiMouseButton_Left));
}

void Ui::prepare(const app::App& app, platform::Platform& platform) {
    platform.set_ui_scale(app.settings().text_size);
    if (fonts_.fit(platform.pixel_ratio())) platform.fonts_changed();
    const Theme* wanted = &theme(app.dark());
    if (wanted != theme_) {
        theme_ = wanted;
        apply_style(*theme_);
    }
}

app::Hover Ui::frame(const app::App& app, app::CommandQueue& commands, platform::Platform& platform) {
    const bool changed = platform.input_pending() || app.state_revision() != drawn_revision_;
    settle_ = changed ? kSettleFrames : std::max(0, settle_ - 1);
    drawn_revision_ = app.state_revision();
    drawn_progress_ = app.progress_revision();
    shared_.next_frame_at = -1;
    prepare(app, platform);
    platform.begin_frame();
    const double start = platform.now();
    app::Hover hover;
    widgets_.begin_frame();
    Context context{app, commands, platform, *theme_, fonts_.fonts(), widgets_, hover, shared_};
    ImGui::PushFont(fonts_.fonts().body);
    handle_keys(context);
    shared_.focused_slider = 0;
    shell_.draw(context);
    ImGui::PopFont();
    frame_ms_ = (platform.now() - start) * 1000;
    platform.end_frame();
    pace_.drawn();
    ++frames_;
    return hover;
}

std::string Ui::widgets_json() {
    if (!widgets_.enabled()) settle_ = kSettleFrames;  // the next frame records them
    widgets_.enable();
    return widgets_.json(frames_);
}

}  // namespace headlight::ui
