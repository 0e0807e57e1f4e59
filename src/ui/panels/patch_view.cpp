#include <algorithm>
#include <array>
#include <cmath>

#include "ui/axis_labels.h"
#include "ui/heat.h"
#include "ui/panels/bottom_views.h"
#include "ui/panels/laboratory.h"
#include "ui/prompt_field.h"
#include "ui/token_text.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

using interpret::SweepKind;

constexpr float kPatchSide = 400, kFieldLines = 2, kLeastField = 42, kPatchLeading = 17, kPatchRow = 32,
                kPatchMostCell = 30;
constexpr app::HeatRange kShare{-1, 1, true};

std::string_view kind_name(const Context& context, SweepKind kind) {
    return context.t("set.sweep." + app::to_text(kind));
}

// What a cell of the map puts into the list of changes.
interpret::Intervention patch_of(SweepKind kind, int layer, int column) {
    interpret::Intervention change;
    change.change = interpret::Change::patch;
    change.layer = layer;
    change.position = kind == SweepKind::head ? -1 : column;
    change.index = kind == SweepKind::head ? column : 0;
    change.target = kind == SweepKind::residual    ? interpret::Target::residual
                    : kind == SweepKind::attention ? interpret::Target::attention
                    : kind == SweepKind::mlp       ? interpret::Target::mlp
                                                   : interpret::Target::head;
    return change;
}

std::string cell_text(const Context& context, const interpret::Sweep& sweep, int layer, int column, float share,
                      const std::vector<std::string>& labels) {
    const std::string part = app::percent_text(static_cast<double>(share), context.app.strings());
    if (sweep.kind == SweepKind::head) {
        return context.t("patch.cell_head",
                         {{"layer", std::to_string(layer)}, {"head", std::to_string(column)}, {"share", part}});
    }
    return context.t("patch.cell", {{"what", kind_name(context, sweep.kind)},
                                    {"layer", std::to_string(layer)},
                                    {"token", labels[static_cast<std::size_t>(column)]},
                                    {"share", part}});
}

float take_width(const Context& context) {
    return button_width(context.fonts.body, context.t("patch.take"), 10);
}

}  // namespace

float PatchView::wanted_height(const Context& context) {
    if (context.phone && context.app.sweep() == nullptr) return 280;
    return context.phone ? 580 : std::clamp(ImGui::GetIO().DisplaySize.y * 0.3f, kInspector + 56, 360.0f);
}

void PatchView::draw(const Context& context, const Box& box, float title_width) {
    Flow left{{box.x, box.y, context.phone ? box.width : std::min(kPatchSide, box.width * 0.42f), box.height}};
    const float lead = std::min(left.rest.width, title_width);
    left.skip(put_paragraph(context.fonts.small, {box.x, box.y + 2, lead, 0}, context.theme.muted,
                            context.t("patch.lead"), kPatchLeading) +
              10);
    const float field = other_field_height(context, left.rest.width - take_width(context) - 8, kFieldLines);
    draw_field(context, left.take(field));
    left.skip(4);
    const std::string& why = context.app.laboratory().other_why;
    const std::string_view below = why.empty() ? context.t("patch.take.help") : std::string_view(why);
    left.skip(put_paragraph(context.fonts.small, left.rest, why.empty() ? context.theme.muted : context.theme.bad,
                            below, kPatchLeading) +
              8);
    draw_run(context, left.take(context.phone ? 40 : kPatchRow));
    const interpret::Sweep* sweep = context.app.sweep();
    const bool there = sweep != nullptr && sweep->rows > 0 && sweep->columns > 0;
    if (there) {
        auto number = [&](float value) { return signed_text(context, static_cast<double>(value), 2); };
        left.skip(6);
        if (sweep->token >= 0) {
            left.skip(put_paragraph(context.fonts.small, left.rest, context.theme.muted,
                                    context.t("patch.odds", {{"token", quoted_token(context, sweep->token)},
                                                             {"rival", quoted_token(context, sweep->rival)},
                                                             {"corrupt", number(sweep->corrupt_odds)},
                                                             {"clean", number(sweep->clean_odds)}}),
                                    kPatchLeading));
        }
    }
    const Box map = context.phone ? Box{box.x, left.rest.y + 28, box.width, box.bottom() - left.rest.y - 28}
                                  : Box{left.rest.right() + 32, box.y + kViewTitle + 8,
                                        box.right() - left.rest.right() - 32, box.height - kViewTitle - 8};
    if (there) {
        draw_map(context, map, *sweep);
    } else {
        put_text(context.fonts.small, {map.x, map.y, map.width, kViewTitle}, context.theme.muted,
                 context.t("patch.empty"));
    }
}

// The other prompt, and a button that takes the present one.
void PatchView::draw_field(const Context& context, const Box& row) {
    const std::string_view take = context.t("patch.take");
    const float wide = take_width(context);
    other_field(context, {row.x, row.y, row.width - wide - 8, row.height});
    const float high = context.phone ? 40 : kButtonHeight;
    if (button(context, "patch.take", take, {row.right() - wide, row.y + (kLeastField - high) / 2, wide, high}))
        context.push(app::set<&app::Settings::other>(context.app.field_text()));
}

// What is copied, and the button that starts or stops.
void PatchView::draw_run(const Context& context, const Box& row) {
    constexpr std::array kKinds{SweepKind::residual, SweepKind::attention, SweepKind::mlp, SweepKind::head};
    const SweepKind now = context.app.settings().sweep;
    std::array<std::string, kKinds.size()> keys;
    std::array<Choice, kKinds.size()> choices;
    for (std::size_t i = 0; i < kKinds.size(); ++i) {
        keys[i] = "sweep." + app::to_text(kKinds[i]);
        choices[i] = {keys[i], kind_name(context, kKinds[i]), kKinds[i] == now};
    }
    const float width = segmented_width(context.fonts.small, choices, 9);
    if (const auto clicked = segmented(context, context.fonts.small, choices, {row.x, row.y, width, row.height}, 9))
        context.push(app::set<&app::Settings::sweep>(kKinds[static_cast<std::size_t>(*clicked)]));
    const bool sweeping = context.app.sweeping();
    const std::string_view label = context.t(sweeping ? "patch.stop" : "patch.run");
    const Box at{row.x + width + 8, row.y, button_width(context.fonts.body_bold, label, 14), row.height};
    const bool possible =
        sweeping || (!context.app.settings().other.empty() && context.app.laboratory().other_why.empty());
    if (button(context, "patch.run", label, at, sweeping ? Look::plain : Look::primary, possible))
        context.push(sweeping ? app::Command(app::StopSweep{}) : app::Command(app::RunSweep{}));
    const interpret::Sweep* sweep = context.app.sweep();
    if (!sweeping || sweep == nullptr) return;
    const int count = sweep->rows * sweep->columns;
    const std::string progress =
        context.t("patch.progress", {{"done", std::to_string(sweep->done)}, {"count", std::to_string(count)}});
    const Box rest{at.right() + 8, row.y, std::max(0.0f, row.right() - at.right() - 8), row.height};
    put_text(context.fonts.small, {rest.x, rest.y, rest.width, rest.height - 6}, context.theme.muted, progress);
    const float part = count > 0 ? static_cast<float>(sweep->done) / static_cast<float>(count) : 0;
    const Box bar{rest.x, rest.bottom() - 5, rest.width, 3};
    fill(bar, context.theme.line, 1);
    fill({bar.x, bar.y, bar.width * std::clamp(part, 0.0f, 1.0f), bar.height}, context.theme.attends, 1);
}

void PatchView::draw_map(const Context& context, const Box& box, const interpret::Sweep& sweep) {
    const bool heads = sweep.kind == SweepKind::head;
    std::vector<std::string> rows, columns;
    for (int i = 0; i < sweep.rows; ++i) rows.push_back(std::to_string(i));
    const auto tokens = context.app.tokens();
    for (int i = 0; i < sweep.columns; ++i) {
        const auto at = static_cast<std::size_t>(i);
        columns.push_back(heads || at >= tokens.size() ? std::to_string(i) : token_label(tokens[at].display).joined());
    }
    constexpr float kLabel = 24, kScale = 132;
    const float below = column_label_height(context, columns);
    const float width =
        std::min((box.width - kLabel - (context.phone ? 0 : kScale + 16)) / static_cast<float>(sweep.columns),
                 kPatchMostCell * 1.4f);
    const float height = std::clamp((box.height - below - (context.phone ? 28 : 0)) / static_cast<float>(sweep.rows),
                                    4.0f, kPatchMostCell);
    const Box map{snapped(box.x + kLabel), snapped(box.y), width * static_cast<float>(sweep.columns),
                  height * static_cast<float>(sweep.rows)};
    put_text(context.fonts.small, {box.x, box.y - 20, 80, 18}, context.theme.muted, context.t("patch.layer"));
    const Hit hit = hit_area(context, "sweep", context.t("set.bottom.patch"), Role::cell, map);
    int strong_row = -1, strong_column = -1;
    for (int layer = 0; layer < sweep.rows; ++layer) {
        for (int column = 0; column < sweep.columns; ++column) {
            const Box cell{map.x + width * static_cast<float>(column), map.y + height * static_cast<float>(layer),
                           width, height};
            const float share = sweep.restored[static_cast<std::size_t>(layer * sweep.columns + column)];
            const bool known = std::isfinite(share);
            fill(cell.inset(0.5f),
                 known ? heat_colour(context.theme, app::heat(kShare, share)) : with_alpha(context.theme.raised, 0.5f),
                 1);
            if (!known) continue;
            const std::string text = cell_text(context, sweep, layer, column, share, columns);
            if (context.widgets.enabled()) {
                context.widgets.add({"sweep." + std::to_string(layer) + "." + std::to_string(column),
                                     text,
                                     Role::cell,
                                     cell,
                                     {},
                                     static_cast<double>(share)});
            }
            if (!hit.hovered || !cell.contains(ImGui::GetIO().MousePos)) continue;
            strong_row = layer;
            strong_column = column;
            outline(cell, context.theme.text, 1);
            tooltip(context, text + "\n" + std::string(context.t("patch.add")));
            if (hit.clicked) add_change(context, patch_of(sweep.kind, layer, column));
        }
    }
    put_row_labels(context, map, height, rows, {.strong = strong_row, .accent = -1}, 16);
    put_column_labels(context, map, width, columns, {.strong = strong_column, .accent = -1});
    if (context.phone) {
        put_scale(context, {box.x, map.bottom() + below + 4, kScale, 16}, kShare);
        put_paragraph(context.fonts.small, {box.x + kScale + 12, map.bottom() + below + 3, box.width - kScale - 12, 0},
                      context.theme.muted, context.t("patch.scale"), kPatchLeading);
    } else {
        put_scale(context, {map.right() + 16, map.y, kScale, 16}, kShare);
        put_paragraph(context.fonts.small, {map.right() + 16, map.y + 20, kScale, 0}, context.theme.muted,
                      context.t("patch.scale"), kPatchLeading);
    }
}

}  // namespace headlight::ui
