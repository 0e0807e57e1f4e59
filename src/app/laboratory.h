#pragma once
// What a person changes in the GPT, and what may be read from it then, as panels see it (App::laboratory()). The list
// of changes is Settings::changes, in the text form of interpret/intervention.h.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "app/strings.h"
#include "interpret/attribution.h"
#include "interpret/embedding_space.h"
#include "interpret/intervention.h"
#include "interpret/logit_lens.h"
#include "interpret/patch_sweep.h"

namespace headlight::app {

// One item of the list.
struct ChangeInfo {
    std::string text;    // "off:3.2"
    std::string label;   // for a chip: "head 3.2 off"
    std::string reason;  // why it does nothing on this prompt; "": it does
    int layer = -1, head = -1;
};

// The runs of a GPT. changed: with the changes in force; without any, as the baseline. other: of the other prompt,
// which has tokens of its own.
enum class Run : std::uint8_t { baseline, changed, other };
// Two runs that are told together, in the bars, in the odds and, side by side, in the head view: baseline and changed,
// or changed and other.
enum class Pair : std::uint8_t { none, changes, prompts };

// How far a token is ahead of a rival after the last position: the difference of their logits, which is the logarithm
// of the ratio of their probabilities (temperature 1).
struct Odds {
    // Those of the settings, or the baseline's first two; of two prompts, what each of them expects.
    std::int32_t token = -1, rival = -1;
    float now = 0, baseline = 0;  // baseline: of the run that the shown one is compared with
};

// Token embeddings in the plane of their two principal components, and what is near the selected token.
struct Space {
    std::vector<std::int32_t> ids;  // of the text, each once, then the neighbours
    std::size_t of_text = 0;        // how many are of the text
    std::int32_t selected = -1;     // the token whose neighbours these are
    std::vector<interpret::Neighbour> neighbours;
    std::string wanted;                       // what a person searches the vocabulary for; "": nothing
    std::vector<interpret::Neighbour> found;  // tokens with it, the best match first
    int matches = 0;                          // of all that have it
    std::vector<float> cosines;               // of each id to the selected token
    interpret::EmbeddingPlane plane;          // a point an id
};

// Also of the translator's rung, with Settings::translator_changes: what concerns another prompt is not there.
struct Laboratory {
    std::vector<ChangeInfo> changes;
    interpret::Part part = interpret::Part::gpt;  // whose heads are shown
    std::string without;    // a translator's text without the changes; "" while there are none or it is on its way
    bool changed = false;   // what is shown was computed with them; false while nothing of the list does anything
    std::string other_why;  // why the other prompt cannot be compared or patched from; "": it can, or there is none
    std::vector<std::int32_t> other_ids;
    Pair pair = Pair::none;  // both runs are there
    std::string pair_why;    // why the other prompt's run is not there although it is asked for; "": it is, or will be
    // Of the run that the shown one is compared with, the same one without changes or the other prompt's: probabilities
    // at temperature 1, by token id, after the position whose distribution is shown. Empty for Pair::none.
    std::vector<float> baseline;
    int other_position = -1;  // of the other prompt's token that they come after; -1: not of Pair::prompts
    Odds odds;
};

// What is wrong with a change, in this language.
[[nodiscard]] std::string fault_text(const Strings& strings, const interpret::Fault& fault);

// Up to `most` indices of the highest values, the highest first, the first of equals before the others.
[[nodiscard]] std::vector<std::int32_t> most_likely(std::span<const float> values, std::size_t most);

}  // namespace headlight::app
