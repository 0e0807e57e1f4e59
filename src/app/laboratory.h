#pragma once
// What a person changes in the GPT, and what may be read from it then, as panels see it (App::laboratory()). The list
// of changes is Settings::changes, in the text form of interpret/intervention.h.

#include <cstdint>
#include <string>
#include <vector>

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

// How far a token is ahead of a rival after the last position: the difference of their logits, which is the logarithm
// of the ratio of their probabilities (temperature 1).
struct Odds {
    std::int32_t token = -1, rival = -1;  // those of the settings, or the baseline's first two
    float now = 0, baseline = 0;
};

// Token embeddings in the plane of their two principal components, and what is near the selected token.
struct Space {
    std::vector<std::int32_t> ids;  // of the text, each once, then the neighbours
    std::size_t of_text = 0;        // how many are of the text
    std::int32_t selected = -1;     // the token whose neighbours these are
    std::vector<interpret::Neighbour> neighbours;
    std::vector<float> cosines;       // of each id to the selected token
    interpret::EmbeddingPlane plane;  // a point an id
};

// Also of the translator's rung, with Settings::translator_changes: what concerns another prompt or odds is not there.
struct Laboratory {
    std::vector<ChangeInfo> changes;
    interpret::Part part = interpret::Part::gpt;  // whose heads are shown
    std::string without;    // a translator's text without the changes; "" while there are none or it is on its way
    bool changed = false;   // what is shown was computed with them; false while nothing of the list does anything
    std::string other_why;  // why the other prompt cannot be compared or patched from; "": it can, or there is none
    std::vector<std::int32_t> other_ids;
    // The same run without changes, after the position whose distribution is shown: probabilities at temperature 1, by
    // token id. Empty unless `changed`.
    std::vector<float> baseline;
    Odds odds;
};

}  // namespace headlight::app
