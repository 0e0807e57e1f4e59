#pragma once
// The whole picture: fonts, theme, panels, keys. main.cpp asks whether a frame is wanted and has it drawn.

#include <memory>

#include "ui/context.h"
#include "ui/pace.h"
#include "ui/shell.h"

namespace headlight::ui {

class Ui {
  public:
    // Reads the fonts; the error names the one that is missing.
    [[nodiscard]] static Result<std::unique_ptr<Ui>> create(platform::Platform& platform);

    // First in every turn of the program's loop.
    void begin_turn(const platform::Platform& platform) { pace_.begin_turn(platform.now() * 1000); }
    // Milliseconds for work in this turn.
    [[nodiscard]] double work_ms(const app::App& app, const platform::Platform& platform) const;
    // Whether anything on the screen would differ from the last frame, and it is time to show it.
    [[nodiscard]] bool wants_frame(const app::App& app, const platform::Platform& platform) const;
    // When the next frame is wanted although nothing happens, on the platform's clock; negative: never.
    [[nodiscard]] double next_frame_at(const app::App& app) const;
    // Draws one frame, pushes what the person did, and returns what the pointer is over.
    [[nodiscard]] app::Hover frame(const app::App& app, app::CommandQueue& commands, platform::Platform& platform);

    [[nodiscard]] int frames() const { return frames_; }
    [[nodiscard]] double frame_ms() const { return frame_ms_; }  // of the last one, without waiting for the screen
    // Every widget on the screen as JSON; recorded from the first call on.
    [[nodiscard]] std::string widgets_json();
    [[nodiscard]] const WidgetLog& widgets() const { return widgets_; }
    void record_widgets() { widgets_.enable(); }
    void start_tour() { shared_.tour_step = 0; }

  private:
    void prepare(const app::App& app, platform::Platform& platform);

    FontSet fonts_;
    Shell shell_;
    Shared shared_;
    WidgetLog widgets_;
    const Theme* theme_ = nullptr;
    Pace pace_;
    std::uint64_t drawn_revision_ = 0, drawn_progress_ = 0;
    int settle_ = 0;  // frames to come after the last change: ImGui needs two to come to rest
    int frames_ = 0;
    double frame_ms_ = 0;
};

}  // namespace headlight::ui
