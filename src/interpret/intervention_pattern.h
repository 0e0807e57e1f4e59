#pragma once
// Changes of one row of an attention pattern: the weights that query `query` gives to keys 0..query. Later keys are
// never touched, so that the causal mask holds whatever is painted.

#include "interpret/intervention.h"

namespace headlight::interpret {

// Of a preset but copy. previous: of query 0 itself, because it has none.
void paint_preset(float* row, int query, Preset preset);

// `cells` are of this row, by key. Normalised: what is painted stands, and the other keys share what is left of 1 in
// the proportions that they had. Painted weights of more than 1 in all, or of less where the others have nothing to
// share, are scaled to a sum of 1 instead; a row that is all 0 then attends to itself alone. Nothing is normalised
// where the painted weights were there already.
void paint_cells(float* row, int query, std::span<const PaintedCell> cells, bool normalised);

// Takes the weight of an earlier key and divides the others by their sum; where they have none, the query attends to
// itself alone.
void drop_key(float* row, int query, int key);

}  // namespace headlight::interpret
