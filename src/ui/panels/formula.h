#pragma once
// How a number came about: its formula with the numbers in it, its inputs, and the terms of its sum as bars.

#include "interpret/explanation.h"
#include "ui/context.h"

namespace headlight::ui {

// Formula lines and sources; returns the height used.
float put_formula(const Context& context, const Box& box, const interpret::Explanation& explanation);
void put_terms(const Context& context, const Box& box, const interpret::Explanation& explanation);

}  // namespace headlight::ui
