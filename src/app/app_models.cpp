// Bringing a model of one's own: what a person may ask for, what the platform answers, and the bytes in between.
#include <algorithm>
#include <array>
#include <cmath>

#include "app/app_state.h"
#include "app/library_requests.h"
#include "base/check.h"
#include "model/model_needs.h"

namespace headlight::app {
namespace {

// Beside the weights: a pass of a few dozen tokens, the tokenizer, and what the page itself takes.
constexpr double kWorkspaceBytes = 192.0 * (1 << 20);
// Files of this machine below this size open at once; larger ones show what they will take first.
constexpr double kSmallModelBytes = 64.0 * (1 << 20);
constexpr double kShowEveryMs = 100;
constexpr double kRateWindowMs = 2000;

constexpr std::array kPrecisions{Precision::f32, Precision::f16, Precision::q8};

model::WeightFormat format_of(Precision precision) {
    CHECK(precision != Precision::automatic);
    return static_cast<model::WeightFormat>(static_cast<int>(precision) - static_cast<int>(Precision::f32));
}

// The loader wants the small files before the weights.
void put_weights_last(std::vector<ImportFile>& files) {
    std::ranges::sort(files, {}, [](const ImportFile& file) {
        return std::pair{is_weights_file(file.name), std::string_view(file.name)};
    });
}

std::string folder_name(const std::string& name) {
    return name.empty() || name == Settings().model ? "my model" : name;
}

}  // namespace

LibraryText App::State::library_text(std::string_view key, const Report& report) const {
    return {std::string(key), strings()(key, {{"detail", report.detail}, {"file", report.file}})};
}

void App::State::ask_platform(std::string_view verb, std::string json) {
    effects.push_back({Effect::Kind::model_request, std::string(verb), "", std::move(json)});
}

// ---- what a person asks for

void App::State::open_models(bool open) {
    library.open = open;
    if (open) ask_platform("list", "{}");
    rebuild_field_text();
}

// A new import takes the place of what is there; answers to that one are dropped from now on.
Import& App::State::new_import(SourceKind kind, std::string name) {
    if (library.import.active()) ask_platform("stop", job_request(library.import.job));
    importing.reset();
    import_files.clear();
    library.import = {};
    library.import.job = ++last_job;
    library.import.source = kind;
    library.import.name = std::move(name);
    return library.import;
}

void App::State::inspect_address(const InspectAddress& command) {
    if (command.address.has_value()) library.address = *command.address;
    const std::optional<ModelSource> source = parse_source(library.address, document.settings.hub);
    Import& import = new_import(SourceKind::hub, source ? source->name : library.address);
    rebuild_field_text();
    if (!source) return fail_import({"library.error.address", "", "", "", ""}, false);
    import.stage = ImportStage::inspecting;
    ask_platform("inspect", inspect_request(import.job, *source));
}

void App::State::choose_format(Precision precision) {
    Import& import = library.import;
    if (import.stage != ImportStage::inspected) return;
    import.precision = precision;
    judge_memory();
}

void App::State::download_model() {
    Import& import = library.import;
    if (!import.can_start()) return;
    import.stage = ImportStage::loading;
    import.checksum = ChecksumState::pending;
    import.error = {};
    import.done_bytes = 0;
    rate = {now_ms, 0};
    model::LoadOptions options;
    if (import.described || import.source == SourceKind::kept) options.format = format_of(import.chosen());
    const Machine machine = measure();
    if (machine.free > 0) options.memory_limit = static_cast<std::uint64_t>(machine.free);
    importing = std::make_unique<ModelImport>(compute, import_files, import.files, options);
    ask_platform("load", load_request(import, offer));
}

void App::State::retry_model() {
    Import& import = library.import;
    if (import.stage == ImportStage::paused) return ask_platform("retry", job_request(import.job));
    if (import.stage != ImportStage::failed || !import.can_retry) return;
    if (import.source == SourceKind::kept) return open_kept(import.id);
    if (!import.described) return inspect_address({});
    import.job = ++last_job;
    import.stage = ImportStage::inspected;
    import.error = {};
    judge_memory();
    download_model();
}

void App::State::clear_models() {
    waiting_link.clear();
    new_import(SourceKind::hub, "");
}

void App::State::open_kept(const std::string& id) {
    const auto found = std::ranges::find(manifests, id, [](const Manifest& m) { return m.model.id; });
    if (found == manifests.end()) return;
    const Manifest& manifest = *found;
    Import& import = new_import(SourceKind::kept, manifest.model.name);
    import.id = id;
    import.stage = ImportStage::inspected;
    import.precision = import.automatic = manifest.model.precision;
    import.parameters = manifest.model.parameters;
    import.files = manifest.files;
    put_weights_last(import.files);
    for (const ImportFile& file : import.files) import.total_bytes += file.bytes;
    import.can_retry = true;
    download_model();
}

void App::State::delete_kept(const std::string& id) {
    const auto found = std::ranges::find(library.kept, id, &KeptModel::id);
    if (found == library.kept.end() || found->deleting) return;
    found->deleting = true;
    if (keeper != nullptr && keeper->id() == id) stop_keeping();
    ask_platform("delete", id_request(id));
}

// ---- what the machine has room for

Machine App::State::measure() const {
    return measure_machine ? measure_machine() : Machine{};
}

// Which formats fit, which one is best, and whether the chosen one may be loaded.
void App::State::judge_memory() {
    Import& import = library.import;
    const Machine machine = measure();
    import.memory_limit = machine.limit;
    import.memory_free = machine.free;
    const FormatChoice* best = nullptr;
    for (FormatChoice& choice : import.formats) {
        choice.fits = machine.free <= 0 || choice.peak_bytes <= machine.free;
        if (choice.fits && best == nullptr) best = &choice;
    }
    const bool q8 = import.stored_as_q8 && import.formats[2].fits;
    import.automatic = q8 ? Precision::q8 : best == nullptr ? Precision::q8 : best->precision;
    const auto bytes = [&](double count) { return bytes_text(count, strings()); };
    const std::string free = bytes(machine.free);
    const auto text = [&](std::string_view key, Precision precision) {
        const std::string needed = bytes(import.format(precision).peak_bytes);
        return LibraryText{std::string(key), strings()(key, {{"free", free}, {"needed", needed}})};
    };
    const std::string_view why = q8                                   ? "library.reason.stored_q8"
                                 : import.automatic == Precision::f32 ? "library.reason.f32"
                                 : import.automatic == Precision::f16 ? "library.reason.f16"
                                                                      : "library.reason.q8";
    import.reason = text(why, import.automatic);
    import.error = {};
    if (best == nullptr) {
        import.error = text("library.error.too_large", Precision::q8);
    } else if (!import.choice().fits) {
        import.error = text("library.error.format_too_large", import.chosen());
    }
}

// Sizes and shape from the small files; false: they are no model, and the import has failed.
bool App::State::describe(const Report& report) {
    Import& import = library.import;
    import_files.clear();
    import_files["config.json"] = report.config;
    if (!report.index.empty()) import_files["model.safetensors.index.json"] = report.index;
    auto needs = model::model_needs(compute, import_files);
    if (!needs.has_value()) {
        fail_import({"library.error.content", needs.error().message, "config.json", "", ""}, false);
        return false;
    }
    import.files = report.files;
    import.address = report.base;
    put_weights_last(import.files);
    import.total_bytes = 0;
    import.total_known = true;
    bool weights = false;
    for (const ImportFile& file : import.files) {
        import.total_bytes += std::max(0.0, file.bytes);
        import.total_known = import.total_known && (file.bytes >= 0 || !is_weights_file(file.name));
        weights = weights || is_weights_file(file.name);
    }
    if (!weights) {
        fail_import({"library.error.no_weights", "", "", "", ""}, false);
        return false;
    }
    import.described = true;
    import.config = needs->config;
    import.parameters = needs->parameters;
    import.stored_as_q8 = needs->stored_as_q8;
    for (std::size_t i = 0; i < kPrecisions.size(); ++i) {
        const model::WeightFormat format = format_of(kPrecisions[i]);
        const auto model_bytes = static_cast<double>(needs->bytes[static_cast<std::size_t>(format)]);
        import.formats[i] = {kPrecisions[i], model_bytes, static_cast<double>(needs->peak(format)) + kWorkspaceBytes,
                             true};
    }
    import.stage = ImportStage::inspected;
    judge_memory();
    return true;
}

// ---- what the platform answers

void App::State::fail_import(const ImportFault& fault, bool can_retry) {
    Import& import = library.import;
    if (import.active()) ask_platform("stop", job_request(import.job));
    importing.reset();  // its memory is free at once; the open model was never touched
    import.stage = ImportStage::failed;
    import.can_retry = can_retry;
    import.error = {
        fault.key,
        strings()(fault.key,
                  {{"detail", fault.detail}, {"file", fault.file}, {"wanted", fault.wanted}, {"found", fault.found}})};
    if (!models_shown()) notify(Severity::error, fault.key, import.error.text);
}

void App::State::read_report(const ImportReport& command) {
    const auto report = parse_report(command.json);
    if (!report.has_value()) return;
    if (report->event == "listed") return read_list(*report);
    if (report->event == "offered") return read_offer(*report);
    if (report->event == "kept" || report->event == "keep_failed") return end_keeping(*report);
    Import& import = library.import;
    if (report->job != import.job || !import.active()) return;
    if (report->event == "described") {
        if (describe(*report) && !waiting_link.empty()) choose_format(waiting_precision);
    } else if (report->event == "failed") {
        fail_import({report->key, report->detail, report->file, "", ""}, report->retry);
    } else if (report->event == "paused") {
        import.stage = ImportStage::paused;
        import.retry_seconds = report->seconds;
        import.attempt = report->attempt;
        import.bytes_per_second = 0;
        import.seconds_left = -1;
        import.error = library_text(report->key, *report);
    } else if (report->event == "resumed") {
        import.stage = ImportStage::loading;
        import.retry_seconds = -1;
        import.error = {};
        rate = {now_ms, import.done_bytes};
    }
}

void App::State::read_offer(const Report& report) {
    new_import(SourceKind::files, folder_name(report.name));
    waiting_link.clear();
    offer = report.handle;
    library.import.stage = ImportStage::inspecting;
    if (report.config.empty()) return fail_import({"library.error.no_config", "", "", "", ""}, false);
    if (!describe(report)) return;
    if (library.import.can_start() && library.import.total_bytes <= kSmallModelBytes) return download_model();
    open_models(true);
}

void App::State::read_list(const Report& report) {
    library.listed = true;
    library.storage = {report.supported, report.persistent, report.used, report.available};
    manifests.clear();
    library.kept.clear();
    for (const Report::Entry& entry : report.models) {
        manifests.push_back(entry.manifest);
        library.kept.push_back(entry.manifest.model);
        library.kept.back().date = entry.date;
    }
    std::ranges::sort(library.kept, std::greater{},
                      [](const KeptModel& m) { return std::pair{m.date, std::string_view(m.id)}; });
    mark_kept();
}

void App::State::mark_kept() {
    const ModelInfo* own = own_info();
    for (KeptModel& kept : library.kept) {
        kept.in_use = own != nullptr && kept.name == own->name && kept.precision == own_precision;
    }
}

// ---- bytes

bool App::State::importing_now(int job) const {
    return importing != nullptr && job == library.import.job && library.import.active();
}

bool App::State::begin_file(int job, std::string_view name, double bytes) {
    if (!importing_now(job)) return false;
    library.import.file = name;
    return import_went(importing->begin_file(name, bytes));
}

// Between two turns: what a turn does after a command has to be done here.
bool App::State::import_went(const ImportResult<void>& result) {
    if (result.has_value()) return true;
    const std::string& key = result.error().key;
    if (library.import.source == SourceKind::kept && key != "library.error.memory") {
        forget_damaged(result.error());
    } else {
        fail_import(result.error(), key == "library.error.checksum" || key == "library.error.size");
    }
    update_progress();
    ++state_revision;
    return false;
}

// A kept copy that is not what was written: it is of no use to anybody.
void App::State::forget_damaged(const ImportFault& fault) {
    const std::string id = library.import.id;
    fail_import({"library.error.kept_damaged", fault.file, fault.file, "", ""}, false);
    delete_kept(id);
}

void App::State::count_bytes(double at_ms) {
    Import& import = library.import;
    import.files = importing->files();
    import.done_bytes = importing->done_bytes();
    const double passed = at_ms - rate.at_ms;
    if (passed >= kRateWindowMs / 4) {
        const double now = (import.done_bytes - rate.bytes) / passed * 1000;
        const double weight = import.bytes_per_second <= 0 ? 1 : std::min(1.0, passed / kRateWindowMs);
        import.bytes_per_second += weight * (now - import.bytes_per_second);
        rate = {at_ms, import.done_bytes};
        const double left = import.total_bytes - import.done_bytes;
        import.seconds_left = import.total_known && import.bytes_per_second > 0 ? left / import.bytes_per_second : -1;
    }
    if (at_ms - shown_bytes_ms < kShowEveryMs) return;
    shown_bytes_ms = at_ms;
    update_progress();
    ++progress_revision;
}

bool App::State::take_bytes(int job, std::size_t size, double at_ms) {
    if (!importing_now(job)) return false;
    const bool good = import_went(importing->take(size));
    if (good) count_bytes(at_ms);
    return good;
}

bool App::State::end_file(int job) {
    return importing_now(job) && import_went(importing->end_file());
}

bool App::State::finish_import(int job) {
    if (!importing_now(job)) return false;
    auto loaded = importing->finish();
    if (!loaded.has_value()) return import_went(std::unexpected(loaded.error()));
    library.import.checksum = importing->all_checked() ? ChecksumState::checked : ChecksumState::none;
    model::Files small = importing->small_files();
    importing.reset();
    return open_imported(std::move(*loaded), std::move(small));
}

}  // namespace headlight::app
