// The tutorial rung: steps, edited cells and mistakes; and the little model that learns in the page.
#include <algorithm>

#include "app/app_state.h"
#include "app/settings_fields.h"

namespace headlight::app {
namespace {

LearnedState state_of(const Settings& s) {
    return {s.corpus, s.weights, s.learn_seed, s.learned};
}

bool contains(const interpret::MistakePlace& place, const std::string& sheet, int row, int column) {
    if (place.sheet != sheet) return false;
    return place.cells.empty() || std::ranges::find(place.cells, std::array{row, column}) != place.cells.end();
}

}  // namespace

Result<void> App::State::load_tutorial(std::string_view json) {
    ASSIGN_OR_RETURN(interpret::Tutorial loaded, interpret::Tutorial::from_json(compute, json));
    tutorial.emplace(std::move(loaded));
    learning = std::make_unique<Learning>();
    corpus_draft = kTutorialSentences;
    refresh_tutorial();
    return {};
}

// Brings the tutorial and the learning to what the document says.
void App::State::refresh_tutorial() {
    if (!tutorial.has_value()) return;
    Settings& s = document.settings;
    tutorial->set_mode(s.mode);
    if (s.edits != tutorial->edits_text()) {
        if (const auto applied = tutorial->set_edits_text(s.edits); !applied.has_value()) {
            notify_key(Severity::warning, "notice.bad_edits", {{"detail", applied.error().message}});
        }
        s.edits = tutorial->edits_text();
    }
    if (rung() == Rung::tutorial) tutorial->set_head(std::max(0, s.head));
    sync_learning();
    show_learned();
}

void App::State::show_learned() {
    const Settings& s = document.settings;
    if (!s.show_learned || learning->corpus().pairs().empty()) {
        if (tutorial->learned()) tutorial->clear_learned();
        return;
    }
    const int last = static_cast<int>(learning->corpus().pairs().size()) - 1;
    const Learning::PairTrace& trace = learning->trace(std::min(s.pair, last));
    tutorial->show_learned({learning->model(), learning->corpus().words(), trace.source, trace.target});
}

// Tells the learning what has changed in the document since it was told last: a link, undo, another corpus.
void App::State::sync_learning() {
    Settings& s = document.settings;
    const LearnedState wanted = state_of(s);
    if (wanted == learned) return;
    const LearningSetup setup{s.corpus, s.learn_seed, s.weights};
    const bool same_start =
        wanted.corpus == learned.corpus && wanted.seed == learned.seed && wanted.weights == learned.weights;
    if (!same_start) {
        // Trained on from a link's weights, it must go back to them.
        if (learning->setup() == setup) learning->rewind();
        if (const auto made = learning->set_up(setup); !made.has_value()) {
            warn({made.error()});
            s.corpus = learned.corpus, s.weights = learned.weights;
            s.learn_seed = learned.seed, s.learned = learned.steps;
            return;
        }
        corpus_draft = s.corpus.empty() ? std::string(kTutorialSentences) : s.corpus;
        if (rung() == Rung::tutorial) rebuild_field_text();
    }
    if (!s.weights.empty()) {
        s.learned = static_cast<int>(learning->steps());
    } else if (s.learned != learning->steps()) {
        learning->train_to(s.learned);
    }
    learned = state_of(s);
    if (!learning->busy()) learned_checksum = learning->hash().substr(0, 8);
}

// Writes what has been learned into the document, as one step of undo.
void App::State::commit_learning() {
    if (learning == nullptr || learning->busy()) return;
    const int steps = static_cast<int>(learning->steps());
    const std::string weights = learning->reproducible() ? std::string() : learning->weights_text();
    learned.steps = steps;
    learned.weights = weights;
    learned_checksum = learning->hash().substr(0, 8);
    edit("learn", [&](Document& d) {
        d.settings.learned = steps;
        d.settings.weights = weights;
    });
    if (tutorial->learned() || document.settings.show_learned) show_learned();
}

bool App::State::advance_learning(double budget_ms) {
    if (rung() != Rung::tutorial || learning == nullptr || !visible) return false;
    learning->set_speed(document.settings.learn_speed);
    if (learning->next_work_ms(now_ms) != 0) return false;
    const bool played = learning->playing(), caught_up = learning->busy();
    const bool changed = learning->advance(now_ms, budget_ms);
    if (changed && document.settings.show_learned) show_learned();
    if (played && !learning->playing()) {
        commit_learning();
        const bool converged = learning->state() == LearningState::converged;
        if (converged) notify_key(Severity::info, "notice.learned", {{"count", std::to_string(learning->steps())}});
    }
    if (caught_up && !learning->busy()) {
        learned_checksum = learning->hash().substr(0, 8);
        judge();
    }
    settle();
    return changed || played;
}

// ---- commands

// True when a question stands in the way: what was asked for is done when the answer is yes.
bool App::State::ask(const Command& command) {
    if (answered || !learning->would_lose_training()) return false;
    learning->pause();
    commit_learning();
    questioned = command;
    question = {"question.learned", strings()("question.learned.text", {{"count", std::to_string(learning->steps())}})};
    return true;
}

void App::State::answer(bool yes) {
    question.reset();
    if (const std::optional<Command> command = std::exchange(questioned, std::nullopt); command.has_value() && yes) {
        answered = true;
        run(*command);
        answered = false;
    }
}

void App::State::start_learning(const Command& command, LearningSetup setup) {
    if (learning == nullptr || ask(command)) return;
    learning->pause();
    edit("learn-start", [&](Document& d) {
        d.settings.corpus = std::move(setup.corpus);
        d.settings.learn_seed = setup.seed;
        d.settings.weights = std::move(setup.weights);
        d.settings.learned = 0;
    });
}

void App::State::use_corpus(const UseCorpus& command) {
    if (learning == nullptr) return;
    Warnings warnings;
    Settings cleaned;
    set_field(cleaned, "corpus", command.text.value_or(corpus_draft), warnings);
    if (cleaned.corpus == kTutorialSentences) cleaned.corpus.clear();
    if (const auto parsed = LearningCorpus::parse(cleaned.corpus); !parsed.has_value())
        warnings.push_back(parsed.error());
    warn(warnings);
    const bool refused = !LearningCorpus::parse(cleaned.corpus).has_value();
    if (refused || cleaned.corpus == document.settings.corpus) return;
    start_learning(command, {std::move(cleaned.corpus), document.settings.learn_seed, ""});
}

void App::State::learn_step() {
    if (learning == nullptr || learning->busy()) return;
    learning->pause();
    if (learning->step()) commit_learning();
}

void App::State::learn_rewind() {
    if (learning == nullptr) return;
    if (ask(LearnRewind{})) return;
    learning->rewind();
    commit_learning();
}

void App::State::edit_cell(const EditCell& command) {
    if (!tutorial.has_value()) return;
    const auto done = tutorial->edit(command.sheet, command.row, command.column, command.value);
    if (!done.has_value()) {
        notify_key(Severity::warning, "notice.bad_edits", {{"detail", done.error().message}});
        return;
    }
    const std::string place = command.sheet + '.' + std::to_string(command.row) + '.' + std::to_string(command.column);
    edit("edit:" + place, [&](Document& d) { d.settings.edits = tutorial->edits_text(); });
}

void App::State::reveal_mistake(int number) {
    if (!tutorial.has_value() || number < 1 || number > kMistakes) return;
    edit("mistake", [&](Document& d) { d.settings.found |= 1U << (number - 1); });
}

void App::State::guess_mistake(const GuessMistake& command) {
    if (!tutorial.has_value()) return;
    bool found = false;
    for (const interpret::Mistake& mistake : tutorial->mistakes()) {
        const bool here = std::ranges::any_of(mistake.places, [&](const interpret::MistakePlace& place) {
            return contains(place, command.sheet, command.row, command.column);
        });
        if (!here) continue;
        found = true;
        reveal_mistake(mistake.number);
    }
    if (!found) notify_key(Severity::info, "notice.no_mistake");
}

const interpret::Sheet* App::State::sheet() const {
    if (!tutorial.has_value()) return nullptr;
    const Settings& s = document.settings;
    if (const interpret::Sheet* chosen = s.sheet.empty() ? nullptr : tutorial->find(s.sheet)) return chosen;
    const interpret::TutorialStep& step = tutorial->step(std::clamp(s.step, 1, interpret::Tutorial::kSteps) - 1);
    return step.sheets.empty() ? nullptr : &step.sheets.front();
}

}  // namespace headlight::app
