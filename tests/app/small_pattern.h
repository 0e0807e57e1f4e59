#pragma once
// A pattern of two tokens with names that have to be escaped.

#include <limits>

#include "app/export.h"

namespace headlight::app {

inline constexpr float kMasked = -std::numeric_limits<float>::infinity();
inline constexpr float kValues[] = {1.0F, kMasked, 0.25F, 0.75F};
inline const interpret::Matrix kSquare{kValues, 2, 2, 2, 1};
inline const TableNames kNames{{" a", "say \"hi\","}, {"<x>", "y\n"}};

}  // namespace headlight::app
