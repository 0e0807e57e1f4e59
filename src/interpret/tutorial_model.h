#pragma once
// The tutorial's sheets of a pass of an encoder-decoder, copied from its trace: steps 4 to 13.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "interpret/tutorial_data.h"
#include "interpret/tutorial_sheet.h"
#include "kernels/compute.h"
#include "model/encoder_decoder.h"

namespace headlight::interpret {

// One pass over one pair, everything kept.
struct PairTrace {
    PairTrace(const kernels::Compute& compute, const model::EncoderDecoder& model, std::span<const std::int32_t> source,
              std::span<const std::int32_t> target);
    model::Activations encoder, decoder;
};

struct ModelView {
    const kernels::Compute& compute;
    const model::EncoderDecoder& model;  // one encoder and one decoder layer
    const std::vector<std::string>& words;
    std::vector<std::int32_t> source, target;
    PairTrace& trace;
    TutorialMode mode;
    bool learned;
    int head;

    [[nodiscard]] const std::string& word(std::int32_t id) const { return words[static_cast<std::size_t>(id)]; }
    [[nodiscard]] std::vector<std::string> words_of(std::span<const std::int32_t> ids) const;
};

// Adds sheets with a common prefix of their ids to one step.
class SheetMaker {
  public:
    SheetMaker(TutorialStep& step, std::string prefix) : step_(step), prefix_(std::move(prefix)) {}

    // "tutorial.group.<name>" for the sheets that follow.
    void group(std::string_view name) { group_ = "tutorial.group." + std::string(name); }
    // title: "tutorial.sheet.<title>". The reference is valid until the next call.
    Sheet& add(std::string_view id, std::string_view title, std::string_view symbol, std::string_view formula,
               SheetRule rule, Table values);
    [[nodiscard]] std::string id(std::string_view name) const { return prefix_ + std::string(name); }

  private:
    TutorialStep& step_;
    std::string prefix_, group_;
};

// steps: of step 1 onwards.
void add_encoder(const ModelView& view, std::span<TutorialStep> steps);
void add_decoder(const ModelView& view, std::span<TutorialStep> steps);
void add_prediction(const ModelView& view, TutorialStep& step);

}  // namespace headlight::interpret
