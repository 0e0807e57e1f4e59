// Changes in the GPT: the list, what of it is in force, and which run is shown.
#include <algorithm>
#include <array>

#include "app/app_state.h"
#include "base/check.h"

namespace headlight::app {

using interpret::Intervention;

std::string fault_text(const Strings& strings, const interpret::Fault& fault) {
    std::string word(fault.word);
    std::ranges::replace(word, ' ', '_');
    const std::string_view what = word.empty() ? std::string_view() : strings("lab.word." + word);
    std::array<Strings::Hole, 4> holes{Strings::Hole{"what", what}};
    CHECK(fault.values.size() < holes.size());
    for (std::size_t i = 0; i < fault.values.size(); ++i) holes[i + 1] = fault.values[i];
    return strings("lab.idle." + std::string(fault.key), {holes[0], holes[1], holes[2], holes[3]});
}

// ---- the list

// Reads Settings::changes and the other prompt, and tells the run. Called when they or the text changed.
void App::State::refresh_changes() {
    if (session == nullptr || session->passing() || session->positions() == 0) return;  // published() comes again
    const Settings& s = document.settings;
    LaboratoryState& l = lab;
    ++l.revision;
    l.list = interpret::parse_interventions(s.changes).good;
    l.other_ids = s.other.empty() ? std::vector<std::int32_t>() : session->make_text(s.other, {}).ids;
    drop_stale_sweep();
    l.other_why.clear();
    const bool differs = static_cast<int>(l.other_ids.size()) != session->positions();
    if (!l.other_ids.empty() && differs) l.other_why = other_length();
    if (l.run == nullptr) {
        if (l.list.empty() && !wants_other()) return;
        l.run = std::make_unique<ChangedRun>(compute, *session);
    }
    const bool was = l.changed(), had_other = l.has_other();
    std::vector<Intervention> used;
    l.reasons.clear();
    for (const Intervention& item : l.list) {
        l.reasons.push_back(why_idle(item));
        if (l.reasons.back().empty()) used.push_back(item);
    }
    tell_misfits();
    l.pair_why.clear();
    const bool room = l.run->affordable(std::max(session->positions(), static_cast<int>(l.other_ids.size())));
    if (wants_other() && !room) l.pair_why = strings()("lab.idle.memory");
    const bool reads = interpret::needs_other_run(used) || (wants_other() && room);
    l.run->want(std::move(used), reads ? l.other_ids : std::vector<std::int32_t>());
    const bool differs_now = l.has_other() && s.compare == Compare::other;
    if (!l.run->busy() && (was || l.changed() || had_other != l.has_other() || differs_now)) changes_published();
}

// Why a change does nothing on this text; "" when it does.
std::string App::State::why_idle(const Intervention& item) const {
    const bool reads = interpret::needs_other_run(std::span(&item, 1));
    const int longer = std::max(session->positions(), reads ? static_cast<int>(lab.other_ids.size()) : 0);
    if (!lab.run->affordable(longer)) return std::string(strings()("lab.idle.memory"));
    const auto fitting = interpret::fitting(std::span(&item, 1), session->gpt().config(), session->positions());
    if (!fitting.bad.empty()) return fault_text(strings(), fitting.bad.front().fault);
    if (!reads) return "";
    if (lab.other_ids.empty()) return std::string(strings()("lab.idle.other"));
    const bool behind = item.position >= static_cast<int>(lab.other_ids.size());
    return behind ? other_length() : "";
}

std::string App::State::other_length() const {
    return strings()("lab.other.length",
                     {{"other", std::to_string(lab.other_ids.size())}, {"own", std::to_string(session->positions())}});
}

// Layers, heads and tokens that the model does not have are told once; what only waits for a longer text is not.
void App::State::tell_misfits() {
    if (lab.told == document.settings.changes) return;
    lab.told = document.settings.changes;
    const model::GptConfig& config = session->gpt().config();
    tell_bad(interpret::fitting(lab.list, config, config.context).bad);
}

void App::State::tell_bad(std::span<const interpret::BadIntervention> all) {
    for (const interpret::BadIntervention& bad : all) {
        notify_key(Severity::warning, "notice.bad_change",
                   {{"what", bad.item}, {"value", fault_text(strings(), bad.fault)}});
    }
}

std::string Settings::* App::State::changes_field() const {
    return rung() == Rung::translate ? &Settings::translator_changes : &Settings::changes;
}

interpret::ModelKind App::State::changes_kind() const {
    return rung() == Rung::translate ? interpret::ModelKind::encoder_decoder : interpret::ModelKind::gpt;
}

interpret::Part App::State::changes_part() const {
    if (rung() != Rung::translate) return interpret::Part::gpt;
    const Part part = document.settings.part;
    return part == Part::encoder   ? interpret::Part::encoder
           : part == Part::decoder ? interpret::Part::decoder
                                   : interpret::Part::cross;
}

std::vector<Intervention> App::State::listed_changes() const {
    return interpret::parse_interventions(document.settings.*changes_field(), changes_kind()).good;
}

void App::State::set_changes(std::span<const Intervention> list, std::string_view key) {
    std::string text = interpret::to_text(list);
    edit(std::string(key), [&](Document& d) { d.settings.*changes_field() = std::move(text); });
}

void App::State::add_change(const std::string& text) {
    interpret::InterventionList added = interpret::parse_interventions(text, changes_kind());
    tell_bad(added.bad);
    std::vector<Intervention> list = listed_changes();
    for (Intervention& item : added.good) {
        const auto old =
            std::ranges::find_if(list, [&](const Intervention& each) { return interpret::same_place(each, item); });
        if (old != list.end()) {
            *old = std::move(item);
        } else if (list.size() < interpret::kMostInterventions) {
            list.push_back(std::move(item));
        } else {
            notify_key(Severity::warning, "lab.full", {{"count", std::to_string(interpret::kMostInterventions)}});
        }
    }
    const std::string place = interpret::to_text(added.good);
    set_changes(list, "change " + place.substr(0, place.find('@')));
}

void App::State::remove_change(int index) {
    std::vector<Intervention> list = listed_changes();
    if (index < 0 || index >= static_cast<int>(list.size())) return;
    list.erase(list.begin() + index);
    set_changes(list, "remove");
}

void App::State::toggle_head(int layer, int head) {
    const ModelInfo* shown = model();
    if (shown == nullptr || layer < 0 || layer >= shown->layers || head < 0 || head >= shown->heads) return;
    Intervention off;
    off.part = changes_part();
    off.layer = layer;
    off.index = head;
    const std::vector<Intervention> list = listed_changes();
    const auto found = std::ranges::find(list, off);
    if (found != list.end()) return remove_change(static_cast<int>(found - list.begin()));
    add_change(interpret::to_text(off));
}

// ---- which run is shown

void App::State::drop_laboratory() {
    lab = {};
}

const model::Activations& App::State::trace() const {
    return lab.changed() && document.settings.compare != Compare::baseline ? lab.run->trace() : session->trace();
}

std::span<const float> App::State::logits(int position) const {
    return lab.changed() ? lab.run->logits(position) : session->logits(position);
}

bool App::State::ask_all_logits() const {
    const bool changed = lab.changed() && document.settings.compare != Compare::baseline;
    if (document.settings.compare == Compare::other && shows_difference()) {
        const bool other = lab.run->ask_all_other_logits();
        return (changed ? lab.run->ask_all_logits() : session->ask_all_logits()) && other;
    }
    const bool there = session->ask_all_logits();
    if (!changed) return there;
    const bool too = lab.run->ask_all_logits();
    return too && (there || !shows_difference());
}

bool App::State::shows_difference() const {
    if (!gpt_rung()) return false;
    const bool prompts = document.settings.compare == Compare::other && lab.has_other() && lab.other_why.empty();
    return prompts || (lab.changed() && document.settings.compare == Compare::difference);
}

// The changed run took the place of another, or there is none any more.
void App::State::changes_published() {
    note_new_numbers();
    kept_rows.push_back({pass_revision, 0});
    if (gpt_ready()) checksum = checksum_of(logits(session->positions() - 1));
    judge();
}

void App::State::note_new_numbers() {
    ++pass_revision;
    distribution_key.clear();
    cell_key.clear();
    matrix_cell_key.clear();
}

// changed - baseline, or other - this one; masked places, where both are the same infinity, differ by nothing.
interpret::Matrix App::State::difference(const interpret::Matrix& changed, const interpret::Matrix& baseline,
                                         std::string key) const {
    if (lab.differences_revision != pass_revision) lab.differences.clear();
    lab.differences_revision = pass_revision;
    const auto [at, fresh] = lab.differences.try_emplace(std::move(key));
    if (fresh) {
        at->second.reserve(static_cast<std::size_t>(changed.rows) * static_cast<std::size_t>(changed.cols));
        for (int row = 0; row < changed.rows; ++row) {
            for (int col = 0; col < changed.cols; ++col) {
                const float left = changed.at(row, col), right = baseline.at(row, col);
                at->second.push_back(left == right ? 0 : left - right);
            }
        }
    }
    return {at->second.data(), changed.rows, changed.cols, changed.cols, 1};
}

}  // namespace headlight::app
