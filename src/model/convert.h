#pragma once
// A model that is in memory, in another format.

#include "model/gpt.h"

namespace headlight::model {

// A copy whose matrices are held in `format`; too_large when there is no memory for it.
[[nodiscard]] Result<Gpt> converted(const Compute& compute, const Gpt& gpt, kernels::WeightFormat format);

}  // namespace headlight::model
