#pragma once
// What a person changes inside a forward pass. Each intervention replaces values at one trace site; a list of them is
// one short text, which stands in links, in commands and on the command line alike. In a GPT:
//
//   off:3.2          head 2 of layer 3 gives nothing (its z is 0)        mean:3.2    its mean over the prompt instead
//   off:3.attn       a whole attention layer (attn_out)                  mean:3.attn
//   off:3.mlp        a feed-forward layer (mlp_out)                      mean:3.mlp
//   off:3.n17        neuron 17 of it (mlp_post)                          mean:3.n17
//   scale:3.2@-0.5   a head's z times a factor from -2 to 2
//   paint:3.2@first  a head's pattern: uniform, previous, first, self, or copy1.4: that of head 4 of layer 1, which is
//                    an earlier layer, or the same layer (then as the head itself computed it)
//   paint:3.2@5-0-1  the weight of key 0 for query 5 becomes 1; several cells: 5-0-1_5-3-0.25; rows that a cell is in
//                    are normalised to a sum of 1 again (intervention_pattern.h says how), unless the word is "raw"
//                    instead of "paint"
//   freeze:3.2       the head's pattern as it is on the other prompt
//   patch:3.resid@5  from the other prompt's run: resid (resid_pre), attn (attn_out), mlp (mlp_out) or a head's z
//                    (patch:3.2@5) at position 5, or at all of them (@all)
//   swap:5@318       position 5 reads the embedding of token 318
//   drop:5           nothing attends to position 5 but itself; the rows are normalised again
//
// In an encoder-decoder off, mean, scale, paint and raw, with the part in front of the layer:
//
//   off:enc0.2       the encoder; off:dec1.mlp the decoder; off:cross0.3 its attention to the source, which has heads
//                    and off:cross0.attn, but no feed-forward layer and no neurons
//   mean:enc0.2      the mean over all rows of the source; mean:dec0.2 and mean:cross0.2 for each row the mean over the
//                    rows from the start token up to its own, so that no row depends on tokens that come later. Both of
//                    the run of the same tokens without changes.
//   paint:cross0.1@first  presets uniform and first; in self-attention also previous and self
//   paint:enc0.1@0-5-1    any key of the sentence; in the decoder (dec) no key behind its query
//   paint:cross2.1@copy0.3  the pattern of another head of the same kind, of an earlier layer or of the same one
//
// separated by ";", with or without spaces. Layers, heads, neurons and positions count from 0. Ablations and patches as
// in Vig et al. (2020) and Meng et al. (2022), under the names of TransformerLens.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "interpret/intervention_fault.h"
#include "model/encoder_decoder_config.h"
#include "model/gpt.h"
#include "nn/sites.h"

namespace headlight::interpret {

enum class Change : std::uint8_t { off, mean, scale, paint, raw, freeze, patch, swap, drop };
enum class Target : std::uint8_t { head, attention, mlp, neuron, residual, position };
enum class Preset : std::uint8_t { none, uniform, previous, first, self, copy };
enum class ModelKind : std::uint8_t { gpt, encoder_decoder };
enum class Part : std::uint8_t { gpt, encoder, decoder, cross };  // cross: the decoder's attention to the source

struct PaintedCell {
    int query = 0, key = 0;
    float weight = 0;  // 0..1
    bool operator==(const PaintedCell&) const = default;
};

struct Intervention {
    Change change = Change::off;
    Target target = Target::head;
    int layer = 0;
    int index = 0;      // of a head or a neuron
    int position = -1;  // of patch, swap and drop; -1: all (patch)
    float factor = 1;   // of scale
    Preset preset = Preset::none;
    int from_layer = 0, from_head = 0;  // of Preset::copy
    std::vector<PaintedCell> cells;     // by query, then key
    nn::TokenId token = -1;             // of swap
    Part part = Part::gpt;
    bool operator==(const Intervention&) const = default;
};

inline constexpr std::size_t kMostInterventions = 64;
inline constexpr std::size_t kMostPaintedCells = 256;  // of one intervention

// What was wrong with one item of a list, and what would be right.
struct BadIntervention {
    std::string item;
    Fault fault;
    [[nodiscard]] std::string reason() const { return in_english(fault); }
};
struct InterventionList {
    std::vector<Intervention> good;
    std::vector<BadIntervention> bad;
};
// Never fails: what cannot be read is left out and told, in printable ASCII. Numbers that are not finite, factors
// beyond -2..2, weights beyond 0..1, keys behind their query, items of the other kind of model, empty items (but not an
// empty text) and more than kMostInterventions are bad; of very many that are bad, the last entry counts the rest.
[[nodiscard]] InterventionList parse_interventions(std::string_view text, ModelKind kind = ModelKind::gpt);
[[nodiscard]] std::string to_text(const Intervention& intervention);
[[nodiscard]] std::string to_text(std::span<const Intervention> list);

// What of a list this model and this many positions cannot have (a layer 99, a position behind the end, a token that is
// not there) is left out and told. Positions behind the end are no error of the person's: the prompt is shorter now. Of
// painted cells, those that fit stay.
[[nodiscard]] InterventionList fitting(std::span<const Intervention> list, const model::GptConfig& config,
                                       int positions);
// The same for an encoder-decoder that reads `sources` tokens and has written `targets`, the start token among them.
[[nodiscard]] InterventionList fitting(std::span<const Intervention> list, const model::EncoderDecoderConfig& config,
                                       int sources, int targets);

// Of the same place: a new one of these takes the place of the old one (off, mean and scale of one head; paint, raw and
// freeze of one head; patch, swap and drop of one place).
[[nodiscard]] bool same_place(const Intervention& left, const Intervention& right);

// Of a GPT: the first stage of the pass whose results change: -1 for the embedding, else the layer. `layers` for an
// empty list. As ForwardOptions::first_layer; a patch of the residual stream changes resid_pre of its layer, which is
// the resid_post of the layer before.
[[nodiscard]] int first_changed_layer(std::span<const Intervention> list, int layers);
[[nodiscard]] bool needs_other_run(std::span<const Intervention> list);  // patch, freeze
[[nodiscard]] bool needs_baseline(std::span<const Intervention> list);   // mean
[[nodiscard]] bool needs_own_trace(std::span<const Intervention> list);  // copies from an earlier layer
// Of a GPT: whether a row's result depends on later rows of the prompt (means do): then every row changes with the
// prompt.
[[nodiscard]] bool needs_whole_prompt(std::span<const Intervention> list);

// Applies a list in its order: of two changes of the same values, the later one works on what the earlier one left.
// Runs without a change at a site leave every bit as it is; so do an empty list, a factor of 1, a painted weight that
// is there already and a patch from a run of the same prompt. One observer serves both stacks of an encoder-decoder.
class InterventionObserver : public nn::Observer {
  public:
    struct Runs {
        const model::Gpt* gpt = nullptr;
        const model::Activations* baseline = nullptr;  // Keep::trace, for means: `positions` rows of the same prompt
        int positions = 0;
        const model::Activations* other = nullptr;  // Keep::trace, for patch and freeze; null: those do nothing
        int other_positions = 0;                    // rows behind them stay as they are
        // What the pass itself writes, Keep::trace: patterns of earlier layers are copied from here, because a pass
        // that begins with a later layer does not show them. Null: from the baseline.
        const model::Activations* own = nullptr;
        // Of an encoder-decoder, Keep::trace, for means: the same tokens without changes. Of the decoder, the rows that
        // the pass computes must be there.
        const model::Activations *encoder = nullptr, *decoder = nullptr;
        // What the pass itself writes into, Keep::trace: patterns of earlier layers are copied from here.
        const model::Activations *own_encoder = nullptr, *own_decoder = nullptr;
        int sources = 0;
    };
    // The list must fit the model (fitting()); all must outlive the observer.
    InterventionObserver(std::span<const Intervention> list, Runs runs);
    void at(nn::SiteAt site, nn::MutableSiteView view, int first) override;

  private:
    void change_values(const Intervention& change, nn::Site site, nn::MutableSiteView view, int first) const;
    void change_patterns(nn::SiteAt site, nn::MutableSiteView view, int first) const;
    [[nodiscard]] std::vector<float> means_of(const Intervention& change, nn::Site site, int first, int rows) const;
    [[nodiscard]] std::vector<float> source_rows(const Intervention& copy, nn::MutableSiteView view, int first) const;
    [[nodiscard]] const model::Activations* own_run(Part part) const;  // null: not there

    std::span<const Intervention> list_;
    Runs runs_;
};

}  // namespace headlight::interpret
