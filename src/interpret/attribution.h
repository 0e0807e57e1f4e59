#pragma once
// Direct logit attribution (Elhage et al., 2021, "A mathematical framework for transformer circuits"; Wang et al.,
// 2023, section 3): what every part that writes into the residual stream adds, by itself, to the logit of a token less
// that of a rival. The final norm's scale is held at what it was in the pass; then the norm is linear, each part has
// its own mean taken off, and the parts sum to the whole.

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "model/activations.h"
#include "model/gpt.h"

namespace headlight::interpret {

enum class PartKind : std::uint8_t {
    token,           // the token embedding
    position,        // the position embedding
    head,            // z of a head times its rows of W_O
    attention_bias,  // the bias of a layer's W_O
    mlp,             // mlp_out of a layer, its bias with it
    changed,         // what an intervention put into a layer (layer -1: into the embedding) beyond its parts
    norm_bias,       // the bias of the final norm
    rest,            // rounding, of Q8 activations above all
};
// By PartKind.
inline constexpr std::array<std::string_view, 8> kPartNames{"token", "position", "head",      "attention_bias",
                                                            "mlp",   "changed",  "norm_bias", "rest"};

struct AttributionPart {
    PartKind kind = PartKind::rest;
    int layer = -1, head = -1;  // -1 where there is none
    double value = 0;           // of the logit difference
};

struct Attribution {
    int position = 0;
    nn::TokenId token = -1, rival = -1;
    double difference = 0;               // logit(token) - logit(rival), as the model gave them
    std::vector<AttributionPart> parts;  // in the order of the pass; they sum to the difference
};

struct AttributionQuestion {
    int position = 0;
    nn::TokenId token = -1;
    nn::TokenId rival = -1;   // -1: none; then it is about the token's logit itself
    bool intervened = false;  // the pass was changed: each layer gets a part `changed`. Without it they count as rest
};

// trace: a complete pass, Keep::trace, whose logits at this position are there (model::head_rows). Parts are of what
// the pass held after interventions: an attention output that was set to 0 leaves its heads' parts and a `changed` of
// the opposite size. resid_post of a layer and resid_pre of the next are one value: a patch there is a `changed` of the
// layer before.
[[nodiscard]] Attribution attribute(const model::Compute& compute, const model::Gpt& gpt,
                                    const model::Activations& trace, const AttributionQuestion& question);

}  // namespace headlight::interpret
