#pragma once
// A part of the window. The shell gives it its place; it reads the app, pushes commands and draws. Panels include no
// other panel; what they share stands in widgets, heat and token_text.

#include <memory>
#include <span>

#include "app/settings.h"
#include "ui/context.h"

namespace headlight::ui {

class Panel {
  public:
    virtual ~Panel() = default;
    // The height that the panel wants at this width; what it gets may differ where a column does not scroll.
    [[nodiscard]] virtual float wanted_height(const Context& context, float width) = 0;
    virtual void draw(const Context& context, const Box& box) = 0;
};

// step*: the tutorial's columns, and the fixed strips over and under the middle one. models*: bringing a model of one's
// own, which takes the place of everything under the bar. architecture*: the exhibit, which does the same.
enum class Place : std::uint8_t {
    top,
    left,
    centre_map,
    centre_grid,
    centre_head,
    right,
    bottom,
    more,
    steps,
    step_title,
    step,
    step_cell,
    step_right,
    models,
    models_right,
    architecture_bar,
    architecture_left,
    architecture_diagram,
    architecture_loop,
    architecture_right,
    overlay
};
struct PanelInfo {
    std::string_view id;
    Place place;
    app::Tab tab;  // on a phone
    std::unique_ptr<Panel> (*make)();
};
// All of them, in drawing order within a place.
[[nodiscard]] std::span<const PanelInfo> panel_list();

}  // namespace headlight::ui
