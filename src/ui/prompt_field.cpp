#include "ui/prompt_field.h"

#include <algorithm>
#include <cmath>

#include "ui/widgets.h"

namespace headlight::ui {
namespace {

constexpr float kMargins = 20, kSides = 28;

// What a field holds and is called.
struct Content {
    platform::FieldId id;
    std::string_view key, label, hint, text;
    bool address = false;
    float padding_y = platform::kPromptPaddingY;
};

float height_of(const Context& context, std::string_view text, float width, float most_lines, float least_lines) {
    const float wanted = paragraph_height(context.fonts.prompt, width - kSides, text, kFieldLeading);
    return std::clamp(wanted, least_lines * kFieldLeading, most_lines * kFieldLeading) + kMargins;
}

// Where a field stands now, and how much of it is scrolled out of sight.
platform::PromptField place_of(const Box& field, const Content& content) {
    const ImVec2 low = canvas().GetClipRectMin(), high = canvas().GetClipRectMax();
    platform::PromptField out;
    out.id = content.id;
    out.clip_top = std::max(0.0f, low.y - field.y);
    out.clip_bottom = std::max(0.0f, field.bottom() - high.y);
    const bool visible = out.clip_top + out.clip_bottom < field.height;
    if (visible) out.rect = {field.x, field.y, field.width, field.height};
    out.text = content.text;
    out.hint = content.hint;
    out.line_height = kFieldLeading;
    out.address = content.address;
    out.padding_y = content.padding_y;
    return out;
}

// Returns what a person typed.
std::optional<std::string> draw_field(const Context& context, const Box& field, const Content& content) {
    outline(field, context.theme.line, kRadius);
    context.widgets.add({std::string(content.key), std::string(content.label), Role::text, field, {}, {}});
    if (context.covered) {
        // The real field would shine through what lies over it, so the text is drawn instead.
        const Box text = field.inset(platform::kPromptPaddingX, content.padding_y);
        canvas().PushClipRect(field.min(), field.max(), true);
        put_paragraph(context.fonts.prompt, text, context.theme.text, content.text, kFieldLeading);
        canvas().PopClipRect();
        platform::PromptField hidden;
        hidden.id = content.id;
        (void)context.platform.prompt_field(hidden);
        return std::nullopt;
    }
    ImGui::PushFont(context.fonts.prompt);
    auto typed = context.platform.prompt_field(place_of(field, content));
    ImGui::PopFont();
    return typed;
}

// A line break in an address is the Enter key, or came with what was pasted: either asks for the model.
void push_address(const Context& context, std::string text) {
    const bool entered = text.find('\n') != std::string::npos;
    std::erase_if(text, [](char c) { return c == '\n' || c == '\r'; });
    context.push(app::SetPrompt{std::move(text)});
    if (entered) context.push(app::InspectAddress{});
}

}  // namespace

float prompt_field_height(const Context& context, float width, float most_lines, float least_lines) {
    return height_of(context, context.app.field_text(), width, most_lines, least_lines);
}

float other_field_height(const Context& context, float width, float most_lines) {
    return height_of(context, context.app.settings().other, width, most_lines, 1);
}

void prompt_field(const Context& context, const Box& field, std::string_view label, std::string_view hint,
                  bool address) {
    fill(field, context.theme.panel, kRadius);
    const Content content{platform::FieldId::prompt, "prompt", label, hint, context.app.field_text(), address};
    auto typed = draw_field(context, field, content);
    if (!typed) return;
    if (address) {
        push_address(context, std::move(*typed));
    } else {
        context.push(app::SetPrompt{std::move(*typed)});
    }
}

void other_field(const Context& context, const Box& field) {
    fill(field, context.theme.dark ? context.theme.background : context.theme.panel, kRadius);
    const Content content{platform::FieldId::other, "patch.other", context.t("patch.other"), context.t("patch.hint"),
                          context.app.settings().other};
    if (const auto typed = draw_field(context, field, content)) context.push(app::set<&app::Settings::other>(*typed));
}

void search_field(const Context& context, const Box& field) {
    fill(field, context.theme.dark ? context.theme.background : context.theme.panel, kRadius);
    const std::string_view label = context.t("space.search"), hint = context.t("space.search_hint");
    Content content{platform::FieldId::search, "space.search", label, hint, context.app.space().wanted};
    content.padding_y = std::floor((field.height - kFieldLeading) / 2);
    if (auto typed = draw_field(context, field, content)) context.push(app::FindTokens{std::move(*typed)});
}

}  // namespace headlight::ui
