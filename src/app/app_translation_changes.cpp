// Changes in the encoder-decoder: what of the list is in force, and what it writes without them.
#include <array>

#include "app/app_state.h"
#include "text/tokenizer.h"

namespace headlight::app {
namespace {

std::string text_of(const text::Tokenizer& tokenizer, std::span<const std::int32_t> ids) {
    text::StreamingDecoder decoder;
    std::string text;
    for (const std::int32_t id : ids) {
        if (id < tokenizer.vocab_size() && !tokenizer.is_special(id)) text += decoder.push(tokenizer.bytes(id));
    }
    return text + decoder.finish();
}

// What of a change the model or its two texts do not have, in the language in use.
std::string misfit_text(const Strings& texts, const interpret::Intervention& item,
                        const model::EncoderDecoderConfig& config, int sources, int targets) {
    using interpret::Part, interpret::Target;
    const auto says = [&](std::string_view key, int index, int count) {
        return texts(key, {{"index", std::to_string(index)}, {"last", std::to_string(count - 1)}});
    };
    const int layers = item.part == Part::encoder ? config.encoder_layers : config.decoder_layers;
    if (item.layer >= layers) return says("lab.idle.layer", item.layer, layers);
    if (item.target == Target::head && item.index >= config.heads)
        return says("lab.idle.head", item.index, config.heads);
    if (item.target == Target::neuron && item.index >= config.d_mlp)
        return says("lab.idle.neuron", item.index, config.d_mlp);
    const int queries = item.part == Part::encoder ? sources : targets;
    const int keys = item.part == Part::decoder ? targets : sources;
    for (const interpret::PaintedCell& cell : item.cells) {
        if (cell.query >= queries) return says("lab.idle.position", cell.query, queries);
        if (cell.key >= keys) return says("lab.idle.position", cell.key, keys);
    }
    return "";
}

}  // namespace

// Target rows come one by one: cells of rows that are not there yet are in force when they come.
void App::State::read_translator_changes(Wish& wish) {
    const std::string& text = document.settings.translator_changes;
    const model::EncoderDecoderConfig& c = translator->model().config();
    std::vector<interpret::Intervention> list =
        interpret::parse_interventions(text, interpret::ModelKind::encoder_decoder).good;
    if (!wish.source.empty()) {
        wish.changes = interpret::fitting(list, c, static_cast<int>(wish.source.size()), c.context).good;
    }
    if (list != translator_changes) ++lab.revision;
    translator_changes = std::move(list);
    // What only waits for a longer sentence is not told.
    if (translator_changes_told == text) return;
    translator_changes_told = text;
    for (const interpret::Intervention& item : translator_changes) {
        const std::string reason = misfit_text(strings(), item, c, c.context, c.context);
        if (!reason.empty()) tell_bad(std::array{interpret::BadIntervention{interpret::to_text(item), reason}});
    }
}

const Laboratory& App::State::translation_laboratory() const {
    Laboratory& v = lab.view;
    const int target = selection().target;
    const Settings& s = document.settings;
    const interpret::Part part = changes_part();
    const bool working = translator != nullptr && translator->working();
    const LaboratoryState::ViewKey key{lab.revision,           pass_revision, target, -2,
                                       static_cast<int>(part), s.language,    working};
    if (key == lab.view_key) return v;
    lab.view_key = key;
    v = {};
    v.part = part;
    if (translator == nullptr) return v;
    const model::EncoderDecoderConfig& c = translator->model().config();
    const int sources = static_cast<int>(source_tokens.size()), targets = static_cast<int>(target_tokens.size());
    for (const interpret::Intervention& item : translator_changes) {
        const bool idle = interpret::fitting(std::span(&item, 1), c, sources, targets).good.empty();
        const bool shown = item.part == part && item.target == interpret::Target::head;
        v.changes.push_back({interpret::to_text(item), change_label(item),
                             idle ? misfit_text(strings(), item, c, sources, targets) : "", shown ? item.layer : -1,
                             shown ? item.index : -1});
    }
    v.changed = translator->changed();
    v.without = text_of(translator->tokenizer(), translator->unchanged_target());
    if (!v.changed || target < 0) return v;
    v.pair = Pair::changes;
    const std::span<const float> before = translator->unchanged_logits(target);
    v.baseline.resize(before.size());
    compute.kernels().softmax(v.baseline.data(), before.data(), static_cast<int>(before.size()));
    return v;
}

}  // namespace headlight::app
