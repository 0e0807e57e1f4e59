// "What goes in": the text field.
#include <algorithm>

#include "ui/panels/panels.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kTitle = 20, kGap = 12, kLeading = 22;

class Prompt final : public Panel {
  public:
    float wanted_height(const Context& context, float width) override {
        return kTitle + kGap + field_height(context, width) + kGap;
    }

    void draw(const Context& context, const Box& box) override {
        Flow flow{box};
        heading(context, flow.take(kTitle), context.t("in.title"));
        flow.skip(kGap - 4);
        const Box field = flow.take(field_height(context, box.width));
        fill(field, context.theme.panel, kRadius);
        outline(field, context.theme.line, kRadius);
        context.widgets.add({"prompt", std::string(context.t("in.prompt")), Role::text, field, {}, {}});
        const Box text = field.inset(platform::kPromptPaddingX, platform::kPromptPaddingY);
        if (context.covered) {
            // The real field would shine through what lies over it, so the text is drawn instead.
            put_paragraph(context.fonts.prompt, text, context.theme.text, context.app.field_text(), kLeading);
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
        const bool translates = context.app.settings().rung == app::Rung::translate;
        out.hint = context.t(translates ? "in.placeholder_source" : "in.placeholder");
        out.line_height = kLeading;
        ImGui::PushFont(context.fonts.prompt);
        if (auto text_now = context.platform.prompt_field(out)) context.push(app::SetPrompt{std::move(*text_now)});
        ImGui::PopFont();
    }

  private:
    // Grows with its text, up to a point where it scrolls by itself.
    static float field_height(const Context& context, float width) {
        const float text = paragraph_height(context.fonts.prompt, width - 28, context.app.field_text(), kLeading);
        const float most = context.phone ? 4 * kLeading : 8 * kLeading;
        return std::clamp(text, 3 * kLeading, most) + 20;
    }
};

}  // namespace

std::unique_ptr<Panel> make_prompt() {
    return std::make_unique<Prompt>();
}

}  // namespace headlight::ui
