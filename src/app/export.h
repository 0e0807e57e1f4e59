#pragma once
// Tables and pictures of matrices as files, made from the numbers and not from the screen.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/heat.h"
#include "interpret/matrix.h"

namespace headlight::app {

struct TableNames {
    std::vector<std::string> rows;     // UTF-8 labels, one a row; shorter lists leave the rest to numbers
    std::vector<std::string> columns;  // the same for columns
};

// RFC 4180: a first line of column names, then a line a row with its name first. Floats in shortest round-trip form;
// masked cells are -inf.
[[nodiscard]] std::string matrix_csv(const interpret::Matrix& matrix, const TableNames& names);
// {"caption": ..., "link": ..., "rows": [...], "columns": [...], "values": [[...]]}; infinite numbers become null.
[[nodiscard]] std::string matrix_json(const interpret::Matrix& matrix, const TableNames& names,
                                      std::string_view caption, std::string_view link);
// Square cells, at least one pixel each, about 1024 pixels at most.
[[nodiscard]] std::string matrix_png(const interpret::Matrix& matrix, const HeatRange& range, bool causal,
                                     std::string_view description);

struct Picture {
    std::string caption;  // below the picture
    std::string link;     // a second line of the caption
    HeatRange range;
    int first_key = 0;  // 1 leaves the sink out of the lines
};
// Labelled rows and (up to 64) columns, cells as rectangles. causal: cells beyond the diagonal are left out.
[[nodiscard]] std::string matrix_svg(const interpret::Matrix& matrix, const TableNames& names, const Picture& picture,
                                     bool causal);
// A head as lines from queries (left) to keys (right), their opacity the weight.
struct HeadLines {
    interpret::Matrix pattern;
    TableNames names;
    std::string title;  // above it; "": none
};
// One head, or two runs of it from left to right.
[[nodiscard]] std::string head_lines_svg(std::span<const HeadLines> runs, const Picture& picture);

}  // namespace headlight::app
