#pragma once
// Where changes put values in the place of what a formula gives.

#include <array>

#include "interpret/intervention.h"

namespace headlight::interpret {

// Whether a change writes into this cell of a trace; indices in the axes of the site's shape, unused ones 0. A GPT's
// resid_post is the resid_pre of the next layer, so that a patch of that shows there, too.
[[nodiscard]] bool replaces(const Intervention& change, nn::SiteAt site, std::array<int, 3> indices);

}  // namespace headlight::interpret
