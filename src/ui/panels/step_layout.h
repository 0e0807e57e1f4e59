#pragma once
// Where the parts of a step stand: the sheets of a group side by side with signs between them, as far as the width
// allows, and beside a printed sheet whose mistake has been found the right one.

#include <string>
#include <vector>

#include "ui/sheet_table.h"

namespace headlight::ui {

struct StepItem {
    enum class Kind : std::uint8_t { text, group, sign, words, table, right_table, note } kind = Kind::text;
    Box box;  // relative to the panel
    const interpret::Sheet* sheet = nullptr;
    SheetSize size;
    std::string text;  // of a text, group, sign or note; over a table the formula
};

struct StepLayout {
    std::vector<StepItem> items;
    float height = 0;
};
[[nodiscard]] StepLayout step_layout(const Context& context, const interpret::TutorialStep& step, float width);

// How a table of the sheet is drawn, without the chosen cell. `underlined` must outlive it.
[[nodiscard]] SheetLook sheet_look(const Context& context, const interpret::Sheet& sheet, bool right,
                                   const std::vector<std::uint8_t>& underlined);
// The cells of the sheet whose mistakes have been found, [rows, cols]; empty when there are none.
[[nodiscard]] std::vector<std::uint8_t> found_cells(const Context& context, const interpret::Sheet& sheet);
// "V = X · W_V" as plain text.
[[nodiscard]] std::string formula_text(const interpret::FormulaLine& line);

}  // namespace headlight::ui
