// The translation rung: from the sentence and what was chosen by hand to target tokens that appear one by one.
#include <algorithm>

#include "app/app_state.h"
#include "text/tokenizer.h"

namespace headlight::app {
namespace {

TokenInfo token_info(const text::Tokenizer& tokenizer, std::int32_t id, bool taken) {
    TokenInfo token{id, "#" + std::to_string(id), "", false, taken};
    if (id < tokenizer.vocab_size()) {
        token.display = tokenizer.display(id);
        token.bytes = tokenizer.bytes(id);
        token.special = tokenizer.is_special(id);
    }
    return token;
}

ModelInfo info_of(const TranslationSession& session) {
    const model::EncoderDecoderConfig& c = session.model().config();
    ModelInfo info{session.name(),
                   c.decoder_layers,
                   c.heads,
                   c.d_model,
                   c.d_head,
                   c.context,
                   c.vocab,
                   static_cast<std::int64_t>(session.model().layout().size()),
                   true};
    info.encoder_decoder = true;
    info.encoder_layers = c.encoder_layers;
    info.decoder_layers = c.decoder_layers;
    return info;
}

std::string text_of(const text::Tokenizer& tokenizer, std::span<const TokenInfo> tokens) {
    text::StreamingDecoder decoder;
    std::string text;
    for (const TokenInfo& token : tokens) {
        if (!token.special && token.id < tokenizer.vocab_size()) text += decoder.push(tokenizer.bytes(token.id));
    }
    return text + decoder.finish();
}

}  // namespace

// Another part of the model is looked at: its own sites, and no cell of another matrix.
void App::State::show_part(Settings& s, Part part) const {
    s.part = part;
    if (part == Part::cross && s.site.starts_with("attn.")) s.site = "cross_" + s.site;
    if (part != Part::cross && s.site.starts_with("cross_attn.")) s.site.erase(0, std::string_view("cross_").size());
    const nn::Stack stack = part == Part::encoder ? nn::Stack::encoder : nn::Stack::decoder;
    const char* prefix = part == Part::encoder ? "encoder." : "decoder.";
    const auto layered = nn::find_site(prefix + ("0." + s.site)), single = nn::find_site(prefix + s.site);
    const bool known = layered.has_value() || single.has_value() || (s.site == "logits" && stack == nn::Stack::decoder);
    if (!known) s.site = Settings().site;
    if (translator == nullptr) return;
    const int layers = part == Part::encoder ? translator_info.encoder_layers : translator_info.decoder_layers;
    if (s.layer >= layers) s.layer = layers - 1;
}

void App::State::refresh_translation() {
    if (translator == nullptr) return;
    const Settings& s = document.settings;
    translator_info.layers = s.part == Part::encoder ? translator_info.encoder_layers : translator_info.decoder_layers;
    Wish wish{translator->source_ids(s.source), document.target, s.length, s.decoding == Decoding::greedy, {}, 0, {}};
    if (!wish.greedy) {
        wish.sampling = {s.temperature, s.top_k, s.top_p};
        wish.seed = s.seed;
    }
    read_translator_changes(wish);
    if (translator->want(std::move(wish))) translation_changed();
}

void App::State::translation_changed() {
    ++pass_revision;
    const text::Tokenizer& tokenizer = translator->tokenizer();
    source_tokens.clear();
    target_tokens.clear();
    for (const std::int32_t id : translator->source()) source_tokens.push_back(token_info(tokenizer, id, false));
    const int taken = translator->taken();
    for (const std::int32_t id : translator->target()) {
        const int target = static_cast<int>(target_tokens.size());  // the start token is nobody's
        target_tokens.push_back(token_info(tokenizer, id, target >= 1 && target <= taken));
    }
    translation = {text_of(tokenizer, target_tokens), translator->complete() && !playing, translator->ended(), taken};
    const int rows = static_cast<int>(target_tokens.size());
    target_checksum = rows == 0 ? "" : checksum_of(translator->logits(rows - 1));
    if (translator->complete() && rows > 0 && document.settings.layer < 0) choose_translation_head();
    judge();
}

// The head whose rows look hardest at one token that is not a resting place (the full stop, and for self-attention the
// first or the same token), on average.
void App::State::choose_translation_head() {
    Settings& s = document.settings;
    const int queries = static_cast<int>(query_tokens().size()), keys = static_cast<int>(key_tokens().size());
    const bool cross = s.part == Part::cross, causal = s.part == Part::decoder;
    float best = -1;
    for (int layer = 0; layer < translator_info.layers; ++layer) {
        for (int head = 0; head < translator_info.heads; ++head) {
            const interpret::Matrix pattern = attention(s.part, layer, head, Values::pattern);
            float shown = 0;
            for (int query = 0; query < queries; ++query) {
                float largest = 0;
                for (int key = cross ? 0 : 1; key < keys - (causal ? 0 : 1); ++key) {
                    if (cross || key != query) largest = std::max(largest, pattern.at(query, key));
                }
                shown += largest;
            }
            if (shown <= best) continue;
            best = shown;
            s.layer = layer;
            s.head = head;
        }
    }
}

void App::State::load_translator(const LoadModel& command) {
    const bool asked = command.name == fetching;
    external = {};
    fetching.clear();
    auto loaded = TranslationSession::load(compute, command.name, command.files);
    if (!loaded.has_value()) {
        failed_fetch = command.name;
        notify_key(Severity::error, "notice.model_failed", {{"detail", loaded.error().message}});
        if (translator != nullptr) notify_key(Severity::info, "notice.model_kept");
        return;
    }
    const bool first = translator == nullptr;
    translator = std::move(*loaded);
    translator_info = info_of(*translator);
    playing = false;
    Settings& s = document.settings;
    if (first && s.translator != command.name && asked) {
        notify_key(Severity::warning, "notice.link_model", {{"value", s.translator}, {"what", command.name}});
    }
    if (!first || !asked) {
        document.target.clear();
        s.length = -1;
    }
    s.translator = command.name;
    if (!asked) {
        if (rung() == Rung::translate) {
            s.layer = s.head = s.query = s.key = s.row = s.column = -1;
        } else {
            switch_rung(s, Rung::translate);
        }
        undo.clear();
        redo.clear();
        notify_key(Severity::info, "notice.model_loaded", {{"name", command.name}});
    }
    const int vocabulary = translator_info.vocabulary;
    const auto unknown = std::ranges::find_if(document.target, [&](std::int32_t id) { return id >= vocabulary; });
    if (unknown != document.target.end()) {
        document.target.erase(unknown, document.target.end());
        notify_key(Severity::warning, "notice.link_tokens");
    }
    refresh_translation();
}

// Another token at the selected place: what came before it stays, what comes after is written anew.
void App::State::take_target(std::int32_t id) {
    playing = false;
    const int row = selection().target;
    if (translator == nullptr || row < 0 || id < 0 || id >= translator_info.vocabulary) return;
    const auto shown = translator->target();
    edit("step", [&](Document& d) {
        d.target.assign(shown.begin() + 1, shown.begin() + 1 + row);
        d.target.push_back(id);
        d.settings.length = -1;
        d.settings.query = d.settings.key = -1;
    });
}

void App::State::step_target() {
    const int shown = static_cast<int>(target_tokens.size()) - 1;
    if (shown < 0 || translating()) return;
    const std::string key = playing ? "play" : "step";
    // Nothing comes any more: everything is shown, the end token came, or there was no room for what was asked for.
    const int length = document.settings.length;
    const bool last = translation.ended || length < 0 || (translator->complete() && shown < length);
    if (last) playing = false;
    edit(key, [&](Document& d) { d.settings.length = last ? -1 : shown + 1; });
}

void App::State::step_target_back() {
    playing = false;
    const int shown = static_cast<int>(target_tokens.size()) - 1;
    if (shown < 1) return;
    edit("step", [&](Document& d) {
        d.settings.length = shown - 1;
        if (d.target.size() > static_cast<std::size_t>(shown - 1)) d.target.resize(static_cast<std::size_t>(shown - 1));
        d.settings.query = d.settings.key = -1;
    });
}

}  // namespace headlight::app
