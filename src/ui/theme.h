#pragma once
// Colours and sizes of the look. Lengths in logical pixels; everything sits on a grid of 4.

#include <cstdint>

#include "imgui.h"

namespace headlight::ui {

using Colour = ImU32;  // 0xAABBGGRR

struct Theme {
    bool dark = true;
    Colour background, panel, raised, line;
    Colour text, muted, faint;
    Colour attends, attends_soft;    // what attends: amber
    Colour predicts, predicts_soft;  // what is predicted: blue
    Colour good, bad;
    Colour on_attends;                          // text on a filled amber button
    Colour heat_zero, heat_one, heat_negative;  // ends of the heat maps' scales
};
[[nodiscard]] const Theme& theme(bool dark);
void apply_style(const Theme& theme);

[[nodiscard]] constexpr Colour rgb(std::uint32_t hex) {
    return 0xff000000u | ((hex & 0xff) << 16) | (hex & 0xff00) | ((hex >> 16) & 0xff);
}
[[nodiscard]] Colour with_alpha(Colour colour, float alpha);  // times its own alpha
[[nodiscard]] Colour mixed(Colour a, Colour b, float part);   // part 0: a, 1: b

// Sizes.
inline constexpr float kGrid = 4;
inline constexpr float kRadius = 6, kSmallRadius = 4;
inline constexpr float kTopBar = 48, kTabBar = 56;
inline constexpr float kLeftColumn = 296, kRightColumn = 316, kStepsColumn = 248;
inline constexpr float kInspector = 176;
inline constexpr float kPadding = 16, kPhonePadding = 12;
inline constexpr float kPanelTitle = 20;     // a panel's first line
inline constexpr float kPhoneRow = 44;       // a row that fingers meet
inline constexpr float kPhoneWidth = 600;    // and below: one column
inline constexpr float kNarrowWidth = 1000;  // and below: the side columns shrink

}  // namespace headlight::ui
