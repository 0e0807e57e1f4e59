#pragma once
// What the tests of the trainer share: small models, made-up text.

#include <cstring>
#include <vector>

#include "base/check.h"
#include "base/rng.h"
#include "train/trainer.h"

namespace headlight::train {

inline model::GptConfig tiny_config() {
    return {.vocab = 23, .context = 12, .d_model = 24, .layers = 2, .heads = 3, .d_mlp = 40};
}

// Counts up with some noise: something that can be learnt.
inline std::vector<TokenId> made_up_tokens(std::size_t count, int vocab, std::uint64_t seed) {
    Rng rng(seed);
    std::vector<TokenId> ids;
    for (std::size_t i = 0; i < count; ++i) {
        const bool noise = rng.below(4) == 0;
        const TokenId next = ids.empty() || noise ? static_cast<TokenId>(rng.below(static_cast<std::uint64_t>(vocab)))
                                                  : (ids.back() + 1) % vocab;
        ids.push_back(next);
    }
    return ids;
}

inline Dataset tiny_dataset(const model::GptConfig& config) {
    auto dataset = Dataset::create({made_up_tokens(400, config.vocab, 1), made_up_tokens(300, config.vocab, 2)}, {2, 1},
                                   config.context);
    CHECK(dataset.has_value());
    return std::move(*dataset);
}

inline TrainOptions tiny_options() {
    TrainOptions options;
    options.batch = 3;
    options.context = tiny_config().context;
    options.schedule = {.steps = 40, .warmup = 5, .peak = 1e-2, .floor = 1e-3};
    options.dropout = 0.1F;
    options.seed = 5;
    return options;
}

inline Trainer tiny_trainer(const kernels::Compute& compute, const Dataset& dataset,
                            const TrainOptions& options = tiny_options()) {
    return {compute, model::Gpt::random(compute, tiny_config(), 3), dataset, options};
}

inline bool same_bits(std::span<const float> a, std::span<const float> b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

}  // namespace headlight::train
