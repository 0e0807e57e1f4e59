#include "app/app.h"

#include <algorithm>

#include "app/app_state.h"
#include "model/logits_hash.h"
#include "text/tokenizer.h"

#include <nlohmann/json.hpp>

namespace headlight::app {
namespace {

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

std::string App::golden_hash() const {
    return model::hash_text(model::golden_hash(state_->compute));
}

std::string App::token_text(std::int32_t id) const {
    const text::Tokenizer* tokenizer = state_->session == nullptr ? nullptr : state_->session->tokenizer();
    if (tokenizer == nullptr || id < 0 || id >= tokenizer->vocab_size()) return "#" + std::to_string(id);
    return tokenizer->display(id);
}

}  // namespace headlight::app
