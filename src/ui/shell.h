#pragma once
// Where every panel stands: three columns over an inspector, or one column with tabs on a narrow screen.

#include <memory>
#include <vector>

#include "ui/panel.h"

namespace headlight::ui {

class Shell {
  public:
    Shell();
    void draw(Context& context);

  private:
    struct Slot {
        const PanelInfo* info;
        std::unique_ptr<Panel> panel;
    };
    void draw_desktop(Context& context, const Box& screen);
    void draw_phone(Context& context, const Box& screen);
    // The tutorial: steps, the chosen step between two fixed strips, mistakes and learning.
    void draw_tutorial(Context& context, const Box& screen, float bar);
    void draw_step(Context& context, const Box& column);
    // The architecture exhibit: a strip over three columns, or over the tab's one.
    void draw_architecture(Context& context, const Box& screen, float bar);
    // Bringing a model of one's own, in place of all columns.
    void draw_models(Context& context, const Box& screen, float bar);
    void draw_centre(const Context& context, const Box& column);
    void draw_place(const Context& context, Place place, const Box& box);
    // Panels one below the other in a column that scrolls when it must.
    void draw_stack(Context& context, const char* id, const Box& column, float padding, const std::vector<Slot*>& slots,
                    bool to_top = false);
    void draw_tabs(const Context& context, const Box& bar);
    [[nodiscard]] std::vector<Slot*> slots_of(Place place);
    [[nodiscard]] Slot* slot_of(std::string_view id);
    [[nodiscard]] float height_of(const Context& context, Place place, float width);  // of all its panels
    void draw_panel(const Context& context, Slot& slot, const Box& box);

    std::vector<Slot> slots_;
    // Of the last frame: a new tab, rung, page or step begins at its top.
    app::Tab tab_ = app::Tab::in;
    app::Rung rung_ = app::Rung::small;
    int step_ = 1;
    bool models_ = false, architecture_ = false;
    app::Exhibit exhibit_ = app::Exhibit::diagram;
    bool scroll_to_top_ = false, step_to_top_ = false;
};

}  // namespace headlight::ui
