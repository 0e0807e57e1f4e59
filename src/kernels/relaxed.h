#pragma once
// Kernels with instructions that not every browser knows, which refuses a program for a single one of them. Hence one
// library for all programs, in which relaxed() is null, and programs that are linked with relaxed.cpp beside it.

#include "kernels/kernels.h"

namespace headlight::kernels {

// Null where this program has none.
[[nodiscard]] const Kernels* relaxed();

}  // namespace headlight::kernels
