// What has been changed in the model, as chips that can be taken away, and what came of it in one line. Nothing stands
// here while there are no changes and no other prompt.
#include <algorithm>
#include <cmath>

#include "ui/panels/head_pictures.h"
#include "ui/panels/laboratory.h"
#include "ui/panels/panels.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kChangeGap = 6, kCross = 18, kChangeSide = 10, kSegment = 26, kBottom = 12;

float chip_height(const Context& context) {
    return context.phone ? 36 : 26;
}

float beside_option_width(const Context& context) {
    return std::ceil(text_width(context.fonts.small, context.t("set.ab"))) + 14;
}

// "Side by side", as a switch that explains itself.
void put_beside_option(const Context& context, float x, float y) {
    const bool on = context.app.settings().side_by_side;
    const Box box{x - 4, y, beside_option_width(context) - 6, text_option_height(context)};
    if (text_option(context, "changes.ab", context.t("set.ab"), x, y, on, Role::checkbox))
        context.push(app::set<&app::Settings::side_by_side>(!on));
    if (!context.platform.touch() && box.contains(ImGui::GetIO().MousePos) && ImGui::IsItemHovered())
        tooltip(context, context.t("set.ab.help"));
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
        if (clear.width > 0 && button(context, "changes.clear", context.t("changes.clear"), clear, Look::text))
            context.push(app::ClearChanges{});
        if (at.compare.width > 0) draw_compare(context, placed(at.compare));
        if (at.beside.width > 0) {
            const Box beside = placed(at.beside);
            put_beside_option(context, beside.x, beside.centre().y - (context.phone ? 20.0f : 12.0f));
        }
        if (at.odds.width > 0) draw_odds(context, placed(at.odds));
    }

  private:
    float height_ = 0;
    struct Places {
        std::vector<Box> chips;
        Box clear, compare, beside, odds;  // relative to the panel; width 0: not there
        float height = 0;
    };

    static bool shown(const Context& context) {
        if (has_laboratory(context)) return compares(context);
        return can_change(context) && !context.app.laboratory().changes.empty();
    }
    static bool compares(const Context& context) {
        return !context.app.laboratory().changes.empty() || !context.app.settings().other.empty();
    }

    struct CompareChoice {
        app::Compare value;
        Choice choice;
    };
    // Empty while there is nothing to choose from.
    static std::vector<CompareChoice> compare_choices(const Context& context) {
        using enum app::Compare;
        const app::Laboratory& lab = context.app.laboratory();
        const bool prompts = !lab.other_ids.empty() && lab.other_why.empty();
        std::vector<CompareChoice> all;
        auto add = [&](app::Compare value, std::string_view key, std::string_view name) {
            all.push_back({value, {key, context.t(name), context.app.settings().compare == value}});
        };
        add(changed, "compare.changed", lab.changed ? "set.compare.changed" : "ab.this");
        if (lab.changed) add(baseline, "compare.baseline", "set.compare.baseline");
        if (lab.changed) add(difference, "compare.difference", "set.compare.difference");
        if (prompts) add(other, "compare.other", "set.compare.other");
        if (all.size() == 1) all.clear();
        // What is chosen may not be there now: then the run itself is shown.
        const bool any = std::ranges::any_of(all, [](const CompareChoice& each) { return each.choice.on; });
        if (!any && !all.empty()) all.front().choice.on = true;
        return all;
    }
    static std::vector<Choice> plain(const std::vector<CompareChoice>& all) {
        std::vector<Choice> choices;
        for (const CompareChoice& each : all) choices.push_back(each.choice);
        return choices;
    }

    static std::string odds_text(const Context& context) {
        // Why what was asked for is not beside it.
        if (const std::string& why = context.app.laboratory().pair_why; !why.empty()) return why;
        const app::Odds& odds = context.app.laboratory().odds;
        if (odds.token < 0 || odds.rival < 0) return {};
        auto number = [&](float value) { return signed_text(context, static_cast<double>(value), 2); };
        const app::Laboratory& lab = context.app.laboratory();
        const std::string_view key = lab.pair == app::Pair::prompts ? "changes.odds_prompts"
                                     : lab.changed                  ? "changes.odds"
                                                                    : "changes.odds_alone";
        return context.t(key, {{"token", token_name(context, odds.token)},
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
                y += height + kChangeGap;
            }
            const Box box{x, y, chip, height};
            x += chip + kChangeGap;
            return box;
        };
        for (const app::ChangeInfo& change : context.app.laboratory().changes)
            out.chips.push_back(put(text_width(context.fonts.small, change.label) + 2 * kChangeSide + kCross));
        if (!out.chips.empty()) {
            out.clear = put(button_width(context.fonts.small, context.t("changes.clear"), 8));
            y += height + kChangeGap;
        }
        out.height = y - kChangeGap;
        if (has_laboratory(context) && (context.app.laboratory().changed || !context.app.settings().other.empty()))
            lay_out_compare(context, width, y, out);
        return out;
    }

    // What is compared, whether side by side, and the odds: in one row, or in two or three.
    static void lay_out_compare(const Context& context, float width, float y, Places& out) {
        const float tall = context.phone ? 36 : kSegment;
        float x = 0;
        auto put = [&](float wanted) {
            if (x > 0 && x + wanted > width) {
                x = 0;
                y += tall + 4;
            }
            const Box box{x, y, std::min(wanted, width), tall};
            x += wanted + 12;
            return box;
        };
        if (const auto choices = plain(compare_choices(context)); !choices.empty())
            out.compare = put(segmented_width(context.fonts.small, choices, context.phone ? 8 : 10));
        if (!context.hidden("lab")) out.beside = put(beside_option_width(context));
        const std::string odds = odds_text(context);
        if (x + text_width(context.fonts.small, odds) <= width) {
            out.odds = {x, y, width - x, tall};
            y += tall;
        } else {
            y += tall + 4;
            const float lines = paragraph_height(context.fonts.small, width, odds, 17);
            out.odds = {0, y, width, lines};
            y += lines;
        }
        out.height = y;
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
        const Box text{chip.x + kChangeSide, chip.y, chip.width - 2 * kChangeSide - kCross + 4, chip.height};
        put_text(context.fonts.small, text, idle ? theme.muted : theme.text, change.label);
        icon(Icon::close, ImVec2(chip.right() - kChangeSide - 4, chip.centre().y), 12,
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
        const auto choices = compare_choices(context);
        const float padding = context.phone ? 8 : 10;
        if (const auto clicked = segmented(context, context.fonts.small, plain(choices), box, padding))
            context.push(app::set<&app::Settings::compare>(choices[static_cast<std::size_t>(*clicked)].value));
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
