#pragma once
// Token labels along a matrix: all of them while there is room, otherwise every so many, and always the highlighted
// ones.

#include <functional>
#include <string>
#include <vector>

#include "ui/context.h"

namespace headlight::ui {

struct AxisMarks {
    int strong = -1;  // bright and bold
    int accent = -1;  // in the colour of predictions
};
// Row labels end 8 pixels left of `matrix`; column labels rise below it. `cell`: height (width) of one row (column).
void put_row_labels(const Context& context, const Box& matrix, float cell, const std::vector<std::string>& labels,
                    const AxisMarks& marks, float width);
void put_column_labels(const Context& context, const Box& matrix, float cell, const std::vector<std::string>& labels,
                       const AxisMarks& marks);

// The longest label in pixels, at most `most`.
[[nodiscard]] float longest_label(const Context& context, const std::vector<std::string>& labels, float most);
// Height that column labels need below the matrix.
[[nodiscard]] float column_label_height(const Context& context, const std::vector<std::string>& labels);

// The tokens on the two axes of the attention that is shown. A row of cross-attention is called by the token that it is
// about to write, not by the one that it has read.
[[nodiscard]] std::vector<std::string> query_labels(const Context& context);
[[nodiscard]] std::vector<std::string> key_labels(const Context& context);
// A row in a sentence: "car", or of cross-attention "araba (after yeni)".
[[nodiscard]] std::string query_name(const Context& context, int row);

}  // namespace headlight::ui
