#pragma once
// An encoder-decoder's folder: config.json (model_type "headlight-encoder-decoder"), model.safetensors, and the
// tokenizer's files as a GPT's folder has them.

#include <optional>
#include <string>

#include "model/encoder_decoder.h"
#include "model/hf_folder.h"

namespace headlight::model {

struct LoadedEncoderDecoder {
    EncoderDecoder model;
    std::optional<text::Tokenizer> tokenizer;  // a folder used with ids alone needs none
};

// Errors name the file, the tensor, what was found and what was expected.
[[nodiscard]] Result<LoadedEncoderDecoder> load_encoder_decoder(const Compute& compute, const Files& files);
[[nodiscard]] Result<LoadedEncoderDecoder> load_encoder_decoder_folder(const Compute& compute,
                                                                       const std::string& folder);

// The parameters as model.safetensors in F32, F16 or BF16.
[[nodiscard]] std::string weights_file(const EncoderDecoder& model, checkpoint::Dtype dtype);

// Writes the three kinds of files, each atomically.
[[nodiscard]] Result<void> save_encoder_decoder_folder(const std::string& folder, const EncoderDecoder& model,
                                                       const text::Tokenizer* tokenizer, checkpoint::Dtype dtype);

}  // namespace headlight::model
