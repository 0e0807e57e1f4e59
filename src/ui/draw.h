#pragma once
// Boxes and text in logical pixels, drawn with ImGui's draw lists.

#include <string>
#include <string_view>

#include "imgui.h"
#include "ui/theme.h"

namespace headlight::ui {

struct Box {
    float x = 0, y = 0, width = 0, height = 0;

    [[nodiscard]] float right() const { return x + width; }
    [[nodiscard]] float bottom() const { return y + height; }
    [[nodiscard]] ImVec2 min() const { return {x, y}; }
    [[nodiscard]] ImVec2 max() const { return {right(), bottom()}; }
    [[nodiscard]] ImVec2 centre() const { return {x + width / 2, y + height / 2}; }
    [[nodiscard]] bool contains(ImVec2 p) const { return p.x >= x && p.x < right() && p.y >= y && p.y < bottom(); }
    [[nodiscard]] Box inset(float by) const { return {x + by, y + by, width - 2 * by, height - 2 * by}; }
    [[nodiscard]] Box inset(float dx, float dy) const { return {x + dx, y + dy, width - 2 * dx, height - 2 * dy}; }
};

// Takes boxes off the top of an area, one below the other.
struct Flow {
    Box rest;
    Box take(float height) {
        const Box row{rest.x, rest.y, rest.width, height};
        skip(height);
        return row;
    }
    void skip(float height) {
        rest.y += height;
        rest.height -= height;
    }
};

[[nodiscard]] inline ImDrawList& canvas() {
    return *ImGui::GetWindowDrawList();
}
[[nodiscard]] float line_height(const ImFont* font);
[[nodiscard]] float text_width(const ImFont* font, std::string_view text);
[[nodiscard]] float snapped(float length);  // to whole pixels of the screen

enum class Align { left, centre, right };

// One line, vertically centred in the box; longer text ends in "…". Returns where the text ends.
float put_text(const ImFont* font, const Box& box, Colour colour, std::string_view text, Align align = Align::left);
// At a place, not shortened. Returns the width.
float put_text_at(const ImFont* font, ImVec2 at, Colour colour, std::string_view text);
// Several lines, wrapped at the box's width, each `leading` high. Returns the height used.
float put_paragraph(const ImFont* font, const Box& box, Colour colour, std::string_view text, float leading);
// The same for text with indices as a formula writes them: "W_O" lowers the O, "K^T" raises the T.
void put_formula_paragraph(const ImFont* font, const Box& box, Colour colour, std::string_view text, float leading);
[[nodiscard]] float paragraph_height(const ImFont* font, float width, std::string_view text, float leading);
// Runs upwards to the right, its end at `end`; angle in degrees, 0 is level.
void put_rising_text(const ImFont* font, ImVec2 end, float degrees, Colour colour, std::string_view text);
[[nodiscard]] std::string shortened(const ImFont* font, std::string_view text, float width);

void fill(const Box& box, Colour colour, float radius = 0);
void outline(const Box& box, Colour colour, float radius = 0, float thickness = 1);
void dashed_outline(const Box& box, Colour colour, float radius);
void horizontal_line(float x, float y, float width, Colour colour);
void vertical_line(float x, float y, float height, Colour colour);

}  // namespace headlight::ui
