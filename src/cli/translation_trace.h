#pragma once
// `headlight trace --text`: every intermediate value of one translation, of both stacks.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/interventions_input.h"
#include "interpret/trace_file.h"
#include "model/encoder_decoder_folder.h"

namespace headlight::cli {

struct TranslationTrace {
    std::vector<interpret::TraceTensor> tensors;  // the encoder's, then the decoder's
    std::vector<text::TokenId> source;
    std::vector<text::TokenId> target;  // what the decoder read: the start token first
    std::vector<interpret::Intervention> changes;
};

// target: the translation to trace; empty: the model's own, greedily. Only sites whose name is wanted. All with what
// `input` changes, which becomes `changes`.
[[nodiscard]] Result<TranslationTrace> trace_translation(const kernels::Compute& compute,
                                                         const model::LoadedEncoderDecoder& loaded,
                                                         std::string_view source, std::string_view target,
                                                         const InterventionsInput& input,
                                                         const std::function<bool(std::string_view name)>& wanted);

}  // namespace headlight::cli
