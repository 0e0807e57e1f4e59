#include "platform/wrapped_input.h"

#include <algorithm>
#include <array>

#include "imgui.h"
#include "imgui_internal.h"
#include "platform/soft_wrap.h"

namespace headlight::platform {

namespace {

struct Editing {
    std::string* buffer;
    const std::string* replacement;  // text that came from elsewhere while the field is being edited; may be null
    float width;
    const Measure* measure;
};

// The marks of wrapped text take no room and show nothing, in whatever font the field has.
void add_invisible_marks(ImFont& font) {
    constexpr ImWchar kMarks[] = {0xE000, 0xE001};
    if (font.FindGlyphNoFallback(kMarks[0]) != nullptr) return;
    for (const ImWchar mark : kMarks) font.AddGlyph(nullptr, mark, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    font.BuildLookupTable();
}

int on_input(ImGuiInputTextCallbackData* data) {
    auto& editing = *static_cast<Editing*>(data->UserData);
    if (data->EventFlag == ImGuiInputTextFlags_CallbackResize) {
        editing.buffer->resize(static_cast<std::size_t>(data->BufTextLen));
        data->Buf = editing.buffer->data();
        return 0;
    }
    const std::string_view now(data->Buf, static_cast<std::size_t>(data->BufTextLen));
    std::string wrapped;
    std::size_t cursor = 0;
    if (editing.replacement != nullptr) {
        wrapped = wrap(*editing.replacement, editing.width, *editing.measure);
        cursor = wrapped.size();
        editing.replacement = nullptr;
    } else {
        wrapped = wrap(now, editing.width, *editing.measure);
        if (wrapped == now) return 0;
        cursor = wrapped_offset(wrapped, unwrapped_offset(now, static_cast<std::size_t>(data->CursorPos)));
    }
    data->DeleteChars(0, data->BufTextLen);
    data->InsertChars(0, wrapped.c_str(), wrapped.c_str() + wrapped.size());
    data->CursorPos = static_cast<int>(cursor);
    data->SelectionStart = data->SelectionEnd = data->CursorPos;
    return 0;
}

}  // namespace

std::optional<std::string> WrappedInput::draw(const PromptField& field) {
    if (field.rect.width <= 0) return std::nullopt;
    add_invisible_marks(*ImGui::GetFont());
    const Measure measure = [](std::string_view text) {
        return ImGui::CalcTextSize(text.data(), text.data() + text.size()).x;
    };
    // ImGui draws a scroll bar of its own where the text is longer than the box.
    const float inner_width = field.rect.width - 2 * kPromptPaddingX + 8, width = inner_width - 10;
    const ImVec2 at(field.rect.x + kPromptPaddingX, field.rect.y + field.padding_y);
    const bool replaced = field.text != plain_;
    if (replaced || width != width_) buffer_ = wrap(field.text, width, measure);
    const std::string replacement(field.text);
    plain_ = replacement;
    width_ = width;

    // Esc leaves the field with what was typed; ImGui itself would bring the old text back.
    if (active_ && ImGui::IsKeyPressed(ImGuiKey_Escape, false)) ImGui::ClearActiveID();
    ImGui::SetCursorScreenPos(at);
    ImGui::PushStyleColor(ImGuiCol_FrameBg, ImVec4(0, 0, 0, 0));
    ImGui::PushStyleColor(ImGuiCol_ScrollbarBg, ImVec4(0, 0, 0, 0));
    ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2(0, 0));
    ImGui::PushStyleVar(ImGuiStyleVar_FrameBorderSize, 0);
    if (focus_next_) ImGui::SetKeyboardFocusHere();
    focus_next_ = false;
    Editing editing{&buffer_, replaced ? &replacement : nullptr, width, &measure};
    constexpr ImGuiInputTextFlags kFlags = ImGuiInputTextFlags_CallbackAlways | ImGuiInputTextFlags_CallbackEdit |
                                           ImGuiInputTextFlags_CallbackResize | ImGuiInputTextFlags_NoHorizontalScroll;
    static constexpr std::array<const char*, kFields> kNames{"##prompt", "##other", "##search"};
    ImGui::InputTextMultiline(kNames[static_cast<std::size_t>(field.id)], buffer_.data(), buffer_.capacity() + 1,
                              ImVec2(inner_width, field.rect.height - 2 * field.padding_y + 4), kFlags, on_input,
                              &editing);
    active_ = ImGui::IsItemActive();
    ImGui::PopStyleVar(2);
    ImGui::PopStyleColor(2);
    if (buffer_.empty() && !active_ && !field.hint.empty()) {
        ImGui::GetWindowDrawList()->AddText(at, ImGui::GetColorU32(ImGuiCol_TextDisabled), field.hint.data(),
                                            field.hint.data() + field.hint.size());
    }
    std::string plain = unwrap(buffer_);
    if (plain == plain_) return std::nullopt;
    plain_ = plain;
    return plain;
}

}  // namespace headlight::platform
