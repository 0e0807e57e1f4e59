#pragma once
// What the two views of a head share: where its parts stand, and the tokens' labels.

#include <string>
#include <vector>

#include "interpret/matrix.h"
#include "ui/heat.h"

namespace headlight::ui {

struct HeadPicture {
    int layer = 0, head = 0;
    interpret::Matrix matrix;   // [queries, keys]
    interpret::Matrix pattern;  // the same head after softmax, for the lines
    bool causal = true;         // keys behind the query are masked
    // Of the tokens on the two axes. Rows of cross-attention are called by the token that they write.
    std::vector<std::string> query_labels, key_labels;
    app::HeatRange range;
    bool skip_first = false;
    bool summary = false;   // over many heads: its cells are not those of the head
    std::uint64_t key = 0;  // changes with anything that changes the colours

    [[nodiscard]] bool has(int query, int column) const {
        return query >= 0 && query < matrix.rows && column >= 0 && column < matrix.cols && (!causal || column <= query);
    }
};

// The matrix with its labels in `box`. Sets the hover and pushes selections.
class PaintBrush;  // head_paint.h
class MatrixView {
  public:
    // With a brush that is on, pressing and dragging writes weights instead.
    void draw(const Context& context, const Box& box, const HeadPicture& picture, PaintBrush& brush);

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

// What both say about a cell that is pointed at.
void cell_tooltip(const Context& context, const HeadPicture& picture, int query, int key);
// Pins the cell, or lets it go when it is pinned already.
void toggle_cell(const Context& context, int query, int key);

}  // namespace headlight::ui
