// App::apply: the only place where the document changes.
#include <algorithm>

#include "app/app_state.h"
#include "app/settings_fields.h"

namespace headlight::app {
namespace {

constexpr std::size_t kMaxUndo = 200;
constexpr double kJoinMs = 1000;  // edits of the same thing within this time are one step of undo
constexpr std::size_t kMaxTaken = kMaxLinkTokens;

// How the person likes the program: not undone, and not reset by a link that does not mention it.
constexpr std::string_view kPreferences[] = {"tab",  "lang", "theme",  "motion", "text", "embed",
                                             "hide", "pace", "lspeed", "hub",    "keep"};

bool is_preference(std::string_view key) {
    return std::ranges::find(kPreferences, key) != std::end(kPreferences);
}

void copy_preferences(Settings& to, const Settings& from) {
    for_each_field([&](const auto& field) {
        if (is_preference(field.key)) to.*field.member = from.*field.member;
    });
}

bool same_content(const Document& a, const Document& b) {
    bool same = a.taken == b.taken && a.target == b.target;
    for_each_field([&](const auto& field) {
        if (field.kind == Kind::content) same = same && a.settings.*field.member == b.settings.*field.member;
    });
    return same;
}

void go_to_step(Settings& settings, int step) {
    settings.step = std::clamp(step, 1, interpret::Tutorial::kSteps);
    settings.sheet.clear();
    settings.row = settings.column = -1;
}

Kind kind_of(std::string_view key) {
    Kind kind = Kind::content;
    for_each_field([&](const auto& field) {
        if (field.key == key) kind = field.kind;
    });
    return kind;
}

}  // namespace

void App::State::edited(const Document& before, std::string key) {
    Warnings warnings;
    document.settings = normalised(std::move(document.settings), warnings);
    warn(warnings);
    if (document == before) return;
    touched = true;
    const bool content = !same_content(document, before);
    if (content && verdict != Verdict::none) verdict = Verdict::none;
    Document without = before;
    copy_preferences(without.settings, document.settings);
    if (without != document) {
        const bool joins = key == last_edit && !undo.empty() &&
                           (key == "view" || key == "play" || (key != "step" && now_ms - last_edit_ms < kJoinMs));
        if (!joins) undo.push_back(before);
        if (undo.size() > kMaxUndo) undo.pop_front();
        redo.clear();
        last_edit = std::move(key);
        last_edit_ms = now_ms;
    }
    if (document.settings.rung != before.settings.rung) seat();
    if (document.taken != before.taken || document.settings.prompt != before.settings.prompt) refresh();
    if (document.settings.rung != before.settings.rung || document.settings.source != before.settings.source) {
        rebuild_field_text();
    }
    const bool compares = document.settings.compare != before.settings.compare ||
                          document.settings.side_by_side != before.settings.side_by_side;
    if (content || compares) refresh_changes();
    drop_stale_sweep();
    if (compares && (lab.changed() || lab.has_other())) changes_published();
    refresh_translation();
    refresh_tutorial();
}

void App::State::restore(std::deque<Document>& from, std::deque<Document>& to) {
    if (from.empty()) return;
    if (learning != nullptr && learning->playing()) {
        learning->pause();
        commit_learning();
    }
    to.push_back(document);
    Document restored = std::move(from.back());
    from.pop_back();
    copy_preferences(restored.settings, document.settings);
    document = std::move(restored);
    playing = false;
    pending_steps = 0;
    last_edit.clear();
    touched = true;
    verdict = Verdict::none;
    seat();
    refresh();
    refresh_translation();
    refresh_tutorial();
}

void App::State::take(std::int32_t id, std::string key) {
    if (session == nullptr || id < 0 || id >= info.vocabulary || document.taken.size() >= kMaxTaken) {
        playing = false;
        return;
    }
    edit(std::move(key), [&](Document& d) {
        d.taken.push_back(id);
        d.settings.query = d.settings.key = -1;  // the new last row is the one to look at
    });
    if (id == session->gpt().config().end_token) playing = false;
}

// The n-th taken token is picked by the n-th draw of the seed: stepping back and forward gives the same tokens.
void App::State::step(const std::string& key) {
    model::Sampler sampler;
    sampler.prepare(compute.kernels(), logits(session->positions() - 1), sampling());
    const std::int32_t id = sampler.pick(model::draw_at(document.settings.seed, document.taken.size()));
    if (id < 0) {
        playing = false;
        pending_steps = 0;
        const std::string count = std::to_string(sampler.bad_logits());
        notify_key(Severity::error, "out.bad_logits", {{"count", count}});
        return;
    }
    take(id, key);
}

// What is typed into the one text field, by rung.
void App::State::set_text(const std::string& text) {
    if (text == field_text) return;
    if (models_shown()) {
        library.address = text;
        field_text = text;
        return;
    }
    if (rung() == Rung::translate) return set_source(text);
    if (gpt_rung()) return set_prompt(text);
    Settings cleaned;
    Warnings warnings;
    set_field(cleaned, "corpus", text, warnings);
    warn(warnings);
    corpus_draft = std::move(cleaned.corpus);
    rebuild_field_text();
}

void App::State::set_source(const std::string& text) {
    playing = false;
    pending_steps = 0;
    Warnings warnings;
    edit("source", [&](Document& d) {
        set_field(d.settings, "source", text, warnings);
        d.target.clear();
        d.settings.length = -1;
        d.settings.query = d.settings.key = d.settings.row = d.settings.column = -1;
    });
    warn(warnings);
}

void App::State::set_prompt(const std::string& text) {
    playing = false;
    pending_steps = 0;
    Warnings warnings;
    edit("prompt", [&](Document& d) {
        set_field(d.settings, "prompt", text, warnings);
        d.taken.clear();
        d.settings.query = d.settings.key = d.settings.row = d.settings.column = -1;
    });
    warn(warnings);
}

void App::State::set_setting(const std::string& key, const std::string& value) {
    if (key == "prompt") return set_prompt(value);
    if (key == "source") return set_source(value);
    if (key == "corpus") return use_corpus({value});
    if (key == "model" || key == "translator" || key == "precision") return;  // models are loaded, not named
    Warnings warnings;
    Settings changed = document.settings;
    set_field(changed, key, value, warnings);
    warn(warnings);
    if (is_architecture_key(key)) return set_architecture(key, value);
    if (key == "arch") return open_architecture(changed.architecture);
    if (key == "rung") return set_rung(changed.rung);
    if (key == "part") return set_part(changed.part);
    if (key == "step") return edit("view", [&](Document& d) { go_to_step(d.settings, changed.step); });
    const bool other_start = changed.learn_seed != document.settings.learn_seed;
    if (other_start) return start_learning(LearnSeed{changed.learn_seed}, {changed.corpus, changed.learn_seed, ""});
    edit(kind_of(key) == Kind::view ? "view" : "set:" + key, [&](Document& d) { d.settings = std::move(changed); });
}

void App::State::set_rung(Rung to) {
    failed_fetch.clear();
    playing = false;
    pending_steps = 0;
    if (learning != nullptr && learning->playing()) {
        learning->pause();
        commit_learning();
    }
    if (to == Rung::tutorial && !tutorial.has_value()) return;
    library.open = false;
    edit("set:rung", [&](Document& d) {
        const bool gpt = to == Rung::own || to == Rung::small;
        if (gpt && (to == Rung::own) != own_seated) d.taken.clear();  // ids of another vocabulary
        switch_rung(d.settings, to);
        d.settings.architecture = false;
    });
    rebuild_field_text();
}

void App::State::set_part(Part part) {
    edit("view", [&](Document& d) {
        show_part(d.settings, part);
        d.settings.query = d.settings.key = d.settings.row = d.settings.column = -1;
    });
    const bool none = document.settings.layer < 0 || document.settings.head < 0;
    if (none && rung() == Rung::translate && translation.complete && !target_tokens.empty()) choose_translation_head();
}

void App::State::release() {
    edit("view", [](Document& d) {
        Settings& s = d.settings;
        if (s.architecture) {
            if (s.stage == Stage::none) s.architecture = false;
            s.stage = Stage::none;
            return;
        }
        const bool in_sheet = s.rung == Rung::tutorial || s.bottom == Bottom::matrix;
        if (in_sheet && s.row >= 0) {
            s.row = s.column = -1;
        } else if (s.key >= 0) {
            s.key = -1;
        } else {
            s.query = -1;
        }
    });
}

void App::State::drop_unknown_tokens() {
    if (session == nullptr) return;
    const auto unknown = std::ranges::find_if(
        document.taken, [&](std::int32_t id) { return id < 0 || id >= session->gpt().config().vocab; });
    if (unknown == document.taken.end()) return;
    document.taken.erase(unknown, document.taken.end());
    notify_key(Severity::warning, "notice.link_tokens");
}

void App::State::open_link(const std::string& text) {
    Link link = decode_link(text);
    for_each_field([&](const auto& field) {
        const bool mentioned = link.settings.*field.member != Settings().*field.member;
        if (is_preference(field.key) && !mentioned) link.settings.*field.member = document.settings.*field.member;
    });
    if (!link.has_prompt) {
        for (const Sample& sample : samples) {
            if (sample.id == opening) link.settings.prompt = sample.text;
        }
    }
    playing = false;
    pending_steps = 0;
    if (learning != nullptr && learning->playing()) {
        learning->pause();
        commit_learning();
    }
    failed_fetch.clear();
    waiting_link.clear();
    library.open = false;
    if (link.settings.rung == Rung::small && link.settings.model != Settings().model) link.settings.rung = Rung::own;
    const bool brings = link.settings.rung == Rung::own && link.settings.model != Settings().model &&
                        !is_open(link.settings.model, link.settings.precision);
    const Settings wanted = link.settings;
    if (translator != nullptr && link.settings.translator != translator->name()) {
        const Strings::Hole value{"value", link.settings.translator}, what{"what", translator->name()};
        if (link.has_translator) notify_key(Severity::warning, "notice.link_model", {value, what});
        link.settings.translator = translator->name();
    }
    if (link.settings.rung == Rung::tutorial && !tutorial.has_value()) link.settings.rung = Rung::small;
    Document next{std::move(link.settings), std::move(link.taken), std::move(link.target)};
    if (model() != nullptr || rung() == Rung::tutorial) {
        if (document != next) undo.push_back(document);
    }
    Settings opened = next.settings;  // the view of the rung that is left is kept for a return
    switch_rung(document.settings, opened.rung);
    show_part(opened, opened.part);
    if (opened.rung == Rung::translate) next.settings.site = opened.site;
    document = std::move(next);
    warn(link.warnings);  // in the language of the link
    redo.clear();
    last_edit.clear();
    seat();
    if (brings) {  // until its model is there, and the link is opened again
        document.taken.clear();
        link.checksum.clear();
    }
    drop_unknown_tokens();
    expected = std::move(link.checksum);
    verdict = expected.empty() ? Verdict::none : Verdict::pending;
    refresh();
    refresh_translation();
    refresh_tutorial();
    judge();
    if (gpt_rung() && ready() && document.settings.layer < 0) choose_head();
    if (brings) bring_linked(wanted, text);
}

void App::State::load_sample(const std::string& id) {
    if (rung() == Rung::tutorial) return;
    for (const Sample& sample : rung() == Rung::translate ? sentences : samples) {
        if (sample.id != id) continue;
        if (rung() == Rung::translate) return set_source(sample.text);
        playing = false;
        pending_steps = 0;
        edit("sample", [&](Document& d) {
            d.settings.prompt = sample.text;
            d.taken.clear();
            d.settings.layer = d.settings.head = d.settings.query = d.settings.key = -1;
        });
        if (ready() && document.settings.layer < 0) choose_head();
        return;
    }
}

void App::State::reset_settings() {
    edit("reset", [](Document& d) {
        // What is put in stays, and what has been learned; how it is sampled and looked at is reset.
        constexpr std::string_view kKept[] = {"rung",  "model", "prompt", "layer", "head",    "translator", "source",
                                              "edits", "found", "corpus", "lseed", "learned", "weights",    "step"};
        Settings defaults;
        copy_preferences(defaults, d.settings);
        for_each_field([&](const auto& field) {
            const bool kept = std::ranges::find(kKept, field.key) != std::end(kKept);
            if (kept) defaults.*field.member = d.settings.*field.member;
        });
        d.settings = std::move(defaults);
    });
}

void App::State::begin_step() {
    playing = loop_playing = false;
    if (in_loop()) return go_to_line(document.settings.loop + 1);
    if (document.settings.architecture) return;
    if (rung() != Rung::tutorial) {
        if (!blocked()) ++pending_steps;
        return;
    }
    if (!tutorial.has_value()) return;
    edit("view", [](Document& d) { go_to_step(d.settings, d.settings.step + 1); });
}

void App::State::step_back() {
    playing = loop_playing = false;
    if (in_loop()) return go_to_line(document.settings.loop - 1);
    if (document.settings.architecture) return;
    pending_steps = 0;
    if (rung() == Rung::translate) return step_target_back();
    if (rung() == Rung::tutorial) return edit("view", [](Document& d) { go_to_step(d.settings, d.settings.step - 1); });
    if (document.taken.empty()) return;
    edit("step", [](Document& d) {
        d.taken.pop_back();
        d.settings.query = d.settings.key = -1;
    });
}

void App::State::play() {
    if (in_loop()) return play_loop();
    if (document.settings.architecture) return;
    if (rung() == Rung::tutorial || blocked()) return;
    if (rung() == Rung::translate) {
        if (target_tokens.empty()) return;
        const bool over = translation.complete && (translation.ended || document.settings.length < 0);
        if (over) edit("play", [](Document& d) { d.settings.length = 0, d.settings.query = d.settings.key = -1; });
    }
    playing = true;
    next_step_ms = now_ms;
}

void App::State::cancel_job() {
    playing = false;
    pending_steps = 0;
    external = {};
    if (library.import.active()) clear_models();
    if (!fetching.empty()) {
        effects.push_back({Effect::Kind::stop_fetch, fetching, "", ""});
        failed_fetch = std::exchange(fetching, {});
    }
    if (gpt_rung() && session != nullptr) {
        session->cancel();
        refresh_changes();
    }
    if (rung() == Rung::translate && translator != nullptr) translator->cancel();
    if (learning_busy()) {
        learning->train_to(learning->steps());
        commit_learning();
    }
}

}  // namespace headlight::app
