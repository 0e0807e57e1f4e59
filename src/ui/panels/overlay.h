#pragma once
// A window over the panels, for toasts and dialogues.

#include "imgui_internal.h"
#include "ui/context.h"

namespace headlight::ui {

// Draws fn() in a window of its own at `box`, above everything else; it takes the pointer inside the box.
template <class Fn>
void overlay_window(const char* name, const Box& box, Fn&& fn) {
    ImGui::SetNextWindowPos(box.min());
    ImGui::SetNextWindowSize(ImVec2(box.width, box.height));
    constexpr ImGuiWindowFlags kFlags = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                                        ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBackground |
                                        ImGuiWindowFlags_NoFocusOnAppearing;
    if (ImGui::Begin(name, nullptr, kFlags)) fn();
    ImGui::BringWindowToDisplayFront(ImGui::GetCurrentWindowRead());
    ImGui::End();
}

// A card: panel colour, hairline, soft shadow.
inline void card(const Context& context, const Box& box) {
    for (int i = 3; i >= 1; --i) {
        const float grow = static_cast<float>(i) * 2;
        fill({box.x - grow, box.y - grow + 2, box.width + 2 * grow, box.height + 2 * grow},
             context.theme.dark ? 0x20000000u : 0x0c000000u, kRadius + grow);
    }
    fill(box, context.theme.panel, kRadius);
    outline(box, context.theme.line, kRadius);
}

}  // namespace headlight::ui
