#include "ui/shell.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "imgui_internal.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr ImGuiWindowFlags kColumnFlags = ImGuiWindowFlags_NavFlattened | ImGuiWindowFlags_NoBackground;
constexpr float kLeastHeadHeight = 280;  // below this the centre scrolls
constexpr float kShellColumnGap = 20;
constexpr float kDragSlack = 8;  // a finger may tremble so much in a tap

// A finger that is drawn across a column scrolls it, and does not press what it began on.
void scroll_by_finger(const Context& context) {
    if (!context.platform.touch() || context.shared.drawing_cells) return;
    ImGuiContext& g = *ImGui::GetCurrentContext();
    ImGuiWindow* window = ImGui::GetCurrentWindow();
    const bool inside = window->InnerClipRect.Contains(g.IO.MouseClickedPos[0]);
    if (!g.IO.MouseDown[0] || !inside || !ImGui::IsMouseDragging(0, kDragSlack)) return;
    const bool horizontal = std::abs(ImGui::GetMouseDragDelta(0, 0).x) > std::abs(ImGui::GetMouseDragDelta(0, 0).y);
    if (g.ActiveIdUsingNavDirMask != 0 && horizontal) return;  // a slider is being moved
    ImGui::ClearActiveID();
    ImGui::SetScrollY(std::clamp(window->Scroll.y - g.IO.MouseDelta.y, 0.0f, window->ScrollMax.y));
}

// So far that the box begins at the top of the column, when not all of it is in sight.
void scroll_to(const Context& context, const Box& box, const Box& column, float padding) {
    if (box.y >= column.y && box.bottom() <= column.bottom()) return;
    const float by = box.y - column.y - padding;
    const float wanted = std::clamp(ImGui::GetScrollY() + by, 0.0f, ImGui::GetScrollMaxY());
    if (std::abs(wanted - ImGui::GetScrollY()) < 1) return;
    ImGui::SetScrollY(wanted);
    context.shared.wake_at(context.platform.now());  // what follows the panel moves in the next frames
}

}  // namespace

Shell::Shell() {
    for (const PanelInfo& info : panel_list()) slots_.push_back({&info, info.make()});
}

std::vector<Shell::Slot*> Shell::slots_of(Place place) {
    std::vector<Slot*> found;
    for (Slot& slot : slots_) {
        if (slot.info->place == place) found.push_back(&slot);
    }
    return found;
}

Shell::Slot* Shell::slot_of(std::string_view id) {
    for (Slot& slot : slots_) {
        if (slot.info->id == id) return &slot;
    }
    return nullptr;
}

void Shell::draw_panel(const Context& context, Slot& slot, const Box& box) {
    ImGui::PushID(slot.info->id.data());
    if (slot.info->place != Place::overlay) context.shared.places[std::string(slot.info->id)] = box;
    slot.panel->draw(context, box);
    ImGui::PopID();
}

void Shell::draw_place(const Context& context, Place place, const Box& box) {
    for (Slot* slot : slots_of(place)) draw_panel(context, *slot, box);
}

void Shell::draw(Context& context) {
    const ImVec2 size = ImGui::GetIO().DisplaySize;
    const Box screen{0, 0, size.x, size.y};
    context.phone = screen.width <= kPhoneWidth;
    if (!ImGui::IsMouseDown(ImGuiMouseButton_Left)) context.shared.drawing_cells = false;
    context.covered = context.shared.help_open || context.shared.tour_step >= 0 || context.app.question() != nullptr;
    const app::Tab tab = context.app.settings().tab;
    const app::Rung rung = context.app.settings().rung;
    const bool models = context.app.models_shown();
    scroll_to_top_ = tab != tab_ || rung != rung_ || models != models_;
    step_to_top_ = scroll_to_top_ || context.app.settings().step != step_;
    tab_ = tab;
    rung_ = rung;
    models_ = models;
    const bool architecture = context.app.settings().architecture && !models;
    scroll_to_top_ = scroll_to_top_ || architecture != architecture_ || context.app.settings().exhibit != exhibit_;
    architecture_ = architecture;
    exhibit_ = context.app.settings().exhibit;
    step_ = context.app.settings().step;
    ImGui::SetNextWindowPos(ImVec2(0, 0));
    ImGui::SetNextWindowSize(size);
    // The platform has cleared the screen to the background's colour already.
    constexpr ImGuiWindowFlags kFlags = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoBackground |
                                        ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings |
                                        ImGuiWindowFlags_NoBringToFrontOnFocus | ImGuiWindowFlags_NoScrollWithMouse;
    ImGui::Begin("headlight", nullptr, kFlags);
    if (models) {
        draw_models(context, screen, context.app.settings().embed ? 0 : kTopBar);
    } else if (architecture) {
        draw_architecture(context, screen, context.app.settings().embed ? 0 : kTopBar);
    } else if (context.phone) {
        draw_phone(context, screen);
    } else {
        draw_desktop(context, screen);
    }
    ImGui::End();
    const float bar = context.app.settings().embed ? 0 : kTopBar;
    const Place lowest = context.app.settings().rung == app::Rung::tutorial ? Place::step_cell : Place::bottom;
    const float below = models || (architecture && !context.phone) ? 0
                        : context.phone                            ? kTabBar
                                                                   : height_of(context, lowest, screen.width);
    for (Slot* slot : slots_of(Place::overlay)) {
        const bool toasts = slot->info->id == "notices";
        draw_panel(context, *slot, toasts ? Box{0, bar, screen.width, screen.height - bar - below} : screen);
    }
}

float Shell::height_of(const Context& context, Place place, float width) {
    float height = 0;
    for (Slot* slot : slots_of(place)) height += slot->panel->wanted_height(context, width);
    return height;
}

void Shell::draw_desktop(Context& context, const Box& screen) {
    const float bar = context.app.settings().embed ? 0 : kTopBar;
    if (bar > 0) draw_place(context, Place::top, {0, 0, screen.width, bar});
    if (context.app.settings().rung == app::Rung::tutorial) {
        draw_tutorial(context, screen, bar);
        return;
    }
    const float below = std::min(height_of(context, Place::bottom, screen.width), screen.height * 0.5f);
    const bool narrow = screen.width < kNarrowWidth;
    const float left = narrow ? std::floor(screen.width * 0.26f) : kLeftColumn;
    const float right = narrow ? std::floor(screen.width * 0.32f) : kRightColumn;
    const float height = screen.height - bar - below;
    draw_stack(context, "left", {0, bar, left, height}, narrow ? 12 : kPadding, slots_of(Place::left));
    draw_centre(context, {left, bar, screen.width - left - right, height});
    draw_stack(context, "right", {screen.width - right, bar, right, height}, narrow ? 12 : kPadding,
               slots_of(Place::right));
    vertical_line(left - 1, bar, height, context.theme.line);
    vertical_line(screen.width - right - 1, bar, height, context.theme.line);
    draw_place(context, Place::bottom, {0, screen.height - below, screen.width, below});
}

void Shell::draw_tutorial(Context& context, const Box& screen, float bar) {
    const bool narrow = screen.width < kNarrowWidth;
    const float left = narrow ? std::floor(screen.width * 0.22f) : kStepsColumn;
    const float right = narrow ? std::floor(screen.width * 0.32f) : kRightColumn;
    const float height = screen.height - bar, padding = narrow ? 12 : kPadding;
    draw_stack(context, "steps", {0, bar, left, height}, padding, slots_of(Place::steps));
    draw_step(context, {left, bar, screen.width - left - right, height});
    draw_stack(context, "step-right", {screen.width - right, bar, right, height}, padding, slots_of(Place::step_right));
    vertical_line(left - 1, bar, height, context.theme.line);
    vertical_line(screen.width - right - 1, bar, height, context.theme.line);
}

void Shell::draw_architecture(Context& context, const Box& screen, float bar) {
    if (bar > 0) draw_place(context, Place::top, {0, 0, screen.width, bar});
    const float strip = height_of(context, Place::architecture_bar, screen.width);
    draw_place(context, Place::architecture_bar, {0, bar, screen.width, strip});
    const float top = bar + strip, height = screen.height - top - (context.phone ? kTabBar : 0);
    const Place middle =
        context.app.settings().exhibit == app::Exhibit::loop ? Place::architecture_loop : Place::architecture_diagram;
    if (context.phone) {
        const app::Tab tab = context.app.settings().tab;
        std::vector<Slot*> slots = tab == app::Tab::in      ? slots_of(Place::architecture_left)
                                   : tab == app::Tab::heads ? slots_of(middle)
                                   : tab == app::Tab::out   ? slots_of(Place::architecture_right)
                                                            : slots_of(Place::more);
        draw_stack(context, "architecture", {0, top, screen.width, height}, kPhonePadding, slots);
        draw_tabs(context, {0, screen.height - kTabBar, screen.width, kTabBar});
        return;
    }
    // The numbers stand on the right, or under the sizes that they follow from.
    constexpr float kNumbers = 384, kThreeColumns = 1160;
    const bool three = screen.width >= kThreeColumns;
    const float left = kLeftColumn, right = three ? kNumbers : 0;
    std::vector<Slot*> sizes = slots_of(Place::architecture_left), numbers = slots_of(Place::architecture_right);
    if (!three) sizes.insert(sizes.end(), numbers.begin(), numbers.end());
    draw_stack(context, "architecture-left", {0, top, left, height}, kPadding, sizes);
    draw_stack(context, "architecture-middle", {left, top, screen.width - left - right, height}, kPadding,
               slots_of(middle));
    vertical_line(left - 1, top, height, context.theme.line);
    if (!three) return;
    draw_stack(context, "architecture-right", {screen.width - right, top, right, height}, kPadding, numbers);
    vertical_line(screen.width - right - 1, top, height, context.theme.line);
}

void Shell::draw_models(Context& context, const Box& screen, float bar) {
    constexpr float kMain = 640, kBetween = 56;
    if (bar > 0) draw_place(context, Place::top, {0, 0, screen.width, bar});
    std::vector<Slot*> main = slots_of(Place::models), right = slots_of(Place::models_right);
    const float height = screen.height - bar, padding = context.phone ? kPhonePadding : kPadding;
    const bool beside = screen.width >= kNarrowWidth && height_of(context, Place::models_right, kRightColumn) > 0;
    if (!beside) {
        main.insert(main.end(), right.begin(), right.end());
        const float width = std::min(screen.width, kMain + 2 * padding);
        draw_stack(context, "models", {std::floor((screen.width - width) / 2), bar, width, height}, padding, main);
        return;
    }
    const float left = std::floor((screen.width - kMain - kBetween - kRightColumn) / 2);
    // Some air above: nothing else stands on this page.
    const float air = std::min(24.0f, height * 0.03f);
    draw_stack(context, "models", {left - padding, bar + air, kMain + 2 * padding, height - air}, padding, main);
    draw_stack(context, "models-right",
               {left + kMain + kBetween - padding, bar + air, kRightColumn + padding, height - air}, padding, right);
}

void Shell::draw_step(Context& context, const Box& column) {
    Slot* title = slot_of("step.title");
    Slot* cell = slot_of("step.cell");
    const float above = title->panel->wanted_height(context, column.width);
    const float below = cell->panel->wanted_height(context, column.width);
    draw_panel(context, *title, {column.x, column.y, column.width, above});
    std::vector<Slot*> slots = slots_of(Place::step);
    if (context.phone) slots.push_back(slot_of("mistakes"));
    draw_stack(context, "step", {column.x, column.y + above, column.width, column.height - above - below},
               context.phone ? kPhonePadding : kPadding, slots, step_to_top_);
    draw_panel(context, *cell, {column.x, column.bottom() - below, column.width, below});
}

void Shell::draw_stack(Context& context, const char* id, const Box& column, float padding,
                       const std::vector<Slot*>& slots, bool to_top) {
    ImGui::SetCursorScreenPos(column.min());
    ImGui::BeginChild(id, ImVec2(column.width, column.height), 0, kColumnFlags);
    context.column_height = column.height;
    if (scroll_to_top_ || to_top) ImGui::SetScrollY(0);
    const ImVec2 origin = ImGui::GetCursorScreenPos();
    Flow flow{{column.x + padding, origin.y + padding, column.width - 2 * padding, column.height}};
    for (Slot* slot : slots) {
        const float height = slot->panel->wanted_height(context, flow.rest.width);
        if (height <= 0) continue;
        draw_panel(context, *slot, flow.take(height));
        if (slot->info->id == context.shared.show_place)
            scroll_to(context, context.shared.places[slot->info->id.data()], column, padding);
    }
    ImGui::SetCursorScreenPos(ImVec2(column.x, flow.rest.y + padding - 4));
    ImGui::Dummy(ImVec2(1, 1));
    scroll_by_finger(context);
    ImGui::EndChild();
}

void Shell::draw_centre(const Context& context, const Box& column) {
    ImGui::SetCursorScreenPos(column.min());
    ImGui::BeginChild("centre", ImVec2(column.width, column.height), 0, kColumnFlags);
    const ImVec2 origin = ImGui::GetCursorScreenPos();
    Flow flow{{column.x + kPadding, origin.y + kPadding, column.width - 2 * kPadding, column.height - 2 * kPadding}};
    for (Slot* slot : slots_of(Place::centre_map)) {
        const float wanted = slot->panel->wanted_height(context, flow.rest.width);
        if (wanted > 0) draw_panel(context, *slot, flow.take(wanted));
    }
    Slot* grid = slot_of("grid");
    Slot* head = slot_of("head");
    const app::ModelInfo* model = context.app.model();
    const float height = std::max(flow.rest.height, kLeastHeadHeight);
    // The grid gets about a third, more where many heads want it, and never more than its pictures can use.
    const float heads = model != nullptr ? static_cast<float>(model->heads) : 6;
    const float most = 20 + heads * 60;
    const float grid_width =
        std::min(std::max(std::min(236.0f, most), std::floor(flow.rest.width * (heads > 8 ? 0.36f : 0.3f))), most);
    if (flow.rest.width < 420) {
        // Too narrow for both: the head first, the grid below, and the column scrolls.
        draw_panel(context, *head, flow.take(std::min(head->panel->wanted_height(context, flow.rest.width), height)));
        flow.skip(16);
        draw_panel(context, *grid, flow.take(grid->panel->wanted_height(context, flow.rest.width)));
    } else {
        const Box row = flow.take(height);
        draw_panel(context, *grid, {row.x, row.y, grid_width, row.height});
        draw_panel(context, *head,
                   {row.x + grid_width + kShellColumnGap, row.y, row.width - grid_width - kShellColumnGap, row.height});
    }
    ImGui::SetCursorScreenPos(ImVec2(column.x, flow.rest.y + kPadding - 4));
    ImGui::Dummy(ImVec2(1, 1));
    scroll_by_finger(context);
    ImGui::EndChild();
}

void Shell::draw_phone(Context& context, const Box& screen) {
    const float bar = context.app.settings().embed ? 0 : kTopBar;
    if (bar > 0) draw_place(context, Place::top, {0, 0, screen.width, bar});
    const Box column{0, bar, screen.width, screen.height - bar - kTabBar};
    const Box tabs{0, screen.height - kTabBar, screen.width, kTabBar};
    const bool tutorial = context.app.settings().rung == app::Rung::tutorial;
    if (tutorial && context.app.settings().tab == app::Tab::heads) {
        draw_step(context, column);
        draw_tabs(context, tabs);
        return;
    }
    std::vector<Slot*> slots;
    auto add = [&](std::initializer_list<std::string_view> ids) {
        for (const std::string_view id : ids) slots.push_back(slot_of(id));
    };
    switch (context.app.settings().tab) {
        case app::Tab::in:
            if (tutorial) {
                add({"steps"});
            } else {
                add({"prompt", "tokens", "try"});
            }
            break;
        case app::Tab::heads:
            add({"prompt", "tokens", "map", "changes", "head", "grid"});
            break;
        case app::Tab::out:
            if (tutorial) {
                add({"learning", "map2d", "corpus"});
            } else {
                add({"prompt", "tokens", "changes", "predictions", "sampling"});
            }
            break;
        case app::Tab::more:
            if (!tutorial) add({"inspector"});
            add({"menu"});
            break;
    }
    draw_stack(context, "column", column, kPhonePadding, slots);
    draw_tabs(context, tabs);
}

void Shell::draw_tabs(const Context& context, const Box& bar) {
    const Theme& theme = context.theme;
    fill(bar, theme.panel);
    horizontal_line(bar.x, bar.y, bar.width, theme.line);
    constexpr std::array kTabs{std::pair{"tab.in", app::Tab::in}, std::pair{"tab.heads", app::Tab::heads},
                               std::pair{"tab.out", app::Tab::out}, std::pair{"tab.more", app::Tab::more}};
    const float width = bar.width / static_cast<float>(kTabs.size());
    for (std::size_t i = 0; i < kTabs.size(); ++i) {
        const auto [key, tab] = kTabs[i];
        const Box box{bar.x + width * static_cast<float>(i), bar.y, width, bar.height};
        const bool on = context.app.settings().tab == tab;
        const bool tutorial = context.app.settings().rung == app::Rung::tutorial && tab != app::Tab::more;
        const bool exhibit = architecture_ && tab != app::Tab::more;
        const std::string before = exhibit ? "architecture." : tutorial ? "tutorial." : "set.";
        const std::string_view label = context.t(before + key);
        const Hit hit = hit_area(context, key, label, Role::tab, box, switched(on));
        if (on) fill({box.centre().x - 16, box.y, 32, 2}, theme.attends);
        put_text(on ? context.fonts.body_bold : context.fonts.body, box, on ? theme.attends : theme.muted, label,
                 Align::centre);
        if (hit.clicked) context.push(app::set<&app::Settings::tab>(tab));
    }
}

}  // namespace headlight::ui
