#include "ui/sheet_table.h"

#include <algorithm>
#include <cmath>

#include "ui/widgets.h"

namespace headlight::ui {

namespace {

using interpret::Sheet;

constexpr float kSheetTitle = 22, kColumnLabels = 18, kOverview = 40, kSheetRow = 26, kFingerRow = 32;
constexpr float kSheetLeastCell = 40, kCellPadding = 14, kTightCellPadding = 8, kLabelGap = 8, kMostLabel = 84;
constexpr float kStrength = 0.55f;  // of the strongest colour, so that the number on it stays legible
constexpr int kMostRows = 12;

// Of the finite values, over the whole sheet.
app::HeatRange range_of(const Sheet& sheet, std::span<const float> values) {
    const interpret::Matrix matrix{values.data(), sheet.rows, sheet.cols, sheet.cols, 1};
    return app::matrix_range(matrix, app::ColourScale::linear, 0);
}

// The widest text of a column, from the few numbers that decide it.
float widest_text(const Context& context, const Sheet& sheet, const SheetLook& look) {
    float width = 0;
    if (!sheet.words.empty()) {
        for (const std::string& word : sheet.words) width = std::max(width, text_width(context.fonts.mono, word));
        return width;
    }
    std::size_t most = 1;
    float low = 0, high = 0;
    for (const float v : look.values) {
        if (!std::isfinite(v)) continue;
        low = std::min(low, v);
        high = std::max(high, v);
    }
    for (const float v : {low, high})
        most = std::max(most, app::fixed_text(static_cast<double>(v), sheet.decimals, context.app.strings()).size());
    return static_cast<float>(most) * text_width(context.fonts.mono, "0");
}

std::string row_label(const Sheet& sheet, int row) {
    const auto i = static_cast<std::size_t>(row);
    return i < sheet.row_labels.size() ? sheet.row_labels[i] : std::string();
}
std::string column_label(const Sheet& sheet, int column) {
    const auto i = static_cast<std::size_t>(column);
    return i < sheet.col_labels.size() ? sheet.col_labels[i] : std::string();
}

// Keeps the window inside the sheet, and the chosen cell inside the window.
void place_window(const Sheet& sheet, const SheetLook& look, const SheetSize& size, SheetWindow& window, bool follow) {
    if (follow && look.row >= 0) window.row = std::clamp(window.row, look.row - size.rows + 1, look.row);
    if (follow && look.column >= 0)
        window.column = std::clamp(window.column, look.column - size.columns + 1, look.column);
    window.row = std::clamp(window.row, 0, sheet.rows - size.rows);
    window.column = std::clamp(window.column, 0, sheet.cols - size.columns);
}

// "rows 0 to 11 of 26", and buttons to move on.
void draw_pager(const Context& context, const Box& row, const std::string& key, int& first, int shown, int all,
                std::string_view what) {
    const std::string text = context.t("sheet.window", {{"what", context.t(what)},
                                                        {"first", std::to_string(first)},
                                                        {"last", std::to_string(first + shown - 1)},
                                                        {"count", std::to_string(all)}});
    const Box next{row.right() - 22, row.y, 22, row.height}, previous{row.right() - 46, row.y, 22, row.height};
    put_text(context.fonts.small, {row.x, row.y, previous.x - row.x - 6, row.height}, context.theme.muted, text,
             Align::right);
    if (icon_button(context, key + ".previous", context.t("sheet.previous"), Icon::previous, previous, Look::quiet,
                    first > 0))
        first = std::max(0, first - shown);
    if (icon_button(context, key + ".next", context.t("sheet.next"), Icon::next, next, Look::quiet,
                    first + shown < all))
        first = std::min(all - shown, first + shown);
}

// The whole of a large matrix as a picture, with a frame around the cells below; a click goes there.
void draw_overview(const Context& context, const Box& box, const Sheet& sheet, const SheetLook& look,
                   const SheetSize& size, SheetWindow& window) {
    window.overview.update(
        context.platform, mixed_key({look.version, look.values.size(), context.theme.dark}), [&](Pixels& out) {
            const interpret::Matrix matrix{look.values.data(), sheet.rows, sheet.cols, sheet.cols, 1};
            heat_pixels(matrix, context.theme, {.range = range_of(sheet, look.values)}, out);
        });
    window.overview.draw(box);
    const float cell_width = box.width / static_cast<float>(sheet.cols),
                cell_height = box.height / static_cast<float>(sheet.rows);
    const Hit hit = hit_area(context, "overview." + look.key, look.title, Role::cell, box);
    if (hit.clicked) {
        const ImVec2 mouse = ImGui::GetIO().MousePos;
        window.column = static_cast<int>((mouse.x - box.x) / cell_width) - size.columns / 2;
        window.row = static_cast<int>((mouse.y - box.y) / cell_height) - size.rows / 2;
        place_window(sheet, look, size, window, false);
    }
    const Box frame{box.x + static_cast<float>(window.column) * cell_width,
                    box.y + static_cast<float>(window.row) * cell_height, static_cast<float>(size.columns) * cell_width,
                    static_cast<float>(size.rows) * cell_height};
    outline(frame.inset(-1), context.theme.text, 1, 1);
}

// A formula in one line, its indices lowered and raised.
void put_symbols(const Context& context, float x, const Box& row, const interpret::FormulaLine& line) {
    for (const interpret::FormulaSpan& span : line) {
        const bool raised = span.kind == interpret::SpanKind::superscript;
        const bool lowered = span.kind == interpret::SpanKind::subscript;
        const float shift = raised ? -4.0f : lowered ? 3.0f : 0.0f;
        put_text(context.fonts.small, {x, row.y + shift, 400, row.height}, context.theme.muted, span.text);
        x += text_width(context.fonts.small, span.text);
    }
}

struct CellLook {
    bool chosen = false, underlined = false, edited = false, pointed = false;
};

void draw_cell(const Context& context, const Box& box, const std::string& text, float position, bool words, bool faint,
               const CellLook& look) {
    const Theme& theme = context.theme;
    const Colour heat = position < 0 ? theme.heat_negative : theme.heat_one;
    fill(box, words ? theme.panel : mixed(theme.panel, heat, kStrength * std::abs(position)));
    if (look.pointed && !look.chosen) outline(box.inset(0.5f), theme.muted);
    put_text(context.fonts.mono, box.inset(words ? 8 : 2, 0), faint ? theme.faint : theme.text, text,
             words ? Align::left : Align::centre);
    if (look.underlined) fill({box.x, box.bottom() - 2, box.width, 2}, theme.bad);
    if (look.edited) {
        canvas().AddTriangleFilled(ImVec2(box.right() - 7, box.y), ImVec2(box.right(), box.y),
                                   ImVec2(box.right(), box.y + 7), theme.predicts);
    }
}

}  // namespace

std::string cell_text(const Context& context, const Sheet& sheet, std::span<const float> values, int row, int column) {
    const std::size_t i = sheet.index(row, column);
    if (!sheet.words.empty()) return sheet.words[i];
    const float value = values[i];
    if (std::isnan(value)) return {};
    if (std::isinf(value)) return value < 0 ? "-\xE2\x88\x9E" : "\xE2\x88\x9E";
    return app::fixed_text(static_cast<double>(value), sheet.decimals, context.app.strings());
}

float title_width(const Context& context, const SheetLook& look) {
    float width = text_width(context.fonts.small_bold, look.title);
    if (look.formula == nullptr || look.formula->empty()) return width;
    for (const interpret::FormulaSpan& span : *look.formula) width += text_width(context.fonts.small, span.text);
    return width + 8;
}

SheetSize sheet_size(const Context& context, const Sheet& sheet, const SheetLook& look, float room) {
    SheetSize size;
    for (const std::string& label : sheet.row_labels)
        size.label = std::max(size.label, text_width(context.fonts.mono, label));
    size.label = size.label > 0 ? std::min(std::ceil(size.label), kMostLabel) + kLabelGap : 0;
    float text = widest_text(context, sheet, look);
    if (!sheet.words.empty()) text += 4;
    for (const std::string& label : sheet.col_labels)
        text = std::max(text, std::min(text_width(context.fonts.small, label), 64.0f));
    const auto columns = static_cast<float>(sheet.cols);
    size.cell_width = std::max(kSheetLeastCell, std::ceil(text) + kCellPadding);
    if (size.label + size.cell_width * columns > room)
        size.cell_width = std::max(std::floor((room - size.label) / columns), std::ceil(text) + kTightCellPadding);
    size.cell_height = context.phone ? kFingerRow : kSheetRow;
    const int fitting = std::max(1, static_cast<int>((room - size.label) / size.cell_width));
    size.columns = std::min(sheet.cols, fitting);
    size.rows = sheet.rows <= kMostRows + 2 || !sheet.words.empty() ? sheet.rows : kMostRows;
    const bool columns_cut = size.columns < sheet.cols, rows_cut = size.rows < sheet.rows;
    size.overview = 2 * size.columns <= sheet.cols || 2 * size.rows <= sheet.rows;
    size.head = (look.title.empty() ? 0 : kSheetTitle) + (sheet.col_labels.empty() ? 0 : kColumnLabels) +
                (size.overview ? kOverview + 8 : 0) + (columns_cut ? kSheetTitle : 0) + (rows_cut ? kSheetTitle : 0);
    return size;
}

SheetEvent draw_sheet(const Context& context, ImVec2 at, const Sheet& sheet, const SheetLook& look,
                      const SheetSize& size, SheetWindow& window, NumberEditor& editor) {
    const Theme& theme = context.theme;
    SheetEvent event;
    if (look.values.size() < static_cast<std::size_t>(sheet.rows) * static_cast<std::size_t>(sheet.cols)) return event;
    Flow flow{{at.x, at.y, size.width(), size.height()}};
    if (!look.title.empty()) {
        const Box row = flow.take(kSheetTitle);
        const float end =
            put_text(context.fonts.small_bold, {row.x + size.label, row.y, 400, row.height}, theme.text, look.title);
        if (look.formula != nullptr) put_symbols(context, end + 8, row, *look.formula);
    }
    place_window(sheet, look, size, window, context.shared.cell_moved);
    if (size.overview) {
        const Box strip = flow.take(kOverview);
        draw_overview(context, {strip.x + size.label, strip.y, strip.width - size.label, strip.height}, sheet, look,
                      size, window);
        flow.skip(8);
    }
    if (size.columns < sheet.cols)
        draw_pager(context, flow.take(kSheetTitle), "columns." + look.key, window.column, size.columns, sheet.cols,
                   "sheet.columns");
    if (size.rows < sheet.rows)
        draw_pager(context, flow.take(kSheetTitle), "rows." + look.key, window.row, size.rows, sheet.rows,
                   "sheet.rows");
    const Box body{snapped(at.x + size.label), snapped(at.y + size.head),
                   size.cell_width * static_cast<float>(size.columns),
                   size.cell_height * static_cast<float>(size.rows)};
    const Hit hit = hit_area(context, "table." + look.key, look.title, Role::cell, body);
    int over_row = -1, over_column = -1;
    if (hit.hovered) {
        const ImVec2 mouse = ImGui::GetIO().MousePos;
        over_row = window.row + std::clamp(static_cast<int>((mouse.y - body.y) / size.cell_height), 0, size.rows - 1);
        over_column =
            window.column + std::clamp(static_cast<int>((mouse.x - body.x) / size.cell_width), 0, size.columns - 1);
    }
    const app::HeatRange range = range_of(sheet, look.values);
    Box chosen;
    for (int r = window.row; r < window.row + size.rows; ++r) {
        const float y = body.y + static_cast<float>(r - window.row) * size.cell_height;
        put_text(context.fonts.mono, {at.x, y, std::max(0.0f, size.label - kLabelGap), size.cell_height},
                 r == look.row ? theme.text : theme.muted, row_label(sheet, r), Align::right);
        for (int c = window.column; c < window.column + size.columns; ++c) {
            const Box box{body.x + static_cast<float>(c - window.column) * size.cell_width, y, size.cell_width,
                          size.cell_height};
            const std::size_t i = sheet.index(r, c);
            const float value = look.values[i];
            if (std::isnan(value) && sheet.words.empty()) continue;
            const std::string text = cell_text(context, sheet, look.values, r, c);
            CellLook cell;
            cell.chosen = r == look.row && c == look.column;
            cell.underlined = i < look.underlined.size() && look.underlined[i] != 0;
            cell.edited = look.edited_marks && i < sheet.edited.size() && sheet.edited[i] != 0;
            cell.pointed = r == over_row && c == over_column;
            draw_cell(context, box, text, app::heat(range, value), !sheet.words.empty(), !std::isfinite(value), cell);
            if (cell.chosen) chosen = box;
            if (context.widgets.enabled()) {
                context.widgets.add({"num." + look.key + "." + std::to_string(r) + "." + std::to_string(c), text,
                                     Role::cell, box,
                                     cell.chosen || cell.underlined ? std::optional(true) : std::nullopt,
                                     std::isfinite(value) ? std::optional(static_cast<double>(value)) : std::nullopt});
            }
        }
    }
    if (!sheet.col_labels.empty()) {
        for (int c = window.column; c < window.column + size.columns; ++c) {
            const float x = body.x + static_cast<float>(c - window.column) * size.cell_width;
            put_text(context.fonts.small, {x + 2, body.y - kColumnLabels, size.cell_width - 4, kColumnLabels},
                     c == look.column ? theme.text : theme.faint, column_label(sheet, c), Align::centre);
        }
    }
    if (chosen.width > 0) {
        outline(chosen.inset(-1), theme.attends, 1, 2);
        if (editor.is_at(look.key, look.row, look.column) && !editor.on_pad()) editor.draw_field(context, chosen);
    }
    event.hovered = hit.hovered;
    if (hit.clicked && over_row >= 0 && (sheet.has(over_row, over_column) || !sheet.words.empty())) {
        const bool again = over_row == look.row && over_column == look.column;
        event.row = over_row;
        event.column = over_column;
        event.edit = look.editable && again && (ImGui::GetIO().MouseClickedCount[0] == 2 || context.platform.touch());
    }
    if (hit.hovered && look.editable && ImGui::IsMouseDoubleClicked(0)) {
        event.row = over_row;
        event.column = over_column;
        event.edit = true;
    }
    return event;
}

}  // namespace headlight::ui
