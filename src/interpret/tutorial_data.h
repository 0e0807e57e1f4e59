#pragma once
// assets/tutorial/tutorial.json: the numbers that the tutorial printed, and the list of its mistakes.

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace headlight::interpret {

struct Table {
    int rows = 0, cols = 0;
    std::vector<float> values;  // [rows, cols]; NaN: not visible

    Table() = default;
    Table(int r, int c, float value = 0)
        : rows(r), cols(c), values(static_cast<std::size_t>(r) * static_cast<std::size_t>(c), value) {}

    [[nodiscard]] std::size_t index(int row, int col) const {
        return static_cast<std::size_t>(row) * static_cast<std::size_t>(cols) + static_cast<std::size_t>(col);
    }
    [[nodiscard]] float at(int row, int col) const { return values[index(row, col)]; }
    [[nodiscard]] float& at(int row, int col) { return values[index(row, col)]; }
    [[nodiscard]] bool has(int row, int col) const { return row >= 0 && row < rows && col >= 0 && col < cols; }
};

struct MistakePlace {
    std::string sheet;
    std::vector<std::array<int, 2>> cells;  // row, column; empty: the whole sheet
};

struct Mistake {
    int number = 0;                    // 1 to 25
    int step = 0;                      // 1 to 14: where to look
    std::vector<MistakePlace> places;  // empty: in the tutorial's words only
    bool in_numbers = false;           // a printed number is wrong, and a test proves it
    std::string title;                 // string key "tutorial.mistake.<number>.title"
    std::string text;                  // string key "tutorial.mistake.<number>.text"
};

using Tables = std::map<std::string, Table, std::less<>>;

struct TutorialData {
    std::vector<std::string> sentences;           // the corpus, as printed
    std::vector<std::vector<std::string>> words;  // its words as the tutorial lists them
    std::vector<std::string> prompt;              // the sentence that the tutorial's prose names
    std::vector<std::string> vocabulary;          // by id: <pad>, 23 words, <start>, <end>
    std::vector<int> source, target;              // ids: "When you play game of thrones", "<start> you win or you die"
    std::vector<int> visible_rows;                // which of the 36 rows of the output layer a figure shows
    std::vector<int> visible_words;               // ids of the words whose logits a figure shows
    Tables inputs;                                // weights and toy inputs, by the name of the input
    Tables printed;                               // by sheet id
    std::vector<Mistake> mistakes;
};

// Errors name the key and what would be right.
[[nodiscard]] Result<TutorialData> parse_tutorial(std::string_view json);

}  // namespace headlight::interpret
