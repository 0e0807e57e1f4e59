#include "interpret/intervention_fault.h"

#include <algorithm>
#include <array>

#include "base/check.h"

namespace headlight::interpret {
namespace {

constexpr std::array kTexts{
    FaultText{"empty_gpt", "an empty item; expected for instance off:3.2"},
    FaultText{"empty_pair", "an empty item; expected for instance off:enc3.2"},
    FaultText{"word_gpt", "expected off:, mean:, scale:, paint:, raw:, freeze:, patch:, swap: or drop:"},
    FaultText{"word_pair", "expected off:, mean:, scale:, paint: or raw:"},
    FaultText{"change_of_gpt", "{change} is of a GPT; an encoder-decoder takes off, mean, scale, paint, raw"},
    FaultText{"count", "{what} \"{text}\" is no whole number from 0"},
    FaultText{"number", "{what} \"{text}\" is no number from {low} to {high}"},
    FaultText{"layer_of_pair", "\"{text}\" is a layer of an encoder-decoder; those of a GPT are numbers alone, as 3.2"},
    FaultText{"part", "expected enc, dec or cross before the layer, as enc0.2, not \"{text}\""},
    FaultText{"place", "expected a layer, a dot and what of it, as 3.2, not \"{text}\""},
    FaultText{"takes_cross", "cross-attention has heads and attn, as cross0.3 and cross0.attn, not \"{text}\""},
    FaultText{"takes_patch", "patch takes 3.resid, 3.attn, 3.mlp or a head as 3.2, not \"{text}\""},
    FaultText{"takes_values", "{change} takes a head as 3.2, 3.attn, 3.mlp or a neuron as 3.n17, not \"{text}\""},
    FaultText{"takes_head", "{change} takes a head as 3.2, not \"{text}\""},
    FaultText{"detail",
              "expected an @ and more behind the place, as scale:3.2@0.5, paint:3.2@first, patch:3.resid@5 or "
              "swap:5@318"},
    FaultText{"no_detail", "{change} takes a place alone, without an @"},
    FaultText{"cell",
              "\"{text}\" is no cell: expected query-key-weight as 5-0-1, or uniform, previous, first, self or "
              "copy1.4"},
    FaultText{"later_key", "key {key} lies behind query {query}: a position sees itself and earlier ones only"},
    FaultText{"many_cells", "more than {most} painted cells"},
    FaultText{"raw_preset", "raw takes cells, as raw:3.2@5-0-1; presets are painted: paint:3.2@uniform"},
    FaultText{"self_preset", "\"{text}\" is of self-attention; cross-attention takes uniform, first or cells as 5-0-1"},
    FaultText{"later_layer",
              "layer {from} comes after layer {layer}; a pattern is copied from the same layer or an earlier one"},
    FaultText{"unread", "{count} more items cannot be read"},
    FaultText{"too_many", "a list has at most {most} interventions; from here on, {count} are left out"},
    FaultText{"one_too_many", "a list has at most {most} interventions; from here on, 1 is left out"},
    // What a model or its text does not have.
    FaultText{"of_pair", "is of an encoder-decoder, not of a GPT"},
    FaultText{"of_gpt", "is of a GPT, not of an encoder-decoder"},
    FaultText{"layer", "layer {index} is not there: the model has layers 0 to {last}"},
    FaultText{"head", "head {index} is not there: the model has heads 0 to {last}"},
    FaultText{"neuron", "neuron {index} is not there: the model has neurons 0 to {last}"},
    FaultText{"token", "token {index} is not there: the model has tokens 0 to {last}"},
    FaultText{"position", "position {index} lies behind the end: {what} has positions 0 to {last}"},
    FaultText{"nothing", "position {index} lies behind the end: {what} is empty"},
};

constexpr std::array<std::string_view, 14> kWords{
    "layer",  "head",   "neuron",       "query",       "key",        "position",     "token",
    "weight", "factor", "copied layer", "copied head", "the prompt", "the sentence", "the translation"};

void fill(std::string& text, std::string_view hole, std::string_view value) {
    const std::string mark = "{" + std::string(hole) + "}";
    const std::size_t at = text.find(mark);
    if (at != std::string::npos) text.replace(at, mark.size(), value);
}

}  // namespace

std::span<const FaultText> fault_texts() {
    return kTexts;
}
std::span<const std::string_view> fault_words() {
    return kWords;
}

std::string in_english(const Fault& fault) {
    const auto found = std::ranges::find(kTexts, fault.key, &FaultText::key);
    CHECK(found != kTexts.end() && (fault.word.empty() || std::ranges::find(kWords, fault.word) != kWords.end()));
    std::string text(found->text);
    fill(text, "what", fault.word);
    for (const auto& [hole, value] : fault.values) fill(text, hole, value);
    return text;
}

}  // namespace headlight::interpret
