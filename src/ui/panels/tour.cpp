// A tour of six steps, another one in the tutorial: the panel it speaks of stays lit, a card explains it.
#include <algorithm>
#include <array>

#include "ui/panels/overlay.h"
#include "ui/panels/panels.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kTourWidth = 320, kTourPad = 16, kTourLeading = 20, kTourGap = 12;

struct Stop {
    std::string_view place;  // of Shared::places
    app::Tab tab;
};
constexpr std::array kStops{
    Stop{"tokens", app::Tab::in},       Stop{"grid", app::Tab::heads},   Stop{"head", app::Tab::heads},
    Stop{"predictions", app::Tab::out}, Stop{"sampling", app::Tab::out}, Stop{"share", app::Tab::in},
};

constexpr std::array kTutorialStops{
    Stop{"steps", app::Tab::in},       Stop{"step.title", app::Tab::heads}, Stop{"step", app::Tab::heads},
    Stop{"mistakes", app::Tab::heads}, Stop{"learning", app::Tab::out},     Stop{"share", app::Tab::in},
};
static_assert(kTutorialStops.size() == kStops.size());

class Tour final : public Panel {
  public:
    float wanted_height(const Context&, float) override { return 0; }

    void draw(const Context& context, const Box& screen) override {
        int& step = context.shared.tour_step;
        context.shared.show_place = {};
        if (step < 0) return;
        if (step >= static_cast<int>(kStops.size())) step = static_cast<int>(kStops.size()) - 1;
        const bool tutorial = context.app.settings().rung == app::Rung::tutorial;
        const Stop& stop = (tutorial ? kTutorialStops : kStops)[static_cast<std::size_t>(step)];
        if (context.phone && context.app.settings().tab != stop.tab)
            context.push(app::set<&app::Settings::tab>(stop.tab));
        context.shared.show_place = stop.place;
        const auto found = context.shared.places.find(stop.place);
        Box lit = found == context.shared.places.end() ? Box{screen.x, screen.y, 0, 0} : found->second.inset(-8);
        lit = clipped(lit, screen);
        overlay_window("tour-shade", screen, [&] { draw_shade(context, screen, lit); });

        const std::string key = (tutorial ? "tour.tutorial." : "tour.") + std::to_string(step + 1);
        const std::string_view title = context.t(key + ".title"), text = context.t(key + ".text");
        const float width = std::min(kTourWidth, screen.width - 24);
        const float height = kTourPad + 24 +
                             paragraph_height(context.fonts.body, width - 2 * kTourPad, text, kTourLeading) + 16 +
                             kButtonHeight + kTourPad;
        const Box at = place_card(screen, lit, width, height);
        overlay_window("tour", at, [&] { draw_card(context, at, title, text, step); });
    }

  private:
    static Box clipped(const Box& box, const Box& screen) {
        const float x0 = std::max(box.x, screen.x + 2), y0 = std::max(box.y, screen.y + 2);
        const float x1 = std::min(box.right(), screen.right() - 2), y1 = std::min(box.bottom(), screen.bottom() - 2);
        return {x0, y0, std::max(0.0f, x1 - x0), std::max(0.0f, y1 - y0)};
    }

    static void draw_shade(const Context& context, const Box& screen, const Box& lit) {
        // A click outside the card goes nowhere: the tour ends by its button or Esc.
        hit_area(context, "tour.shade", "", Role::text, screen);
        const Colour shade = context.theme.dark ? 0x99000000u : 0x66000000u;
        fill({screen.x, screen.y, screen.width, lit.y - screen.y}, shade);
        fill({screen.x, lit.bottom(), screen.width, screen.bottom() - lit.bottom()}, shade);
        fill({screen.x, lit.y, lit.x - screen.x, lit.height}, shade);
        fill({lit.right(), lit.y, screen.right() - lit.right(), lit.height}, shade);
        outline(lit, context.theme.attends, kRadius, 2);
    }

    // Beside the lit part where there is room: right, left, below, above, else over it at the bottom.
    static Box place_card(const Box& screen, const Box& lit, float width, float height) {
        const float y = std::clamp(lit.y, screen.y + 12, std::max(screen.y + 12, screen.bottom() - height - 12));
        const float x = std::clamp(lit.x, screen.x + 12, std::max(screen.x + 12, screen.right() - width - 12));
        if (lit.right() + kTourGap + width < screen.right()) return {lit.right() + kTourGap, y, width, height};
        if (lit.x - kTourGap - width > screen.x) return {lit.x - kTourGap - width, y, width, height};
        if (lit.bottom() + kTourGap + height < screen.bottom()) return {x, lit.bottom() + kTourGap, width, height};
        if (lit.y - kTourGap - height > screen.y) return {x, lit.y - kTourGap - height, width, height};
        return {x, screen.bottom() - height - 68, width, height};
    }

    static void draw_card(const Context& context, const Box& at, std::string_view title, std::string_view text,
                          int& step) {
        const Theme& theme = context.theme;
        fill(at, theme.panel, kRadius);
        outline(at, theme.line, kRadius);
        Flow flow{at.inset(kTourPad)};
        const Box top = flow.take(24);
        put_text(context.fonts.body_bold, {top.x, top.y - 4, top.width, 20}, theme.text, title);
        put_paragraph(context.fonts.body, flow.rest, theme.muted, text, kTourLeading);
        const Box row{at.x + kTourPad, at.bottom() - kTourPad - kButtonHeight, at.width - 2 * kTourPad, kButtonHeight};
        const int count = static_cast<int>(kStops.size());
        put_text(context.fonts.small, row, theme.muted,
                 context.t("tour.step", {{"step", std::to_string(step + 1)}, {"steps", std::to_string(count)}}));
        context.widgets.add({"tour.title", std::string(title), Role::text, at, {}, static_cast<double>(step + 1)});
        const bool last = step + 1 == count;
        const std::string_view next = context.t(last ? "tour.done" : "tour.next"), back = context.t("tour.back");
        const Box next_box{row.right() - button_width(context.fonts.body_bold, next), row.y,
                           button_width(context.fonts.body_bold, next), row.height};
        const Box back_box{next_box.x - 8 - button_width(context.fonts.body, back), row.y,
                           button_width(context.fonts.body, back), row.height};
        const bool went_back = step > 0 && button(context, "tour.back", back, back_box);
        const bool went_on = button(context, "tour.next", next, next_box, Look::primary);
        const Box close{at.right() - 32, at.y + 8, 24, 24};
        const bool ended = icon_button(context, "tour.close", context.t("tour.done"), Icon::close, close);
        if (went_on) step = last ? -1 : step + 1;
        if (went_back) --step;
        if (ended) step = -1;
    }
};

}  // namespace

std::unique_ptr<Panel> make_tour() {
    return std::make_unique<Tour>();
}

}  // namespace headlight::ui
