#pragma once
// Tables and pictures of matrices as files, made from the numbers and not from the screen.

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/drawing.h"
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
// The label of a row or column, or its number where there is none.
[[nodiscard]] std::string name_at(const std::vector<std::string>& names, int index);

// How numbers become colours and text in a picture.
struct Picture {
    HeatRange range;
    int first_key = 0;                                     // 1 leaves the sink out
    std::function<std::string(float)> number = {};         // for people; none: no scale of colours
    bool with_numbers = false;                             // written into the cells
    int query = -1;                                        // the only one whose lines are drawn; -1: all
    std::vector<std::pair<int, std::string>> titles = {};  // over the columns from such a one on
};
// More columns than a screen has dots: the strongest of so many stands for all of them. 1: each has its own cell.
[[nodiscard]] int columns_in_a_cell(int columns);
// Cells with labelled rows and columns, as many as there is room for. causal: cells beyond the diagonal are left out.
[[nodiscard]] Drawing matrix_drawing(const interpret::Matrix& matrix, const TableNames& names, const Picture& picture,
                                     bool causal);
// A head as lines from queries (left) to keys (right), their opacity the weight.
struct HeadLines {
    interpret::Matrix pattern;
    TableNames names;
    std::string title;  // above it; "": none
};
// One head, or two runs of it from left to right.
[[nodiscard]] Drawing head_lines_drawing(std::span<const HeadLines> runs, const Picture& picture, bool causal);

}  // namespace headlight::app
