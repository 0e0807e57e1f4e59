// The tutorial's steps, in its order.
#include "ui/panels/panels.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kStepGap = 12, kStepRow = 32, kStepPhoneRow = 48, kStepNumber = 24;

class Steps final : public Panel {
  public:
    float wanted_height(const Context& context, float) override {
        return kPanelTitle + kStepGap + row_height(context) * static_cast<float>(interpret::Tutorial::kSteps) + 8;
    }

    void draw(const Context& context, const Box& box) override {
        const interpret::Tutorial* tutorial = context.app.tutorial();
        Flow flow{box};
        heading(context, flow.take(kPanelTitle), context.t("tutorial.steps"));
        flow.skip(kStepGap);
        if (tutorial == nullptr) {
            put_paragraph(context.fonts.body, flow.rest, context.theme.muted, context.t("tutorial.missing"), 20);
            return;
        }
        for (int i = 0; i < interpret::Tutorial::kSteps; ++i)
            draw_step(context, flow.take(row_height(context)), tutorial->step(i));
    }

  private:
    static float row_height(const Context& context) { return context.phone ? kStepPhoneRow : kStepRow; }

    static void draw_step(const Context& context, const Box& row, const interpret::TutorialStep& step) {
        const Theme& theme = context.theme;
        const bool on = context.app.settings().step == step.number;
        const float reach = context.phone ? kPhonePadding : kPadding;
        const Box whole{row.x - reach, row.y, row.width + 2 * reach - 1, row.height};
        const std::string_view title = context.t(step.title);
        const Hit hit = hit_area(context, "step." + std::to_string(step.number), title, Role::tab, whole, switched(on));
        if (on || hit.hovered) fill(whole, on ? theme.raised : with_alpha(theme.raised, 0.6f));
        if (on) fill({whole.x, whole.y, 2, whole.height}, theme.attends);
        // The example at the end has no number of its own: it is another tutorial's.
        const bool extra = step.number > interpret::Tutorial::kExampleStep;
        put_text(context.fonts.mono, {row.x, row.y, kStepNumber, row.height}, theme.faint,
                 extra ? "+" : std::to_string(step.number));
        const float taken = draw_found(context, row, step.number);
        put_text(context.fonts.body, {row.x + kStepNumber, row.y, row.width - kStepNumber - taken, row.height},
                 on || hit.hovered ? theme.text : theme.muted, title);
        if (hit.clicked) {
            context.push(app::set<&app::Settings::step>(step.number));
            if (context.phone) context.push(app::set<&app::Settings::tab>(app::Tab::heads));
        }
    }

    // How many of the step's mistakes have been found: "1/4"; nothing before the first. Returns the room it takes.
    static float draw_found(const Context& context, const Box& row, int number) {
        int all = 0, found = 0;
        for (const interpret::Mistake& mistake : context.app.tutorial()->mistakes()) {
            if (mistake.step != number) continue;
            ++all;
            if ((context.app.settings().found >> (mistake.number - 1) & 1u) != 0) ++found;
        }
        if (found == 0) return 0;
        put_text(context.fonts.mono, row, context.theme.bad, std::to_string(found) + "/" + std::to_string(all),
                 Align::right);
        return 34;
    }
};

}  // namespace

std::unique_ptr<Panel> make_steps() {
    return std::make_unique<Steps>();
}

}  // namespace headlight::ui
