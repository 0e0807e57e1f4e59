// From a changed document to a complete pass and what follows from it; notices.
#include <algorithm>
#include <bit>
#include <cstdio>
#include <limits>
#include <utility>

#include "app/app_state.h"
#include "base/rng.h"
#include "text/tokenizer.h"

namespace headlight::app {
namespace {

constexpr std::size_t kMaxNotices = 6;
// A change that takes so long at most is waited for: one frame comes later, and it shows the answer. However long it
// takes then: a clock would count what the browser still draws of the last frame beside it.
constexpr double kAtOnceMs = 24, kForever = std::numeric_limits<double>::infinity();

}  // namespace

std::string checksum_of(std::span<const float> values) {
    std::uint64_t hash = values.size();
    for (const float value : values) hash = mix64(hash ^ std::bit_cast<std::uint32_t>(value));
    char text[9];
    std::snprintf(text, sizeof text, "%08x", static_cast<unsigned>(hash >> 32));
    return text;
}

const Strings& App::State::strings() const {
    const Language chosen = document.settings.language;
    return (chosen == Language::automatic ? environment.language : chosen) == Language::tr ? tr : en;
}

std::string App::State::link() const {
    Settings settings = document.settings;
    const bool carries = settings.share_weights && learning != nullptr && learning->steps() > 0;
    if (carries) settings.weights = learning->weights_text();
    return encode_link(settings, document.taken, ready() ? rung_checksum() : "", document.target);
}

model::Sampling App::State::sampling() const {
    const Settings& s = document.settings;
    const bool greedy = rung() == Rung::translate && s.decoding == Decoding::greedy;
    return greedy ? model::Sampling{0, 0, 1} : model::Sampling{s.temperature, s.top_k, s.top_p};
}

// ---- what stands and what is missing

bool App::State::ready() const {
    if (gpt_rung()) return gpt_ready();
    if (rung() == Rung::tutorial) return tutorial.has_value() && !learning_busy();
    return translator != nullptr && !translator->busy() && !target_tokens.empty();
}

bool App::State::working() const {
    return gpt_rung() ? session != nullptr && (session->busy() || lab.busy())
                      : rung() == Rung::translate && translator != nullptr && translator->working();
}

bool App::State::blocked() const {
    return gpt_rung() ? session == nullptr : rung() == Rung::translate && translator == nullptr;
}

// Of what a link's verdict is about: the last row's logits; in the tutorial the learned weights.
const std::string& App::State::rung_checksum() const {
    static const std::string kNone;
    if (gpt_rung()) return checksum;
    return rung() == Rung::translate ? target_checksum : learned.steps > 0 ? learned_checksum : kNone;
}

void App::State::judge() {
    if (verdict != Verdict::pending || !ready()) return;
    verdict = rung_checksum() == expected ? Verdict::reproduced : Verdict::differs;
}

bool App::State::pace_steps() {
    if (!playing || !ready() || pending_steps > 0 || now_ms < next_step_ms) return false;
    next_step_ms = std::max(now_ms, next_step_ms + 1000.0 / static_cast<double>(document.settings.pace));
    pending_steps = 1;
    return true;
}

void App::State::work(double budget_ms) {
    if (!working()) return;
    if (gpt_rung() && session->busy() && session->advance(budget_ms)) published();
    // In the same frame where that is quick: nothing without the changes is to be seen.
    if (gpt_rung() && !session->busy() && lab.busy()) {
        const bool at_once = lab.run->expected_ms() <= kAtOnceMs;
        if (lab.run->advance(at_once ? kForever : budget_ms)) changes_published();
    }
    if (rung() == Rung::translate && translator->advance(budget_ms)) translation_changed();
}

// ---- notices

void App::State::notify(Severity severity, std::string key, std::string text) {
    std::erase_if(notices, [&](const Notice& notice) { return notice.text == text; });
    if (notices.size() == kMaxNotices) notices.erase(notices.begin());
    notices.push_back({next_notice++, severity, std::move(key), std::move(text)});
}

void App::State::notify_key(Severity severity, std::string_view key, std::initializer_list<Strings::Hole> holes) {
    notify(severity, std::string(key), strings()(key, holes));
}

void App::State::warn(const Warnings& warnings) {
    for (const Warning& warning : warnings) {
        const std::string label = "set." + warning.what;
        const std::string_view what = strings().has(label) ? strings()(label) : std::string_view(warning.what);
        const std::string value = warning.fault.key.empty() ? warning.value : fault_text(strings(), warning.fault);
        notify_key(Severity::warning, warning.key, {{"what", what}, {"value", value}});
    }
}

// ---- text and passes

void App::State::rebuild_field_text() {
    if (models_shown()) {
        field_text = library.address;
        return;
    }
    if (rung() == Rung::translate) {
        field_text = document.settings.source;
        return;
    }
    if (rung() == Rung::tutorial) {
        field_text = corpus_draft;
        return;
    }
    field_text = document.settings.prompt;
    const text::Tokenizer* tokenizer = session == nullptr ? nullptr : session->tokenizer();
    if (tokenizer == nullptr) return;
    text::StreamingDecoder decoder;
    for (const std::int32_t id : document.taken) {
        if (id < tokenizer->vocab_size()) field_text += decoder.push(tokenizer->bytes(id));
    }
    field_text += decoder.finish();
}

void App::State::rebuild_tokens() {
    const Text& text = session->shown();
    const text::Tokenizer* tokenizer = session->tokenizer();
    tokens.clear();
    const auto typed = text.ids.size() - static_cast<std::size_t>(text.taken);
    for (std::size_t i = 0; i < text.ids.size(); ++i) {
        const std::int32_t id = text.ids[i];
        TokenInfo token{id, "#" + std::to_string(id), "", false, i >= typed};
        if (tokenizer != nullptr && id < tokenizer->vocab_size()) {
            token.display = tokenizer->display(id);
            token.bytes = tokenizer->bytes(id);
            token.special = tokenizer->is_special(id);
        }
        tokens.push_back(std::move(token));
    }
}

void App::State::refresh() {
    rebuild_field_text();
    if (session == nullptr) return;
    session->want(session->make_text(document.settings.prompt, document.taken));
    refresh_changes();
}

void App::State::note_kept_rows(std::span<const TokenInfo> before) {
    constexpr std::size_t kMostKept = 64;  // passes between two frames
    const auto [left, right] = std::ranges::mismatch(before, tokens, {}, &TokenInfo::id, &TokenInfo::id);
    kept_rows.push_back({pass_revision, static_cast<int>(left - before.begin())});
    if (kept_rows.size() > kMostKept) kept_rows.pop_front();
}

int App::unchanged_rows(std::uint64_t since) const {
    const State& s = *state_;
    int rows = static_cast<int>(s.tokens.size());
    if (!s.gpt_rung()) return 0;
    for (std::uint64_t revision = s.pass_revision; revision != since; --revision) {
        const auto kept = std::ranges::find(s.kept_rows, revision, &State::KeptRows::revision);
        if (kept == s.kept_rows.end()) return 0;
        rows = std::min(rows, kept->rows);
    }
    return rows;
}

void App::State::published() {
    note_new_numbers();
    const std::vector<TokenInfo> before = std::exchange(tokens, {});  // none after a change of models
    rebuild_tokens();
    note_kept_rows(before);
    refresh_changes();
    checksum = tokens.empty() || lab.busy() ? "" : checksum_of(logits(session->positions() - 1));
    if (gpt_rung() && !tokens.empty() &&
        (document.settings.layer < 0 || document.settings.layer >= info.layers ||
         document.settings.head >= info.heads)) {
        choose_head();
    }
    judge();
}

// The head that shows most on this prompt: the one whose predicting row looks hardest at one earlier token that is
// neither the first (where heads rest) nor a neighbour (which says little). In a very short prompt, simply the sharpest
// head. Written into the settings, so that the link shows the same head.
void App::State::choose_head() {
    const int last = session->positions() - 1;
    constexpr int kNearest = 2;  // keys nearer than this to the query do not count
    float best = -1;
    for (int layer = 0; layer < info.layers; ++layer) {
        const nn::SiteView pattern = session->trace().view(nn::Site::pattern, layer, last + 1);  // [head, query, key]
        for (int head = 0; head < info.heads; ++head) {
            const float* row = pattern.data + head * pattern.stride[0] + last * pattern.stride[1];
            const interpret::HeadStats& s = *prompt_stats(layer, head);
            float shown = (1 - s.first) * (1 - s.entropy) * (1 - s.self) * 1e-3F;
            for (int key = 1; key <= last - kNearest; ++key) shown = std::max(shown, row[key]);
            if (shown <= best) continue;
            best = shown;
            document.settings.layer = layer;
            document.settings.head = head;
        }
    }
}

void App::State::settle() {
    if ((blocked() && !models_shown()) || working() || learning_busy()) return;
    // Now at the latest: a pass is published while the session still makes room for the next.
    judge();
    if (gpt_rung() && ready() && document.settings.layer < 0) choose_head();
    if (rung_tokens().empty()) pending_steps = 0;  // nothing to continue
    if (pending_steps > 0) {
        --pending_steps;
        if (gpt_rung()) return step(playing ? "play" : "step");
        return step_target();
    }
    if (pending_share) {
        pending_share = false;
        effects.push_back({Effect::Kind::copy_link, "", "text/plain", link()});
        notify_key(Severity::info, "notice.link_copied");
    }
    if (!touched || playing || (learning != nullptr && learning->playing())) return;
    if (std::string fragment = link(); fragment != last_fragment) {
        last_fragment = fragment;
        effects.push_back({Effect::Kind::set_fragment, "", "", std::move(fragment)});
    }
}

void App::State::update_progress() {
    translation.complete = translator != nullptr && translator->complete() && !playing;
    if (const Import& import = library.import; import.stage == ImportStage::loading) {
        const bool hub = import.source == SourceKind::hub;
        progress = {hub ? Activity::downloading : Activity::loading, import.fraction(), "library.progress"};
    } else if (external.activity != Activity::empty) {
        progress = external;
    } else if (!fetching.empty() && blocked()) {
        progress = {Activity::downloading, 0, "progress.download"};
    } else if (blocked()) {
        progress = {};
    } else if (working()) {
        const double fraction = gpt_rung() ? session->fraction() : translator->fraction();
        progress = {playing ? Activity::generating : Activity::computing, fraction, "progress.compute"};
    } else if (rung() == Rung::tutorial && learning_busy()) {
        const double wanted = std::max(1, document.settings.learned);
        progress = {Activity::computing, static_cast<double>(learning->steps()) / wanted, "progress.learn"};
    } else {
        progress = {playing ? Activity::generating : Activity::idle, 1, ""};
    }
}

void App::State::load_model(const LoadModel& command) {
    std::erase_if(effects, [&](const Effect& effect) {  // not asked for any more: here it is
        return effect.kind == Effect::Kind::fetch_model && effect.name == command.name;
    });
    const auto config = command.files.find("config.json");
    if (config != command.files.end() && model::is_encoder_decoder_config(config->second)) {
        return load_translator(command);
    }
    const bool asked = fetching == command.name;
    if (asked) fetching.clear();
    external = {};
    auto loaded = Session::load(compute, command.name, command.files);
    if (!loaded.has_value()) {
        failed_fetch = command.name;
        notify_key(Severity::error, "notice.model_failed", {{"detail", loaded.error().message}});
        if (session != nullptr) notify_key(Severity::info, "notice.model_kept");
        return;
    }
    if ((*loaded)->name() != Settings().model) {
        own_precision = Precision::f32;
        own_small.clear();
        for (const auto& [name, bytes] : command.files) {
            if (!is_weights_file(name)) own_small[name] = bytes;
        }
    }
    adopt(std::move(*loaded));
}

}  // namespace headlight::app
