// Sentences to learn from: the tutorial's, or one's own.
#include <algorithm>

#include "app/learning.h"
#include "ui/panels/panels.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kTitle = 20, kGap = 8, kLeading = 22, kNote = 18, kButtons = 32;

class Corpus final : public Panel {
  public:
    float wanted_height(const Context& context, float width) override {
        if (context.app.learning() == nullptr || context.hidden("learning")) return 0;
        return kTitle + kGap + field_height(context, width) + kGap + note_height(context, width) + kGap +
               (context.phone ? 40.0f : kButtons) + 16;
    }

    void draw(const Context& context, const Box& box) override {
        const app::Learning* learning = context.app.learning();
        if (learning == nullptr || context.hidden("learning")) return;
        Flow flow{box};
        heading(context, flow.take(kTitle), context.t("corpus.title"));
        flow.skip(kGap);
        draw_field(context, flow.take(field_height(context, box.width)));
        flow.skip(kGap);
        const bool bad = !problem(context).empty();
        flow.skip(put_paragraph(context.fonts.small, flow.rest, bad ? context.theme.bad : context.theme.muted,
                                note(context), kNote) +
                  kGap);
        draw_buttons(context, flow.take(context.phone ? 40.0f : kButtons), bad);
    }

  private:
    static float field_height(const Context& context, float width) {
        const float text = paragraph_height(context.fonts.prompt, width - 28, context.app.field_text(), kLeading);
        return std::clamp(text, 3 * kLeading, 8 * kLeading) + 20;
    }

    // What is wrong with the draft, or nothing. Read again only when it has changed.
    const std::string& problem(const Context& context) {
        const std::string& draft = context.app.field_text();
        if (draft == draft_ && context.app.language() == language_) return problem_;
        draft_ = draft;
        language_ = context.app.language();
        const auto parsed = app::LearningCorpus::parse(draft);
        problem_ =
            parsed ? std::string()
                   : context.t(parsed.error().key, {{"what", parsed.error().what}, {"value", parsed.error().value}});
        return problem_;
    }
    std::string note(const Context& context) {
        const std::string& text = problem(context);
        return text.empty() ? std::string(context.t("corpus.note")) : text;
    }
    float note_height(const Context& context, float width) {
        return paragraph_height(context.fonts.small, width, note(context), kNote);
    }

    static void draw_field(const Context& context, const Box& field) {
        fill(field, context.theme.panel, kRadius);
        outline(field, context.theme.line, kRadius);
        context.widgets.add({"prompt", std::string(context.t("corpus.title")), Role::text, field, {}, {}});
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
        if (out.clip_top + out.clip_bottom < field.height) out.rect = {field.x, field.y, field.width, field.height};
        out.text = context.app.field_text();
        out.hint = context.t("corpus.placeholder");
        out.line_height = kLeading;
        ImGui::PushFont(context.fonts.prompt);
        if (auto text_now = context.platform.prompt_field(out)) context.push(app::SetPrompt{std::move(*text_now)});
        ImGui::PopFont();
    }

    static void draw_buttons(const Context& context, const Box& row, bool bad) {
        float x = row.x;
        auto put = [&](std::string_view key, std::string_view label, bool enabled) {
            const Box box{x, row.y, button_width(context.fonts.body, label), row.height};
            x = box.right() + 6;
            return button(context, key, label, box, Look::plain, enabled);
        };
        if (put("corpus.use", context.t("corpus.use"), !bad)) context.push(app::UseCorpus{});
        if (!context.app.settings().corpus.empty() && put("corpus.reset", context.t("corpus.reset"), true))
            context.push(app::UseCorpus{std::string()});
    }

    std::string draft_ = "\n", problem_;
    app::Language language_ = app::Language::automatic;
};

}  // namespace

std::unique_ptr<Panel> make_corpus() {
    return std::make_unique<Corpus>();
}

}  // namespace headlight::ui
