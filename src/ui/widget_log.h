#pragma once
// Every widget on the screen with a stable name: tests click by it, and a page mirrors it for screen readers.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ui/draw.h"

namespace headlight::ui {

enum class Role { button, checkbox, radio, slider, tab, cell, option, text };
[[nodiscard]] std::string_view role_name(Role role);

struct Widget {
    std::string key;    // "step", "head.3.2", "slider.temperature": never translated
    std::string label;  // what a person reads
    Role role = Role::button;
    Box box;  // the part that is visible
    std::optional<bool> on;
    std::optional<double> value;
};

class WidgetLog {
  public:
    void enable() { enabled_ = true; }  // off until somebody asks: an untested page pays nothing
    [[nodiscard]] bool enabled() const { return enabled_; }
    void begin_frame() { widgets_.clear(); }
    // Leaves out what the current window clips away.
    void add(Widget widget);
    [[nodiscard]] const std::vector<Widget>& widgets() const { return widgets_; }
    [[nodiscard]] std::string json(int frame) const;

  private:
    bool enabled_ = false;
    std::vector<Widget> widgets_;
};

}  // namespace headlight::ui
