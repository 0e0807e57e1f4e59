#include "cli/interventions_input.h"

#include <algorithm>
#include <optional>

namespace headlight::cli {
namespace {

using interpret::Intervention;
using model::Activations;

Result<void> all_good(const interpret::InterventionList& list) {
    if (list.bad.empty()) return {};
    const std::size_t more = list.bad.size() - 1;
    return invalid("cannot do '" + list.bad[0].item + "': " + list.bad[0].reason() +
                   (more > 0 ? " (and " + std::to_string(more) + " more that cannot be done)" : ""));
}

}  // namespace

void InterventionsInput::declare(std::vector<Option>& options) {
    const char* const group = "Changes inside the model";
    options.push_back({"--do", &list, "LIST", "changes, separated by semicolons", 0, 0, false, group});
    options.push_back({"--ablate", &ablated, "PLACE...", "0 instead of a head 3.2, 3.attn, 3.mlp or a neuron 3.n17", 0,
                       0, false, group});
    options.push_back({"--patch", &patched, "PLACE...",
                       "from the other prompt: 3.resid@5, 3.attn@5, 3.mlp@5, 3.2@5 or 3.2@all", 0, 0, false, group});
    options.push_back({"--other", &other, "TEXT", "the other prompt, of patch and freeze", 0, 0, false, group});
    options.push_back({"--other-ids", &other_ids, "IDS", "its token ids instead of a text", 0, 0, false, group});
}

void InterventionsInput::declare_pair(std::vector<Option>& options) {
    const char* const group = "Changes inside the model";
    options.push_back({"--do", &list, "LIST", "changes, separated by semicolons", 0, 0, false, group});
    options.push_back({"--ablate", &ablated, "PLACE...",
                       "0 instead of a head enc0.2, dec0.2, cross0.2, of a layer enc0.attn, enc0.mlp, or a neuron "
                       "enc0.n17",
                       0, 0, false, group});
}

std::string InterventionsInput::text() const {
    std::string text = list;
    const auto add = [&](const std::string& item) { text += (text.empty() ? "" : ";") + item; };
    for (const std::string& place : ablated) add("off:" + place);
    for (const std::string& place : patched) add("patch:" + place);
    return text;
}

Result<std::vector<Intervention>> InterventionsInput::read(const model::EncoderDecoderConfig& config, int sources,
                                                           int targets) const {
    const auto read = interpret::parse_interventions(text(), interpret::ModelKind::encoder_decoder);
    RETURN_IF_ERROR(all_good(read));
    interpret::InterventionList fits = interpret::fitting(read.good, config, sources, targets);
    RETURN_IF_ERROR(all_good(fits));
    return std::move(fits.good);
}

Result<std::vector<Intervention>> InterventionsInput::read(const model::GptConfig& config, int positions) const {
    const interpret::InterventionList read = interpret::parse_interventions(text());
    RETURN_IF_ERROR(all_good(read));
    interpret::InterventionList fits = interpret::fitting(read.good, config, positions);
    RETURN_IF_ERROR(all_good(fits));
    return std::move(fits.good);
}

Result<std::vector<text::TokenId>> InterventionsInput::other_tokens(const model::LoadedModel& model,
                                                                    std::span<const Intervention> interventions,
                                                                    int positions) const {
    const bool none = other.empty() && other_ids.empty();
    if (!interpret::needs_other_run(interventions)) {
        if (!none) return invalid("--other is the prompt that patch and freeze take from; expected one of them");
        return std::vector<text::TokenId>();
    }
    if (none) return invalid("patch and freeze take from another prompt; give --other TEXT or --other-ids 1,2,3");
    if (!other.empty() && !other_ids.empty()) {
        return invalid("--other and --other-ids are two ways to say the same; expected one of them");
    }
    if (other_ids.empty() && !model.tokenizer.has_value()) {
        return invalid("the model folder has no tokenizer; give --other-ids 1,2,3");
    }
    ASSIGN_OR_RETURN(auto tokens, (PromptInput{other, other_ids}.tokens(model)));
    const auto count = static_cast<int>(tokens.size());
    const std::string found = "the other prompt has " + std::to_string(count) + " tokens";
    const bool patches =
        std::ranges::any_of(interventions, [](const auto& i) { return i.change == interpret::Change::patch; });
    if (patches && count != positions) {
        return invalid(found + ", the prompt " + std::to_string(positions) + "; patches need as many in both");
    }
    if (count > model.gpt.config().context) {
        return invalid(found + "; the model has " + std::to_string(model.gpt.config().context) + " positions");
    }
    return tokens;
}

Activations run_changed(const kernels::Compute& compute, const model::Gpt& gpt, std::span<const text::TokenId> ids,
                        std::span<const Intervention> interventions, std::span<const text::TokenId> other_ids) {
    const auto run = [&](std::span<const text::TokenId> of) {
        std::optional<Activations> values;
        if (of.empty()) return values;
        values.emplace(gpt.config(), 1, static_cast<int>(of.size()), model::Keep::trace);
        model::Forward(compute, gpt, *values, of, 0, {.logits = model::LogitRows::none}).run();
        return values;
    };
    const bool means = interpret::needs_whole_prompt(interventions);
    const auto baseline = run(means ? ids : std::span<const text::TokenId>()), other = run(other_ids);
    const auto positions = static_cast<int>(ids.size());
    Activations changed(gpt.config(), 1, positions, model::Keep::trace);
    interpret::InterventionObserver observer(interventions, {.gpt = &gpt,
                                                             .baseline = baseline ? &*baseline : nullptr,
                                                             .positions = positions,
                                                             .other = other ? &*other : nullptr,
                                                             .other_positions = static_cast<int>(other_ids.size()),
                                                             .own = &changed});
    model::Forward(compute, gpt, changed, ids, 0, {.observer = interventions.empty() ? nullptr : &observer}).run();
    return changed;
}

}  // namespace headlight::cli
