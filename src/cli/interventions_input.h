#pragma once
// What a person changes inside a model, as options: --do with the whole grammar (interpret/intervention.h), --ablate
// and
// --patch for the two that are wanted most, and the other prompt that patches come from.

#include "cli/inputs.h"
#include "interpret/intervention.h"

namespace headlight::cli {

struct InterventionsInput {
    std::string list, other, other_ids;
    std::vector<std::string> ablated, patched;

    void declare(std::vector<Option>& options);
    void declare_pair(std::vector<Option>& options);  // of an encoder-decoder alone: --do and --ablate
    [[nodiscard]] bool given() const { return !(list.empty() && ablated.empty()) || of_gpt(); }
    [[nodiscard]] bool of_gpt() const { return !(patched.empty() && other.empty() && other_ids.empty()); }
    // In the order --do, --ablate, --patch. What cannot be read or does not fit this model and this many positions is
    // an error.
    [[nodiscard]] Result<std::vector<interpret::Intervention>> read(const model::GptConfig& config,
                                                                    int positions) const;
    [[nodiscard]] Result<std::vector<interpret::Intervention>> read(const model::EncoderDecoderConfig& config,
                                                                    int sources, int targets) const;
    // Of the other prompt; none where the interventions need none.
    [[nodiscard]] Result<std::vector<text::TokenId>> other_tokens(
        const model::LoadedModel& model, std::span<const interpret::Intervention> interventions, int positions) const;

  private:
    [[nodiscard]] std::string text() const;
};

// Every value of a pass with these changes, with the passes before it that they need.
[[nodiscard]] model::Activations run_changed(const kernels::Compute& compute, const model::Gpt& gpt,
                                             std::span<const text::TokenId> ids,
                                             std::span<const interpret::Intervention> interventions,
                                             std::span<const text::TokenId> other_ids);

}  // namespace headlight::cli
