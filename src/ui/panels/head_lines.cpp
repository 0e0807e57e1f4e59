#include <algorithm>
#include <cmath>

#include "ui/panels/head_view.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kMostRow = 28, kLineLabelRoom = 96, kLeastWeight = 0.02f;
constexpr std::size_t kMostLines = 1500;

struct Columns {
    float left, right;  // where the lines begin and end
    float top, row;
    [[nodiscard]] float y(int i) const { return top + (static_cast<float>(i) + 0.5f) * row; }
};

void draw_line(const Columns& at, int query, int key, Colour colour, float thickness) {
    const float reach = (at.right - at.left) * 0.4f;
    canvas().AddBezierCubic(ImVec2(at.left, at.y(query)), ImVec2(at.left + reach, at.y(query)),
                            ImVec2(at.right - reach, at.y(key)), ImVec2(at.right, at.y(key)), colour, thickness);
}

}  // namespace

void LinesView::draw(const Context& context, const Box& box, const HeadPicture& picture) {
    const interpret::Matrix& m = picture.pattern;
    if (m.rows == 0 || m.cols == 0) return;
    const int n = std::max(m.rows, m.cols);
    if (key_ != picture.key) {
        key_ = picture.key;
        lines_.clear();
        for (int q = 0; q < m.rows; ++q) {
            for (int k = picture.skip_first ? 1 : 0; picture.has(q, k); ++k) {
                if (m.at(q, k) >= kLeastWeight) lines_.push_back({q, k, m.at(q, k)});
            }
        }
        auto stronger = [](const Line& a, const Line& b) { return a.weight > b.weight; };
        if (lines_.size() > kMostLines) {
            std::nth_element(lines_.begin(), lines_.begin() + kMostLines, lines_.end(), stronger);
            lines_.resize(kMostLines);
        }
        std::sort(lines_.rbegin(), lines_.rend(), stronger);
    }
    const Theme& theme = context.theme;
    const bool focused = context.app.hover().query >= 0 || context.app.settings().query >= 0;
    put_text(context.fonts.small, {box.x, box.y, box.width, 16}, theme.muted, context.t("head.query"));
    const float width = std::min(box.width, 520.0f);
    const Columns at{box.x + kLineLabelRoom, box.x + width - kLineLabelRoom, box.y + 20,
                     std::min(kMostRow, (box.height - 20) / static_cast<float>(n))};
    put_text(context.fonts.small, {at.right + 8, box.y, kLineLabelRoom, 16}, theme.muted, context.t("head.key"));
    for (const Line& line : lines_) {
        const bool mine = line.query == picture.query;
        if (focused && !mine) continue;
        const float strength = std::sqrt(line.weight);
        draw_line(at, line.query, line.key, with_alpha(theme.attends, mine ? strength : strength * 0.55f),
                  1 + 2.5f * line.weight);
        if (!context.widgets.enabled() || n > kMostReported) continue;
        const float top = std::min(at.y(line.query), at.y(line.key)),
                    bottom = std::max(at.y(line.query), at.y(line.key));
        context.widgets.add({picture.widget("line." + std::to_string(line.query) + "." + std::to_string(line.key)),
                             "",
                             Role::text,
                             {at.left, top, at.right - at.left, bottom - top + 1},
                             {},
                             static_cast<double>(line.weight)});
    }
    const int step = std::max(1, static_cast<int>(std::ceil(13 / at.row)));
    for (int i = 0; i < n; ++i) {
        const bool query = i == picture.query, key = i == picture.column;
        if (i % step != 0 && !query && !key) continue;
        if (i < m.rows) {
            put_text(query ? context.fonts.small_bold : context.fonts.small,
                     {box.x, at.y(i) - 8, kLineLabelRoom - 8, 16},
                     i == m.rows - 1 ? theme.predicts
                     : query         ? theme.text
                                     : theme.muted,
                     picture.query_labels[static_cast<std::size_t>(i)], Align::right);
        }
        if (i < m.cols) {
            put_text(key ? context.fonts.small_bold : context.fonts.small,
                     {at.right + 8, at.y(i) - 8, kLineLabelRoom - 8, 16}, key ? theme.text : theme.muted,
                     picture.key_labels[static_cast<std::size_t>(i)]);
        }
    }
    const Box area{box.x, at.top, width, at.row * static_cast<float>(n)};
    const Hit hit = hit_area(context, picture.widget("lines"), context.t("head.lines"), Role::cell, area);
    if (!hit.hovered) return;
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const int row = std::clamp(static_cast<int>((mouse.y - at.top) / at.row), 0, n - 1);
    if (mouse.x < at.right) {
        if (row >= m.rows) return;
        point_at_cell(context, picture, row, -1);
        if (hit.clicked) toggle_cell(context, picture, row, -1);
        return;
    }
    const bool pinned = context.app.settings().query >= 0;
    const int query = std::min(pinned ? context.app.settings().query : m.rows - 1, m.rows - 1);
    point_at_cell(context, picture, query, -1);
    if (!picture.has(query, row)) return;
    cell_tooltip(context, picture, query, row);
    if (picture.summary) return;  // its cells are none of the selected head
    point_at_cell(context, picture, query, row);
    if (hit.clicked) toggle_cell(context, picture, query, row);
}

}  // namespace headlight::ui
