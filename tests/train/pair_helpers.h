#pragma once
// What the tests of training on sentence pairs share.

#include <cstring>
#include <vector>

#include "base/rng.h"
#include "train/pair_trainer.h"

namespace headlight::train {

inline model::EncoderDecoderConfig pair_config() {
    return {.vocab = 17,
            .context = 12,
            .d_model = 16,
            .encoder_layers = 2,
            .decoder_layers = 2,
            .heads = 2,
            .d_head = 6,
            .d_mlp = 24};
}

// The target is the source backwards: something that can be learnt by attention to the source alone.
inline std::vector<TokenPair> reversed_pairs(int count, const model::EncoderDecoderConfig& config,
                                             std::uint64_t seed = 1) {
    Rng rng(seed);
    std::vector<TokenPair> pairs;
    for (int i = 0; i < count; ++i) {
        TokenPair pair;
        const auto length = 1 + rng.below(7);
        for (std::uint64_t j = 0; j < length; ++j) {
            pair.source.push_back(static_cast<TokenId>(3 + rng.below(static_cast<std::uint64_t>(config.vocab) - 3)));
        }
        pair.target.assign(pair.source.rbegin(), pair.source.rend());
        pairs.push_back(std::move(pair));
    }
    return pairs;
}

inline PairTrainOptions pair_options() {
    PairTrainOptions options;
    options.schedule = {.steps = 60, .warmup = 5, .peak = 5e-3, .floor = 1e-3};
    options.seed = 5;
    return options;
}

inline PairTrainer pair_trainer(const kernels::Compute& compute, const PairTrainOptions& options = pair_options()) {
    return {compute, model::EncoderDecoder::random(compute, pair_config(), 3),
            PairDataset(reversed_pairs(50, pair_config()), pair_config(), 60), options};
}

inline bool equal_bits(std::span<const float> a, std::span<const float> b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

}  // namespace headlight::train
