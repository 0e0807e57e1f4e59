// Which rung is shown, what belongs to it, and the model that it needs.
#include <algorithm>

#include "app/app_state.h"

namespace headlight::app {
namespace {

std::size_t view_slot(Rung rung) {
    if (rung == Rung::tutorial) return 0;
    return rung == Rung::translate ? 1 : rung == Rung::small ? 2 : 3;
}

}  // namespace

nn::Stack App::State::stack() const {
    if (rung() != Rung::translate) return nn::Stack::gpt;
    return document.settings.part == Part::encoder ? nn::Stack::encoder : nn::Stack::decoder;
}

// Every rung is left as it was and found again so.
void App::State::switch_rung(Settings& s, Rung to) {
    if (view_slot(s.rung) != view_slot(to)) {
        views[view_slot(s.rung)] = {s.layer, s.head, s.query, s.key, s.row, s.column, s.token, s.rival, s.site};
        const RungView& found = views[view_slot(to)];
        s.layer = found.layer, s.head = found.head, s.query = found.query, s.key = found.key;
        s.row = found.row, s.column = found.column, s.site = found.site;
        s.token = found.token, s.rival = found.rival;
        hover = {};
    }
    s.rung = to;
    if (to == Rung::translate) show_part(s, s.part);
}

// Asks the platform for the model of the rung; it comes back as LoadModel. Once: a failure or a cancelled download is
// tried again when the rung is chosen again.
void App::State::ensure_model() {
    if (rung() == Rung::translate && translator == nullptr) fetch(Settings().translator);
    if (rung() == Rung::small && session == nullptr) fetch(Settings().model);
}

void App::State::fetch(const std::string& name) {
    if (fetching == name || failed_fetch == name) return;
    fetching = name;
    effects.push_back({Effect::Kind::fetch_model, name, "", ""});
}

const ModelInfo* App::State::model() const {
    if (gpt_rung()) return session == nullptr ? nullptr : &info;
    return rung() == Rung::translate && translator != nullptr ? &translator_info : nullptr;
}

const std::vector<TokenInfo>& App::State::rung_tokens() const {
    static const std::vector<TokenInfo> kNone;
    if (gpt_rung()) return tokens;
    return rung() == Rung::translate ? target_tokens : kNone;
}

const std::vector<TokenInfo>& App::State::query_tokens() const {
    const bool reads = rung() == Rung::translate && document.settings.part == Part::encoder;
    return reads ? source_tokens : rung_tokens();
}

const std::vector<TokenInfo>& App::State::key_tokens() const {
    const bool source = rung() == Rung::translate && document.settings.part != Part::decoder;
    return source ? source_tokens : rung_tokens();
}

}  // namespace headlight::app
