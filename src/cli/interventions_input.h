#pragma once
// What a person changes inside a GPT, as options: --do with the whole grammar (interpret/intervention.h), --ablate and
// --patch for the two that are wanted most, and the other prompt that patches come from.

#include "cli/inputs.h"
#include "interpret/intervention.h"

namespace headlight::cli {

struct InterventionsInput {
    std::string list, other, other_ids;
    std::vector<std::string> ablated, patched;

    void declare(std::vector<Option>& options);
    [[nodiscard]] bool given() const;
    // In the order --do, --ablate, --patch. What cannot be read or does not fit this model and this many positions is
    // an error.
    [[nodiscard]] Result<std::vector<interpret::Intervention>> read(const model::GptConfig& config,
                                                                    int positions) const;
    // Of the other prompt; none where the interventions need none.
    [[nodiscard]] Result<std::vector<text::TokenId>> other_tokens(
        const model::LoadedModel& model, std::span<const interpret::Intervention> interventions, int positions) const;
};

// Every value of a pass with these changes, with the passes before it that they need.
[[nodiscard]] model::Activations run_changed(const kernels::Compute& compute, const model::Gpt& gpt,
                                             std::span<const text::TokenId> ids,
                                             std::span<const interpret::Intervention> interventions,
                                             std::span<const text::TokenId> other_ids);

}  // namespace headlight::cli
