#pragma once
// `headlight info` of an encoder-decoder.

#include <string>

#include "cli/terminal.h"
#include "model/encoder_decoder_config.h"

namespace headlight::cli {

[[nodiscard]] std::string encoder_decoder_text(const model::EncoderDecoderConfig& config);
[[nodiscard]] Json encoder_decoder_json(const model::EncoderDecoderConfig& config);

}  // namespace headlight::cli
