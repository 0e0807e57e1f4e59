#pragma once
// What a step of the tutorial shows: sheets (matrices with labels), grouped under headings. Texts are string keys,
// except for the tutorial's own words and for symbols.

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "interpret/explanation.h"

namespace headlight::interpret {

enum class TutorialMode : std::uint8_t {
    printed,     // A: the figures as printed, mistakes included
    arithmetic,  // B: the printed inputs and the tutorial's own rules, with right arithmetic
    paper        // C: the same weights, as the paper says
};

// How a sheet's cells follow from other sheets: what explanations recompute.
enum class SheetRule : std::uint8_t {
    input,       // nothing before it; may be edited
    words,       // shows words; values are their ids
    gather,      // row i is row a[i] of a table
    position,    // the sine and cosine formula
    sum,         // a + b
    linear,      // a · b (+ c)
    transposed,  // a · bᵀ (+ c)
    scaled,      // a / divisor
    masked,      // a where the key is not later than the query, else -∞
    softmax,     // of each row of a
    mean,        // of each row of a
    deviation,   // of each row of a: population standard deviation, or the root with ε inside
    normalized,  // (a - mean) / deviation (· gamma + beta)
    relu,        // max(0, a)
    flatten,     // row after row
    columns,     // columns of a, or several sheets side by side
    best,        // the largest of each row
    count,       // of different words
    visible      // the sum over the visible entries alone
};

struct Sheet {
    std::string id;       // "v"; stable, fit for a link
    std::string title;    // string key "tutorial.sheet.<id without its stack's prefix>"
    std::string group;    // string key "tutorial.group.<name>": sheets of one group follow one another
    std::string note;     // string key of a remark on this sheet in this mode, or empty
    std::string site;     // the trace site that it was copied from, or empty: "encoder.0.attn.hook_v"
    FormulaLine formula;  // in symbols: "V = X · W_V"
    SheetRule rule = SheetRule::input;

    int rows = 0, cols = 0;
    std::vector<float> values;            // [rows, cols]; NaN: no such cell; -inf: masked
    std::vector<std::string> words;       // [rows, cols] texts to show instead of the numbers, or empty
    std::vector<std::string> row_labels;  // [rows], or empty: numbers from 0
    std::vector<std::string> col_labels;  // [cols], or empty
    int decimals = 2;                     // as the tutorial prints them

    std::vector<float> printed;        // [rows, cols]; NaN where the figure shows nothing. Empty: never printed
    std::vector<float> right;          // [rows, cols]: what the printed inputs give by the right rule; with `printed`
    std::vector<std::uint8_t> wrong;   // [rows, cols]: 1 where a printed figure is a mistake; with `printed`
    std::vector<std::uint8_t> edited;  // [rows, cols], or empty
    bool editable = false;

    // For explanations: the sheets that the rule reads, and its constant.
    std::string a, b, c, d, e;
    float constant = 0;
    int queries_from = 0;         // of a masked sheet: position of its first row
    std::string input;            // the name of the input that an edit changes
    std::vector<int> input_rows;  // the input's row of each row; empty: the same

    [[nodiscard]] std::size_t index(int row, int col) const {
        return static_cast<std::size_t>(row) * static_cast<std::size_t>(cols) + static_cast<std::size_t>(col);
    }
    [[nodiscard]] float at(int row, int col) const { return values[index(row, col)]; }
    [[nodiscard]] bool has(int row, int col) const {
        return row >= 0 && row < rows && col >= 0 && col < cols && !std::isnan(at(row, col));
    }
};

struct TutorialStep {
    int number = 0;     // 1 to 14
    std::string title;  // "tutorial.step.<number>.title"
    std::string text;   // "tutorial.step.<number>.text"
    std::vector<Sheet> sheets;
};

}  // namespace headlight::interpret
