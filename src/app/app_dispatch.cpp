// What each command calls.
#include <algorithm>
#include <utility>

#include "app/any_command.h"
#include "app/app_state.h"

namespace headlight::app {
namespace {
template <class... Ts>
struct Overloaded : Ts... {
    using Ts::operator()...;
};
}  // namespace

void App::State::run(const Command& command) {
    std::visit(Overloaded{
                   [&](const SetPrompt& c) { set_text(c.text); },
                   [&](const LoadSample& c) { load_sample(c.id); },
                   [&](const SetField& c) { set_setting(c.key, c.value); },
                   [&](const ResetField& c) { set_setting(c.key, app::field_text(Settings(), c.key)); },
                   [&](const ResetSettings&) { reset_settings(); },
                   [&](const SelectHead& c) {
                       const ModelInfo* m = model();
                       if (m != nullptr && (c.layer >= m->layers || c.head >= m->heads)) return;
                       if (c.layer < 0 || c.head < 0) return;
                       edit("view", [&](Document& d) { d.settings.layer = c.layer, d.settings.head = c.head; });
                   },
                   [&](const SelectCell& c) {
                       edit("view", [&](Document& d) {
                           d.settings.query = std::max(-1, c.query);
                           d.settings.key = std::max(-1, c.key);
                           if (c.key >= 0) d.settings.bottom = Bottom::cell;
                       });
                   },
                   [&](const SelectMatrixCell& c) {
                       edit("view", [&](Document& d) {
                           d.settings.row = std::max(-1, c.row);
                           d.settings.column = std::max(-1, c.column);
                       });
                   },
                   [&](const Release&) { release(); },
                   [&](const Step&) { begin_step(); },
                   [&](const StepBack&) { step_back(); },
                   [&](const Play&) { play(); },
                   [&](const Pause&) { playing = loop_playing = false; },
                   [&](const TakeToken& c) {
                       if (gpt_rung()) take(c.id, "step");
                       if (rung() == Rung::translate) take_target(c.id);
                   },
                   [&](const auto& c) { change_model(c); },
                   [&](const Undo&) { restore(undo, redo); },
                   [&](const Redo&) { restore(redo, undo); },
                   [&](const OpenLink& c) { open_link(c.link); },
                   [&](const Share&) { pending_share = true; },
                   [&](const LoadModel& c) { load_model(c); },
                   [&](const CancelJob&) { cancel_job(); },
                   [&](const DismissNotice& c) {
                       std::erase_if(notices, [&](const Notice& n) { return c.id == 0 || n.id == c.id; });
                   },
                   [&](const Export& c) { run_export(c); },
                   [&](const ReportProblem& c) {
                       external = {};
                       if (!fetching.empty()) failed_fetch = std::exchange(fetching, {});
                       notify_key(Severity::error, c.key, {{"detail", c.detail}});
                   },
                   [&](const ReportProgress& c) {
                       external = c.fraction >= 1 ? Progress{}
                                                  : Progress{Activity::downloading, std::max(0.0, c.fraction), c.key};
                   },
                   [&](const UseArchitecture& c) { use_architecture(c.id); },
                   [&](const EditCell& c) { edit_cell(c); },
                   [&](const ResetEdits&) { edit("edits", [](Document& d) { d.settings.edits.clear(); }); },
                   [&](const RevealMistake& c) { reveal_mistake(c.number); },
                   [&](const GuessMistake& c) { guess_mistake(c); },
                   [&](const HideMistakes&) { edit("mistakes", [](Document& d) { d.settings.found = 0; }); },
                   [&](const LearnPlay&) {
                       if (learning != nullptr && rung() == Rung::tutorial) learning->play();
                   },
                   [&](const LearnPause&) {
                       if (learning == nullptr) return;
                       learning->pause();
                       commit_learning();
                   },
                   [&](const LearnStep&) { learn_step(); },
                   [&](const LearnRewind&) { learn_rewind(); },
                   [&](const LearnBack&) {
                       if (learning == nullptr || learning->state() != LearningState::broken) return;
                       learning->back_to_good();
                       commit_learning();
                   },
                   [&](const LearnSeed& c) { start_learning(c, {document.settings.corpus, c.seed, ""}); },
                   [&](const UseCorpus& c) { use_corpus(c); },
                   [&](const Answer& c) { answer(c.yes); },
                   [&](const Visible& c) { visible = c.visible; },
                   [&](const OpenModels& c) { open_models(c.open); },
                   [&](const InspectAddress& c) { inspect_address(c); },
                   [&](const ChooseFormat& c) { choose_format(c.precision); },
                   [&](const DownloadModel&) { download_model(); },
                   [&](const RetryModel&) { retry_model(); },
                   [&](const ClearModels&) { clear_models(); },
                   [&](const OpenKept& c) { open_kept(c.id); },
                   [&](const DeleteKept& c) { delete_kept(c.id); },
                   [&](const KeepModel&) { keep_model(); },
                   [&](const ImportReport& c) { read_report(c); },
               },
               command.value().is);
}

}  // namespace headlight::app
