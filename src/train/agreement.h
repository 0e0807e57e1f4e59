#pragma once
// How faithful a model in fewer bits is to the model that it came from, over a text.

#include <cstddef>

#include "model/gpt.h"
#include "train/dataset.h"

namespace headlight::train {

struct Agreement {
    std::size_t positions = 0;
    std::size_t same_top = 0;  // positions where both put the same token first
    double divergence = 0;     // KL(reference || other), summed over the positions, in nats

    [[nodiscard]] double top1() const {
        return positions == 0 ? 0 : static_cast<double>(same_top) / static_cast<double>(positions);
    }
    [[nodiscard]] double mean_divergence() const {
        return positions == 0 ? 0 : divergence / static_cast<double>(positions);
    }
};

// Runs both over consecutive windows of at most `context` tokens. The models have the same vocabulary; `context` is at
// most that of either.
[[nodiscard]] Agreement compare(const kernels::Compute& compute, const model::Gpt& reference, const model::Gpt& other,
                                std::span<const TokenId> ids, int context);

}  // namespace headlight::train
