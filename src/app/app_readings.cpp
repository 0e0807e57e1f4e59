// What is read from the run that is shown: odds, lens, attribution, surprise, and patching.
#include <algorithm>

#include "app/app_state.h"
#include "interpret/surprise.h"
#include "text/tokenizer.h"

namespace headlight::app {
namespace {

using interpret::Intervention;

constexpr int kLensRows = 8;  // cells of the lens in one slice: they read the head's weights once

}  // namespace

Odds odds_between(std::span<const float> now, std::span<const float> against, std::span<const float> before,
                  const Settings& settings) {
    const auto chosen = [&](int wanted, std::int32_t otherwise) {
        return wanted >= 0 && static_cast<std::size_t>(wanted) < before.size() ? wanted : otherwise;
    };
    const std::vector<std::int32_t> best = most_likely(before, 2);
    const std::int32_t first = best[0];
    const auto there = static_cast<std::int32_t>(std::ranges::max_element(against) - against.begin());
    Odds odds;
    odds.token = chosen(settings.token, first);
    odds.rival = chosen(settings.rival, odds.token != first ? first : there != first ? there : best[1]);
    const auto difference = [&](std::span<const float> logits) {
        return logits[static_cast<std::size_t>(odds.token)] - logits[static_cast<std::size_t>(odds.rival)];
    };
    odds.now = difference(now);
    odds.baseline = difference(against);
    return odds;
}

const Laboratory& App::State::laboratory() const {
    if (rung() == Rung::translate) return translation_laboratory();
    Laboratory& v = lab.view;
    const bool there = gpt_rung() && session != nullptr && !tokens.empty();
    const int target = there ? selection().target : -1;
    const Settings& s = document.settings;
    const LaboratoryState::ViewKey key{lab.revision, pass_revision, target,     s.token,
                                       s.rival,      s.language,    lab.busy(), interpret::Part::gpt};
    if (key == lab.view_key) return v;
    lab.view_key = key;
    v = {};
    if (!there) return v;
    for (std::size_t i = 0; i < lab.list.size(); ++i) {
        const Intervention& item = lab.list[i];
        const bool of_head = item.target == interpret::Target::head && item.change != interpret::Change::swap;
        v.changes.push_back({interpret::to_text(item), change_label(item), i < lab.reasons.size() ? lab.reasons[i] : "",
                             item.layer, of_head ? item.index : -1});
    }
    v.changed = lab.changed();
    v.other_why = lab.other_why;
    v.other_ids = lab.other_ids;
    if (target < 0 || info.vocabulary < 2) return v;
    const std::span<const float> before = session->logits(target);
    v.pair = pair();
    v.pair_why = lab.pair_why;
    const bool prompts = v.pair == Pair::prompts;
    if (prompts) v.other_position = other_position(target);
    const std::span<const float> against = prompts ? lab.run->other_logits(v.other_position) : before;
    v.odds = odds_between(logits(target), against, before, s);
    if (v.pair == Pair::none) return v;
    v.baseline.resize(against.size());
    compute.kernels().softmax(v.baseline.data(), against.data(), info.vocabulary);
    return v;
}

// "head 3.2 off", in the language in use.
std::string App::State::change_label(const Intervention& item) const {
    using interpret::Change, interpret::Target;
    static constexpr std::string_view kChanges[] = {"off",    "mean",  "scale", "paint", "paint",
                                                    "freeze", "patch", "swap",  "drop"};
    static constexpr std::string_view kTargets[] = {"head", "attention", "mlp", "neuron", "residual", "position"};
    static constexpr std::string_view kPresets[] = {"cells", "uniform", "previous", "first", "self", "copy"};
    const std::string where = strings()("lab.at." + std::string(kTargets[static_cast<std::size_t>(item.target)]),
                                        {{"layer", std::to_string(item.layer)}, {"index", std::to_string(item.index)}});
    const bool swaps = item.change == Change::swap && session->tokenizer() != nullptr &&
                       item.token < session->tokenizer()->vocab_size();
    const std::string preset(strings()("lab.preset." + std::string(kPresets[static_cast<std::size_t>(item.preset)])));
    const std::string all(strings()("lab.all"));
    std::string change =
        strings()("lab.do." + std::string(kChanges[static_cast<std::size_t>(item.change)]),
                  {{"where", where},
                   {"factor", fixed_text(static_cast<double>(item.factor), 2, strings())},
                   {"preset", preset},
                   {"position", item.position < 0 ? all : std::to_string(item.position)},
                   {"token", swaps ? session->tokenizer()->display(item.token) : "#" + std::to_string(item.token)}});
    if (item.part == interpret::Part::gpt) return change;
    static constexpr std::string_view kParts[] = {"", "encoder", "decoder", "cross"};
    const std::string part(strings()("lab.part." + std::string(kParts[static_cast<std::size_t>(item.part)])));
    return strings()("lab.of_part", {{"part", part}, {"change", change}});
}

// Whether work beside the passes is wanted now.
bool App::State::laboratory_wants_work() const {
    if (!gpt_rung() || !gpt_ready()) return false;
    if (lab.sweeping) return true;
    const Settings& s = document.settings;
    if (s.surprise && lab.bits_revision != pass_revision) return true;
    if (wants_sample()) return true;
    if (s.bottom == Bottom::space && wanted_space() != lab.space_key) return true;
    return s.bottom == Bottom::lens && (lab.lens == nullptr || lab.lens_revision != pass_revision || !lab.lens->done());
}

bool App::State::advance_laboratory(double budget_ms) {
    if (!laboratory_wants_work()) return false;
    const Settings& s = document.settings;
    if (lab.sweeping) {
        lab.sweeping = !lab.sweep->advance(budget_ms);
        return true;
    }
    if (s.surprise && lab.bits_revision != pass_revision) {
        if (!(lab.changed() ? lab.run->ask_all_logits() : session->ask_all_logits())) return true;
        const std::vector<std::int32_t>& ids = session->shown().ids;
        const interpret::Matrix all{logits(0).data(), static_cast<int>(ids.size()), info.vocabulary, info.vocabulary,
                                    1};
        lab.bits = interpret::token_surprise(ids, all);
        lab.bits_revision = pass_revision;
        return true;
    }
    if (wants_sample()) {
        advance_sample(budget_ms);
        return true;
    }
    if (s.bottom == Bottom::space) {
        advance_space();
        return true;
    }
    if (lab.lens == nullptr || lab.lens_revision != pass_revision) {
        lab.lens = std::make_unique<interpret::LogitLens>(compute, session->gpt(), trace(), session->shown().ids);
        lab.lens_revision = pass_revision;
    }
    lab.lens->advance(kLensRows);
    return true;
}

void App::State::run_sweep() {
    if (!gpt_rung() || !gpt_ready()) return;
    if (lab.other_ids.empty()) return notify_key(Severity::info, "lab.idle.other");
    const interpret::PatchSweep::Prompts prompts = sweep_prompts();
    if (lab.run == nullptr) lab.run = std::make_unique<ChangedRun>(compute, *session);
    if (!lab.run->affordable(session->positions())) return notify_key(Severity::warning, "lab.idle.memory");
    auto made = interpret::PatchSweep::create(compute, session->gpt(), prompts, document.settings.sweep);
    if (!made.has_value()) {
        notify_key(Severity::warning, "lab.sweep.failed", {{"detail", made.error().message}});
        return;
    }
    lab.sweep = std::move(*made);
    lab.sweep_of = prompts;
    lab.sweeping = true;
}

// The other prompt is the clean one: what of its answer comes back here?
interpret::PatchSweep::Prompts App::State::sweep_prompts() const {
    const Settings& s = document.settings;
    return {lab.other_ids, session->shown().ids, s.token, s.rival};
}

// A map of other prompts, tokens or activations than those that are chosen now would be read as one of these.
void App::State::drop_stale_sweep() {
    if (lab.sweep == nullptr || session == nullptr) return;
    if (lab.sweep_of == sweep_prompts() && lab.sweep->result().kind == document.settings.sweep) return;
    lab.sweep.reset();
    lab.sweeping = false;
}

const interpret::Attribution& App::State::attribution() const {
    const Laboratory& v = laboratory();
    const int target = selection().target;
    if (v.odds.token < 0 || !gpt_rung() || !gpt_ready()) {
        lab.parts = {};
        lab.parts_key.reset();
        return lab.parts;
    }
    if (lab.parts_key == lab.view_key) return lab.parts;  // another `compare` is another pass_revision
    lab.parts_key = lab.view_key;
    const bool baseline = !v.changed || document.settings.compare == Compare::baseline;
    if (baseline) {
        (void)session->logits(target);
    } else {
        (void)lab.run->logits(target);
    }
    lab.parts = interpret::attribute(compute, session->gpt(), trace(), {target, v.odds.token, v.odds.rival, !baseline});
    return lab.parts;
}

// ---- for panels

const Laboratory& App::laboratory() const {
    return state_->laboratory();
}
bool App::shows_difference() const {
    return state_->shows_difference();
}
std::span<const float> App::surprise() const {
    const LaboratoryState& l = state_->lab;
    return l.bits_revision == state_->pass_revision && settings().surprise ? std::span<const float>(l.bits)
                                                                           : std::span<const float>();
}
const interpret::LogitLens* App::lens() const {
    const LaboratoryState& l = state_->lab;
    return l.lens != nullptr && l.lens_revision == state_->pass_revision ? l.lens.get() : nullptr;
}
const interpret::Attribution& App::attribution() const {
    return state_->attribution();
}
const interpret::Sweep* App::sweep() const {
    return state_->lab.sweep == nullptr ? nullptr : &state_->lab.sweep->result();
}
bool App::sweeping() const {
    return state_->lab.sweeping;
}

}  // namespace headlight::app
