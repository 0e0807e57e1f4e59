#pragma once
// Changes of one row of an attention pattern: the weights that a query gives to the keys that it sees. Keys behind them
// are never touched, so that a causal mask holds whatever is painted.

#include "interpret/intervention.h"

namespace headlight::interpret {

struct PatternRow {
    float* weights;
    int keys;  // that the query sees
    int own;   // the key that is the query itself; -1 in cross-attention
};

// Of a preset but copy; previous and self not in cross-attention. previous: of query 0 itself, because it has none.
void paint_preset(PatternRow row, Preset preset);

// `cells` are of this row, by key. Normalised: what is painted stands, and the other keys share what is left of 1 in
// the proportions that they had. Painted weights of more than 1 in all, or of less where the others have nothing to
// share, are scaled to a sum of 1 instead; a row that is all 0 then attends to itself alone, or in cross-attention to
// all keys alike. Nothing is normalised where the painted weights were there already.
void paint_cells(PatternRow row, std::span<const PaintedCell> cells, bool normalised);

// Of a causal pattern: takes the weight of an earlier key and divides the others by their sum; where they have none,
// the query attends to itself alone.
void drop_key(PatternRow row, int key);

}  // namespace headlight::interpret
