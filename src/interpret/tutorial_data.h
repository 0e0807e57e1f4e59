#pragma once
// assets/tutorial/tutorial.json: the numbers that the tutorial printed, and the list of its mistakes.

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace headlight::interpret {

struct Table {
    int rows = 0, cols = 0;
    std::vector<float> values;  // [rows, cols]; NaN: not visible
    [[nodiscard]] float at(int row, int col) const {
        return values[static_cast<std::size_t>(row) * static_cast<std::size_t>(cols) + static_cast<std::size_t>(col)];
    }
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

struct TutorialData {
    std::vector<std::vector<std::string>> corpus;  // three sentences in words
    std::vector<std::string> vocabulary;           // by id: pad, 23 words, <start>, <end>
    std::vector<int> source, target;               // ids: "When you play game of thrones", "<start> you win or you die"
    std::map<std::string, Table, std::less<>> inputs;   // "embed" (rows by source), "wq", ..., by the input's name
    std::map<std::string, Table, std::less<>> printed;  // by sheet id
    std::vector<Mistake> mistakes;
};

// Errors name the key and what would be right.
[[nodiscard]] Result<TutorialData> parse_tutorial(std::string_view json);

}  // namespace headlight::interpret
