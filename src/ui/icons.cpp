// The few signs of the program, drawn: no icon font, sharp at every size.
#include <numbers>

#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kPi = std::numbers::pi_v<float>;

void triangle(ImVec2 c, float s, float direction, Colour colour) {
    const float w = s * 0.5f * direction;
    canvas().AddTriangleFilled(ImVec2(c.x - w * 0.8f, c.y - s * 0.5f), ImVec2(c.x - w * 0.8f, c.y + s * 0.5f),
                               ImVec2(c.x + w, c.y), colour);
}

void chevron(ImVec2 c, float dx, float dy, Colour colour) {
    // The tip lies at (dx, dy); the arms go back as far and twice as far to both sides.
    const ImVec2 points[] = {ImVec2(c.x - dx - 2 * dy, c.y - dy - 2 * dx), ImVec2(c.x + dx, c.y + dy),
                             ImVec2(c.x - dx + 2 * dy, c.y - dy + 2 * dx)};
    canvas().AddPolyline(points, 3, colour, 0, 1.6f);
}

void half_circle(ImVec2 c, float r, Colour colour) {
    canvas().AddCircle(c, r, colour, 32, 1.5f);
    canvas().PathArcTo(c, r, -kPi / 2, kPi / 2, 24);
    canvas().PathFillConvex(colour);
}

// An arrow bent back: undo (direction -1) and redo (+1).
void bent_arrow(ImVec2 c, float s, float direction, Colour colour) {
    const float r = s * 0.36f;
    canvas().PathArcTo(ImVec2(c.x, c.y + r * 0.2f), r, direction < 0 ? -kPi * 0.75f : -kPi * 1.35f,
                       direction < 0 ? kPi * 0.35f : -kPi * 0.25f, 20);
    canvas().PathStroke(colour, 0, 1.5f);
    const ImVec2 tip(c.x + direction * r * 0.72f, c.y - r * 0.55f);
    canvas().AddTriangleFilled(ImVec2(tip.x + direction * 3.5f, tip.y + 2), ImVec2(tip.x - direction * 3, tip.y + 2),
                               ImVec2(tip.x + direction * 2.5f, tip.y - 4.5f), colour);
}

}  // namespace

void icon(Icon which, ImVec2 c, float s, Colour colour) {
    const float h = s / 2;
    switch (which) {
        case Icon::theme:
            half_circle(c, h * 0.8f, colour);
            break;
        case Icon::play:
            triangle(c, s * 0.8f, 1, colour);
            break;
        case Icon::back:
            triangle(c, s * 0.8f, -1, colour);
            break;
        case Icon::pause:
            fill({c.x - h * 0.55f, c.y - h * 0.7f, h * 0.4f, s * 0.7f}, colour, 1);
            fill({c.x + h * 0.15f, c.y - h * 0.7f, h * 0.4f, s * 0.7f}, colour, 1);
            break;
        case Icon::step:
            triangle(ImVec2(c.x - h * 0.2f, c.y), s * 0.7f, 1, colour);
            fill({c.x + h * 0.45f, c.y - h * 0.7f, 2, s * 0.7f}, colour, 1);
            break;
        case Icon::close:
            canvas().AddLine(ImVec2(c.x - h * 0.5f, c.y - h * 0.5f), ImVec2(c.x + h * 0.5f, c.y + h * 0.5f), colour,
                             1.6f);
            canvas().AddLine(ImVec2(c.x - h * 0.5f, c.y + h * 0.5f), ImVec2(c.x + h * 0.5f, c.y - h * 0.5f), colour,
                             1.6f);
            break;
        case Icon::previous:
            chevron(c, -h * 0.35f, 0, colour);
            break;
        case Icon::next:
            chevron(c, h * 0.35f, 0, colour);
            break;
        case Icon::down:
            chevron(c, 0, h * 0.35f, colour);
            break;
        case Icon::help:
            canvas().AddCircle(c, h * 0.9f, colour, 32, 1.5f);
            break;
        case Icon::menu:
            for (int i = -1; i <= 1; ++i)
                fill({c.x - h * 0.7f, c.y + static_cast<float>(i) * 5 - 0.75f, s * 0.7f, 1.5f}, colour);
            break;
        case Icon::undo:
            bent_arrow(c, s, -1, colour);
            break;
        case Icon::redo:
            bent_arrow(c, s, 1, colour);
            break;
    }
}

bool icon_button(const Context& context, std::string_view key, std::string_view label, Icon which, const Box& box,
                 Look look, bool enabled) {
    const Theme& theme = context.theme;
    const Hit hit = hit_area(context, key, label, Role::button, box, usable(enabled), kRadius);
    if (look == Look::plain) {
        fill(box, mixed(theme.raised, theme.text, hit.held ? 0.16f : hit.hovered ? 0.08f : 0), kRadius);
        outline(box, theme.line, kRadius);
    } else if (hit.hovered) {
        fill(box, theme.raised, kSmallRadius);
    }
    const Colour colour = !enabled ? theme.faint : hit.hovered || look == Look::plain ? theme.text : theme.muted;
    icon(which, box.centre(), 14, colour);
    if (which == Icon::help) put_text(context.fonts.small, box, colour, "?", Align::centre);
    if (hit.hovered) tooltip(context, label);
    return hit.clicked;
}

}  // namespace headlight::ui
