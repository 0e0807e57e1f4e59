// Changes in the encoder-decoder: what of the list is in force, and what it writes without them.
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
    tell_bad(interpret::fitting(translator_changes, c, c.context, c.context).bad);
}

const Laboratory& App::State::translation_laboratory() const {
    Laboratory& v = lab.view;
    const int target = selection().target;
    const Settings& s = document.settings;
    const interpret::Part part = changes_part();
    const bool working = translator != nullptr && translator->working();
    const LaboratoryState::ViewKey key{lab.revision, pass_revision, target,  s.token,
                                       s.rival,      s.language,    working, part};
    if (key == lab.view_key) return v;
    lab.view_key = key;
    v = {};
    v.part = part;
    if (translator == nullptr) return v;
    const model::EncoderDecoderConfig& c = translator->model().config();
    const int sources = static_cast<int>(source_tokens.size()), targets = static_cast<int>(target_tokens.size());
    for (const interpret::Intervention& item : translator_changes) {
        const auto fits = interpret::fitting(std::span(&item, 1), c, sources, targets);
        const bool shown = item.part == part && item.target == interpret::Target::head;
        v.changes.push_back({interpret::to_text(item), change_label(item),
                             fits.good.empty() ? fault_text(strings(), fits.bad.front().fault) : "",
                             shown ? item.layer : -1, shown ? item.index : -1});
    }
    v.changed = translator->changed();
    v.without = text_of(translator->tokenizer(), translator->unchanged_target());
    if (target < 0 || static_cast<std::size_t>(target) >= translator->target().size()) return v;
    const std::span<const float> now = translator->logits(target);
    const std::span<const float> before = v.changed ? translator->unchanged_logits(target) : now;
    if (before.size() >= 2) v.odds = odds_between(now, before, before, s);
    if (!v.changed) return v;
    v.pair = Pair::changes;
    v.baseline.resize(before.size());
    compute.kernels().softmax(v.baseline.data(), before.data(), static_cast<int>(before.size()));
    return v;
}

}  // namespace headlight::app
