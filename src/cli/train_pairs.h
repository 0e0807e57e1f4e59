#pragma once
// `headlight train --pairs`: an encoder-decoder from sentence pairs.

#include <functional>
#include <string>

#include "cli/train_run.h"
#include "train/pair_trainer.h"

namespace headlight::cli {

struct PairRun {
    std::string file, valid, tokenizer, from, folder;
    int rows = 1536;
    double smoothing = 0.1;
    checkpoint::Dtype dtype = checkpoint::Dtype::f16;
    bool json = false;
    model::EncoderDecoderConfig config;  // vocabulary and tokens come from the tokenizer
    train::PairTrainOptions options;
};

// Reads and encodes the pairs, makes (or, with `from`, opens) the model, and hands both to `drive`.
[[nodiscard]] Result<void> train_pairs(Terminal& terminal, const kernels::Compute& compute, PairRun run,
                                       const std::function<Result<void>(train::Training&, TrainedModel)>& drive);

}  // namespace headlight::cli
