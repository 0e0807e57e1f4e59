#pragma once
// What the two views of a head share: where its parts stand, and the tokens' labels.

#include <string>
#include <vector>

#include "interpret/matrix.h"
#include "ui/heat.h"

namespace headlight::ui {

inline constexpr int kMostReported = 48;  // tokens up to which every cell and every line is a widget to tests

struct HeadPicture {
    int layer = 0, head = 0;
    interpret::Matrix matrix;   // [queries, keys]
    interpret::Matrix pattern;  // the same head after softmax, for the lines
    bool causal = true;         // keys behind the query are masked
    // Of the tokens on the two axes. Rows of cross-attention are called by the token that they write.
    std::vector<std::string> query_labels, key_labels;
    app::HeatRange range;
    bool skip_first = false;
    bool summary = false;     // over many heads: its cells are not those of the head
    bool difference = false;  // of two runs: 0 is the middle
    std::uint64_t key = 0;    // changes with anything that changes the colours

    // Of two pictures beside each other, the one that is only looked at.
    bool second = false;
    bool own_text = true;         // its rows are App::tokens(), not those of another prompt
    int query = -1, column = -1;  // what of it is selected

    [[nodiscard]] std::string widget(std::string_view name) const {
        return (second ? "second." : "") + std::string(name);
    }
    [[nodiscard]] std::string query_name(const Context& context, int row) const;

    [[nodiscard]] bool has(int row, int col) const {
        return row >= 0 && row < matrix.rows && col >= 0 && col < matrix.cols && (!causal || col <= row);
    }
};

// The matrix with its labels in `box`. Sets the hover and pushes selections.
class PaintBrush;  // head_paint.h
class MatrixView {
  public:
    // The side of a cell when the matrix fills the box.
    [[nodiscard]] static float cell_side(const Context& context, const Box& box, const HeadPicture& picture);
    // With a brush that is on, pressing and dragging writes weights instead. null: nothing is written here.
    void draw(const Context& context, const Box& box, const HeadPicture& picture, float cell, PaintBrush* brush);

  private:
    HeatTexture texture_;
};

// Two columns of tokens with lines from the ones that look to the ones looked at.
class LinesView {
  public:
    void draw(const Context& context, const Box& box, const HeadPicture& picture);

  private:
    struct Line {
        int query, key;
        float weight;
    };
    std::vector<Line> lines_;  // the strongest, faint ones first
    std::uint64_t key_ = 0;
};

// Looks at a cell, or with key -1 at a row; a row that the text does not have is only looked at where it stands.
void point_at_cell(const Context& context, const HeadPicture& picture, int query, int key);
// What both say about a cell that is pointed at.
void cell_tooltip(const Context& context, const HeadPicture& picture, int query, int key);
// Pins the cell, or lets it go when it is pinned already.
void toggle_cell(const Context& context, const HeadPicture& picture, int query, int key);

}  // namespace headlight::ui
