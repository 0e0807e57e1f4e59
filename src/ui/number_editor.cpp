#include "ui/number_editor.h"

#include <algorithm>
#include <array>

#include "base/numeric_text.h"
#include "imgui_internal.h"
#include "ui/panels/overlay.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr std::size_t kMostCharacters = 14;
constexpr float kPadKey = 48, kPadGap = 8, kPadPadding = 12;

// Both decimal signs are understood, whatever the language.
std::string plain(std::string text) {
    std::replace(text.begin(), text.end(), ',', '.');
    return text;
}

int only_numbers(ImGuiInputTextCallbackData* data) {
    const ImWchar c = data->EventChar;
    const bool fits = (c >= '0' && c <= '9') || c == '.' || c == ',' || c == '-' || c == 'e';
    return fits ? 0 : 1;
}

}  // namespace

void NumberEditor::open(const Context& context, std::string_view key, int row, int column, std::string_view old,
                        std::string_view first) {
    key_ = key;
    row_ = row;
    column_ = column;
    text_ = first.empty() ? old : first;
    pad_ = context.platform.touch() || context.phone;
    focus_ = true;
    fresh_ = first.empty();
    bad_ = false;
    result_.reset();
}

void NumberEditor::confirm() {
    const Result<double> value = parse_double(plain(text_));
    bad_ = !value;
    if (bad_) return;
    result_ = static_cast<float>(*value);
    close();
}

std::optional<float> NumberEditor::take() {
    return std::exchange(result_, std::nullopt);
}

void NumberEditor::draw_field(const Context& context, const Box& cell) {
    const Theme& theme = context.theme;
    const float width = std::max(cell.width, text_width(context.fonts.mono, text_) + 20);
    const Box box{cell.x - (width - cell.width) / 2, cell.y, width, cell.height};
    fill(box, theme.panel);
    outline(box, bad_ ? theme.bad : theme.predicts, 2, 2);
    context.widgets.add({"edit.field", text_, Role::text, box, {}, {}});
    ImGui::SetCursorScreenPos(ImVec2(box.x + 6, box.y + (box.height - line_height(context.fonts.mono)) / 2));
    ImGui::PushFont(context.fonts.mono);
    ImGui::PushStyleColor(ImGuiCol_FrameBg, ImVec4(0, 0, 0, 0));
    ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2(0, 0));
    ImGui::SetNextItemWidth(box.width - 10);
    const bool begins = focus_;
    if (focus_) ImGui::SetKeyboardFocusHere();
    focus_ = false;
    std::array<char, kMostCharacters + 2> buffer{};
    std::copy_n(text_.begin(), std::min(text_.size(), kMostCharacters), buffer.begin());
    ImGuiInputTextFlags flags = ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_CallbackCharFilter;
    if (fresh_) flags |= ImGuiInputTextFlags_AutoSelectAll;
    const bool entered = ImGui::InputText("##number", buffer.data(), buffer.size(), flags, only_numbers);
    const bool active = ImGui::IsItemActive(), left = ImGui::IsItemDeactivated();
    ImGui::PopStyleVar();
    ImGui::PopStyleColor();
    ImGui::PopFont();
    if (active || entered) text_ = buffer.data();
    if (ImGui::IsKeyPressed(ImGuiKey_Escape, false)) {
        close();
    } else if (entered || (left && !begins)) {
        confirm();
        if (bad_ && left && !entered) close();  // somebody went elsewhere and left no number behind
        if (bad_ && is_open()) focus_ = true;
    }
}

void NumberEditor::press(std::string_view key) {
    if (key == "clear") {
        if (fresh_) text_.clear();
        if (!text_.empty()) text_.pop_back();
    } else if (key == "sign") {
        if (!text_.empty() && text_.front() == '-') {
            text_.erase(0, 1);
        } else {
            text_.insert(0, "-");
        }
    } else {
        if (fresh_) text_.clear();
        const bool decimal = key == ".";
        const bool has_decimal = text_.find_first_of(".,") != std::string::npos;
        if (text_.size() < kMostCharacters && !(decimal && has_decimal)) text_ += key;
    }
    fresh_ = false;
    bad_ = false;
}

void NumberEditor::draw_pad(const Context& context, const Box& screen, std::string_view name) {
    if (!is_open() || !pad_) return;
    const Theme& theme = context.theme;
    const float width = std::min(screen.width, 420.0f), height = 2 * kPadPadding + 44 + 4 * (kPadKey + kPadGap);
    const Box at{screen.x + (screen.width - width) / 2, screen.bottom() - height, width, height};
    overlay_window("number-pad", at, [&] {
        card(context, at);
        hit_area(context, "pad", name, Role::text, {at.x, at.y, at.width, 36});
        Flow flow{at.inset(kPadPadding)};
        const Box top = flow.take(36);
        put_text(context.fonts.small, {top.x, top.y, top.width * 0.5f, top.height}, theme.muted, name);
        put_text(context.fonts.mono_large, top,
                 bad_     ? theme.bad
                 : fresh_ ? theme.attends
                          : theme.text,
                 text_, Align::right);
        context.widgets.add({"pad.value", text_, Role::text, top, {}, {}});
        horizontal_line(top.x, top.bottom(), top.width, theme.line);
        flow.skip(kPadGap);
        const std::string_view point = context.t("number.decimal");
        struct Key {
            std::string_view key, label;
        };
        const std::array<Key, 16> keys{Key{"7", "7"}, {"8", "8"}, {"9", "9"},   {"clear", context.t("edit.delete")},
                                       Key{"4", "4"}, {"5", "5"}, {"6", "6"},   {"sign", context.t("edit.sign")},
                                       Key{"1", "1"}, {"2", "2"}, {"3", "3"},   {"cancel", context.t("edit.cancel")},
                                       Key{"", ""},   {"0", "0"}, {".", point}, {"ok", context.t("edit.ok")}};
        const float key_width = (flow.rest.width - 3 * kPadGap) / 4;
        for (std::size_t i = 0; i < keys.size(); ++i) {
            if (keys[i].key.empty()) continue;
            const std::size_t row = i / 4, column = i % 4;
            const Box box{flow.rest.x + static_cast<float>(column) * (key_width + kPadGap),
                          flow.rest.y + static_cast<float>(row) * (kPadKey + kPadGap), key_width, kPadKey};
            const Look look = keys[i].key == "ok" ? Look::primary : Look::plain;
            if (!button(context, "pad." + std::string(keys[i].key), keys[i].label, box, look)) continue;
            if (keys[i].key == "ok") {
                confirm();
            } else if (keys[i].key == "cancel") {
                close();
            } else {
                press(keys[i].key);
            }
        }
    });
    if (ImGui::IsKeyPressed(ImGuiKey_Escape, false)) close();
}

}  // namespace headlight::ui
