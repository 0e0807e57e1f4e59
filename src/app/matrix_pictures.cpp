#include <algorithm>
#include <cmath>

#include "app/export.h"
#include "base/numeric_text.h"

namespace headlight::app {
namespace {

constexpr double kCell = 20, kNumberWidth = 46, kNameGap = 8, kLeastWidth = 460, kWidestName = 164, kTitle = 22;
constexpr int kNamedColumns = 128, kNamedRows = 256;
constexpr double kWide = 1280;      // of columns that are too many to be named
constexpr int kMostColumns = 2048;  // beyond it, one cell stands for several

double names_width(const std::vector<std::string>& names, int count) {
    double widest = text_width("00");
    for (int i = 0; i < count; ++i) widest = std::max(widest, text_width(name_at(names, i)));
    return std::min(widest, kWidestName);
}

// Without the space that many tokens begin with.
std::string shown_name(const std::vector<std::string>& names, int index) {
    const std::string name = name_at(names, index);
    const std::size_t first = name.find_first_not_of(' ');
    return fitting_text(first == std::string::npos ? name : name.substr(first), kWidestName);
}

Rgb colour_of(const Picture& picture, int column, float value) {
    return column < picture.first_key ? kFaint : heat_colour(heat(picture.range, value));
}

// Where the cells of a matrix stand.
struct Grid {
    const interpret::Matrix& matrix;
    bool named_rows, named_columns, causal;  // columns have names only where rows do
    double wide, high;                       // a cell
    double left = 0, top = kMargin;

    Grid(const interpret::Matrix& of, const TableNames& names, const Picture& picture, bool lower)
        : matrix(of),
          named_rows(of.rows <= kNamedRows),
          named_columns(named_rows && of.cols <= kNamedColumns),
          causal(lower) {
        high = named_rows ? kCell : std::clamp(kWide / of.rows, 1.0, kCell);
        wide = !named_columns ? std::clamp(kWide / of.cols, 1.0, kCell) : picture.with_numbers ? kNumberWidth : kCell;
        if (!picture.titles.empty()) top += kTitle;
        left = kMargin + (named_rows ? names_width(names.rows, of.rows) + kNameGap : 0);
    }

    [[nodiscard]] bool hidden(int row, int column) const {
        return (causal && column > row) || masked(matrix.at(row, column));
    }
    [[nodiscard]] double x(int column) const { return left + wide * column; }
    [[nodiscard]] double y(int row) const { return top + high * row; }
};

void put_bars(Drawing& drawing, const Grid& grid, const TableNames& names, const Picture& picture) {
    constexpr double kGap = 1;
    for (int row = 0; row < grid.matrix.rows; ++row) {
        for (int column = 0; column < grid.matrix.cols; ++column) {
            if (grid.hidden(row, column)) continue;
            const float value = grid.matrix.at(row, column);
            const double x = grid.x(column), y = grid.y(row);
            drawing.bars.push_back(
                {x, y, grid.wide - kGap, grid.high - kGap, colour_of(picture, column, value),
                 name_at(names.rows, row) + " → " + name_at(names.columns, column) + ": " + shortest(value)});
            if (!picture.with_numbers || !picture.number) continue;
            const Rgb ink = std::abs(heat(picture.range, value)) > 0.6F ? kPaper : kInk;
            drawing.labels.push_back(
                {x + grid.wide / 2, y + grid.high * 0.7, picture.number(value), Drawing::Anchor::middle, ink});
        }
    }
}

void put_cells(Drawing& drawing, const Grid& grid, const Picture& picture) {
    const interpret::Matrix& matrix = grid.matrix;
    const int shared = columns_in_a_cell(matrix.cols);
    Drawing::Cells cells{grid.left,
                         grid.top,
                         grid.wide * matrix.cols,
                         grid.high * matrix.rows,
                         matrix.rows,
                         (matrix.cols + shared - 1) / shared};
    if (shared > 1) cells.width = std::max(kWide, static_cast<double>(cells.columns));
    for (int row = 0; row < cells.rows; ++row) {
        for (int cell = 0; cell < cells.columns; ++cell) {
            Rgb colour = kPaper;
            float strongest = -1;
            for (int column = cell * shared; column < std::min(matrix.cols, (cell + 1) * shared); ++column) {
                if (grid.hidden(row, column)) continue;
                const float strength = std::abs(heat(picture.range, matrix.at(row, column)));
                if (strength <= strongest) continue;
                strongest = strength;
                colour = colour_of(picture, column, matrix.at(row, column));
            }
            cells.rgb.insert(cells.rgb.end(), colour.begin(), colour.end());
        }
    }
    drawing.width = grid.left + cells.width + kMargin;
    drawing.cells.push_back(std::move(cells));
}

void put_scale(Drawing& drawing, const Picture& picture) {
    constexpr int kSteps = 10;
    if (!picture.number) return;
    drawing.legend.low = picture.number(picture.range.low);
    drawing.legend.high = picture.number(picture.range.high);
    for (int i = 0; i <= kSteps; ++i) {
        const float value =
            picture.range.low + (picture.range.high - picture.range.low) * static_cast<float>(i) / kSteps;
        drawing.legend.colours.push_back(heat_colour(heat(picture.range, value)));
    }
}

}  // namespace

std::string name_at(const std::vector<std::string>& names, int index) {
    const auto i = static_cast<std::size_t>(index);
    return i < names.size() ? names[i] : std::to_string(index);
}

int columns_in_a_cell(int columns) {
    return (columns + kMostColumns - 1) / kMostColumns;
}

Drawing matrix_drawing(const interpret::Matrix& matrix, const TableNames& names, const Picture& picture, bool causal) {
    const Grid grid(matrix, names, picture, causal);
    Drawing drawing;
    drawing.width = grid.x(matrix.cols) + kMargin;
    if (grid.named_columns) {
        put_bars(drawing, grid, names, picture);
    } else {
        put_cells(drawing, grid, picture);
    }
    for (int row = 0; grid.named_rows && row < matrix.rows; ++row) {
        drawing.labels.push_back({grid.left - kNameGap, grid.y(row) + grid.high / 2 + kFontSize * 0.35,
                                  shown_name(names.rows, row), Drawing::Anchor::end});
    }
    for (const auto& [column, title] : picture.titles) {
        drawing.labels.push_back({grid.x(column), grid.top - 10, title, Drawing::Anchor::start, kInk, true});
    }
    const double bottom = grid.y(matrix.rows);
    for (int column = 0; grid.named_columns && column < matrix.cols; ++column) {
        drawing.labels.push_back({grid.x(column) + grid.wide * 0.6, bottom + 14, shown_name(names.columns, column),
                                  Drawing::Anchor::end, kInk, false, true});
    }
    drawing.width = std::max(drawing.width, kLeastWidth);
    drawing.height = bottom + (grid.named_columns ? names_width(names.columns, matrix.cols) * 0.82 + 16 : 4);
    put_scale(drawing, picture);
    return drawing;
}

namespace {

constexpr double kReach = 180;
constexpr float kLeastWeight = 0.02F;

// Its lines and words, from `left` on; returns where it ends.
double put_lines(Drawing& drawing, const HeadLines& run, const Picture& picture, bool causal, double left, double top) {
    const auto middle = [&](int row) { return top + kCell * (row + 0.5); };
    const double begin = left + names_width(run.names.rows, run.pattern.rows) + kNameGap, end = begin + kReach;
    if (!run.title.empty()) {
        drawing.labels.push_back({begin, top - 10, run.title, Drawing::Anchor::start, kInk, true});
    }
    for (int query = 0; query < run.pattern.rows; ++query) {
        const double base = middle(query) + kFontSize * 0.35;
        drawing.labels.push_back({begin - kNameGap, base, shown_name(run.names.rows, query), Drawing::Anchor::end});
    }
    for (int key = 0; key < run.pattern.cols; ++key) {
        drawing.labels.push_back({end + kNameGap, middle(key) + kFontSize * 0.35, shown_name(run.names.columns, key)});
    }
    const auto put_line = [&](int query, int key) {
        const float weight = run.pattern.at(query, key);
        if (masked(weight) || weight < kLeastWeight) return;
        const auto strength = static_cast<double>(weight);
        drawing.curves.push_back({begin, middle(query), end, middle(key), kAmber, 1 + 2.5 * strength,
                                  std::min(1.0, std::sqrt(strength)) * (query == picture.query ? 1 : 0.55)});
    };
    for (int query = 0; query < run.pattern.rows; ++query) {
        const bool drawn = picture.query < 0 || query == picture.query;
        for (int key = picture.first_key; drawn && key < (causal ? query + 1 : run.pattern.cols); ++key) {
            put_line(query, key);
        }
    }
    return end + kNameGap + names_width(run.names.columns, run.pattern.cols);
}

}  // namespace

Drawing head_lines_drawing(std::span<const HeadLines> runs, const Picture& picture, bool causal) {
    constexpr double kBetween = 28;
    Drawing drawing;
    double x = kMargin, top = kMargin;
    int rows = 0;
    for (const HeadLines& run : runs) {
        rows = std::max({rows, run.pattern.rows, run.pattern.cols});
        if (!run.title.empty()) top = kMargin + kTitle;
    }
    for (const HeadLines& run : runs) x = put_lines(drawing, run, picture, causal, x, top) + kBetween;
    drawing.width = std::max(x - kBetween + kMargin, kLeastWidth);
    drawing.height = top + kCell * rows;
    return drawing;
}

}  // namespace headlight::app
