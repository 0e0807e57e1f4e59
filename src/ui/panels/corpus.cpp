// Sentences to learn from: the tutorial's, or one's own.
#include <algorithm>

#include "app/learning.h"
#include "ui/panels/panels.h"
#include "ui/prompt_field.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kCorpusGap = 8, kCorpusNote = 18;

class Corpus final : public Panel {
  public:
    float wanted_height(const Context& context, float width) override {
        if (context.app.learning() == nullptr || context.hidden("learning")) return 0;
        return kPanelTitle + kCorpusGap + field_height(context, width) + kCorpusGap + note_height(context, width) +
               kCorpusGap + (context.phone ? 40.0f : kButtonHeight) + 16;
    }

    void draw(const Context& context, const Box& box) override {
        const app::Learning* learning = context.app.learning();
        if (learning == nullptr || context.hidden("learning")) return;
        Flow flow{box};
        heading(context, flow.take(kPanelTitle), context.t("corpus.title"));
        flow.skip(kCorpusGap);
        prompt_field(context, flow.take(field_height(context, box.width)), context.t("corpus.title"),
                     context.t("corpus.placeholder"));
        flow.skip(kCorpusGap);
        const bool bad = !problem(context).empty();
        flow.skip(put_paragraph(context.fonts.small, flow.rest, bad ? context.theme.bad : context.theme.muted,
                                note(context), kCorpusNote) +
                  kCorpusGap);
        draw_buttons(context, flow.take(context.phone ? 40.0f : kButtonHeight), bad);
    }

  private:
    static float field_height(const Context& context, float width) { return prompt_field_height(context, width, 8); }

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
        return paragraph_height(context.fonts.small, width, note(context), kCorpusNote);
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
