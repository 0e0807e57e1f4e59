#pragma once
// The controls of the look. Each is given its box and reports itself to the widget log under its key.

#include <optional>
#include <span>
#include <string_view>

#include "ui/context.h"

namespace headlight::ui {

struct Hit {
    bool hovered = false, clicked = false, held = false, focused = false;
};
struct WidgetState {
    std::optional<bool> on;
    std::optional<double> value;
    bool enabled = true;
};
[[nodiscard]] inline WidgetState switched(bool on, std::optional<double> value = {}) {
    return {on, value, true};
}
[[nodiscard]] inline WidgetState valued(double value) {
    return {{}, value, true};
}
[[nodiscard]] inline WidgetState usable(bool enabled) {
    return {{}, {}, enabled};
}

// An area that can be pointed at, clicked and reached with Tab; draws only its focus ring.
Hit hit_area(const Context& context, std::string_view key, std::string_view label, Role role, const Box& box,
             const WidgetState& state = {}, float ring_radius = kSmallRadius);

enum class Look { plain, primary, quiet, text };
constexpr float kButtonHeight = 32, kSmallButtonHeight = 24;
[[nodiscard]] float button_width(const ImFont* font, std::string_view label, float padding = 12);
bool button(const Context& context, std::string_view key, std::string_view label, const Box& box,
            Look look = Look::plain, bool enabled = true);
// Small text that can be clicked: muted, bright when on or pointed at. Takes its width from the text; `x` moves on.
[[nodiscard]] float text_option_height(const Context& context);
bool text_option(const Context& context, std::string_view key, std::string_view label, float& x, float y, bool on,
                 Role role = Role::radio);
// One of several, side by side in a trough. Returns the one clicked.
struct Choice {
    std::string_view key, label;
    bool on = false;
};
[[nodiscard]] float segmented_width(const ImFont* font, std::span<const Choice> choices, float padding);
std::optional<int> segmented(const Context& context, const ImFont* font, std::span<const Choice> choices,
                             const Box& box, float padding);

// A slider with its label and value; true while a person moves it. `shown` is the value as text. step: keyboard.
bool slider(const Context& context, std::string_view key, std::string_view label, std::string_view help, const Box& box,
            float& value, float low, float high, float step, std::string_view shown, bool logarithmic = false);

// A short list under `anchor`, open between ImGui::OpenPopup(key) and a choice. Returns the one chosen.
std::optional<int> popup_menu(const Context& context, const char* key, std::span<const Choice> choices,
                              const Box& anchor);

void tooltip(const Context& context, std::string_view text);

// A heading: bold name, then a muted rest.
void heading(const Context& context, const Box& box, std::string_view name, std::string_view rest = {});

enum class Icon { theme, play, pause, step, back, close, previous, next, down, help, menu, undo, redo };
void icon(Icon which, ImVec2 centre, float size, Colour colour);
bool icon_button(const Context& context, std::string_view key, std::string_view label, Icon which, const Box& box,
                 Look look = Look::quiet, bool enabled = true);

}  // namespace headlight::ui
