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
constexpr std::string_view kPreferences[] = {"tab", "lang", "theme", "motion", "text", "embed", "hide", "pace"};

bool is_preference(std::string_view key) {
    return std::ranges::find(kPreferences, key) != std::end(kPreferences);
}

void copy_preferences(Settings& to, const Settings& from) {
    for_each_field([&](const auto& field) {
        if (is_preference(field.key)) to.*field.member = from.*field.member;
    });
}

bool same_content(const Document& a, const Document& b) {
    bool same = a.taken == b.taken;
    for_each_field([&](const auto& field) {
        if (field.kind == Kind::content) same = same && a.settings.*field.member == b.settings.*field.member;
    });
    return same;
}

Kind kind_of(std::string_view key) {
    Kind kind = Kind::content;
    for_each_field([&](const auto& field) {
        if (field.key == key) kind = field.kind;
    });
    return kind;
}

}  // namespace

// Runs change(document) and books it as one edit. Edits with the same key in quick succession are undone together;
// edits of the view always.
template <class Change>
void App::State::edit(std::string key, Change&& change) {
    Document before = document;
    change(document);
    edited(std::move(before), std::move(key));
}

void App::State::edited(Document before, std::string key) {
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
    if (document.taken != before.taken || document.settings.prompt != before.settings.prompt) refresh();
}

void App::State::restore(std::deque<Document>& from, std::deque<Document>& to) {
    if (from.empty()) return;
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
    refresh();
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
    sampler.prepare(compute.kernels(), session->logits(session->positions() - 1), sampling());
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

void App::State::set_prompt(const std::string& text) {
    if (text == field_text) return;
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
    if (key == "model") return;  // models are loaded, not named
    Warnings warnings;
    edit(kind_of(key) == Kind::view ? "view" : "set:" + key,
         [&](Document& d) { set_field(d.settings, key, value, warnings); });
    warn(warnings);
}

void App::State::release() {
    edit("view", [](Document& d) {
        Settings& s = d.settings;
        if (s.bottom == Bottom::matrix && s.row >= 0) {
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
    warn(link.warnings);
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
    if (session != nullptr) {
        if (link.settings.model != info.name) {
            notify_key(Severity::warning, "notice.link_model", {{"value", link.settings.model}, {"what", info.name}});
        }
        link.settings.model = info.name;
        link.settings.rung = document.settings.rung;
        if (document.settings != link.settings || document.taken != link.taken) undo.push_back(document);
    }
    document = {std::move(link.settings), std::move(link.taken)};
    redo.clear();
    last_edit.clear();
    drop_unknown_tokens();
    expected = std::move(link.checksum);
    verdict = expected.empty() ? Verdict::none : Verdict::pending;
    refresh();
    if (verdict == Verdict::pending && ready()) {
        verdict = checksum == expected ? Verdict::reproduced : Verdict::differs;
    }
    if (ready() && document.settings.layer < 0) choose_head();
}

namespace {
template <class... Ts>
struct Overloaded : Ts... {
    using Ts::operator()...;
};
}  // namespace

void App::State::run(const Command& command) {
    std::visit(Overloaded{
                   [&](const SetPrompt& c) { set_prompt(c.text); },
                   [&](const LoadSample& c) {
                       for (const Sample& sample : samples) {
                           if (sample.id != c.id) continue;
                           playing = false;
                           pending_steps = 0;
                           edit("sample", [&](Document& d) {
                               d.settings.prompt = sample.text;
                               d.taken.clear();
                               d.settings.layer = d.settings.head = d.settings.query = d.settings.key = -1;
                           });
                           if (ready() && document.settings.layer < 0) choose_head();
                       }
                   },
                   [&](const SetField& c) { set_setting(c.key, c.value); },
                   [&](const ResetField& c) { set_setting(c.key, app::field_text(Settings(), c.key)); },
                   [&](const ResetSettings&) {
                       edit("reset", [](Document& d) {
                           Settings defaults;
                           copy_preferences(defaults, d.settings);
                           defaults.prompt = d.settings.prompt;
                           defaults.model = d.settings.model;
                           defaults.rung = d.settings.rung;
                           defaults.layer = d.settings.layer;
                           defaults.head = d.settings.head;
                           d.settings = std::move(defaults);
                       });
                   },
                   [&](const SelectHead& c) {
                       if (session != nullptr && (c.layer >= info.layers || c.head >= info.heads)) return;
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
                   [&](const Step&) {
                       playing = false;
                       if (session != nullptr) ++pending_steps;
                   },
                   [&](const StepBack&) {
                       playing = false;
                       pending_steps = 0;
                       if (document.taken.empty()) return;
                       edit("step", [](Document& d) {
                           d.taken.pop_back();
                           d.settings.query = d.settings.key = -1;
                       });
                   },
                   [&](const Play&) {
                       playing = session != nullptr;
                       next_step_ms = now_ms;
                   },
                   [&](const Pause&) { playing = false; },
                   [&](const TakeToken& c) { take(c.id, "step"); },
                   [&](const Undo&) { restore(undo, redo); },
                   [&](const Redo&) { restore(redo, undo); },
                   [&](const OpenLink& c) { open_link(c.link); },
                   [&](const Share&) { pending_share = true; },
                   [&](const LoadModel& c) { load_model(c); },
                   [&](const CancelJob&) {
                       playing = false;
                       pending_steps = 0;
                       external = {};
                       if (session != nullptr) session->cancel();
                   },
                   [&](const DismissNotice& c) {
                       std::erase_if(notices, [&](const Notice& n) { return c.id == 0 || n.id == c.id; });
                   },
                   [&](const Export& c) { run_export(c); },
                   [&](const ReportProblem& c) {
                       external = {};
                       notify_key(Severity::error, c.key, {{"detail", c.detail}});
                   },
                   [&](const ReportProgress& c) {
                       external = c.fraction >= 1 ? Progress{}
                                                  : Progress{Activity::downloading, std::max(0.0, c.fraction), c.key};
                   },
               },
               command);
}

}  // namespace headlight::app
