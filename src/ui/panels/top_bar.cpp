// The bar: name, which model, language, theme, tour, share, help.
#include <algorithm>
#include <array>
#include <cmath>

#include "app/learning.h"
#include "ui/panels/models.h"
#include "ui/panels/panels.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

std::string_view activity_key(app::Activity activity) {
    switch (activity) {
        case app::Activity::empty:
            return "state.empty";
        case app::Activity::idle:
            return "state.ready";
        case app::Activity::downloading:
            return "state.downloading";
        case app::Activity::loading:
            return "state.loading";
        case app::Activity::computing:
            return "state.computing";
        case app::Activity::generating:
            return "state.generating";
    }
    return "state.ready";
}

constexpr float kWideBar = 1360;  // and above: room for wider controls

class TopBar final : public Panel {
  public:
    float wanted_height(const Context&, float) override { return kTopBar; }

    void draw(const Context& context, const Box& box) override {
        fill(box, context.theme.panel);
        horizontal_line(box.x, box.bottom() - 1, box.width, context.theme.line);
        const float padding = context.phone ? kPhonePadding : kPadding;
        float left = draw_name(context, {box.x + padding, box.y, 120, box.height});
        float right = box.right() - padding;
        draw_right(context, box, right);
        if (context.phone) {
            draw_rung_menu(context, {left + 12, box.y + 6, right - left - 20, 36});
            return;
        }
        left = draw_rungs(context, left + 16, box);
        left = draw_model_chip(context, {left + 16, box.y + 12, right - left - 32, 24});
        draw_verdict(context, {left + 12, box.y + 12, right - left - 24, 24});
    }

  private:
    // "headlight" with its second half lit.
    static float draw_name(const Context& context, const Box& box) {
        const std::string_view name = context.t("app.name");
        const std::size_t half = std::min<std::size_t>(4, name.size());
        const float middle = put_text(context.fonts.title, box, context.theme.text, name.substr(0, half));
        return put_text(context.fonts.title, {middle, box.y, box.width, box.height}, context.theme.attends,
                        name.substr(half));
    }

    static std::array<Choice, 4> rungs(const Context& context) {
        const app::Rung rung = context.app.settings().rung;
        using enum app::Rung;
        return {Choice{"rung.tutorial", context.t("set.rung.tutorial"), rung == tutorial},
                Choice{"rung.small", context.t("set.rung.small"), rung == small},
                Choice{"rung.translate", context.t("set.rung.translate"), rung == translate},
                Choice{"rung.own", context.t("set.rung.own"), rung == own}};
    }
    static void choose_rung(const Context& context, int chosen) {
        const auto rung = static_cast<app::Rung>(chosen);
        const bool here = rung == context.app.settings().rung;
        // From the architecture exhibit a rung leads back.
        if (context.app.settings().architecture) {
            context.push(app::set<&app::Settings::architecture>(false));
            if (here) return;
        }
        // Chosen once more, a model of one's own may be another one.
        if (here && rung == app::Rung::own && !context.app.models_shown()) {
            context.push(app::OpenModels{true});
            return;
        }
        if (context.app.library().open) context.push(app::OpenModels{false});
        if (!here) context.push(app::set<&app::Settings::rung>(rung));
    }

    static float draw_rungs(const Context& context, float x, const Box& bar) {
        const auto choices = rungs(context);
        const float padding = bar.width < kWideBar ? 9 : 12;
        const Box box{x, bar.y + 8, segmented_width(context.fonts.body, choices, padding), 32};
        if (const auto clicked = segmented(context, context.fonts.body, choices, box, padding))
            choose_rung(context, *clicked);
        return box.right();
    }

    // On a phone the rung that is shown, and the others in a menu under it.
    static void draw_rung_menu(const Context& context, const Box& room) {
        const auto choices = rungs(context);
        const Theme& theme = context.theme;
        std::string_view label;
        for (const Choice& choice : choices) {
            if (choice.on) label = choice.label;
        }
        const float width = std::min(room.width, std::ceil(text_width(context.fonts.body, label)) + 40);
        const Box box{room.x, room.y, width, room.height};
        const Hit hit = hit_area(context, "rung", label, Role::button, box, {}, kRadius);
        fill(box, mixed(theme.raised, theme.text, hit.hovered && !context.platform.touch() ? 0.08f : 0), kRadius);
        put_text(context.fonts.body, {box.x + 12, box.y, box.width - 36, box.height}, theme.text, label);
        icon(Icon::down, ImVec2(box.right() - 16, box.centre().y), 14, theme.muted);
        if (hit.clicked) ImGui::OpenPopup("rung-menu");
        if (const auto chosen = popup_menu(context, "rung-menu", choices, box)) choose_rung(context, *chosen);
    }

    // Returns where it ends.
    static float draw_model_chip(const Context& context, const Box& room) {
        const app::App& app = context.app;
        std::string text(context.t("bar.no_model"));
        const app::Progress& progress = app.progress();
        if (const app::ModelInfo* model = app.model()) {
            const std::string parameters = app::short_count_text(model->parameters, app.strings());
            text = context.t("bar.model_chip", {{"name", model->name},
                                                {"parameters", parameters},
                                                {"layers", std::to_string(model->layers)},
                                                {"heads", std::to_string(model->heads)},
                                                {"state", context.t(activity_key(progress.activity))}});
            if (text_width(context.fonts.small, text) > room.width - 24) {
                text = context.t("bar.model_chip_short", {{"name", model->name}, {"parameters", parameters}});
            }
        } else if (progress.activity != app::Activity::empty) {
            text = context.t(activity_key(progress.activity));
        }
        if (app.settings().rung == app::Rung::tutorial && app.learning() != nullptr)
            text = tutorial_chip(context, *app.learning(), room.width - 24);
        const float width = std::ceil(text_width(context.fonts.small, text)) + 24;
        if (width > room.width) return room.x;
        const Box chip{room.x, room.y, width, room.height};
        // A job of some length fills the chip from the left.
        if (progress.activity == app::Activity::downloading || progress.activity == app::Activity::loading) {
            const float part = std::clamp(static_cast<float>(progress.fraction), 0.0f, 1.0f);
            canvas().PushClipRect(chip.min(), ImVec2(chip.x + chip.width * part, chip.bottom()), true);
            fill(chip, context.theme.attends_soft, chip.height / 2);
            canvas().PopClipRect();
        }
        outline(chip, context.theme.line, chip.height / 2);
        put_text(context.fonts.small, chip, context.theme.muted, text, Align::centre);
        draw_chip_action(context, chip, text);
        return chip.right();
    }

    // A click stops what the program loads by itself; otherwise it leads to where models come from.
    static void draw_chip_action(const Context& context, const Box& chip, const std::string& text) {
        const app::Activity activity = context.app.progress().activity;
        const app::Rung rung = context.app.settings().rung;
        const bool own_import = context.app.library().import.active();
        const bool job = !own_import && (activity == app::Activity::downloading || activity == app::Activity::loading);
        const bool leads = own_import || rung == app::Rung::small || rung == app::Rung::own;
        const Hit hit = hit_area(context, "model", text, job || leads ? Role::button : Role::text, chip, {}, 12);
        if (hit.hovered && (job || leads)) tooltip(context, context.t(job ? "progress.cancel" : "models.title"));
        if (!hit.clicked) return;
        if (job) {
            context.push(app::CancelJob{});
        } else if (leads) {
            context.push(app::OpenModels{true});
        }
    }

    // "6-dimensional encoder-decoder · 672 weights · trained 240 steps", or as much of it as there is room for.
    static std::string tutorial_chip(const Context& context, const app::Learning& learning, float room) {
        const app::Strings& strings = context.app.strings();
        const std::string width = std::to_string(learning.model().config().d_model);
        const auto count = static_cast<std::int64_t>(learning.model().params().size());
        const std::string state =
            learning.steps() == 0 ? std::string(context.t("learn.random"))
                                  : context.t("learn.trained", {{"steps", app::count_text(learning.steps(), strings)}});
        std::string text = context.t(
            "bar.tutorial_chip", {{"width", width}, {"weights", app::count_text(count, strings)}, {"state", state}});
        if (text_width(context.fonts.small, text) > room)
            text =
                context.t("bar.tutorial_chip_short", {{"weights", app::count_text(count, strings)}, {"state", state}});
        return text;
    }

    // Whether the numbers of an opened link came out the same.
    static void draw_verdict(const Context& context, const Box& room) {
        const app::Verdict verdict = context.app.verdict();
        if (verdict == app::Verdict::none) return;
        const bool good = verdict == app::Verdict::reproduced, bad = verdict == app::Verdict::differs;
        const std::string_view text = context.t(good  ? "verdict.reproduced"
                                                : bad ? "verdict.differs"
                                                      : "verdict.pending");
        const Colour colour = good ? context.theme.good : bad ? context.theme.bad : context.theme.muted;
        const float dot = 10;
        canvas().AddCircleFilled(ImVec2(room.x + 3, room.centre().y), 3, colour, 16);
        const float end =
            put_text(context.fonts.small, {room.x + dot, room.y, room.width - dot, room.height}, colour, text);
        const Box box{room.x, room.y, end - room.x, room.height};
        const Hit hit = hit_area(context, "verdict", text, Role::text, box);
        if (hit.hovered) tooltip(context, bad ? context.t("verdict.differs.help") : text);
    }

    // From the right end towards the left; `right` becomes where the free room ends.
    static void draw_right(const Context& context, const Box& bar, float& right) {
        const float y = bar.y + 8;
        if (!context.hidden("share")) {
            const std::string_view share = context.t("bar.share");
            const float width = std::ceil(text_width(context.fonts.body_bold, share)) + 26;
            const Box box{right - width, y, width, kButtonHeight};
            if (button(context, "share", share, box, Look::primary, context.app.ready())) context.push(app::Share{});
            context.shared.places["share"] = box;
            right = box.x - 8;
        }
        if (context.phone) return;
        const std::string_view tour = context.t("bar.tour");
        const Box tour_box{right - button_width(context.fonts.body, tour), y, button_width(context.fonts.body, tour),
                           kButtonHeight};
        if (button(context, "tour", tour, tour_box)) start_tour(context);
        right = tour_box.x - 8;
        const Box help{right - 28, y + 2, 28, 28};
        if (icon_button(context, "help", context.t("bar.help"), Icon::help, help)) context.shared.help_open = true;
        right = help.x - 4;
        const Box theme{right - 28, y + 2, 28, 28};
        if (icon_button(context, "theme", context.t("bar.theme"), Icon::theme, theme)) {
            context.choose_theme(!context.app.dark());
        }
        right = theme.x - 8;
        draw_languages(context, y, right);
    }

    // It shows the workspace, or the tutorial.
    static void start_tour(const Context& context) {
        if (context.app.models_shown()) close_models(context);
        context.shared.tour_step = 0;
    }

    static void draw_languages(const Context& context, float y, float& right) {
        const app::Language now = context.app.language();
        for (const auto& [key, label, language] :
             {std::tuple{"lang.tr", "TR", app::Language::tr}, std::tuple{"lang.en", "EN", app::Language::en}}) {
            const float width = std::ceil(text_width(context.fonts.small, label)) + 12;
            const Box box{right - width, y + 4, width, 24};
            const Hit hit = hit_area(context, key, label, Role::radio, box, switched(now == language));
            put_text(context.fonts.small, box,
                     now == language || hit.hovered ? context.theme.text : context.theme.muted, label, Align::centre);
            if (hit.clicked) context.choose_language(language);
            right = box.x;
        }
        right -= 8;
    }
};

}  // namespace

std::unique_ptr<Panel> make_top_bar() {
    return std::make_unique<TopBar>();
}

}  // namespace headlight::ui
