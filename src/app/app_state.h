#pragma once
// What App consists of. Private to the app*.cpp files.

#include <array>
#include <deque>
#include <optional>

#include "app/app.h"
#include "app/architecture.h"
#include "app/drawing.h"
#include "app/export.h"
#include "app/laboratory_state.h"
#include "app/learning.h"
#include "app/lettering.h"
#include "app/library_requests.h"
#include "app/model_import.h"
#include "app/model_keeper.h"
#include "app/model_library.h"
#include "app/session.h"
#include "app/share_link.h"
#include "app/translation_session.h"
#include "interpret/head_sample.h"
#include "kernels/compute.h"
#include "model/sampler.h"

namespace headlight::app {

// What undo brings back.
struct Document {
    Settings settings;
    std::vector<std::int32_t> taken;
    std::vector<std::int32_t> target;  // of a translation: the first target tokens, chosen by hand
    bool operator==(const Document&) const = default;
};

// Where a rung was looked at when another was chosen.
struct RungView {
    int layer = -1, head = -1, query = -1, key = -1, row = -1, column = -1;
    int token = -1, rival = -1;  // of the odds: another model has another vocabulary
    std::string site = Settings().site;
};

// What of the document the learning stands at: it is told only what has changed since.
struct LearnedState {
    std::string corpus, weights;
    std::uint32_t seed = Settings().learn_seed;
    int steps = 0;
    bool operator==(const LearnedState&) const = default;
};

// What the heads of a model do on the built-in sample, as far as it was run.
struct SampledHeads {
    std::unique_ptr<interpret::HeadSample> run;  // null: not begun
    std::vector<interpret::HeadStats> stats;     // [layer * heads + head], when it is done
};

// A matrix ready to be exported: what it is called, and which names its axes have.
struct Shown {
    interpret::Matrix values;
    TableNames names;
    std::string caption, stem;
    bool causal = false, pattern = false, head = false, difference = false;
    std::vector<float> storage = {};   // of values that stand nowhere else; moves with them
    std::vector<HeadLines> runs = {};  // where two stand beside each other: both by themselves
    int decimals = -1;                 // of numbers that are written into the cells; -1: none are
};

// How far the tokens of the settings are apart in `now` and in `against`; where none are chosen, the first of `before`
// and what is expected beside it. Each [vocab], of two tokens at least.
[[nodiscard]] Odds odds_between(std::span<const float> now, std::span<const float> against,
                                std::span<const float> before, const Settings& settings);

// 32 bits of a hash over the bits of the numbers, as 8 hex digits.
[[nodiscard]] std::string checksum_of(std::span<const float> values);

struct App::State {
    explicit State(int threads) : compute(threads) {}

    model::Compute compute;
    Strings en, tr;
    std::unique_ptr<Lettering> letters;      // of pictures in pixels; null: they have none
    std::vector<Sample> samples, sentences;  // prompts, and sentences to translate
    std::vector<Sample> score_texts;         // the sample that heads are told by
    std::string opening;                     // id of a sample
    Environment environment;

    Document document;
    std::deque<Document> undo, redo;
    std::string last_edit;  // key of the last edit, for joining edits into one step of undo
    double last_edit_ms = 0;
    double now_ms = 0;
    bool touched = false;  // somebody changed something: from now on the address follows

    Hover hover;
    std::vector<Notice> notices;
    std::uint64_t next_notice = 1;
    std::vector<Effect> effects;
    std::string last_fragment;

    std::unique_ptr<Session> session;  // of the rung, or of the last one that has a GPT
    ModelInfo info;                    // of `session`
    bool own_seated = false;           // `session` is for a model of the person's own
    std::unique_ptr<Session> parked;   // the other of the two
    ModelInfo parked_info;
    SampledHeads sampled, parked_sampled;  // of the two
    Precision own_precision = Precision::automatic;
    model::Files own_small;  // config.json and the tokenizer's files of the person's own, as they came
    std::unique_ptr<TranslationSession> translator;
    ModelInfo translator_info;
    std::string fetching;      // the model that the platform was asked for
    std::string failed_fetch;  // what could not be had: not asked for again by itself
    std::array<RungView, 4> views;
    Progress progress;
    Progress external;  // of the platform's download

    Verdict verdict = Verdict::none;
    std::string expected;  // checksum of the link that was opened

    bool playing = false;
    double next_step_ms = 0;
    int pending_steps = 0;
    bool pending_share = false;

    std::string field_text;
    std::vector<TokenInfo> tokens;
    std::string checksum;
    std::vector<TokenInfo> source_tokens, target_tokens;  // of the translation that is shown
    std::string target_checksum;
    Translation translation;

    std::optional<interpret::Tutorial> tutorial;
    std::unique_ptr<Learning> learning;  // there with the tutorial
    LearnedState learned;
    std::string learned_checksum;
    std::string corpus_draft;
    std::optional<Question> question;
    std::optional<Command> questioned;  // what is done when the answer is yes
    bool answered = false;              // it is being done
    bool visible = true;

    // ---- the architecture exhibit
    model::GptConfig draft;                    // impossible, not yet or never taken over
    std::optional<model::GptConfig> draft_of;  // the good one that it was made from
    std::unique_ptr<GenerationLoop> loop;
    bool loop_playing = false;
    double next_line_ms = 0;

    // ---- models of one's own
    ModelLibrary library;
    std::vector<Manifest> manifests;  // of library.kept
    std::unique_ptr<ModelImport> importing;
    std::unique_ptr<ModelKeeper> keeper;
    model::Files import_files;  // small files that came with the description
    int last_job = 0, keep_job = 0, offer = 0;
    struct {
        double at_ms = 0, bytes = 0;
    } rate;
    double shown_bytes_ms = 0;
    Precision waiting_precision = Precision::automatic;
    std::string waiting_link;  // opened again as soon as the model that it names is there
    std::function<Machine()> measure_machine;

    LaboratoryState lab;
    std::vector<interpret::Intervention> translator_changes;  // Settings::translator_changes
    std::string translator_changes_told;                      // the list whose misfits were told

    std::uint64_t pass_revision = 0;
    struct KeptRows {
        std::uint64_t revision;
        int rows;  // that the pass shares with the one before
    };
    std::deque<KeptRows> kept_rows;  // of the latest passes of a GPT
    void note_kept_rows(std::span<const TokenInfo> before);
    std::uint64_t state_revision = 1, progress_revision = 1;
    double told_ms = 0;    // when one of them last grew in advance()
    void tell(bool news);  // there are news, or only progress, which is told a few times a second

    // Caches of the last pass, filled when asked for.
    mutable std::vector<std::optional<interpret::HeadStats>> stats;  // [layer * heads + head]
    mutable std::string stats_key;
    mutable Distribution distribution;
    mutable std::string distribution_key;
    mutable interpret::Explanation cell, matrix_cell;
    mutable std::string cell_key, matrix_cell_key;

    // ---- app_passes.cpp
    [[nodiscard]] const Strings& strings() const;
    void rebuild_field_text();
    void rebuild_tokens();
    void refresh();    // after the text changed: tell the session
    void published();  // a pass became complete
    void settle();     // what waited for a complete pass
    void choose_head();
    void update_progress();
    void warn(const Warnings& warnings);
    void notify(Severity severity, std::string key, std::string text);
    void notify_key(Severity severity, std::string_view key, std::initializer_list<Strings::Hole> holes = {});
    [[nodiscard]] model::Sampling sampling() const;
    [[nodiscard]] bool ready() const;    // what the rung shows is complete
    [[nodiscard]] bool working() const;  // something is being computed for it
    [[nodiscard]] bool blocked() const;  // its model is not there yet
    [[nodiscard]] bool gpt_ready() const {
        return session != nullptr && !session->busy() && session->positions() > 0 && !lab.busy();
    }
    void judge();  // whether the link's numbers came out
    [[nodiscard]] const std::string& rung_checksum() const;
    bool pace_steps();            // the next step of playing, when it is due
    void work(double budget_ms);  // on what the rung shows

    // ---- app_rungs.cpp
    [[nodiscard]] Rung rung() const { return document.settings.rung; }
    [[nodiscard]] bool gpt_rung() const { return rung() == Rung::small || rung() == Rung::own; }
    [[nodiscard]] nn::Stack stack() const;
    void switch_rung(Settings& settings, Rung rung);
    void ensure_model();
    void fetch(const std::string& name);
    [[nodiscard]] const ModelInfo* model() const;
    [[nodiscard]] const std::vector<TokenInfo>& rung_tokens() const;
    [[nodiscard]] const std::vector<TokenInfo>& query_tokens() const;
    [[nodiscard]] const std::vector<TokenInfo>& key_tokens() const;

    // ---- app_translation.cpp
    void refresh_translation();
    void translation_changed();
    void load_translator(const LoadModel& command);
    void show_part(Settings& settings, Part part) const;
    void choose_translation_head();
    void take_target(std::int32_t id);
    void step_target();
    void step_target_back();
    [[nodiscard]] bool translating() const { return translator != nullptr && translator->busy(); }

    // ---- app_translation_changes.cpp
    void read_translator_changes(Wish& wish);
    [[nodiscard]] const Laboratory& translation_laboratory() const;

    // ---- app_tutorial.cpp
    Result<void> load_tutorial(std::string_view json);
    void refresh_tutorial();
    void sync_learning();
    void commit_learning();
    void show_learned();
    bool advance_learning(double budget_ms);
    void edit_cell(const EditCell& command);
    void guess_mistake(const GuessMistake& command);
    void reveal_mistake(int number);
    bool ask(const Command& command);
    void start_learning(const Command& command, LearningSetup setup);
    void use_corpus(const UseCorpus& command);
    void learn_step();
    void learn_rewind();
    [[nodiscard]] bool learning_busy() const {
        return rung() == Rung::tutorial && learning != nullptr && learning->busy();
    }
    void answer(bool yes);
    [[nodiscard]] const interpret::Sheet* sheet() const;

    // ---- app_architecture.cpp
    void set_architecture(const std::string& key, const std::string& value);
    [[nodiscard]] bool draft_holds() const;
    [[nodiscard]] Architecture architecture() const;
    [[nodiscard]] std::vector<ArchitecturePreset> architecture_presets() const;
    void use_architecture(const std::string& id);
    void open_architecture(bool open);
    [[nodiscard]] bool in_loop() const {
        return document.settings.architecture && document.settings.exhibit == Exhibit::loop;
    }
    [[nodiscard]] const Session* loop_session() const;
    void refresh_loop();
    void drop_loop(const Session* of);
    [[nodiscard]] bool loop_busy() const;
    [[nodiscard]] int loop_lines() const;
    [[nodiscard]] int last_line() const;
    bool advance_loop(double budget_ms);
    void go_to_line(int line);
    void play_loop();
    [[nodiscard]] std::optional<LoopView> loop_view() const;
    [[nodiscard]] std::string loop_token(std::int32_t id) const;
    [[nodiscard]] std::string spoken_architecture() const;

    // ---- app_laboratory.cpp
    void refresh_changes();
    [[nodiscard]] std::string why_idle(const interpret::Intervention& item) const;
    [[nodiscard]] std::string other_length() const;  // why the other prompt does not go with this one
    void tell_misfits();
    void tell_bad(std::span<const interpret::BadIntervention> all);
    void set_changes(std::span<const interpret::Intervention> list, std::string_view key);
    void add_change(const std::string& text);
    void remove_change(int index);
    void toggle_head(int layer, int head);
    [[nodiscard]] std::string Settings::* changes_field() const;  // of the rung
    [[nodiscard]] interpret::ModelKind changes_kind() const;
    [[nodiscard]] interpret::Part changes_part() const;  // whose heads are shown
    [[nodiscard]] std::vector<interpret::Intervention> listed_changes() const;
    void change_model(const AddChange& c) { add_change(c.text); }
    void change_model(const RemoveChange& c) { remove_change(c.index); }
    void change_model(const ClearChanges&) { set_changes({}, "clear"); }
    void change_model(const ToggleHead& c) { toggle_head(c.layer, c.head); }
    void change_model(const FindTokens& c) { find_tokens(c.text); }
    void change_model(const RunSweep&) { run_sweep(); }
    void change_model(const StopSweep&) { lab.sweeping = false; }
    void drop_laboratory();
    [[nodiscard]] const model::Activations& trace() const;            // of the GPT's run that is shown
    [[nodiscard]] std::span<const float> logits(int position) const;  // of the changed run, if there is one
    [[nodiscard]] bool ask_all_logits() const;
    [[nodiscard]] interpret::PatchSweep::Prompts sweep_prompts() const;
    void drop_stale_sweep();
    [[nodiscard]] bool shows_difference() const;
    void changes_published();
    void note_new_numbers();
    [[nodiscard]] interpret::Matrix difference(const interpret::Matrix& changed, const interpret::Matrix& baseline,
                                               std::string key) const;
    [[nodiscard]] const Laboratory& laboratory() const;
    [[nodiscard]] std::string change_label(const interpret::Intervention& item) const;
    [[nodiscard]] bool laboratory_wants_work() const;
    bool advance_laboratory(double budget_ms);
    void run_sweep();
    [[nodiscard]] std::string wanted_space() const;
    void advance_space();
    void find_tokens(const std::string& text);
    [[nodiscard]] const interpret::Attribution& attribution() const;

    // ---- app_pairs.cpp
    [[nodiscard]] bool wants_other() const;  // the other prompt's run, to be compared with
    [[nodiscard]] Pair pair() const;
    [[nodiscard]] int other_position(int position) const;  // that `position` of the text is compared with
    struct RunRows {
        const model::Activations* trace = nullptr;  // null: there is no such run
        int rows = 0;
    };
    [[nodiscard]] RunRows rows_of(Run run) const;
    [[nodiscard]] interpret::Matrix attention(Run run, int layer, int head, Values values) const;
    [[nodiscard]] interpret::Matrix summary(Run run) const;
    [[nodiscard]] interpret::Matrix summary() const;  // of the run that is shown

    // ---- app_head_scores.cpp
    [[nodiscard]] const interpret::HeadStats* prompt_stats(int layer, int head) const;
    [[nodiscard]] const interpret::HeadStats* head_stats(int layer, int head) const;
    [[nodiscard]] bool wants_sample() const;
    [[nodiscard]] bool has_sample() const;
    void advance_sample(double budget_ms);
    [[nodiscard]] const std::vector<int>& head_order() const;
    [[nodiscard]] std::optional<interpret::HeadScore> score() const;

    // ---- app_models.cpp
    [[nodiscard]] LibraryText library_text(std::string_view key, const Report& report) const;
    void ask_platform(std::string_view verb, std::string json);
    void open_models(bool open);
    Import& new_import(SourceKind kind, std::string name);
    void inspect_address(const InspectAddress& command);
    void choose_format(Precision precision);
    void download_model();
    void retry_model();
    void clear_models();
    void open_kept(const std::string& id);
    void delete_kept(const std::string& id);
    [[nodiscard]] Machine measure() const;
    void judge_memory();
    bool describe(const Report& report);
    void fail_import(const ImportFault& fault, bool can_retry);
    void read_report(const ImportReport& command);
    void read_offer(const Report& report);
    void read_list(const Report& report);
    void mark_kept();
    [[nodiscard]] bool importing_now(int job) const;
    bool begin_file(int job, std::string_view name, double bytes);
    bool import_went(const ImportResult<void>& result);
    void forget_damaged(const ImportFault& fault);
    void count_bytes(double at_ms);
    bool take_bytes(int job, std::size_t size, double at_ms);
    bool end_file(int job);
    bool finish_import(int job);

    // ---- app_seats.cpp
    [[nodiscard]] const ModelInfo* own_info() const;  // null: no model of one's own is open
    [[nodiscard]] bool models_shown() const;
    void seat();
    void show_seated();
    void adopt(std::unique_ptr<Session> loaded);
    bool open_imported(model::LoadedModel loaded, model::Files small);
    void bring_linked(const Settings& wanted, const std::string& link_text);
    [[nodiscard]] bool is_open(const std::string& name, Precision precision) const;
    void keep_model();
    void stop_keeping();
    [[nodiscard]] std::optional<std::span<const char>> kept_bytes(int job);
    void end_keeping(const Report& report);

    // ---- app_commands.cpp
    void run(const Command& command);
    // Runs change(document) and books it as one edit. Edits with the same key in quick succession are undone together;
    // edits of the view always.
    template <class Change>
    void edit(std::string key, Change&& change) {
        const Document before = document;
        change(document);
        edited(before, std::move(key));
    }
    void edited(const Document& before, std::string key);
    void restore(std::deque<Document>& from, std::deque<Document>& to);
    void step(const std::string& key);
    void take(std::int32_t id, std::string key);
    void set_text(const std::string& text);
    void set_prompt(const std::string& text);
    void set_source(const std::string& text);
    void set_rung(Rung to);
    void set_part(Part part);
    void load_sample(const std::string& id);
    void begin_step();
    void step_back();
    void play();
    void cancel_job();
    void set_setting(const std::string& key, const std::string& value);
    void release();
    void reset_settings();
    void open_link(const std::string& text);
    void load_model(const LoadModel& command);
    void drop_unknown_tokens();

    // ---- app_trace.cpp
    [[nodiscard]] Selection selection() const;
    [[nodiscard]] interpret::Matrix matrix(std::string_view site, int layer, int head) const;
    [[nodiscard]] interpret::Matrix matrix(nn::Stack of, std::string_view site, int layer, int head) const;
    [[nodiscard]] interpret::Matrix attention(int layer, int head, Values values) const;
    [[nodiscard]] interpret::Matrix attention(Part part, int layer, int head, Values values) const;
    // Where a head looks, also while its difference to the baseline is shown.
    [[nodiscard]] interpret::Matrix pattern(int layer, int head) const;
    [[nodiscard]] interpret::Explanation explain(nn::Site site, int layer, std::array<int, 3> indices) const;
    [[nodiscard]] const SiteInfo* site(std::string_view name) const;

    // ---- app_export.cpp
    void run_export(const Export& command);
    [[nodiscard]] Shown shown_head() const;
    void put_beside(Shown& shown) const;  // the second run of the head view, where there are two
    [[nodiscard]] Shown shown_matrix() const;
    [[nodiscard]] Shown shown_sheet() const;
    [[nodiscard]] bool shows_laboratory() const;
    [[nodiscard]] Shown shown_laboratory() const;   // app_export_laboratory.cpp
    [[nodiscard]] std::string run_caption() const;  // which run it is; "": the only one
    [[nodiscard]] Drawing drawing_of(const Shown& shown, ExportWhat what) const;
    [[nodiscard]] Drawing laboratory_drawing() const;  // of the same; empty() while there is nothing
    [[nodiscard]] std::string part_label(const interpret::AttributionPart& part) const;
    [[nodiscard]] std::string token_label(std::int32_t id) const;
    [[nodiscard]] std::string trace_bytes(const std::string& link_text) const;

    // ---- app_json.cpp
    [[nodiscard]] std::string spoken_tokens(const std::vector<TokenInfo>& all) const;
    [[nodiscard]] std::string spoken_links(const interpret::Matrix& pattern, interpret::Attention kind) const;
    [[nodiscard]] std::string spoken_tutorial() const;

    [[nodiscard]] std::string link() const;
};

}  // namespace headlight::app
