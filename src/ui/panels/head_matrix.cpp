#include <algorithm>
#include <cmath>

#include "ui/axis_labels.h"
#include "ui/panels/head_paint.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kMatrixMostCell = 56, kLinesFrom = 8, kMatrixLabelRoom = 74;

// Only where cells are: of a masked head below the diagonal.
void draw_cell_lines(const Box& matrix, const HeadPicture& picture, float cell, Colour colour) {
    for (int i = 1; i < picture.matrix.rows; ++i) {
        const float at = static_cast<float>(i) * cell;
        horizontal_line(matrix.x, matrix.y + at - 0.5f, picture.causal ? at + cell : matrix.width, colour);
    }
    for (int i = 1; i < picture.matrix.cols; ++i) {
        const float at = static_cast<float>(i) * cell, top = picture.causal ? at - cell : 0;
        vertical_line(matrix.x + at - 0.5f, matrix.y + top, matrix.height - top, colour);
    }
}

void report_cells(const Context& context, const Box& matrix, const HeadPicture& picture, float cell) {
    if (!context.widgets.enabled() || picture.matrix.rows > kMostReported || picture.matrix.cols > kMostReported)
        return;
    for (int q = 0; q < picture.matrix.rows; ++q) {
        for (int k = 0; picture.has(q, k); ++k) {
            const Box box{matrix.x + static_cast<float>(k) * cell, matrix.y + static_cast<float>(q) * cell, cell, cell};
            context.widgets.add({picture.widget("cell." + std::to_string(q) + "." + std::to_string(k)),
                                 "",
                                 Role::cell,
                                 box,
                                 {},
                                 static_cast<double>(picture.matrix.at(q, k))});
        }
    }
}

void draw_selection(const Context& context, const Box& matrix, const HeadPicture& picture, float cell) {
    if (picture.query < 0 || picture.query >= picture.matrix.rows) return;
    const Box row{matrix.x, matrix.y + static_cast<float>(picture.query) * cell, matrix.width, cell};
    outline(row.inset(-1), context.theme.predicts, 1, std::clamp(cell / 8, 1.0f, 2.0f));
    if (!picture.has(picture.query, picture.column)) return;
    const Box at{matrix.x + static_cast<float>(picture.column) * cell, row.y, cell, cell};
    outline(at.inset(-1), context.theme.text, 1, context.app.selection().pinned ? 2 : 1);
}

float label_width(const Context& context, const HeadPicture& picture) {
    return longest_label(context, picture.query_labels, kMatrixLabelRoom - 8);
}

}  // namespace

float MatrixView::cell_side(const Context& context, const Box& box, const HeadPicture& picture) {
    const int rows = std::max(1, picture.matrix.rows), columns = std::max(1, picture.matrix.cols);
    const float below = column_label_height(context, picture.key_labels);
    const float room = std::min((box.width - label_width(context, picture) - 8) / static_cast<float>(columns),
                                (box.height - below) / static_cast<float>(rows));
    // Whole pixels of the screen, so that all cells are equal.
    const float ratio = ImGui::GetIO().DisplayFramebufferScale.x;
    return std::clamp(std::floor(room * ratio) / ratio, 1 / ratio, kMatrixMostCell);
}

void MatrixView::draw(const Context& context, const Box& box, const HeadPicture& picture, float cell,
                      PaintBrush* brush) {
    const int rows = picture.matrix.rows, columns = picture.matrix.cols;
    if (rows == 0 || columns == 0) return;
    const float labels = label_width(context, picture);
    const Box matrix{snapped(box.x + labels + 8), snapped(box.y), cell * static_cast<float>(columns),
                     cell * static_cast<float>(rows)};

    texture_.update(context.platform, picture.key, [&](Pixels& out) {
        heat_pixels(picture.matrix, context.theme,
                    {.range = picture.range, .causal = picture.causal, .skip_first = picture.skip_first}, out);
    });
    texture_.draw(matrix);
    if (cell >= kLinesFrom) draw_cell_lines(matrix, picture, cell, context.theme.background);

    const Hit hit = hit_area(context, picture.widget("cells"), context.t("head.matrix"), Role::cell, matrix);
    report_cells(context, matrix, picture, cell);
    const bool brushes = brush != nullptr && brush->on(), paints = brushes && hit.held;
    if (brush != nullptr) {
        context.shared.drawing_cells = paints;
        if (!paints) brush->lift();
    }
    if (hit.hovered || paints) {
        const ImVec2 mouse = ImGui::GetIO().MousePos;
        const int query = std::clamp(static_cast<int>((mouse.y - matrix.y) / cell), 0, rows - 1);
        const int key = std::clamp(static_cast<int>((mouse.x - matrix.x) / cell), 0, columns - 1);
        point_at_cell(context, picture, query, key);
        if (paints) {
            brush->draw_to(context, picture, query, key);
        } else {
            cell_tooltip(context, picture, query, key);
        }
        if (hit.clicked && !brushes)
            toggle_cell(context, picture, query, !picture.summary && picture.has(query, key) ? key : -1);
    }
    if (!picture.summary && !picture.second) PaintBrush::put_marks(context, picture, matrix, cell);
    draw_selection(context, matrix, picture, cell);
    // The row that tells the next token is the last one, except in an encoder, which tells none.
    const int next =
        context.app.model()->encoder_decoder && context.app.settings().part == app::Part::encoder ? -1 : rows - 1;
    put_row_labels(context, matrix, cell, picture.query_labels, {.strong = picture.query, .accent = next}, labels);
    put_column_labels(context, matrix, cell, picture.key_labels, {.strong = picture.column, .accent = -1});
}

std::string HeadPicture::query_name(const Context& context, int row) const {
    return own_text ? ui::query_name(context, row) : query_labels[static_cast<std::size_t>(row)];
}

void point_at_cell(const Context& context, const HeadPicture& picture, int query, int key) {
    const int rows = static_cast<int>(context.app.query_tokens().size());
    if (query >= rows) return;
    context.hover.query = query;
    // The cell of a summary is none of the selected head: only its row is looked at.
    if (!picture.summary && picture.has(query, key)) context.hover.key = key;
}

void cell_tooltip(const Context& context, const HeadPicture& picture, int query, int key) {
    if (!picture.has(query, key)) {
        tooltip(context, context.t("head.cell_masked"));
        return;
    }
    const float value = picture.matrix.at(query, key);
    const std::string number = app::fixed_text(value, std::abs(value) < 0.01f ? 4 : 3, context.app.strings());
    tooltip(context, context.t("head.cell_tip", {{"query", picture.query_name(context, query)},
                                                 {"key", picture.key_labels[static_cast<std::size_t>(key)]},
                                                 {"value", number}}));
}

void toggle_cell(const Context& context, const HeadPicture& picture, int query, int key) {
    const int rows = static_cast<int>(context.app.query_tokens().size());
    if (!picture.own_text && query >= rows) return;
    const app::Settings& settings = context.app.settings();
    if (settings.query == query && settings.key == key) {
        context.push(app::Release{});
    } else {
        context.push(app::SelectCell{query, key});
    }
}

}  // namespace headlight::ui
