#include "ui/theme.h"

#include <cmath>

namespace headlight::ui {

namespace {

constexpr Theme kDark{
    .dark = true,
    .background = rgb(0x0e1116),
    .panel = rgb(0x151a21),
    .raised = rgb(0x1c222b),
    .line = rgb(0x29313c),
    .text = rgb(0xe8ebf0),
    .muted = rgb(0x93a0b1),
    .faint = rgb(0x5f6b7a),
    .attends = rgb(0xffb454),
    .attends_soft = rgb(0x7a4a12),
    .predicts = rgb(0x6cb6ff),
    .predicts_soft = rgb(0x173a5e),
    .good = rgb(0x7ee0a1),
    .bad = rgb(0xff7b72),
    .on_attends = rgb(0x1b1204),
    .heat_zero = rgb(0x151a21),
    .heat_one = rgb(0xffb454),
    .heat_negative = rgb(0x6cb6ff),
};

constexpr Theme kLight{
    .dark = false,
    .background = rgb(0xf4f5f7),
    .panel = rgb(0xffffff),
    .raised = rgb(0xeef1f5),
    .line = rgb(0xd9dee6),
    .text = rgb(0x1a2029),
    .muted = rgb(0x566273),
    .faint = rgb(0x98a3b1),
    .attends = rgb(0xb45f06),
    .attends_soft = rgb(0xfbe3c4),
    .predicts = rgb(0x0b63c5),
    .predicts_soft = rgb(0xd8e9fc),
    .good = rgb(0x12824a),
    .bad = rgb(0xc62f25),
    .on_attends = rgb(0xffffff),
    .heat_zero = rgb(0xffffff),
    .heat_one = rgb(0xb45f06),
    .heat_negative = rgb(0x0b63c5),
};

ImVec4 floats(Colour colour) {
    return ImGui::ColorConvertU32ToFloat4(colour);
}

}  // namespace

const Theme& theme(bool dark) {
    return dark ? kDark : kLight;
}

void apply_style(const Theme& t) {
    ImGuiStyle& style = ImGui::GetStyle();
    style = ImGuiStyle();
    style.WindowPadding = ImVec2(0, 0);
    style.WindowBorderSize = 0;
    style.ChildBorderSize = 0;
    style.PopupBorderSize = 1;
    style.PopupRounding = kRadius;
    style.FrameRounding = kSmallRadius;
    style.ScrollbarSize = 8;
    style.ScrollbarRounding = 4;
    style.ItemSpacing = ImVec2(kGrid, kGrid);
    style.DisabledAlpha = 0.45f;
    ImVec4* c = style.Colors;
    c[ImGuiCol_Text] = floats(t.text);
    c[ImGuiCol_TextDisabled] = floats(t.muted);
    c[ImGuiCol_WindowBg] = floats(t.background);
    c[ImGuiCol_ChildBg] = ImVec4(0, 0, 0, 0);
    c[ImGuiCol_PopupBg] = floats(t.panel);
    c[ImGuiCol_Border] = floats(t.line);
    c[ImGuiCol_FrameBg] = floats(t.raised);
    c[ImGuiCol_ScrollbarBg] = ImVec4(0, 0, 0, 0);
    c[ImGuiCol_ScrollbarGrab] = floats(t.line);
    c[ImGuiCol_ScrollbarGrabHovered] = floats(t.faint);
    c[ImGuiCol_ScrollbarGrabActive] = floats(t.muted);
    c[ImGuiCol_TextSelectedBg] = floats(with_alpha(t.attends, 0.35f));
    c[ImGuiCol_NavHighlight] = ImVec4(0, 0, 0, 0);  // widgets draw their own focus ring
    c[ImGuiCol_ModalWindowDimBg] = ImVec4(0, 0, 0, t.dark ? 0.55f : 0.35f);
}

Colour with_alpha(Colour colour, float alpha) {
    const auto a = static_cast<Colour>(std::lround(static_cast<float>(colour >> 24) * alpha));
    return (colour & 0x00ffffffu) | (a << 24);
}

Colour mixed(Colour a, Colour b, float part) {
    Colour out = 0;
    for (unsigned shift = 0; shift < 32; shift += 8) {
        const auto x = static_cast<float>((a >> shift) & 255), y = static_cast<float>((b >> shift) & 255);
        out |= static_cast<Colour>(std::lround(x + (y - x) * part)) << shift;
    }
    return out;
}

}  // namespace headlight::ui
