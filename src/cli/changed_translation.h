#pragma once
// What an encoder-decoder writes while something is changed inside it (interpret/intervention.h).

#include "interpret/intervention.h"
#include "model/translator.h"

namespace headlight::cli {

struct ChangedTranslation {
    std::vector<model::TokenId> ids;        // with the end token if it came
    std::vector<double> log_probabilities;  // of each, in nats
};

// changes: that fit the model and the source, with as many targets as there is room for.
[[nodiscard]] Result<ChangedTranslation> translate_changed(const kernels::Compute& compute,
                                                           const model::EncoderDecoder& model,
                                                           std::span<const model::TokenId> source,
                                                           std::span<const interpret::Intervention> changes,
                                                           const model::TranslationOptions& options = {});

}  // namespace headlight::cli
