// "Spot the error": the printed tutorial's mistakes, sought by clicking on cells or revealed one by one.
#include <bit>

#include "ui/panels/panels.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kMistakeRow = 34, kMistakeLeading = 18, kMistakeGap = 12;
constexpr std::size_t kFew = 5;  // rows shown before "all"

class Mistakes final : public Panel {
  public:
    float wanted_height(const Context& context, float width) override {
        if (context.app.tutorial() == nullptr || context.hidden("mistakes")) return 0;
        float height = kPanelTitle + kMistakeGap + button_height(context) + 8 + hint_height(context, width) + 8;
        const auto shown = rows(context);
        for (const interpret::Mistake* each : shown) height += row_height(context, *each, width);
        return height + (has_more(context) ? kMistakeRow : 0) + 20;
    }

    void draw(const Context& context, const Box& box) override {
        if (context.app.tutorial() == nullptr || context.hidden("mistakes")) return;
        const Theme& theme = context.theme;
        const app::Settings& settings = context.app.settings();
        Flow flow{box};
        const std::size_t all = context.app.tutorial()->mistakes().size();
        const int found = std::popcount(settings.found);
        const Box title = flow.take(kPanelTitle);
        const std::string count =
            "\xC2\xB7 " + context.t("mistakes.count", {{"found", std::to_string(found)}, {"all", std::to_string(all)}});
        heading(context, title, context.t("mistakes.title"), count);
        context.widgets.add({"mistakes.count", count, Role::text, title, {}, static_cast<double>(found)});
        flow.skip(kMistakeGap);
        draw_buttons(context, flow.take(button_height(context)));
        flow.skip(8);
        flow.skip(put_paragraph(context.fonts.small, flow.rest, theme.muted, hint(context), kMistakeLeading) + 8);
        for (const interpret::Mistake* each : rows(context))
            draw_row(context, flow.take(row_height(context, *each, box.width)), *each);
        if (has_more(context)) draw_more(context, flow.take(kMistakeRow));
    }

  private:
    static float button_height(const Context& context) { return context.phone ? 40 : kButtonHeight; }
    static bool is_found(const Context& context, const interpret::Mistake& mistake) {
        return (context.app.settings().found >> (mistake.number - 1) & 1u) != 0;
    }

    // Those found: of this step first, the rest in their order. All of them only when asked for.
    [[nodiscard]] std::vector<const interpret::Mistake*> rows(const Context& context) const {
        std::vector<const interpret::Mistake*> out;
        const int step = context.app.settings().step;
        for (const bool here : {true, false}) {
            for (const interpret::Mistake& mistake : context.app.tutorial()->mistakes()) {
                if (is_found(context, mistake) && (mistake.step == step) == here) out.push_back(&mistake);
            }
        }
        if (!all_ && out.size() > kFew) out.resize(kFew);
        return out;
    }
    static bool has_more(const Context& context) {
        return std::popcount(context.app.settings().found) > static_cast<int>(kFew);
    }
    // The first hidden one of this step, else of the tutorial.
    static const interpret::Mistake* next_hidden(const Context& context) {
        const interpret::Mistake* next = nullptr;
        for (const interpret::Mistake& mistake : context.app.tutorial()->mistakes()) {
            if (is_found(context, mistake)) continue;
            if (mistake.step == context.app.settings().step) return &mistake;
            if (next == nullptr) next = &mistake;
        }
        return next;
    }
    static int hidden_here(const Context& context) {
        int count = 0;
        for (const interpret::Mistake& mistake : context.app.tutorial()->mistakes())
            count += mistake.step == context.app.settings().step && !is_found(context, mistake) ? 1 : 0;
        return count;
    }

    static bool any_here(const Context& context) {
        for (const interpret::Mistake& mistake : context.app.tutorial()->mistakes()) {
            if (mistake.step == context.app.settings().step) return true;
        }
        return false;
    }

    static std::string hint(const Context& context) {
        const app::Settings& settings = context.app.settings();
        if (settings.mode != app::TutorialMode::printed || settings.show_learned)
            return std::string(context.t("mistakes.hint.mode"));
        if (next_hidden(context) == nullptr) return std::string(context.t("mistakes.hint.done"));
        const int here = hidden_here(context);
        if (here == 0)
            return std::string(context.t(any_here(context) ? "mistakes.hint.none_here" : "mistakes.hint.none"));
        return context.t(context.shared.seeking ? "mistakes.hint.seeking" : "mistakes.hint.here",
                         {{"count", std::to_string(here)}});
    }
    static float hint_height(const Context& context, float width) {
        return paragraph_height(context.fonts.small, width, hint(context), kMistakeLeading);
    }

    static void draw_buttons(const Context& context, const Box& row) {
        const bool seeking = context.shared.seeking;
        const interpret::Mistake* next = next_hidden(context);
        float x = row.x;
        auto put = [&](std::string_view key, std::string_view label, Look look, bool enabled) {
            const ImFont* font = look == Look::primary ? context.fonts.body_bold : context.fonts.body;
            const Box box{x, row.y, button_width(font, label), row.height};
            x = box.right() + 6;
            return button(context, key, label, box, look, enabled);
        };
        if (put("mistakes.seek", context.t(seeking ? "mistakes.seek.stop" : "mistakes.seek"),
                seeking ? Look::plain : Look::primary, next != nullptr || seeking)) {
            context.shared.seeking = !seeking;
            show_printed(context);
        }
        if (put("mistakes.reveal", context.t("mistakes.reveal"), Look::plain, next != nullptr)) {
            show_printed(context);
            context.push(app::RevealMistake{next->number});
            go(context, *next);
        }
        if (context.app.settings().found != 0 && put("mistakes.hide", context.t("mistakes.hide"), Look::plain, true)) {
            context.push(app::HideMistakes{});
        }
    }

    // Mistakes show in the printed figures only.
    static void show_printed(const Context& context) {
        if (context.app.settings().show_learned) context.push(app::set<&app::Settings::show_learned>(false));
        if (context.app.settings().mode != app::TutorialMode::printed)
            context.push(app::set<&app::Settings::mode>(app::TutorialMode::printed));
    }

    static void go(const Context& context, const interpret::Mistake& mistake) {
        if (context.app.settings().step != mistake.step) context.push(app::set<&app::Settings::step>(mistake.step));
        if (mistake.places.empty()) return;
        const interpret::MistakePlace& place = mistake.places.front();
        context.push(app::set<&app::Settings::sheet>(place.sheet));
        context.push(place.cells.empty() ? app::SelectMatrixCell{0, 0}
                                         : app::SelectMatrixCell{place.cells.front()[0], place.cells.front()[1]});
    }

    // The sentence stands under the mistakes of the step on the screen.
    static bool is_open(const Context& context, const interpret::Mistake& mistake) {
        return mistake.step == context.app.settings().step;
    }
    static float row_height(const Context& context, const interpret::Mistake& mistake, float width) {
        const float row = context.phone ? kPhoneRow : kMistakeRow;
        if (!is_open(context, mistake)) return row;
        return row + paragraph_height(context.fonts.small, width, context.t(mistake.text), kMistakeLeading) + 10;
    }

    static void draw_row(const Context& context, const Box& row, const interpret::Mistake& mistake) {
        const Theme& theme = context.theme;
        const std::string_view title = context.t(mistake.title);
        const std::string step = context.t("mistakes.step", {{"step", std::to_string(mistake.step)}});
        const Hit hit = hit_area(context, "mistake." + std::to_string(mistake.number), title, Role::button, row);
        if (hit.hovered) fill({row.x - 8, row.y + 1, row.width + 16, row.height - 1}, theme.raised, kSmallRadius);
        horizontal_line(row.x, row.y, row.width, theme.line);
        const float height = context.phone ? kPhoneRow : kMistakeRow;
        const float step_width = text_width(context.fonts.small, step);
        put_text(context.fonts.body, {row.x, row.y, row.width - step_width - 10, height}, theme.text, title);
        put_text(context.fonts.small, {row.x, row.y, row.width, height}, theme.muted, step, Align::right);
        if (is_open(context, mistake)) {
            put_formula_paragraph(context.fonts.small, {row.x, row.y + height - 4, row.width, 0}, theme.muted,
                                  context.t(mistake.text), kMistakeLeading);
        }
        if (hit.hovered && !is_open(context, mistake) && !context.platform.touch())
            tooltip(context, context.t(mistake.text));
        if (hit.clicked) {
            show_printed(context);
            go(context, mistake);
        }
    }

    void draw_more(const Context& context, const Box& row) {
        const std::string label =
            all_ ? std::string(context.t("mistakes.fewer"))
                 : context.t("mistakes.all", {{"count", std::to_string(std::popcount(context.app.settings().found))}});
        horizontal_line(row.x, row.y, row.width, context.theme.line);
        float x = row.x;
        if (text_option(context, "mistakes.more", label, x, row.y + 5, false, Role::button)) all_ = !all_;
    }

    bool all_ = false;
};

}  // namespace

std::unique_ptr<Panel> make_mistakes() {
    return std::make_unique<Mistakes>();
}

}  // namespace headlight::ui
