#include "app/app.h"

#include <algorithm>

#include "app/app_state.h"
#include "base/json.h"
#include "base/stopwatch.h"
#include "model/logits_hash.h"
#include "text/tokenizer.h"

#include <nlohmann/json.hpp>

namespace headlight::app {
namespace {

Result<std::vector<Sample>> read_list(const nlohmann::json& document, const char* name) {
    const auto list = document.find(name);
    if (list == document.end() || !list->is_array() || list->empty()) {
        return invalid("prompts.json must be an object with a list \"" + std::string(name) + "\" that is not empty.");
    }
    std::vector<Sample> samples;
    for (const auto& entry : *list) {
        const bool whole = entry.is_object() && entry.contains("id") && entry["id"].is_string() &&
                           entry.contains("text") && entry["text"].is_string();
        if (!whole) return invalid("An entry of prompts.json lacks \"id\" or \"text\".");
        samples.push_back({entry["id"].get<std::string>(), entry["text"].get<std::string>()});
    }
    return samples;
}

}  // namespace

App::App(std::unique_ptr<State> state) : state_(std::move(state)) {}
App::~App() = default;

Result<std::unique_ptr<App>> App::create(AppOptions options) {
    auto state = std::make_unique<State>(std::max(1, options.threads));
    state->measure_machine = std::move(options.machine);
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
    const auto document = read_json(prompts);
    if (!document.is_object()) return invalid("prompts.json must be an object.");
    ASSIGN_OR_RETURN(state->samples, read_list(document, "prompts"));
    ASSIGN_OR_RETURN(state->sentences, read_list(document, "sentences"));
    ASSIGN_OR_RETURN(state->score_texts, read_list(document, "scores"));
    const auto opening = document.find("opening");
    const bool chosen = opening != document.end() && opening->is_string();
    state->opening = chosen ? opening->get<std::string>() : state->samples.front().id;
    state->tr.set_fallback(state->en);
    if (const auto tutorial = options.assets.find("tutorial/tutorial.json"); tutorial != options.assets.end()) {
        RETURN_IF_ERROR(state->load_tutorial(tutorial->second));
    }
    const auto font = [&](const char* name) { return asset(name).value_or(""); };
    state->letters =
        Lettering::create({font("fonts/ui.ttf"), font("fonts/ui-semibold.ttf"), font("fonts/symbols.ttf")});
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
    state_->ensure_model();
    state_->refresh_loop();
    state_->settle();
    state_->update_progress();
    ++state_->state_revision;
    return true;
}

void App::State::tell(bool news) {
    constexpr double kProgressMs = 100;
    if (!news && now_ms - told_ms < kProgressMs) return;
    told_ms = now_ms;
    ++(news ? state_revision : progress_revision);
}

bool App::advance(double now_ms, double budget_ms) {
    State& s = *state_;
    s.now_ms = now_ms;
    const Stopwatch watch;
    const std::uint64_t before = s.pass_revision;
    bool changed = false;
    for (bool again = true; again;) {
        const bool paced = s.pace_steps();
        if (!s.working() && s.pending_steps == 0 && !s.pending_share) break;
        s.settle();
        s.work(std::max(0.0, budget_ms - watch.ms()));
        s.settle();
        changed = true;
        again = paced && watch.ms() < budget_ms;  // fast play: several tokens between two frames
    }
    if (s.advance_laboratory(std::max(0.0, budget_ms - watch.ms()))) changed = true;
    bool news = s.pass_revision != before;
    if (s.advance_learning(budget_ms)) news = true;
    if (s.advance_loop(budget_ms)) news = true;
    if (!changed && !news) return false;
    s.update_progress();
    s.tell(news || next_work_ms(now_ms) != 0);
    return true;
}

double App::next_work_ms(double now_ms) const {
    const State& s = *state_;
    const bool waits = s.gpt_rung() && s.session == nullptr;
    if (!waits && (s.working() || s.pending_steps > 0 || (s.pending_share && s.ready()))) return 0;
    if (s.loop_busy() || s.laboratory_wants_work()) return 0;
    double next = -1;
    if (s.loop_playing) next = std::max(0.0, s.next_line_ms - now_ms);
    if (s.playing) next = std::max(0.0, s.next_step_ms - now_ms);
    const bool may_learn = s.rung() == Rung::tutorial && s.learning != nullptr && s.visible;
    const double learns = may_learn ? s.learning->next_work_ms(now_ms) : -1;
    if (learns >= 0) next = next < 0 ? learns : std::min(next, learns);
    return next;
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
    return state_->in_loop() ? state_->loop_playing : state_->playing;
}
bool App::can_undo() const {
    return !state_->undo.empty();
}
bool App::can_redo() const {
    return !state_->redo.empty();
}
bool App::ready() const {
    const State& s = *state_;
    if (s.models_shown()) return true;
    if (s.gpt_rung()) return s.gpt_ready();
    return s.rung() == Rung::tutorial ? s.tutorial.has_value() : s.translator != nullptr;
}
bool App::can_step() const {
    const State& s = *state_;
    if (settings().architecture) return s.in_loop() && s.loop != nullptr && settings().loop < s.last_line();
    if (s.rung() == Rung::tutorial) return s.tutorial.has_value() && settings().step < interpret::Tutorial::kSteps;
    return s.rung() == Rung::translate ? !s.target_tokens.empty() && !s.translation.ended : s.gpt_ready();
}
bool App::can_step_back() const {
    const State& s = *state_;
    if (settings().architecture) return s.in_loop() && settings().loop > 0;
    if (s.rung() == Rung::tutorial) return settings().step > 1;
    return s.rung() == Rung::translate ? s.target_tokens.size() > 1 : !s.document.taken.empty();
}
Architecture App::architecture() const {
    return state_->architecture();
}
std::vector<ArchitecturePreset> App::architecture_presets() const {
    return state_->architecture_presets();
}
bool App::in_loop() const {
    return state_->in_loop();
}
std::optional<LoopView> App::loop() const {
    return state_->loop_view();
}
std::string App::loop_token(std::int32_t id) const {
    return state_->loop_token(id);
}
const Question* App::question() const {
    return state_->question.has_value() ? &*state_->question : nullptr;
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
    return state_->rung_checksum();
}
std::span<const Sample> App::samples() const {
    return state_->rung() == Rung::translate ? state_->sentences : state_->samples;
}
const ModelInfo* App::model() const {
    return state_->model();
}
std::span<const TokenInfo> App::tokens() const {
    return state_->rung_tokens();
}
std::span<const TokenInfo> App::query_tokens() const {
    return state_->query_tokens();
}
std::span<const TokenInfo> App::key_tokens() const {
    return state_->key_tokens();
}
std::span<const TokenInfo> App::source_tokens() const {
    return state_->source_tokens;
}
bool App::causal() const {
    return state_->gpt_rung() || settings().part == Part::decoder;
}
const Translation* App::translation() const {
    return state_->rung() == Rung::translate ? &state_->translation : nullptr;
}
const interpret::Tutorial* App::tutorial() const {
    return state_->tutorial.has_value() ? &*state_->tutorial : nullptr;
}
const interpret::Sheet* App::sheet() const {
    return state_->sheet();
}
const Learning* App::learning() const {
    return state_->learning.get();
}
bool App::learning_plays() const {
    return state_->learning != nullptr && state_->learning->playing();
}
int App::dropped_tokens() const {
    return state_->session == nullptr || !state_->gpt_rung() ? 0 : state_->session->shown().dropped;
}
std::uint64_t App::pass_revision() const {
    return state_->pass_revision;
}
std::uint64_t App::state_revision() const {
    return state_->state_revision;
}
std::uint64_t App::progress_revision() const {
    return state_->progress_revision;
}
std::int64_t App::rows_computed() const {
    const State& s = *state_;
    return (s.session == nullptr ? 0 : s.session->rows_computed()) +
           (s.translator == nullptr ? 0 : s.translator->rows_computed());
}

std::string App::golden_hash(kernels::WeightFormat format, std::string_view kernels) const {
    const kernels::Kernels* named = kernels::find(kernels);
    if (named == nullptr) return {};
    return model::hash_text(model::golden_hash(kernels::Compute(state_->compute.pool().threads(), *named), format));
}
std::string_view App::kernels() const {
    return state_->compute.kernels().name;
}

std::string App::token_text(std::int32_t id) const {
    const State& s = *state_;
    const text::Tokenizer* tokenizer = s.session == nullptr ? nullptr : s.session->tokenizer();
    if (s.rung() == Rung::translate) tokenizer = s.translator == nullptr ? nullptr : &s.translator->tokenizer();
    if (tokenizer == nullptr || id < 0 || id >= tokenizer->vocab_size()) return "#" + std::to_string(id);
    return tokenizer->display(id);
}

}  // namespace headlight::app
