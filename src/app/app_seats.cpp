// Two models may be in memory at once, the one that comes with the program and one of the person's own; the rung says
// which is shown. Opening one, changing between them, and keeping one's own for the next visit.
#include <algorithm>

#include "app/app_state.h"
#include "app/library_requests.h"

namespace headlight::app {
namespace {

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

bool is_own(std::string_view name) {
    return name != Settings().model;
}

}  // namespace

// ---- which model is shown

const ModelInfo* App::State::own_info() const {
    if (own_seated) return session == nullptr ? nullptr : &info;
    return parked == nullptr ? nullptr : &parked_info;
}

bool App::State::models_shown() const {
    return library.open || (rung() == Rung::own && session == nullptr);
}

// The model of the rung takes its place, and the settings say which it is.
void App::State::seat() {
    if (!gpt_rung()) return;
    Settings& s = document.settings;
    const bool own = rung() == Rung::own;
    if (own != own_seated) {
        drop_laboratory();
        std::swap(session, parked);
        std::swap(info, parked_info);
        std::swap(sampled, parked_sampled);
        own_seated = own;
        show_seated();
    }
    if (session != nullptr) s.model = info.name;
    s.precision = own && session != nullptr ? own_precision : Precision::automatic;
}

void App::State::show_seated() {
    tokens.clear();
    checksum.clear();
    stats.clear();
    stats_key.clear();
    if (session != nullptr) {
        published();
    } else {
        note_new_numbers();
    }
}

// A model that was loaded: shown when its rung is, or when it is a person's own, who wants it now.
void App::State::adopt(std::unique_ptr<Session> loaded) {
    const bool own = is_own(loaded->name());
    if (own) {
        stop_keeping();
        library.open = false;
    }
    Settings& settings = document.settings;
    const bool first = session == nullptr && parked == nullptr;
    if (!own && own_seated) {  // late: the person has brought another one meanwhile
        drop_loop(parked.get());
        parked_sampled = {};
        parked = std::move(loaded);
        parked_info = info_of(*parked);
        return;
    }
    const std::string named = settings.model;
    if (own) {
        switch_rung(settings, Rung::own);
        seat();
    }
    drop_loop(session.get());
    drop_laboratory();
    sampled = {};
    session = std::move(loaded);
    info = info_of(*session);
    undo.clear();
    redo.clear();
    playing = false;
    pending_steps = 0;
    if (!first) {
        document.taken.clear();
        verdict = Verdict::none;
        views[own ? 3 : 2] = {};
        if (gpt_rung())
            settings.layer = settings.head = settings.query = settings.key = settings.row = settings.column = -1;
        notify_key(Severity::info, "notice.model_loaded", {{"name", info.name}});
    } else if (named != info.name && !(own && named == Settings().model)) {  // the default names nothing
        notify_key(Severity::warning, "notice.link_model", {{"value", named}, {"what", info.name}});
    }
    if (rung() == Rung::own || !own) settings.model = info.name;
    seat();
    if (!info.has_text) notify_key(Severity::warning, "notice.needs_tokenizer");
    drop_unknown_tokens();
    show_seated();
    refresh();
}

// ---- a model of one's own

bool App::State::open_imported(model::LoadedModel loaded, model::Files small) {
    Import& import = library.import;
    const model::WeightFormat format = loaded.gpt.format();
    auto opened = Session::create(compute, import.name, std::move(loaded));
    if (!opened.has_value()) {
        const bool memory = opened.error().code == ErrorCode::too_large;
        fail_import({memory ? "library.error.memory" : "library.error.content", opened.error().message, "", "", ""},
                    false);
        update_progress();
        ++state_revision;
        return false;
    }
    const bool fresh = import.source != SourceKind::kept;
    const bool unchecked = fresh && import.source == SourceKind::hub && import.checksum == ChecksumState::none;
    own_small = std::move(small);
    own_precision = static_cast<Precision>(static_cast<int>(Precision::f32) + static_cast<int>(format));
    library.open = false;
    const ChecksumState checksum_found = import.checksum;
    const int job = import.job;
    library.import = {};
    library.import.job = job;
    library.import.checksum = checksum_found;
    adopt(std::move(*opened));
    mark_kept();
    if (unchecked) notify_key(Severity::info, "library.no_checksum");
    if (!waiting_link.empty()) open_link(std::exchange(waiting_link, {}));
    rebuild_field_text();
    if (fresh && document.settings.keep_models && library.storage.supported) keep_model();
    settle();
    update_progress();
    ++state_revision;
    return true;
}

// What a link wants that names a model of one's own.
void App::State::bring_linked(const Settings& wanted, const std::string& link_text) {
    const auto fits = [&](const KeptModel& kept) {
        return kept.name == wanted.model && !kept.deleting &&
               (wanted.precision == Precision::automatic || wanted.precision == kept.precision);
    };
    if (const auto kept = std::ranges::find_if(library.kept, fits); kept != library.kept.end()) {
        const std::string id = kept->id;
        open_kept(id);
        waiting_link = link_text;
        return;
    }
    const bool on_hub = wanted.model.find('/') != std::string::npos && parse_source(wanted.model, wanted.hub);
    if (on_hub) {  // the sizes are looked up; the download waits for a person's word
        library.open = true;
        inspect_address({wanted.model});
        waiting_link = link_text;
        waiting_precision = wanted.precision;
        return;
    }
    library.open = true;
    notify_key(Severity::warning, "library.not_here", {{"name", wanted.model}});
}

bool App::State::is_open(const std::string& name, Precision precision) const {
    const ModelInfo* own = own_info();
    return own != nullptr && own->name == name && (precision == Precision::automatic || precision == own_precision);
}

// ---- keeping it

void App::State::keep_model() {
    const ModelInfo* own = own_info();
    if (own == nullptr || (keeper != nullptr && library.keep.stage == KeepStage::writing)) return;
    const model::Gpt& gpt = (own_seated ? session : parked)->gpt();
    KeptModel kept{kept_id(own->name, own_precision), own->name, own_precision, 0, own->parameters, "", true, false};
    keeper = std::make_unique<ModelKeeper>(gpt, gpt.format(), own_small, std::move(kept));
    keep_job = ++last_job;
    library.keep = {KeepStage::writing, keeper->id(), 0, keeper->total_bytes(), {}};
    ask_platform("keep", keep_request(keep_job, *keeper));
}

void App::State::stop_keeping() {
    if (keeper == nullptr) return;
    keeper.reset();  // the platform's next call for bytes gets none, and it removes what it wrote
    library.keep = {};
}

std::optional<std::span<const char>> App::State::kept_bytes(int job) {
    if (keeper == nullptr || job != keep_job) return std::nullopt;
    const std::span<const char> bytes = keeper->next();
    library.keep.done_bytes = keeper->done_bytes();
    ++progress_revision;
    return bytes;
}

void App::State::end_keeping(const Report& report) {
    if (report.job != keep_job || keeper == nullptr) return;
    keeper.reset();
    if (report.event == "kept") {
        library.keep.stage = KeepStage::kept;
        library.keep.done_bytes = library.keep.total_bytes;
        return;
    }
    library.keep.stage = KeepStage::failed;
    library.keep.error = library_text(report.key, report);
    notify(Severity::warning, report.key, library.keep.error.text);
}

// ---- App

const ModelLibrary& App::library() const {
    return state_->library;
}
bool App::models_shown() const {
    return state_->models_shown();
}
bool App::begin_file(int job, std::string_view name, double bytes) {
    return state_->begin_file(job, name, bytes);
}
std::span<char> App::room(int job, std::size_t want) {
    return state_->importing_now(job) ? state_->importing->room(want) : std::span<char>();
}
bool App::take(int job, std::size_t size, double now_ms) {
    return state_->take_bytes(job, size, now_ms);
}
bool App::end_file(int job) {
    return state_->end_file(job);
}
bool App::finish(int job) {
    return state_->finish_import(job);
}
std::optional<std::span<const char>> App::kept_bytes(int job) {
    return state_->kept_bytes(job);
}

}  // namespace headlight::app
