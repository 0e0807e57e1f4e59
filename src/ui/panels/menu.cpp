// What a phone has no room for in its bar: model, language, theme, tour, help, undo.
#include "ui/panels/panels.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kMenuRow = 44;

class Menu final : public Panel {
  public:
    float wanted_height(const Context&, float) override { return 10 * kMenuRow + 24; }

    void draw(const Context& context, const Box& box) override {
        Flow flow{box};
        if (const app::ModelInfo* model = context.app.model()) {
            const std::string text =
                context.t("bar.model_chip_short",
                          {{"name", model->name},
                           {"parameters", app::short_count_text(model->parameters, context.app.strings())}});
            row(context, flow, "rung.own", context.t("set.rung.own"), text,
                [&] { context.push(app::OpenModels{true}); });
        } else {
            row(context, flow, "rung.own", context.t("set.rung.own"), {}, [&] { context.push(app::OpenModels{true}); });
        }
        const bool turkish = context.app.language() == app::Language::tr;
        row(context, flow, "lang", context.t("bar.language"), context.t(turkish ? "set.lang.tr" : "set.lang.en"),
            [&] { context.choose_language(turkish ? app::Language::en : app::Language::tr); });
        const bool dark = context.app.dark();
        row(context, flow, "theme", context.t("bar.theme"), context.t(dark ? "set.theme.dark" : "set.theme.light"),
            [&] { context.choose_theme(!dark); });
        row(context, flow, "architecture", context.t("architecture.open"), {}, [&] {
            context.push(app::set<&app::Settings::architecture>(true));
            context.push(app::set<&app::Settings::tab>(app::Tab::heads));
        });
        row(context, flow, "tour", context.t("bar.tour"), {}, [&] {
            context.shared.tour_step = 0;
            context.push(app::set<&app::Settings::tab>(app::Tab::in));
        });
        row(context, flow, "help", context.t("bar.help"), {}, [&] { context.shared.help_open = true; });
        if (context.app.can_undo())
            row(context, flow, "undo", context.t("bar.undo"), {}, [&] { context.push(app::Undo{}); });
        if (context.app.can_redo())
            row(context, flow, "redo", context.t("bar.redo"), {}, [&] { context.push(app::Redo{}); });
        row(context, flow, "reset", context.t("bar.reset"), {}, [&] { context.push(app::ResetSettings{}); });
        horizontal_line(box.x, flow.rest.y, box.width, context.theme.line);
    }

  private:
    template <class Fn>
    static void row(const Context& context, Flow& flow, std::string_view key, std::string_view label,
                    std::string_view value, Fn&& act) {
        const Box at = flow.take(kMenuRow);
        const Hit hit = hit_area(context, key, label, Role::button, at);
        if (hit.hovered && !context.platform.touch()) fill(at.inset(-8, 1), context.theme.raised, kSmallRadius);
        horizontal_line(at.x, at.y, at.width, context.theme.line);
        const float end =
            put_text(context.fonts.body, {at.x, at.y, at.width * 0.6f, at.height}, context.theme.text, label);
        put_text(context.fonts.small, {end + 8, at.y, at.right() - end - 8, at.height}, context.theme.muted, value,
                 Align::right);
        if (hit.clicked) act();
    }
};

}  // namespace

std::unique_ptr<Panel> make_menu() {
    return std::make_unique<Menu>();
}

}  // namespace headlight::ui
