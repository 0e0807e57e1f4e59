#pragma once
// What App consists of. Private to the app*.cpp files.

#include <deque>
#include <optional>

#include "app/app.h"
#include "app/session.h"
#include "app/share_link.h"
#include "kernels/compute.h"
#include "model/sampler.h"

namespace headlight::app {

// What undo brings back.
struct Document {
    Settings settings;
    std::vector<std::int32_t> taken;
    bool operator==(const Document&) const = default;
};

struct App::State {
    explicit State(int threads) : compute(threads) {}

    model::Compute compute;
    Strings en, tr;
    std::vector<Sample> samples;
    std::string opening;  // id of a sample
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

    std::unique_ptr<Session> session;
    ModelInfo info;
    std::vector<SiteInfo> sites;
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
    std::uint64_t pass_revision = 0;
    std::uint64_t state_revision = 1;

    // Caches of the last pass, filled when asked for.
    mutable std::vector<std::optional<interpret::HeadStats>> stats;  // [layer * heads + head]
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
    [[nodiscard]] bool ready() const { return session != nullptr && !session->busy() && session->positions() > 0; }

    // ---- app_commands.cpp
    void run(const Command& command);
    template <class Change>
    void edit(std::string key, Change&& change);
    void edited(Document before, std::string key);
    void restore(std::deque<Document>& from, std::deque<Document>& to);
    void step(const std::string& key);
    void take(std::int32_t id, std::string key);
    void set_prompt(const std::string& text);
    void set_setting(const std::string& key, const std::string& value);
    void release();
    void open_link(const std::string& text);
    void load_model(const LoadModel& command);
    void drop_unknown_tokens();

    // ---- app_trace.cpp
    [[nodiscard]] Selection selection() const;
    [[nodiscard]] interpret::Matrix matrix(std::string_view site, int layer, int head) const;
    [[nodiscard]] interpret::Matrix attention(int layer, int head, Values values) const;
    [[nodiscard]] const interpret::HeadStats* head_stats(int layer, int head) const;
    [[nodiscard]] const SiteInfo* site(std::string_view name) const;

    // ---- app_export.cpp
    void run_export(const Export& command);

    [[nodiscard]] std::string link() const;
};

}  // namespace headlight::app
