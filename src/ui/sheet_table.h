#pragma once
// A matrix of the tutorial as a table of numbers over a heat map: cells are chosen by a click or the arrow keys, input
// cells are edited in place. Large matrices show a window of cells, and a picture of the whole above it.

#include <span>
#include <string>

#include "interpret/tutorial_sheet.h"
#include "ui/heat.h"
#include "ui/number_editor.h"

namespace headlight::ui {

// Which cells of a large sheet are on the screen.
struct SheetWindow {
    int row = 0, column = 0;
    HeatTexture overview;
};

// One drawing of a sheet: of its own values, or of the right ones beside the printed.
struct SheetLook {
    std::string key;                                  // of its widgets: "num.<key>.<row>.<column>"
    std::string title;                                // over the table
    const interpret::FormulaLine* formula = nullptr;  // beside the title; may be null
    std::span<const float> values;                    // [rows, cols] of the sheet
    std::span<const std::uint8_t> underlined;         // [rows, cols], or empty
    bool editable = false;
    bool edited_marks = true;
    int row = -1, column = -1;  // the chosen cell
    std::uint64_t version = 0;  // changes with the values
};

struct SheetSize {
    float label = 0, cell_width = 0, cell_height = 0;
    float head = 0;             // title, overview and column labels
    int rows = 0, columns = 0;  // on the screen
    bool overview = false;      // so much is out of sight that a picture of the whole helps
    [[nodiscard]] float width() const { return label + cell_width * static_cast<float>(columns); }
    [[nodiscard]] float height() const { return head + cell_height * static_cast<float>(rows); }
};
// The width of title and formula, without the column of labels.
[[nodiscard]] float title_width(const Context& context, const SheetLook& look);
[[nodiscard]] SheetSize sheet_size(const Context& context, const interpret::Sheet& sheet, const SheetLook& look,
                                   float room);

// What the person did with the table in this frame.
struct SheetEvent {
    int row = -1, column = -1;  // the cell clicked; -1: none
    bool edit = false;          // and that its number is to be edited
    bool hovered = false;
};
SheetEvent draw_sheet(const Context& context, ImVec2 at, const interpret::Sheet& sheet, const SheetLook& look,
                      const SheetSize& size, SheetWindow& window, NumberEditor& editor);

// The text of one cell, as the table shows it.
[[nodiscard]] std::string cell_text(const Context& context, const interpret::Sheet& sheet,
                                    std::span<const float> values, int row, int column);

}  // namespace headlight::ui
