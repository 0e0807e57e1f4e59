#include "model/convert.h"

namespace headlight::model {

Result<Gpt> converted(const Compute& compute, const Gpt& gpt, kernels::WeightFormat format) {
    ASSIGN_OR_RETURN(Gpt copy, Gpt::reserve(compute, gpt.config(), format));
    for (std::size_t param = 0; param < gpt.layout().params().size(); ++param) {
        copy.fill(compute, param, 0, gpt.tensor(param));
    }
    return copy;
}

}  // namespace headlight::model
