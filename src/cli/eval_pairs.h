#pragma once
// `headlight eval --pairs`: how well an encoder-decoder translates.

#include <string>

#include "base/result.h"
#include "cli/terminal.h"
#include "kernels/compute.h"
#include "model/beam_search.h"

namespace headlight::cli {

struct PairEvaluation {
    std::string file;          // sentence pairs
    std::string model;         // folder
    std::string translations;  // file for the translations, a line each; empty: none
    model::BeamOptions beam;
    int first = 0;  // only the first pairs; 0: all
    bool json = false;
};

// Translates the first column and compares with the second: chrF, BLEU, and the loss of the reference's tokens.
[[nodiscard]] Result<void> evaluate_pairs(Terminal& terminal, const kernels::Compute& compute,
                                          const PairEvaluation& options);

}  // namespace headlight::cli
