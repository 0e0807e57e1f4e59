// What has been changed in the model, as chips that can be taken away, and what came of it in one line. Nothing stands
// here while there are no changes.
#include <algorithm>
#include <array>
#include <cmath>

#include "ui/panels/laboratory.h"
#include "ui/panels/panels.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kGap = 6, kCross = 18, kSide = 10, kSegment = 26, kBottom = 12;

float chip_height(const Context& context) {
    return context.phone ? 36 : 26;
}

class Changes final : public Panel {
  public:
    float wanted_height(const Context& context, float width) override {
        // Nothing moves under a brush: what its stroke adds gets its room when the stroke ends.
        if (!context.shared.drawing_cells) height_ = shown(context) ? lay_out(context, width).height + kBottom : 0;
        return height_;
    }

    void draw(const Context& context, const Box& box) override {
        if (!shown(context) || height_ <= 0) return;
        const Places at = lay_out(context, box.width);
        auto placed = [&](const Box& b) { return Box{box.x + b.x, box.y + b.y, b.width, b.height}; };
        const auto& changes = context.app.laboratory().changes;
        for (std::size_t i = 0; i < changes.size(); ++i) draw_chip(context, placed(at.chips[i]), changes[i], i);
        const Box clear = placed(at.clear);
        if (button(context, "changes.clear", context.t("changes.clear"), clear, Look::text))
            context.push(app::ClearChanges{});
        if (at.compare.width > 0) draw_compare(context, placed(at.compare));
        if (at.odds.width > 0) draw_odds(context, placed(at.odds));
    }

  private:
    float height_ = 0;
    struct Places {
        std::vector<Box> chips;
        Box clear, compare, odds;  // relative to the panel; width 0: not there
        float height = 0;
    };

    static bool shown(const Context& context) {
        return has_laboratory(context) && !context.app.laboratory().changes.empty();
    }

    static std::array<Choice, 3> compare_choices(const Context& context) {
        const app::Compare now = context.app.settings().compare;
        return {Choice{"compare.changed", context.t("set.compare.changed"), now == app::Compare::changed},
                Choice{"compare.baseline", context.t("set.compare.baseline"), now == app::Compare::baseline},
                Choice{"compare.difference", context.t("set.compare.difference"), now == app::Compare::difference}};
    }

    static std::string odds_text(const Context& context) {
        const app::Odds& odds = context.app.laboratory().odds;
        if (odds.token < 0 || odds.rival < 0) return {};
        auto number = [&](float value) { return signed_text(context, static_cast<double>(value), 2); };
        return context.t("changes.odds", {{"token", token_name(context, odds.token)},
                                          {"rival", token_name(context, odds.rival)},
                                          {"before", number(odds.baseline)},
                                          {"now", number(odds.now)}});
    }

    static Places lay_out(const Context& context, float width) {
        Places out;
        const float height = chip_height(context);
        float x = 0, y = context.phone ? 6 : 0;
        auto put = [&](float wanted) {
            const float chip = std::min(std::ceil(wanted), width);
            if (x > 0 && x + chip > width) {
                x = 0;
                y += height + kGap;
            }
            const Box box{x, y, chip, height};
            x += chip + kGap;
            return box;
        };
        for (const app::ChangeInfo& change : context.app.laboratory().changes)
            out.chips.push_back(put(text_width(context.fonts.small, change.label) + 2 * kSide + kCross));
        out.clear = put(button_width(context.fonts.small, context.t("changes.clear"), 8));
        y += height;
        if (context.app.laboratory().changed) {
            y += kGap;
            const auto choices = compare_choices(context);
            const float segment = segmented_width(context.fonts.small, choices, 10);
            const float tall = context.phone ? 36 : kSegment;
            out.compare = {0, y, segment, tall};
            const float text = text_width(context.fonts.small, odds_text(context));
            if (segment + 12 + text <= width) {
                out.odds = {segment + 12, y, width - segment - 12, tall};
                y += tall;
            } else {
                y += tall + 4;
                const float lines = paragraph_height(context.fonts.small, width, odds_text(context), 17);
                out.odds = {0, y, width, lines};
                y += lines;
            }
        }
        out.height = y;
        return out;
    }

    static void draw_chip(const Context& context, const Box& chip, const app::ChangeInfo& change, std::size_t index) {
        const Theme& theme = context.theme;
        const bool idle = !change.reason.empty();
        const Hit hit = hit_area(context, "change." + std::to_string(index), change.label, Role::button, chip,
                                 switched(!idle), chip.height / 2);
        fill(chip, hit.hovered ? mixed(theme.raised, theme.text, 0.08f) : theme.raised, chip.height / 2);
        if (idle) {
            dashed_outline(chip, theme.faint, kSmallRadius);
        } else {
            outline(chip, theme.attends, chip.height / 2);
        }
        const Box text{chip.x + kSide, chip.y, chip.width - 2 * kSide - kCross + 4, chip.height};
        put_text(context.fonts.small, text, idle ? theme.muted : theme.text, change.label);
        icon(Icon::close, ImVec2(chip.right() - kSide - 4, chip.centre().y), 12,
             hit.hovered ? theme.text : theme.muted);
        if (hit.hovered) {
            std::string tip = context.t("changes.remove", {{"label", change.label}});
            if (idle) tip = context.t("changes.idle", {{"reason", change.reason}}) + "\n" + tip;
            if (change.layer >= 0 && change.head >= 0) {
                context.hover.layer = change.layer;
                context.hover.head = change.head;
            }
            tooltip(context, tip);
        }
        if (hit.clicked) context.push(app::RemoveChange{static_cast<int>(index)});
    }

    static void draw_compare(const Context& context, const Box& box) {
        constexpr std::array kValues{app::Compare::changed, app::Compare::baseline, app::Compare::difference};
        if (const auto clicked = segmented(context, context.fonts.small, compare_choices(context), box, 10))
            context.push(app::set<&app::Settings::compare>(kValues[static_cast<std::size_t>(*clicked)]));
    }

    static void draw_odds(const Context& context, const Box& box) {
        const std::string text = odds_text(context);
        if (text.empty()) return;
        const app::Odds& odds = context.app.laboratory().odds;
        context.widgets.add({"changes.odds", text, Role::text, box, {}, static_cast<double>(odds.now)});
        if (box.height > 30 || text_width(context.fonts.small, text) > box.width) {
            put_paragraph(context.fonts.small, box, context.theme.muted, text, 17);
        } else {
            put_text(context.fonts.small, box, context.theme.muted, text);
        }
    }
};

}  // namespace

std::unique_ptr<Panel> make_changes() {
    return std::make_unique<Changes>();
}

}  // namespace headlight::ui
