// The architecture exhibit: its configuration, and the generation loop that the loaded model runs.
#include <algorithm>

#include "app/app_state.h"
#include "text/tokenizer.h"

namespace headlight::app {
namespace {

constexpr std::string_view kSizes[] = {"alayers", "aheads", "awidth", "acontext", "avocab", "amlp", "abias", "atied"};
constexpr std::string_view kLoaded = "loaded";
constexpr std::size_t kOfferedHeads = 6;

std::vector<std::int32_t> encode(const Session& session) {
    const text::Tokenizer* tokenizer = session.tokenizer();
    return tokenizer == nullptr ? std::vector<std::int32_t>() : tokenizer->encode(kLoopText);
}

bool gives_seed_ids(const Session& session) {
    return std::ranges::equal(encode(session), kLoopIds);
}

}  // namespace

bool is_architecture_key(std::string_view key) {
    return std::ranges::find(kSizes, key) != std::end(kSizes);
}

model::GptConfig architecture_config(const Settings& s) {
    model::GptConfig config;
    config.layers = s.arch_layers;
    config.heads = s.arch_heads;
    config.d_model = s.arch_width;
    config.context = s.arch_context;
    config.vocab = s.arch_vocabulary;
    config.d_mlp = s.arch_mlp == 0 ? 4 * s.arch_width : s.arch_mlp;
    config.qkv_bias = s.arch_qkv_bias;
    config.tied_head = s.arch_tied;
    return config;
}

void set_architecture_config(Settings& s, const model::GptConfig& config) {
    s.arch_layers = config.layers;
    s.arch_heads = config.heads;
    s.arch_width = config.d_model;
    s.arch_context = config.context;
    s.arch_vocabulary = config.vocab;
    s.arch_mlp = config.d_mlp == 4 * config.d_model ? 0 : config.d_mlp;
    s.arch_qkv_bias = config.qkv_bias;
    s.arch_tied = config.tied_head;
}

// ---- the configuration

// An impossible one is kept as a draft beside the last good one, so that d and heads can be changed one after another.
void App::State::set_architecture(const std::string& key, const std::string& value) {
    Settings changed = document.settings;
    if (draft_holds()) set_architecture_config(changed, draft);
    Warnings warnings;
    set_field(changed, key, value, warnings);
    warn(warnings);
    if (key == "awidth") changed.arch_mlp = 0;
    const model::GptConfig config = architecture_config(changed);
    if (model::impossible(config) != model::Impossible::no) {
        draft = config;
        draft_of = architecture_config(document.settings);
        return;
    }
    draft_of.reset();
    edit("set:" + key, [&](Document& d) { set_architecture_config(d.settings, config); });
}

// A draft belongs to the configuration that it was made from: a link, undo or a preset leave it behind.
bool App::State::draft_holds() const {
    return draft_of.has_value() && *draft_of == architecture_config(document.settings);
}

Architecture App::State::architecture() const {
    const Settings& s = document.settings;
    Architecture shown{architecture_config(s), architecture_config(s), "", s.arch_tokens};
    if (!draft_holds()) return shown;
    shown.draft = draft;
    if (model::impossible(draft) != model::Impossible::heads) {
        shown.problem = strings()("architecture.too_large");
        return shown;
    }
    std::string offered;
    for (const int heads : model::possible_heads(draft.d_model, draft.heads, kOfferedHeads))
        offered += (offered.empty() ? "" : ", ") + std::to_string(heads);
    shown.problem = strings()("architecture.bad_heads", {{"heads", count_text(draft.heads, strings())},
                                                         {"width", count_text(draft.d_model, strings())},
                                                         {"offered", offered}});
    return shown;
}

std::vector<ArchitecturePreset> App::State::architecture_presets() const {
    const model::GptConfig now = architecture_config(document.settings);
    std::vector<ArchitecturePreset> all;
    const auto add = [&](std::string id, std::string name, const model::GptConfig& config) {
        all.push_back({std::move(id), std::move(name), config, !draft_holds() && model::same_sizes(config, now)});
    };
    for (const model::KnownConfig& known : model::known_configs()) {
        const std::string id(known.name);
        add(id, std::string(strings()("architecture.preset." + id)), known.config);
    }
    if (session != nullptr && info.name != Settings().model)
        add(std::string(kLoaded), strings()("architecture.preset.loaded", {{"name", info.name}}),
            session->gpt().config());
    return all;
}

void App::State::use_architecture(const std::string& id) {
    for (const ArchitecturePreset& preset : architecture_presets()) {
        if (preset.id != id) continue;
        draft_of.reset();
        edit("architecture:" + id, [&](Document& d) { set_architecture_config(d.settings, preset.config); });
    }
}

void App::State::open_architecture(bool open) {
    playing = loop_playing = false;
    pending_steps = 0;
    edit("view", [&](Document& d) {
        d.settings.architecture = open;
        d.settings.stage = Stage::none;
    });
}

// ---- the generation loop

// The loaded model if its tokenizer gives GPT-2's ids, else the one that comes with the program, else what there is.
const Session* App::State::loop_session() const {
    for (const Session* each : {session.get(), parked.get()}) {
        if (each != nullptr && gives_seed_ids(*each)) return each;
    }
    for (const Session* each : {session.get(), parked.get()}) {
        if (each != nullptr && each->name() == Settings().model) return each;
    }
    return session.get();
}

// Begins the loop that the document asks for; called after every command.
void App::State::refresh_loop() {
    if (!in_loop()) {
        loop_playing = false;
        return;
    }
    const Session* runs = loop_session();
    if (runs == nullptr) {
        loop.reset();
        return fetch(Settings().model);
    }
    const int most = runs->gpt().config().context;
    const int wanted = document.settings.loop_context == 0 ? most : std::min(document.settings.loop_context, most);
    if (loop != nullptr && &loop->gpt() == &runs->gpt() && loop->context_size() == wanted) return;
    std::vector<std::int32_t> ids = encode(*runs);
    if (ids.empty()) ids.assign(kLoopIds.begin(), kLoopIds.end());
    const auto beyond = [&](std::int32_t id) { return id >= runs->gpt().config().vocab; };
    loop.reset();
    if (std::ranges::any_of(ids, beyond)) return;  // no tokenizer, and too few tokens for GPT-2's ids
    loop = std::make_unique<GenerationLoop>(compute, runs->gpt(), std::move(ids), wanted);
}

// Before a session goes.
void App::State::drop_loop(const Session* of) {
    if (loop != nullptr && of != nullptr && &loop->gpt() == &of->gpt()) loop.reset();
}

bool App::State::loop_busy() const {
    return in_loop() && loop != nullptr && !loop->done();
}

// How many lines can be shown: those of complete turns.
int App::State::loop_lines() const {
    return loop == nullptr ? 0 : static_cast<int>(loop->steps().size()) * kLoopLines;
}

// Where the loop ends: earlier when the model gave no numbers.
int App::State::last_line() const {
    return loop != nullptr && loop->done() ? loop_lines() : kLoopEnd;
}

bool App::State::advance_loop(double budget_ms) {
    bool changed = loop_busy() && loop->advance(budget_ms);
    if (!in_loop() || !loop_playing || now_ms < next_line_ms) return changed;
    const int line = document.settings.loop;
    if (line >= last_line()) {
        loop_playing = false;
        settle();  // the address follows
        return true;
    }
    if (line >= loop_lines()) return changed;
    next_line_ms = std::max(now_ms, next_line_ms + 1000.0 / static_cast<double>(document.settings.pace));
    go_to_line(line + 1);
    return true;
}

void App::State::go_to_line(int line) {
    edit("view", [&](Document& d) { d.settings.loop = std::clamp(line, 0, last_line()); });
}

void App::State::play_loop() {
    if (document.settings.loop >= last_line()) go_to_line(0);
    loop_playing = true;
    next_line_ms = now_ms;
}

std::optional<LoopView> App::State::loop_view() const {
    if (loop == nullptr) return std::nullopt;
    const Session* runs = loop_session();
    if (runs == nullptr || &runs->gpt() != &loop->gpt()) return std::nullopt;
    const int line = document.settings.loop;
    const int turn = line == 0 ? 0 : (line - 1) / kLoopLines;
    const int lines = line - turn * kLoopLines;
    return LoopView{*loop,
                    runs->name(),
                    gives_seed_ids(*runs),
                    runs->tokenizer() != nullptr,
                    turn,
                    lines,
                    std::min(loop->typed() + line / kLoopLines, static_cast<int>(loop->ids().size())),
                    loop_playing};
}

std::string App::State::loop_token(std::int32_t id) const {
    const Session* runs = loop_session();
    const text::Tokenizer* tokenizer = runs == nullptr ? nullptr : runs->tokenizer();
    if (tokenizer == nullptr || id < 0 || id >= tokenizer->vocab_size()) return "#" + std::to_string(id);
    return tokenizer->display(id);
}

}  // namespace headlight::app
