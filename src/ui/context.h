#pragma once
// What a panel gets: the app to read, a queue for commands, and the means to draw. Panels keep only cosmetic state.

#include <map>
#include <string>
#include <string_view>

#include "app/app.h"
#include "platform/platform.h"
#include "ui/draw.h"
#include "ui/fonts.h"
#include "ui/theme.h"
#include "ui/widget_log.h"

namespace headlight::ui {

// Cosmetic state that several panels share.
struct Shared {
    int tour_step = -1;  // -1: no tour
    bool help_open = false;
    bool menu_open = false;
    std::map<std::string, Box, std::less<>> places;  // where panels stand, for the tour
    std::string_view show_place;                     // the one that the tour speaks of: its column scrolls to it
    double next_frame_at = -1;                       // somebody wants a frame at this time (platform clock)
    unsigned focused_slider = 0;                     // keyboard focus lies on this slider: the arrow keys are its own
    int more_frames = 0;                             // somebody wants so many frames more

    // The tutorial's tables: what the keys ask of the chosen cell in this frame, and whether a click is a guess.
    int cell_right = 0, cell_down = 0;
    bool cell_moved = false;  // the window of a large table follows
    bool edit_cell = false;
    std::string edit_first;  // the digit that began the editing
    bool seeking = false;

    // The laboratory: the head whose pattern is to be copied from the next one that is clicked (-1: none), and whether
    // a finger draws over cells, so that no column scrolls under it.
    int copy_layer = -1, copy_head = -1;
    bool drawing_cells = false;

    void wake_at(double time) { next_frame_at = next_frame_at < 0 || time < next_frame_at ? time : next_frame_at; }
};

struct Context {
    const app::App& app;
    app::CommandQueue& commands;
    platform::Platform& platform;
    const Theme& theme;
    const Fonts& fonts;
    WidgetLog& widgets;
    app::Hover& hover;  // what the pointer is over in this frame
    Shared& shared;
    bool phone = false;       // one column
    float column_height = 0;  // of the column that a panel stands in, while it says what height it wants
    bool covered = false;     // something lies over the panels: no hover, no prompt field

    [[nodiscard]] std::string_view t(std::string_view key) const { return app.strings()(key); }
    [[nodiscard]] std::string t(std::string_view key, std::initializer_list<app::Strings::Hole> holes) const {
        return app.strings()(key, holes);
    }
    [[nodiscard]] bool hidden(std::string_view control) const { return app::hidden(app.settings(), control); }
    void push(app::Command command) const { commands.push(std::move(command)); }
    // A person's own choice, kept for the next visit; what a link brings is not.
    void choose_theme(bool dark) const {
        platform.store_text("theme", dark ? "dark" : "light");
        push(app::set<&app::Settings::theme>(dark ? app::Theme::dark : app::Theme::light));
    }
    void choose_language(app::Language language) const {
        platform.store_text("language", language == app::Language::tr ? "tr" : "en");
        push(app::set<&app::Settings::language>(language));
    }
};

}  // namespace headlight::ui
