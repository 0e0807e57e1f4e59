// Over the step: its name, the way to the next one, and whose numbers are shown.
#include <array>

#include "ui/panels/panels.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kStepTitleBar = 64, kModes = 32, kPhoneTitle = 40, kPhoneModes = 36;

class StepTitle final : public Panel {
  public:
    float wanted_height(const Context& context, float width) override {
        if (context.phone) return kPhoneTitle + kPhoneModes + 16;
        return fits_one_row(context, width) ? kStepTitleBar : kStepTitleBar + kModes + 4;
    }

    void draw(const Context& context, const Box& box) override {
        const interpret::Tutorial* tutorial = context.app.tutorial();
        if (tutorial == nullptr) return;
        const Box inside = box.inset(context.phone ? kPhonePadding : kPadding, 0);
        const int number = context.app.settings().step;
        const std::string_view title = context.t(tutorial->step(number - 1).title);
        const bool one_row = !context.phone && fits_one_row(context, box.width);
        const float height = context.phone ? kPhoneTitle : kModes;
        const Box row{inside.x, inside.y + (context.phone ? 4.0f : 16.0f), inside.width, height};
        const float button = context.phone ? 40.0f : 28.0f;
        if (icon_button(context, "step.previous", context.t("tutorial.previous"), Icon::previous,
                        {row.x - 8, row.centre().y - button / 2, button, button}, Look::quiet, number > 1))
            context.push(app::set<&app::Settings::step>(number - 1));
        const Box next{row.x - 8 + button, row.centre().y - button / 2, button, button};
        if (icon_button(context, "step.next", context.t("tutorial.next"), Icon::next, next, Look::quiet,
                        number < interpret::Tutorial::kSteps))
            context.push(app::set<&app::Settings::step>(number + 1));
        const bool extra = number > interpret::Tutorial::kExampleStep;
        const Box text{next.right() + 8, row.y, row.right() - next.right() - 8, row.height};
        float x = text.x;
        if (!extra) {
            x = put_text(context.fonts.mono_large, text, context.theme.faint, std::to_string(number)) + 10;
        }
        put_text(context.fonts.title,
                 {x, row.y, one_row ? modes_left(context, inside) - x - 12 : row.right() - x, row.height},
                 context.theme.text, title);
        context.widgets.add({"step.name", std::string(title), Role::text, text, {}, static_cast<double>(number)});
        draw_modes(context, inside, one_row ? row.y : row.bottom() + 6);
    }

  private:
    struct Modes {
        std::array<Choice, 4> choices;
        std::size_t count;
    };
    // Whose numbers: three chains, and the trained model once there is one to show.
    static Modes modes(const Context& context) {
        const app::Settings& settings = context.app.settings();
        const bool learned = settings.show_learned;
        using enum app::TutorialMode;
        Modes out{{Choice{"mode.printed", context.t("tutorial.mode.printed"), !learned && settings.mode == printed},
                   Choice{"mode.right", context.t("tutorial.mode.right"), !learned && settings.mode == arithmetic},
                   Choice{"mode.paper", context.t("tutorial.mode.paper"), !learned && settings.mode == paper},
                   Choice{"mode.learned", context.t("tutorial.mode.learned"), learned}},
                  learned || settings.learned > 0 ? 4u : 3u};
        return out;
    }
    static float modes_width(const Context& context) {
        const Modes all = modes(context);
        return segmented_width(context.fonts.body, std::span(all.choices).first(all.count), 12);
    }
    static float modes_left(const Context& context, const Box& inside) { return inside.right() - modes_width(context); }
    static bool fits_one_row(const Context& context, float width) {
        return width - 2 * kPadding - modes_width(context) > 300;
    }

    static void draw_modes(const Context& context, const Box& inside, float y) {
        const Modes all = modes(context);
        const auto choices = std::span(all.choices).first(all.count);
        const ImFont* font = context.phone ? context.fonts.small : context.fonts.body;
        float padding = 12;
        if (context.phone) {
            const float bare = segmented_width(font, choices, 0) - 4;
            padding = std::max(3.0f, (inside.width - 4 - bare) / (2 * static_cast<float>(all.count)));
        }
        const float width = segmented_width(font, choices, padding);
        const float height = context.phone ? kPhoneModes : kModes;
        const Box box{context.phone ? inside.x : inside.right() - width, y, width, height};
        const auto clicked = segmented(context, font, choices, box, padding);
        if (!clicked) return;
        if (*clicked == 3) {
            context.push(app::set<&app::Settings::show_learned>(true));
            return;
        }
        if (context.app.settings().show_learned) context.push(app::set<&app::Settings::show_learned>(false));
        context.push(app::set<&app::Settings::mode>(static_cast<app::TutorialMode>(*clicked)));
    }
};

}  // namespace

std::unique_ptr<Panel> make_step_title() {
    return std::make_unique<StepTitle>();
}

}  // namespace headlight::ui
