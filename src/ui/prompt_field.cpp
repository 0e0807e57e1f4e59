#include "ui/prompt_field.h"

#include <algorithm>

#include "ui/widgets.h"

namespace headlight::ui {
namespace {

constexpr float kMargins = 20, kSides = 28;

// A line break in an address is the Enter key, or came with what was pasted: either asks for the model.
void push_address(const Context& context, std::string text) {
    const bool entered = text.find('\n') != std::string::npos;
    std::erase_if(text, [](char c) { return c == '\n' || c == '\r'; });
    context.push(app::SetPrompt{std::move(text)});
    if (entered) context.push(app::InspectAddress{});
}

}  // namespace

float prompt_field_height(const Context& context, float width, float most_lines, float least_lines) {
    const float text = paragraph_height(context.fonts.prompt, width - kSides, context.app.field_text(), kFieldLeading);
    return std::clamp(text, least_lines * kFieldLeading, most_lines * kFieldLeading) + kMargins;
}

void prompt_field(const Context& context, const Box& field, std::string_view label, std::string_view hint,
                  bool address) {
    fill(field, context.theme.panel, kRadius);
    outline(field, context.theme.line, kRadius);
    context.widgets.add({"prompt", std::string(label), Role::text, field, {}, {}});
    const Box text = field.inset(platform::kPromptPaddingX, platform::kPromptPaddingY);
    if (context.covered) {
        // The real field would shine through what lies over it, so the text is drawn instead.
        put_paragraph(context.fonts.prompt, text, context.theme.text, context.app.field_text(), kFieldLeading);
        (void)context.platform.prompt_field({});
        return;
    }
    const ImVec2 low = canvas().GetClipRectMin(), high = canvas().GetClipRectMax();
    platform::PromptField out;
    out.clip_top = std::max(0.0f, low.y - field.y);
    out.clip_bottom = std::max(0.0f, field.bottom() - high.y);
    const bool visible = out.clip_top + out.clip_bottom < field.height;
    if (visible) out.rect = {field.x, field.y, field.width, field.height};
    out.text = context.app.field_text();
    out.hint = hint;
    out.line_height = kFieldLeading;
    out.address = address;
    ImGui::PushFont(context.fonts.prompt);
    if (auto text_now = context.platform.prompt_field(out)) {
        if (address) {
            push_address(context, std::move(*text_now));
        } else {
            context.push(app::SetPrompt{std::move(*text_now)});
        }
    }
    ImGui::PopFont();
}

}  // namespace headlight::ui
