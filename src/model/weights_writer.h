#pragma once
// A GPT's weights as model.safetensors, piece by piece: whoever writes them to a disk or a browser's file system never
// holds the whole file.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "model/gpt.h"
#include "model/loaded_model.h"

namespace headlight::model {

// The matrices in `format`; norms, biases and positions in F32, so that a model held in a format and written in it
// comes back with the same bits.
//  - f32, f16: a tensor of that type.
//  - q8: a matrix `name` is an I8 tensor of its own shape and layout, and `name.scale` in F32 holds a scale for every
//    block of 32 numbers along the input dimension: Conv1D [in, out] has [ceil(in / 32), out], wte and lm_head
//    [vocab, d] have [vocab, ceil(d / 32)]. Number = quant * scale. config.json says
//    "quantization_config": {"quant_method": "headlight_q8", "block": 32}.
class WeightsWriter {
  public:
    // gpt must outlive the writer.
    WeightsWriter(const Gpt& gpt, kernels::WeightFormat format);
    WeightsWriter(WeightsWriter&&) noexcept;
    ~WeightsWriter();

    [[nodiscard]] std::uint64_t size() const;  // of the whole file
    [[nodiscard]] std::uint64_t written() const;
    // The file's next bytes, about 1 MiB and some milliseconds of work; none at the end. Valid until the next call.
    [[nodiscard]] std::span<const std::byte> next();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

// config.json of a model whose weights are stored in `format`.
[[nodiscard]] std::string stored_config_json(const GptConfig& config, kernels::WeightFormat format);

// config.json, model.safetensors and the tokenizer's files, each atomically and in pieces.
[[nodiscard]] Result<void> write_model_folder(const std::string& folder, const Gpt& gpt,
                                              const text::Tokenizer* tokenizer, kernels::WeightFormat format);

}  // namespace headlight::model
