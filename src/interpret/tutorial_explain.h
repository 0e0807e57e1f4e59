#pragma once
// A cell of a sheet as the formula that its rule says, recomputed from the sheets that the rule reads.

#include <functional>
#include <string_view>

#include "interpret/explanation.h"
#include "interpret/tutorial_sheet.h"

namespace headlight::interpret {

// The sheet of that id, or null.
using FindSheet = std::function<const Sheet*(std::string_view)>;

// Whether the rule gives a cell's value from other sheets (of which `find` has all).
[[nodiscard]] bool has_rule(const Sheet& sheet, const FindSheet& find);

// row and col must be a cell of the sheet. Without a rule, and for an edited cell, `recomputed` is the value itself.
[[nodiscard]] Explanation explain_cell(const Sheet& sheet, int row, int col, const FindSheet& find);

}  // namespace headlight::interpret
