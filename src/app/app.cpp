#include "app/app.h"

#include <algorithm>
#include <bit>
#include <cstdio>

#include "app/app_state.h"
#include "base/check.h"
#include "base/rng.h"
#include "model/logits_hash.h"
#include "text/tokenizer.h"

#include <nlohmann/json.hpp>

namespace headlight::app {
namespace {

constexpr std::size_t kMaxNotices = 6;

Result<std::vector<Sample>> read_samples(std::string_view json, std::string& opening) {
    const auto document = nlohmann::json::parse(json, nullptr, false);
    if (!document.is_object() || !document.contains("prompts") || !document["prompts"].is_array()) {
        return invalid("prompts.json must be an object with a list \"prompts\".");
    }
    std::vector<Sample> samples;
    for (const auto& entry : document["prompts"]) {
        const bool whole = entry.is_object() && entry.contains("id") && entry["id"].is_string() &&
                           entry.contains("text") && entry["text"].is_string();
        if (!whole) return invalid("A prompt of prompts.json lacks \"id\" or \"text\".");
        samples.push_back({entry["id"].get<std::string>(), entry["text"].get<std::string>()});
    }
    if (samples.empty()) return invalid("prompts.json holds no prompt.");
    opening = samples.front().id;
    if (document.contains("opening") && document["opening"].is_string()) {
        opening = document["opening"].get<std::string>();
    }
    return samples;
}

// 32 bits of a hash over the bits of the numbers, as 8 hex digits.
std::string checksum_of(std::span<const float> values) {
    std::uint64_t hash = values.size();
    for (const float value : values) hash = mix64(hash ^ std::bit_cast<std::uint32_t>(value));
    char text[9];
    std::snprintf(text, sizeof text, "%08x", static_cast<unsigned>(hash >> 32));
    return text;
}

ModelInfo info_of(const Session& session) {
    const model::GptConfig& c = session.gpt().config();
    return {session.name(),
            c.layers,
            c.heads,
            c.d_model,
            c.d_head(),
            session.context(),
            c.vocab,
            static_cast<std::int64_t>(session.gpt().layout().size()),
            session.tokenizer() != nullptr};
}

}  // namespace

App::App(std::unique_ptr<State> state) : state_(std::move(state)) {}
App::~App() = default;

Result<std::unique_ptr<App>> App::create(AppOptions options) {
    auto state = std::make_unique<State>(std::max(1, options.threads));
    const auto asset = [&](const char* name) -> Result<std::string> {
        const auto found = options.assets.find(name);
        if (found == options.assets.end()) return fail(ErrorCode::not_found, std::string(name) + " is missing.");
        return std::move(found->second);
    };
    ASSIGN_OR_RETURN(const std::string en, asset("strings/en.json"));
    ASSIGN_OR_RETURN(const std::string tr, asset("strings/tr.json"));
    ASSIGN_OR_RETURN(const std::string prompts, asset("prompts/prompts.json"));
    ASSIGN_OR_RETURN(state->en, Strings::from_json(en));
    ASSIGN_OR_RETURN(state->tr, Strings::from_json(tr));
    ASSIGN_OR_RETURN(state->samples, read_samples(prompts, state->opening));
    state->tr.set_fallback(state->en);
    for (const Sample& sample : state->samples) {
        if (sample.id == state->opening) state->document.settings.prompt = sample.text;
    }
    state->rebuild_field_text();
    return std::unique_ptr<App>(new App(std::move(state)));
}

// ---- the frame

void App::set_environment(const Environment& environment) {
    state_->environment = environment;
    ++state_->state_revision;
}

void App::set_hover(const Hover& hover) {
    if (state_->hover == hover) return;
    state_->hover = hover;
    ++state_->state_revision;
}

bool App::apply(CommandQueue& queue, double now_ms) {
    if (queue.empty()) return false;
    state_->now_ms = now_ms;
    for (const Command& command : queue.take()) state_->run(command);
    state_->settle();
    state_->update_progress();
    ++state_->state_revision;
    return true;
}

bool App::advance(double now_ms, double budget_ms) {
    State& s = *state_;
    s.now_ms = now_ms;
    if (s.playing && s.ready() && s.pending_steps == 0 && now_ms >= s.next_step_ms) {
        s.next_step_ms = std::max(now_ms, s.next_step_ms + 1000.0 / s.document.settings.pace);
        s.pending_steps = 1;
    }
    if (s.session == nullptr || (!s.session->busy() && s.pending_steps == 0 && !s.pending_share)) return false;
    s.settle();
    if (s.session->busy() && s.session->advance(budget_ms)) s.published();
    s.settle();
    s.update_progress();
    ++s.state_revision;
    return true;
}

double App::next_work_ms(double now_ms) const {
    const State& s = *state_;
    if (s.session == nullptr) return -1;
    if (s.session->busy() || s.pending_steps > 0 || s.pending_share) return 0;
    if (s.playing) return std::max(0.0, s.next_step_ms - now_ms);
    return -1;
}

std::vector<Effect> App::take_effects() {
    return std::exchange(state_->effects, {});
}
bool App::has_effects() const {
    return !state_->effects.empty();
}

// ---- state

const Settings& App::settings() const {
    return state_->document.settings;
}
const Strings& App::strings() const {
    return state_->strings();
}
Language App::language() const {
    const Language chosen = settings().language;
    return chosen == Language::automatic ? state_->environment.language : chosen;
}
bool App::dark() const {
    const Theme theme = settings().theme;
    return theme == Theme::automatic ? state_->environment.dark : theme == Theme::dark;
}
bool App::reduced_motion() const {
    const Motion motion = settings().motion;
    return motion == Motion::automatic ? state_->environment.reduced_motion : motion == Motion::reduced;
}
const Hover& App::hover() const {
    return state_->hover;
}
Selection App::selection() const {
    return state_->selection();
}
std::span<const Notice> App::notices() const {
    return state_->notices;
}
const Progress& App::progress() const {
    return state_->progress;
}
Verdict App::verdict() const {
    return state_->verdict;
}
bool App::playing() const {
    return state_->playing;
}
bool App::can_undo() const {
    return !state_->undo.empty();
}
bool App::can_redo() const {
    return !state_->redo.empty();
}
bool App::can_step() const {
    return state_->ready();
}
bool App::can_step_back() const {
    return !state_->document.taken.empty();
}
const std::string& App::field_text() const {
    return state_->field_text;
}
const std::vector<std::int32_t>& App::taken() const {
    return state_->document.taken;
}
std::string App::link() const {
    return state_->link();
}
std::string App::checksum() const {
    return state_->checksum;
}
std::span<const Sample> App::samples() const {
    return state_->samples;
}
const ModelInfo* App::model() const {
    return state_->session == nullptr ? nullptr : &state_->info;
}
std::span<const TokenInfo> App::tokens() const {
    return state_->tokens;
}
int App::dropped_tokens() const {
    return state_->session == nullptr ? 0 : state_->session->shown().dropped;
}
std::uint64_t App::pass_revision() const {
    return state_->pass_revision;
}
std::uint64_t App::state_revision() const {
    return state_->state_revision;
}
std::int64_t App::rows_computed() const {
    return state_->session == nullptr ? 0 : state_->session->rows_computed();
}

std::string App::golden_hash() const { return model::hash_text(model::golden_hash(state_->compute)); }

std::string App::token_text(std::int32_t id) const {
    const text::Tokenizer* tokenizer = state_->session == nullptr ? nullptr : state_->session->tokenizer();
    if (tokenizer == nullptr || id < 0 || id >= tokenizer->vocab_size()) return "#" + std::to_string(id);
    return tokenizer->display(id);
}

const Strings& App::State::strings() const {
    const Language chosen = document.settings.language;
    return (chosen == Language::automatic ? environment.language : chosen) == Language::tr ? tr : en;
}

std::string App::State::link() const {
    return encode_link(document.settings, document.taken, ready() ? checksum : "");
}

model::Sampling App::State::sampling() const {
    const Settings& s = document.settings;
    return {s.temperature, s.top_k, s.top_p};
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
        notify_key(Severity::warning, warning.key, {{"what", what}, {"value", warning.value}});
    }
}

// ---- text and passes

void App::State::rebuild_field_text() {
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
}

void App::State::published() {
    ++pass_revision;
    rebuild_tokens();
    stats.assign(static_cast<std::size_t>(info.layers * info.heads), std::nullopt);
    distribution_key.clear();
    cell_key.clear();
    matrix_cell_key.clear();
    checksum = tokens.empty() ? "" : checksum_of(session->logits(session->positions() - 1));
    if (!tokens.empty() && (document.settings.layer < 0 || document.settings.layer >= info.layers ||
                            document.settings.head >= info.heads)) {
        choose_head();
    }
    if (verdict == Verdict::pending && ready()) {
        verdict = checksum == expected ? Verdict::reproduced : Verdict::differs;
    }
}

// The head that shows most on this prompt: the best at induction, or else the sharpest that does not rest on the first
// token. Written into the settings, so that the link shows the same head.
void App::State::choose_head() {
    constexpr float kClearInduction = 0.2F;
    float best_induction = kClearInduction, best_sharpness = -1;
    std::pair<int, int> induction{-1, -1}, sharpest{0, 0};
    for (int layer = 0; layer < info.layers; ++layer) {
        for (int head = 0; head < info.heads; ++head) {
            const interpret::HeadStats& s = *head_stats(layer, head);
            if (s.induction > best_induction) best_induction = s.induction, induction = {layer, head};
            const float sharpness = (1 - s.first) * (1 - s.entropy) * (1 - s.self);
            if (sharpness > best_sharpness) best_sharpness = sharpness, sharpest = {layer, head};
        }
    }
    const auto [layer, head] = induction.first >= 0 ? induction : sharpest;
    document.settings.layer = layer;
    document.settings.head = head;
}

void App::State::settle() {
    if (session == nullptr || session->busy()) return;
    if (session->positions() == 0) pending_steps = 0;  // nothing to continue
    if (pending_steps > 0) {
        --pending_steps;
        step(playing ? "play" : "step");
        return;
    }
    if (pending_share) {
        pending_share = false;
        effects.push_back({Effect::Kind::copy_link, "", "text/plain", link()});
        notify_key(Severity::info, "notice.link_copied");
    }
    if (!touched || playing) return;
    if (std::string fragment = link(); fragment != last_fragment) {
        last_fragment = fragment;
        effects.push_back({Effect::Kind::set_fragment, "", "", std::move(fragment)});
    }
}

void App::State::update_progress() {
    if (external.activity != Activity::empty) {
        progress = external;
    } else if (session == nullptr) {
        progress = {};
    } else if (session->busy()) {
        progress = {playing ? Activity::generating : Activity::computing, session->fraction(), "progress.compute"};
    } else {
        progress = {playing ? Activity::generating : Activity::idle, 1, ""};
    }
}

void App::State::load_model(const LoadModel& command) {
    external = {};
    auto loaded = Session::load(compute, command.name, command.files);
    if (!loaded.has_value()) {
        notify_key(Severity::error, "notice.model_failed", {{"detail", loaded.error().message}});
        if (session != nullptr) notify_key(Severity::info, "notice.model_kept");
        return;
    }
    const bool first = session == nullptr;
    session = std::move(*loaded);
    info = info_of(*session);
    tokens.clear();
    checksum.clear();
    undo.clear();
    redo.clear();
    playing = false;
    pending_steps = 0;
    Settings& settings = document.settings;
    if (!first) {
        document.taken.clear();
        verdict = Verdict::none;
        settings.layer = settings.head = settings.query = settings.key = settings.row = settings.column = -1;
        notify_key(Severity::info, "notice.model_loaded", {{"name", info.name}});
    } else if (settings.model != info.name) {
        notify_key(Severity::warning, "notice.link_model", {{"value", settings.model}, {"what", info.name}});
    }
    settings.model = info.name;
    settings.rung = info.name == Settings().model ? Rung::small : Rung::own;
    if (!info.has_text) notify_key(Severity::warning, "notice.needs_tokenizer");
    drop_unknown_tokens();
    published();
    refresh();
}

}  // namespace headlight::app
