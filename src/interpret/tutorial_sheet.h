#pragma once
// What a step of the tutorial shows: sheets (matrices with labels), grouped under headings. Texts are string keys,
// except for the tutorial's own words and for symbols.

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "interpret/explanation.h"

namespace headlight::interpret {

enum class TutorialMode : std::uint8_t {
    printed,     // A: the figures as printed, mistakes included
    arithmetic,  // B: the printed inputs and the tutorial's own rules, with right arithmetic
    paper        // C: the same weights, as the paper says
};

// How a sheet's cells follow from other sheets: what explanations recompute. a, b, ... are the sheet's inputs.
enum class SheetRule : std::uint8_t {
    input,         // nothing before it; may be edited
    shown,         // known from elsewhere: words, sizes, results of a loop
    gather,        // row i is row ids[i] of the table a, times the constant; b: the ids
    position,      // the sine and cosine formula (Vaswani et al., 2017, section 3.5); constant: d_model
    own_position,  // the same with the exponent that the tutorial uses: the column in place of the pair
    sum,           // a + b; b may be one row
    linear,        // a · b (+ c)
    transposed,    // a · bᵀ
    scaled,        // a / constant
    masked,        // a where the key is not later than the query, else -∞
    softmax,       // of each row of a
    anchored,      // constant · exp(a - a of column `anchor`): a softmax of which one value is known
    mean,          // of each row of a
    deviation,     // of each row of a: √(variance + constant)
    normalized,    // (a - b) / (c + constant) (· d + e); b, c: mean and deviation, of a itself when empty
    relu,          // max(0, a)
    flatten,       // a, row after row
    columns,       // the heads' sheets a1, a2, ... (or a alone) side by side, `constant` columns each
    parts,         // what each value adds to the first row: a[0, row] · b[row, col]
    best,          // the column of the largest of each row of a
    count,         // column 0: of the words of a; column 1: of the different ones (constant 1: ignoring case)
    visible        // Σ a[0, row_ids[i]] · b[i, col] over the visible rows of b
};

struct Sheet {
    std::string id;       // "v"; stable, fit for a link
    std::string title;    // string key "tutorial.sheet.<name>"
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

    // What the rule reads.
    std::string symbol;         // "V"
    std::string a, b, c, d, e;  // sheet ids
    float constant = 0;
    int anchor = 0;
    std::vector<int> row_ids;

    // What an edit changes: cell (row, col) is (input_rows[row], input_col + col) of this input.
    std::string input;
    std::vector<int> input_rows;  // empty: the same row
    int input_col = 0;

    [[nodiscard]] std::size_t index(int row, int col) const {
        return static_cast<std::size_t>(row) * static_cast<std::size_t>(cols) + static_cast<std::size_t>(col);
    }
    [[nodiscard]] float at(int row, int col) const { return values[index(row, col)]; }
    [[nodiscard]] bool has(int row, int col) const {
        return row >= 0 && row < rows && col >= 0 && col < cols && !std::isnan(at(row, col));
    }
    [[nodiscard]] bool is_edited(int row, int col) const { return !edited.empty() && edited[index(row, col)] != 0; }
};

// "V = X · W_{V}", "e^{s}": braces after _ and ^ are lowered and raised.
[[nodiscard]] FormulaLine symbols(std::string_view text);

struct TutorialStep {
    int number = 0;     // 1 to 14
    std::string title;  // "tutorial.step.<number>.title"
    std::string text;   // "tutorial.step.<number>.text"
    std::vector<Sheet> sheets;
};

}  // namespace headlight::interpret
