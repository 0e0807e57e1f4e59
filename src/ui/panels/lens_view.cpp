#include <algorithm>
#include <cmath>

#include "interpret/logit_lens.h"
#include "ui/axis_labels.h"
#include "ui/panels/bottom_views.h"
#include "ui/panels/laboratory.h"
#include "ui/token_text.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kLensHeader = 20, kLensLabel = 88, kLensLeastCell = 68, kLensMostCell = 108, kLensBar = 12;

float lens_row(const Context& context) {
    return context.phone ? 28 : 20;
}

std::string point_name(const Context& context, int point, int points) {
    if (point == 0) return std::string(context.t("lens.embedding"));
    if (point == points - 1) return std::string(context.t("lens.output"));
    const std::string layer = std::to_string((point - 1) / 2);
    return context.t(point % 2 == 1 ? "lens.attention" : "lens.mlp", {{"layer", layer}});
}

std::string lens_tip(const Context& context, const interpret::LensCell& cell, const std::string& point, int position) {
    const app::Strings& strings = context.app.strings();
    const auto tokens = context.app.tokens();
    const auto at = static_cast<std::size_t>(position);
    std::string text =
        context.t("lens.cell", {{"token", token_label(tokens[at].display).joined()}, {"point", point}}) + "\n";
    for (const interpret::LensToken& token : cell.top) {
        if (token.id < 0) continue;
        text += "\n" + app::percent_text(static_cast<double>(token.probability), strings) + "  " +
                token_name(context, token.id);
    }
    text += "\n";
    if (cell.next_rank > 0 && at + 1 < tokens.size()) {
        text += "\n" + context.t("lens.next",
                                 {{"token", token_label(tokens[at + 1].display).joined()},
                                  {"rank", app::count_text(cell.next_rank, strings)},
                                  {"part", app::percent_text(static_cast<double>(cell.next_probability), strings)}});
    }
    return text + "\n" +
           context.t("lens.entropy", {{"bits", app::fixed_text(static_cast<double>(cell.entropy), 1, strings)}});
}

}  // namespace

struct LensView::Grid {
    const interpret::LogitLens& lens;
    Box box;  // of the cells, under the header
    float cell_width = 0, cell_height = 0;
};

float LensView::wanted_height(const Context& context) {
    const app::ModelInfo* model = context.app.model();
    const int points = model == nullptr ? 0 : interpret::lens_points(model->layers);
    const float rows = static_cast<float>(points) * lens_row(context);
    if (context.phone) return 2 * kViewTitle + kLensHeader + rows + kLensBar + 12;
    return std::clamp(24 + kViewTitle + kLensHeader + rows + kLensBar, kInspector, 400.0f);
}

void LensView::draw(const Context& context, const Box& box, float title_width) {
    float top = kViewTitle;
    if (context.phone) {
        top = 8 + put_paragraph(context.fonts.small, box, context.theme.muted, context.t("lens.lead"), 17);
    } else {
        put_text(context.fonts.small, {box.x, box.y, title_width, kViewTitle - 4}, context.theme.muted,
                 context.t("lens.lead"));
    }
    const interpret::LogitLens* lens = context.app.lens();
    const auto tokens = context.app.tokens();
    if (lens == nullptr || tokens.empty() || lens->positions() > static_cast<int>(tokens.size())) {
        put_text(context.fonts.small, {box.x, box.y + kViewTitle, box.width, kViewTitle}, context.theme.muted,
                 context.t("lens.empty"));
        return;
    }
    const float width = box.width - kLensLabel;
    const Grid grid{
        *lens,
        {box.x + kLensLabel, box.y + top + kLensHeader, width, box.height - top - kLensHeader},
        std::floor(std::clamp(width / static_cast<float>(lens->positions()), kLensLeastCell, kLensMostCell)),
        lens_row(context)};
    draw_cells(context, grid);
}

void LensView::draw_cells(const Context& context, const Grid& grid) {
    const int points = grid.lens.points(), positions = grid.lens.positions();
    const auto tokens = context.app.tokens();
    ImGui::SetCursorScreenPos(grid.box.min());
    ImGui::BeginChild(
        "lens-cells", ImVec2(grid.box.width, grid.box.height), 0,
        ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_HorizontalScrollbar | ImGuiWindowFlags_NavFlattened);
    const ImVec2 start = ImGui::GetCursorScreenPos();
    const Box all{start.x, start.y, grid.cell_width * static_cast<float>(positions),
                  grid.cell_height * static_cast<float>(points)};
    const ImVec2 low = canvas().GetClipRectMin(), high = canvas().GetClipRectMax();
    const Hit hit = hit_area(context, "lens", context.t("set.bottom.lens"), Role::cell, all);
    const app::Selection now = context.app.selection();
    for (int position = 0; position < positions; ++position) {
        const float x = start.x + static_cast<float>(position) * grid.cell_width;
        if (x + grid.cell_width < low.x || x > high.x) continue;
        for (int point = 0; point < points; ++point) {
            const Box cell{x, start.y + static_cast<float>(point) * grid.cell_height, grid.cell_width,
                           grid.cell_height};
            if (cell.bottom() < low.y || cell.y > high.y) continue;
            draw_cell(context, grid, point, position, cell.inset(1));
            if (!hit.hovered || !cell.contains(ImGui::GetIO().MousePos)) continue;
            outline(cell, context.theme.text, 2);
            context.hover.query = position;
            const interpret::LensCell& told = grid.lens.cell(point, position);
            if (told.ready) tooltip(context, lens_tip(context, told, point_name(context, point, points), position));
            if (hit.clicked) context.push(app::SelectCell{now.pinned && now.query == position ? -1 : position, -1});
        }
    }
    ImGui::SetCursorScreenPos(ImVec2(start.x, all.bottom() - 1));
    ImGui::Dummy(ImVec2(all.width, 1));
    if (positions > positions_) ImGui::SetScrollX(all.width);
    positions_ = positions;
    ImGui::EndChild();

    // Names on the edges follow the scrolling.
    const Box header{grid.box.x, grid.box.y - kLensHeader, grid.box.width, kLensHeader};
    canvas().PushClipRect(header.min(), header.max(), true);
    for (int position = 0; position < positions; ++position) {
        const Box at{start.x + static_cast<float>(position) * grid.cell_width + 5, header.y, grid.cell_width - 8,
                     kLensHeader};
        if (at.right() < header.x || at.x > header.right()) continue;
        const bool strong = position == now.query;
        put_text(strong ? context.fonts.small_bold : context.fonts.small, at,
                 strong ? context.theme.text : context.theme.muted,
                 token_label(tokens[static_cast<std::size_t>(position)].display).joined());
    }
    canvas().PopClipRect();
    const Box side{grid.box.x - kLensLabel, grid.box.y, kLensLabel, grid.box.height};
    canvas().PushClipRect(side.min(), side.max(), true);
    for (int point = 0; point < points; ++point) {
        const Box at{side.x, start.y + static_cast<float>(point) * grid.cell_height, kLensLabel - 8, grid.cell_height};
        const bool output = point == points - 1;
        put_text(output ? context.fonts.small_bold : context.fonts.small, at,
                 output ? context.theme.predicts : context.theme.muted, point_name(context, point, points),
                 Align::right);
    }
    canvas().PopClipRect();
}

void LensView::draw_cell(const Context& context, const Grid& grid, int point, int position, const Box& cell) {
    const Theme& theme = context.theme;
    const interpret::LensCell& told = grid.lens.cell(point, position);
    if (!told.ready || told.top[0].id < 0) {
        fill(cell, with_alpha(theme.raised, 0.5f), 2);
        return;
    }
    const float part = std::clamp(told.top[0].probability, 0.0f, 1.0f);
    fill(cell, mixed(theme.raised, theme.predicts, 0.42f * std::pow(part, 0.7f)), 2);
    // Told by more than colour: a line as long as the probability.
    fill({cell.x, cell.bottom() - 1.5f, cell.width * part, 1.5f}, theme.predicts);
    const std::string name = token_name(context, told.top[0].id);
    if (context.widgets.enabled()) {
        context.widgets.add({"lens." + std::to_string(point) + "." + std::to_string(position),
                             name,
                             Role::cell,
                             cell,
                             {},
                             static_cast<double>(part)});
    }
    float right = cell.right() - 4;
    if (told.next_rank > 0 && told.next_rank < 1000) {
        const std::string rank = std::to_string(told.next_rank);
        const bool first = told.next_rank == 1;
        const float wide = text_width(first ? context.fonts.small_bold : context.fonts.small, rank);
        put_text(first ? context.fonts.small_bold : context.fonts.small, {right - wide, cell.y, wide + 2, cell.height},
                 with_alpha(theme.text, first ? 1 : 0.65f), rank);
        right -= wide + 4;
    }
    put_text(context.fonts.small, {cell.x + 4, cell.y, right - cell.x - 4, cell.height}, theme.text, name);
}

}  // namespace headlight::ui
