// Asks before something is thrown away that cannot be got back.
#include "ui/panels/overlay.h"
#include "ui/panels/panels.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kQuestionWidth = 400, kQuestionPad = 24, kQuestionLeading = 20;

class QuestionCard final : public Panel {
  public:
    float wanted_height(const Context&, float) override { return 0; }

    void draw(const Context& context, const Box& screen) override {
        const app::Question* question = context.app.question();
        if (question == nullptr) return;
        const float width = std::min(kQuestionWidth, screen.width - 24), text = width - 2 * kQuestionPad;
        const float height = kQuestionPad +
                             paragraph_height(context.fonts.body, text, question->text, kQuestionLeading) + 20 +
                             kButtonHeight + kQuestionPad;
        const Box at{screen.x + (screen.width - width) / 2, screen.y + (screen.height - height) / 2, width, height};
        overlay_window("question-shade", screen, [&] {
            fill(screen, context.theme.dark ? 0x8c000000u : 0x59000000u);
            hit_area(context, "question.shade", "", Role::text, screen);
        });
        overlay_window("question", at, [&] { draw_card(context, at, *question); });
    }

  private:
    static void draw_card(const Context& context, const Box& at, const app::Question& question) {
        card(context, at);
        const Box inside = at.inset(kQuestionPad);
        put_paragraph(context.fonts.body, inside, context.theme.text, question.text, kQuestionLeading);
        context.widgets.add({"question", question.text, Role::text, inside, {}, {}});
        const std::string_view yes = context.t(question.key + ".yes"), no = context.t(question.key + ".no");
        const float y = at.bottom() - kQuestionPad - kButtonHeight;
        const float yes_width = button_width(context.fonts.body, yes, 16);
        const float no_width = button_width(context.fonts.body_bold, no, 16);
        // What keeps everything is the one that stands out, and Esc.
        const Box no_box{at.right() - kQuestionPad - no_width, y, no_width, kButtonHeight};
        const Box yes_box{no_box.x - 8 - yes_width, y, yes_width, kButtonHeight};
        if (button(context, "question.yes", yes, yes_box)) context.push(app::Answer{true});
        if (button(context, "question.no", no, no_box, Look::primary)) context.push(app::Answer{false});
    }
};

}  // namespace

std::unique_ptr<Panel> make_question() {
    return std::make_unique<QuestionCard>();
}

}  // namespace headlight::ui
