#include "ui/keyboard.h"

#include <algorithm>
#include <cmath>

#include "imgui_internal.h"
#include "ui/panels/laboratory.h"
#include "ui/panels/models.h"

namespace headlight::ui {

namespace {

bool in_tutorial(const Context& context) {
    return context.app.settings().rung == app::Rung::tutorial && !context.app.settings().architecture;
}

void go_to_step(const Context& context, int by) {
    const int step = std::clamp(context.app.settings().step + by, 1, interpret::Tutorial::kSteps);
    context.push(app::set<&app::Settings::step>(step));
}

// From cell to cell of a table (the step's panel knows its limits), or from step to step.
void move_in_tutorial(const Context& context, int dx, int dy) {
    if (context.app.settings().row < 0) {
        go_to_step(context, dx + dy);
        return;
    }
    context.shared.cell_right += dx;
    context.shared.cell_down += dy;
    context.shared.cell_moved = true;
}

// Enter, F2 or a digit edits the chosen cell.
void edit_in_tutorial(const Context& context) {
    if (context.app.settings().row < 0) return;
    const ImGuiContext& g = *ImGui::GetCurrentContext();
    const bool elsewhere = g.NavId != 0 && !g.NavDisableHighlight;  // Enter presses what has the focus
    const bool enter = ImGui::IsKeyPressed(ImGuiKey_Enter, false) || ImGui::IsKeyPressed(ImGuiKey_KeypadEnter, false);
    if (ImGui::IsKeyPressed(ImGuiKey_F2, false) || (enter && !elsewhere)) context.shared.edit_cell = true;
    for (const ImWchar character : ImGui::GetIO().InputQueueCharacters) {
        if ((character < '0' || character > '9') && character != '-') continue;
        context.shared.edit_cell = true;
        context.shared.edit_first += static_cast<char>(character);
    }
}

// In the architecture exhibit: from box to box, or through the lines of the loop.
void move_in_exhibit(const Context& context, int by) {
    if (context.app.in_loop()) {
        if (by > 0 && context.app.can_step()) context.push(app::Step{});
        if (by < 0 && context.app.can_step_back()) context.push(app::StepBack{});
        return;
    }
    const int stage = static_cast<int>(context.app.settings().stage) + by;
    const int last = static_cast<int>(app::Stage::logits);
    context.push(app::set<&app::Settings::stage>(static_cast<app::Stage>(std::clamp(stage, 1, last))));
}

// Through layers and heads, or, when a cell or a row is pinned, through cells.
void move_selection(const Context& context, int dx, int dy) {
    const app::App& app = context.app;
    if (app.settings().architecture) {
        move_in_exhibit(context, dx + dy);
        return;
    }
    if (in_tutorial(context)) {
        move_in_tutorial(context, dx, dy);
        return;
    }
    const app::ModelInfo* model = app.model();
    const int count = static_cast<int>(app.tokens().size());
    if (model == nullptr || count == 0) return;
    const app::Settings& settings = app.settings();
    if (settings.query >= 0) {
        const int query = std::clamp(settings.query + dy, 0, count - 1);
        const int key =
            settings.key < 0 && dx == 0 ? -1 : std::clamp((settings.key < 0 ? query : settings.key) + dx, 0, query);
        context.push(app::SelectCell{query, key});
        return;
    }
    const app::Selection now = app.selection();
    context.push(app::SelectHead{std::clamp(now.layer + dy, 0, model->layers - 1),
                                 std::clamp(now.head + dx, 0, model->heads - 1)});
}

void handle_arrows(const Context& context) {
    // ImGui would move its own focus with these keys; owning them leaves Tab for that.
    constexpr ImGuiID kOwner = 0x48454144;
    struct Arrow {
        ImGuiKey key;
        int dx, dy;
    };
    constexpr Arrow kArrows[] = {{ImGuiKey_LeftArrow, -1, 0},
                                 {ImGuiKey_RightArrow, 1, 0},
                                 {ImGuiKey_UpArrow, 0, -1},
                                 {ImGuiKey_DownArrow, 0, 1}};
    const ImGuiContext& g = *ImGui::GetCurrentContext();
    const bool slider_focused = g.NavId != 0 && !g.NavDisableHighlight && g.NavId == context.shared.focused_slider;
    if (ImGui::IsAnyItemActive() || slider_focused) return;
    for (const Arrow& arrow : kArrows) {
        ImGui::SetKeyOwner(arrow.key, kOwner);
        if (ImGui::IsKeyPressed(arrow.key, kOwner, ImGuiInputFlags_Repeat)) move_selection(context, arrow.dx, arrow.dy);
    }
}

void handle_character(const Context& context, ImWchar character) {
    const app::App& app = context.app;
    switch (character) {
        case '/':
            context.platform.focus_prompt();
            break;
        case '?':
            context.shared.help_open = !context.shared.help_open;
            break;
        case '.':
            if (app.can_step()) context.push(app::Step{});
            break;
        case ',':
            if (app.can_step_back()) context.push(app::StepBack{});
            break;
        case 'p':
            if (in_tutorial(context)) {
                context.push(app.learning_plays() ? app::Command(app::LearnPause{}) : app::Command(app::LearnPlay{}));
                break;
            }
            context.push(app.playing() ? app::Command(app::Pause{}) : app::Command(app::Play{}));
            break;
        case '+':
        case '-': {
            const float step = character == '+' ? 0.1f : -0.1f;
            context.push(app::set<&app::Settings::text_size>(std::round((app.settings().text_size + step) * 10) / 10));
            break;
        }
        case 'a':
            context.push(app::set<&app::Settings::architecture>(!app.settings().architecture));
            break;
        case 'o':
            if (can_change(context) && !app.settings().architecture && app.selection().layer >= 0)
                context.push(app::ToggleHead{app.selection().layer, app.selection().head});
            break;
        case 't':
            context.choose_theme(!app.dark());
            break;
        default:
            break;
    }
}

void handle_escape(const Context& context) {
    if (context.app.question() != nullptr) {
        context.push(app::Answer{false});
    } else if (context.shared.help_open) {
        context.shared.help_open = false;
    } else if (context.shared.tour_step >= 0) {
        context.shared.tour_step = -1;
    } else if (context.app.models_shown()) {
        close_models(context);
    } else if (context.shared.copy_layer >= 0) {
        context.shared.copy_layer = context.shared.copy_head = -1;
    } else {
        context.push(app::Release{});
    }
}

}  // namespace

void handle_keys(const Context& context) {
    ImGuiIO& io = ImGui::GetIO();
    Shared& shared = context.shared;
    shared.cell_right = shared.cell_down = 0;
    shared.cell_moved = shared.edit_cell = false;
    shared.edit_first.clear();
    const bool popup = ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel);
    if (io.WantTextInput || popup) return;
    if (ImGui::IsKeyPressed(ImGuiKey_Escape, false)) handle_escape(context);
    const bool command = io.KeyCtrl || io.KeySuper;
    if (command && ImGui::IsKeyPressed(ImGuiKey_Z, true)) {
        context.push(io.KeyShift ? app::Command(app::Redo{}) : app::Command(app::Undo{}));
    }
    if (command && ImGui::IsKeyPressed(ImGuiKey_Y, true)) context.push(app::Redo{});
    // What moves or steps the workspace has no place on the page that brings a model.
    const bool models = context.app.models_shown();
    if (!models) {
        if (command && ImGui::IsKeyPressed(ImGuiKey_Enter, false) && context.app.can_step()) context.push(app::Step{});
        handle_arrows(context);
    }
    if (command || io.KeyAlt) return;
    if (in_tutorial(context) && !models) {
        if (ImGui::IsKeyPressed(ImGuiKey_PageDown, true)) go_to_step(context, 1);
        if (ImGui::IsKeyPressed(ImGuiKey_PageUp, true)) go_to_step(context, -1);
        edit_in_tutorial(context);
        if (shared.edit_cell) return;
    }
    for (const ImWchar character : io.InputQueueCharacters) {
        if (models &&
            (character == '.' || character == ',' || character == 'p' || character == 'a' || character == 'o'))
            continue;
        handle_character(context, character);
    }
}

}  // namespace headlight::ui
