#include <algorithm>
#include <cmath>
#include <tuple>

#include "ui/panels/bottom_views.h"
#include "ui/panels/laboratory.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

using interpret::AttributionPart;
using interpret::PartKind;

constexpr float kPartsRow = 20, kPartsLabel = 118, kValue = 52, kColumn = 304, kPartsColumnGap = 28, kPartsBar = 12;

std::string part_name(const Context& context, const AttributionPart& part) {
    const std::string layer = std::to_string(part.layer), head = std::to_string(part.head);
    switch (part.kind) {
        case PartKind::token:
            return std::string(context.t("parts.token"));
        case PartKind::position:
            return std::string(context.t("parts.position"));
        case PartKind::head:
            return context.t("parts.head", {{"layer", layer}, {"head", head}});
        case PartKind::attention_bias:
            return context.t("parts.attention_bias", {{"layer", layer}});
        case PartKind::mlp:
            return context.t("parts.mlp", {{"layer", layer}});
        case PartKind::changed:
            return part.layer < 0 ? std::string(context.t("parts.changed_embedding"))
                                  : context.t("parts.changed", {{"layer", layer}});
        case PartKind::norm_bias:
            return std::string(context.t("parts.norm_bias"));
        case PartKind::rest:
            return std::string(context.t("parts.rest"));
    }
    return {};
}

void draw_part(const Context& context, const Box& row, const AttributionPart& part, double largest, std::size_t i) {
    const Theme& theme = context.theme;
    const std::string name = part_name(context, part), value = signed_text(context, part.value, 2);
    const Hit hit = hit_area(context, "part." + std::to_string(i), name,
                             part.kind == PartKind::head ? Role::button : Role::cell, row, valued(part.value));
    if (hit.hovered) fill({row.x - 4, row.y, row.width + 8, row.height}, theme.raised, kSmallRadius);
    put_text(context.fonts.small, {row.x, row.y, kPartsLabel - 4, row.height}, hit.hovered ? theme.text : theme.muted,
             name);
    put_text(context.fonts.mono, {row.right() - kValue, row.y, kValue, row.height}, theme.muted, value, Align::right);
    const Box plot{row.x + kPartsLabel, row.y + 4, row.width - kPartsLabel - kValue - 4, row.height - 8};
    const float zero = plot.centre().x;
    const float length = largest > 0 ? static_cast<float>(std::abs(part.value) / largest) * plot.width / 2 : 0;
    vertical_line(zero - 0.5f, row.y + 1, row.height - 2, theme.line);
    // To the right for the token, to the left for the rival.
    fill({part.value < 0 ? zero - length : zero, plot.y, std::max(length, 1.0f), plot.height},
         part.value < 0 ? theme.predicts : theme.attends, 1);
    if (part.kind != PartKind::head) return;
    if (hit.hovered) {
        context.hover.layer = part.layer;
        context.hover.head = part.head;
    }
    if (hit.clicked) context.push(app::SelectHead{part.layer, part.head});
}

}  // namespace

float PartsView::wanted_height(const Context& context) {
    return context.phone ? 560 : kInspector + 68;
}

void PartsView::draw(const Context& context, const Box& box, float title_width) {
    const app::Odds& odds = context.app.laboratory().odds;
    const interpret::Attribution& parts = context.app.attribution();
    if (parts.parts.empty()) {
        put_text(context.fonts.small, {box.x, box.y, title_width, kViewTitle - 4}, context.theme.muted,
                 context.t("parts.empty"));
        return;
    }
    const std::string title = context.t(
        "parts.title", {{"token", quoted_token(context, odds.token)}, {"rival", quoted_token(context, odds.rival)}});
    const std::string sum = context.t("parts.sum", {{"sum", signed_text(context, parts.difference, 2)}});
    const Box line{box.x, box.y, title_width, kViewTitle - 4};
    const float end = put_text(context.fonts.small_bold, line, context.theme.text, title);
    put_text(context.fonts.small, {end + 4, line.y, std::max(0.0f, line.right() - end - 4), line.height},
             context.theme.muted, "· " + sum);
    context.widgets.add({"parts.sum", title + " · " + sum, Role::text, line, {}, parts.difference});
    float x = box.x + 4;
    const float y = box.y + kViewTitle;
    if (text_option(context, "parts.size", context.t("parts.by_size"), x, y, by_size_)) by_size_ = true;
    if (text_option(context, "parts.pass", context.t("parts.by_pass"), x, y, !by_size_)) by_size_ = false;
    const float options = text_option_height(context);
    if (!context.phone) {
        put_text(context.fonts.small, {x + 8, y, box.right() - x - 8, options}, context.theme.muted,
                 context.t("parts.lead"));
    }
    const float top = y + options + 8;
    draw_bars(context, {box.x, top, box.width, box.bottom() - top}, parts);
}

// Columns from top to bottom, one beside the other; on a phone one column. What does not fit scrolls.
void PartsView::draw_bars(const Context& context, const Box& box, const interpret::Attribution& parts) const {
    std::vector<AttributionPart> all = parts.parts;
    if (by_size_) {
        std::sort(all.begin(), all.end(), [](const AttributionPart& a, const AttributionPart& b) {
            if (std::abs(a.value) != std::abs(b.value)) return std::abs(a.value) > std::abs(b.value);
            return std::tie(a.layer, a.head, a.kind) < std::tie(b.layer, b.head, b.kind);
        });
    }
    double largest = 0;
    for (const AttributionPart& part : all) largest = std::max(largest, std::abs(part.value));
    const int count = static_cast<int>(all.size());
    const float row_height = context.phone ? 26 : kPartsRow;
    const int rows = context.phone ? count : std::max(1, static_cast<int>((box.height - kPartsBar) / row_height));
    const float width = context.phone ? box.width - 12 : kColumn;
    ImGui::SetCursorScreenPos(box.min());
    ImGui::BeginChild(
        "parts-bars", ImVec2(box.width, box.height), 0,
        ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_HorizontalScrollbar | ImGuiWindowFlags_NavFlattened);
    const ImVec2 start = ImGui::GetCursorScreenPos();
    for (int i = 0; i < count; ++i) {
        const int across = i / rows, down = i % rows;
        const Box row{start.x + 4 + static_cast<float>(across) * (width + kPartsColumnGap),
                      start.y + static_cast<float>(down) * row_height, width, row_height};
        draw_part(context, row, all[static_cast<std::size_t>(i)], largest, static_cast<std::size_t>(i));
    }
    const int columns = (count + rows - 1) / rows;
    ImGui::SetCursorScreenPos(ImVec2(start.x, start.y + static_cast<float>(std::min(rows, count)) * row_height - 1));
    ImGui::Dummy(ImVec2(context.phone ? 1 : static_cast<float>(columns) * (width + kPartsColumnGap), 1));
    ImGui::EndChild();
}

}  // namespace headlight::ui
