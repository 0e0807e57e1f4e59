#include "ui/widgets.h"

#include <algorithm>
#include <cmath>

#include "imgui_internal.h"

namespace headlight::ui {

Hit hit_area(const Context& context, std::string_view key, std::string_view label, Role role, const Box& box,
             const WidgetState& state, float ring_radius) {
    if (box.width < 1 || box.height < 1) return {};
    if (context.widgets.enabled()) {
        context.widgets.add({std::string(key), std::string(label), role, box, state.on, state.value});
    }
    ImGui::SetCursorScreenPos(box.min());
    ImGui::PushID(key.data(), key.data() + key.size());
    if (!state.enabled) ImGui::BeginDisabled();
    Hit hit;
    hit.clicked = ImGui::InvisibleButton("", ImVec2(box.width, box.height));
    hit.hovered = ImGui::IsItemHovered();
    hit.held = ImGui::IsItemActive();
    hit.focused = ImGui::IsItemFocused() && !ImGui::GetCurrentContext()->NavDisableHighlight;
    if (!state.enabled) ImGui::EndDisabled();
    ImGui::PopID();
    if (hit.focused) outline(box.inset(-2), context.theme.predicts, ring_radius + 2, 2);
    if (hit.hovered && role != Role::cell && role != Role::text) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
    return hit;
}

float button_width(const ImFont* font, std::string_view label, float padding) {
    return std::ceil(text_width(font, label)) + 2 * padding;
}

bool button(const Context& context, std::string_view key, std::string_view label, const Box& box, Look look,
            bool enabled) {
    const Theme& theme = context.theme;
    const Hit hit = hit_area(context, key, label, Role::button, box, usable(enabled), kRadius);
    const float glow = hit.held ? 0.16f : hit.hovered ? 0.08f : 0;
    Colour text = enabled ? theme.text : theme.faint;
    const ImFont* font = context.fonts.body;
    if (look == Look::primary) {
        fill(box, mixed(enabled ? theme.attends : theme.raised, theme.text, glow), kRadius);
        if (enabled) text = theme.on_attends;
        font = context.fonts.body_bold;
    } else if (look == Look::plain) {
        fill(box, mixed(theme.raised, theme.text, glow), kRadius);
        outline(box, theme.line, kRadius);
    } else {
        if (glow > 0) fill(box, mixed(theme.raised, theme.text, glow), kSmallRadius);
        if (look == Look::text && !hit.hovered) text = enabled ? theme.muted : theme.faint;
        font = context.fonts.small;
    }
    put_text(font, box.inset(4, 0), text, label, Align::centre);
    return hit.clicked;
}

float text_option_height(const Context& context) {
    return context.phone ? 40 : 24;
}

bool text_option(const Context& context, std::string_view key, std::string_view label, float& x, float y, bool on,
                 Role role) {
    const float width = std::ceil(text_width(context.fonts.small, label));
    const float height = text_option_height(context);
    const Box box{x - 4, y, width + 8, height};
    const Hit hit = hit_area(context, key, label, role, box, switched(on));
    put_text(context.fonts.small, {x, y, width + 1, height},
             on || hit.hovered ? context.theme.text : context.theme.muted, label);
    if (on) fill({x, y + height / 2 + 9, width, 1.5f}, context.theme.attends);
    x += width + 14;
    return hit.clicked;
}

float segmented_width(const ImFont* font, std::span<const Choice> choices, float padding) {
    float width = 4;
    for (const Choice& choice : choices) width += std::ceil(text_width(font, choice.label)) + 2 * padding;
    return width;
}

std::optional<int> segmented(const Context& context, const ImFont* font, std::span<const Choice> choices,
                             const Box& box, float padding) {
    const Theme& theme = context.theme;
    fill(box, theme.raised, kRadius);
    std::optional<int> clicked;
    float x = box.x + 2;
    for (std::size_t i = 0; i < choices.size(); ++i) {
        const Choice& choice = choices[i];
        const Box part{x, box.y + 2, std::ceil(text_width(font, choice.label)) + 2 * padding, box.height - 4};
        const Hit hit = hit_area(context, choice.key, choice.label, Role::tab, part, switched(choice.on));
        if (choice.on) {
            if (!theme.dark)
                fill({part.x, part.y + 1, part.width, part.height}, rgb(0x000000) & 0x22ffffffu, kSmallRadius);
            fill(part, theme.panel, kSmallRadius);
        }
        put_text(font, part, choice.on || hit.hovered ? theme.text : theme.muted, choice.label, Align::centre);
        if (hit.clicked) clicked = static_cast<int>(i);
        x += part.width;
    }
    return clicked;
}

namespace {

// The part of a slider that ImGui knows how to drive by mouse and keyboard; draws nothing.
bool drive_slider(const Context& context, std::string_view key, const Box& track, float& value, float low, float high,
                  float step, bool& hovered, bool& focused) {
    ImGuiContext& g = *ImGui::GetCurrentContext();
    ImGuiWindow* window = ImGui::GetCurrentWindow();
    const ImGuiID id = window->GetID(key.data(), key.data() + key.size());
    const ImRect bounds(track.min(), track.max());
    ImGui::SetCursorScreenPos(track.min());
    ImGui::ItemSize(bounds);
    if (!ImGui::ItemAdd(bounds, id)) return false;
    hovered = ImGui::ItemHoverable(bounds, id, g.LastItemData.InFlags);
    focused = g.NavId == id && !g.NavDisableHighlight;
    if (focused) context.shared.focused_slider = id;
    const bool clicked = hovered && ImGui::IsMouseClicked(0, id);
    if (clicked || g.NavActivateId == id) {
        if (clicked) ImGui::SetKeyOwner(ImGuiKey_MouseLeft, id);
        ImGui::SetActiveID(id, window);
        ImGui::SetFocusID(id, window);
        ImGui::FocusWindow(window);
        g.ActiveIdUsingNavDirMask |= (1 << ImGuiDir_Left) | (1 << ImGuiDir_Right);
    }
    // With the focus alone the arrow keys work as well: one step a press.
    if (focused && g.ActiveId != id) {
        const bool left = ImGui::IsKeyPressed(ImGuiKey_LeftArrow), right = ImGui::IsKeyPressed(ImGuiKey_RightArrow);
        if (left != right) {
            value = std::clamp(value + (left ? -step : step), low, high);
            return true;
        }
    }
    ImRect grab;
    return ImGui::SliderBehavior(bounds, id, ImGuiDataType_Float, &value, &low, &high, "%.4f", ImGuiSliderFlags_None,
                                 &grab);
}

// Where a value stands on its track, 0 to 1; the logarithmic scale is log(1 + value).
float part_of(float value, float low, float high) {
    return high > low ? std::clamp((value - low) / (high - low), 0.0f, 1.0f) : 0;
}

}  // namespace

bool slider(const Context& context, std::string_view key, std::string_view label, std::string_view help, const Box& box,
            float& value, float low, float high, float step, std::string_view shown, bool logarithmic) {
    constexpr float kLabel = 84, kValue = 44, kKnob = 6;
    const Theme& theme = context.theme;
    const Box track{box.x + kLabel + 8, box.y, box.width - kLabel - kValue - 16, box.height};
    // Logarithmic sliders run over log2(1 + value).
    float at = logarithmic ? std::log2(1 + value) : value;
    const float first = logarithmic ? std::log2(1 + low) : low, last = logarithmic ? std::log2(1 + high) : high;
    bool hovered = false, focused = false;
    const bool moved = drive_slider(context, key, track, at, first, last, logarithmic ? 0.25f : step, hovered, focused);
    if (moved) value = logarithmic ? std::exp2(at) - 1 : std::round(at / step) * step;
    if (context.widgets.enabled()) {
        context.widgets.add({std::string(key), std::string(label), Role::slider, track, std::nullopt, value});
    }
    put_text(context.fonts.small, {box.x, box.y, kLabel, box.height}, theme.muted, label);
    const float middle = track.centre().y, part = part_of(at, first, last);
    const float knob = track.x + kKnob + part * (track.width - 2 * kKnob);
    fill({track.x, middle - 2, track.width, 4}, theme.line, 2);
    fill({track.x, middle - 2, knob - track.x, 4}, theme.muted, 2);
    canvas().AddCircleFilled(ImVec2(knob, middle), hovered || focused ? kKnob + 1 : kKnob, theme.text, 24);
    if (focused) canvas().AddCircle(ImVec2(knob, middle), kKnob + 4, theme.predicts, 24, 2);
    put_text(context.fonts.mono, {track.right() + 8, box.y, kValue, box.height}, theme.muted, shown, Align::right);
    const Box caption{box.x, box.y, kLabel, box.height};
    if (!help.empty() && caption.contains(ImGui::GetIO().MousePos) && ImGui::IsWindowHovered()) tooltip(context, help);
    return moved;
}

std::optional<int> popup_menu(const Context& context, const char* key, std::span<const Choice> choices,
                              const Box& anchor) {
    const float row_height = context.phone ? 44 : 28;
    float width = anchor.width;
    for (const Choice& choice : choices) width = std::max(width, text_width(context.fonts.small, choice.label) + 32);
    const float most = ImGui::GetIO().DisplaySize.y * 0.6f;
    const float content = row_height * static_cast<float>(choices.size()) + 8;
    const float height = std::min(content, most);
    const bool above = anchor.bottom() + height + 4 > ImGui::GetIO().DisplaySize.y;
    const float x = std::clamp(anchor.x, 4.0f, std::max(4.0f, ImGui::GetIO().DisplaySize.x - width - 4));
    ImGui::SetNextWindowPos(ImVec2(x, above ? std::max(4.0f, anchor.y - height - 4) : anchor.bottom() + 4));
    ImGui::SetNextWindowSize(ImVec2(width, height));
    std::optional<int> chosen;
    if (!ImGui::BeginPopup(key, ImGuiWindowFlags_NoMove)) return chosen;
    const ImVec2 start = ImGui::GetCursorScreenPos();
    for (std::size_t i = 0; i < choices.size(); ++i) {
        const Choice& choice = choices[i];
        const Box row{start.x + 4, start.y + 4 + row_height * static_cast<float>(i), width - 8, row_height};
        const Hit hit = hit_area(context, choice.key, choice.label, Role::option, row, switched(choice.on));
        if (hit.hovered) fill(row, context.theme.raised, kSmallRadius);
        if (choice.on) fill({row.x, row.y + 6, 2, row.height - 12}, context.theme.attends);
        put_text(context.fonts.small, row.inset(8, 0),
                 choice.on || hit.hovered ? context.theme.text : context.theme.muted, choice.label);
        if (hit.clicked) chosen = static_cast<int>(i);
    }
    ImGui::SetCursorScreenPos(ImVec2(start.x, start.y + content - 1));
    ImGui::Dummy(ImVec2(1, 1));
    if (chosen) ImGui::CloseCurrentPopup();
    ImGui::EndPopup();
    return chosen;
}

void tooltip(const Context& context, std::string_view text) {
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(10, 8));
    ImGui::PushFont(context.fonts.small);
    if (ImGui::BeginTooltip()) {
        ImGui::PushTextWrapPos(300);
        ImGui::TextUnformatted(text.data(), text.data() + text.size());
        ImGui::PopTextWrapPos();
        ImGui::EndTooltip();
    }
    ImGui::PopFont();
    ImGui::PopStyleVar();
}

void heading(const Context& context, const Box& box, std::string_view name, std::string_view rest) {
    const float end = put_text(context.fonts.small_bold, box, context.theme.text, name);
    if (rest.empty()) return;
    put_text(context.fonts.small, {end + 4, box.y, box.right() - end - 4, box.height}, context.theme.muted, rest);
}

}  // namespace headlight::ui
