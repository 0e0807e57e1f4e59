#pragma once
// The whole program without its pictures: panels read a const App, commands change it (commands.h), and advance() does
// the work in slices that fit into a frame. No ImGui, no platform.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/architecture.h"
#include "app/commands.h"
#include "app/laboratory.h"
#include "app/notices.h"
#include "app/selection.h"
#include "app/settings.h"
#include "app/strings.h"
#include "base/result.h"
#include "interpret/explanation.h"
#include "interpret/head_stats.h"
#include "interpret/matrix.h"
#include "interpret/tutorial.h"
#include "model/sampler.h"

namespace headlight::app {

class Learning;       // app/learning.h
struct ModelLibrary;  // app/model_library.h

// One chip. Positions of tokens are positions of the model, 0 to n - 1.
struct TokenInfo {
    std::int32_t id = 0;
    std::string display;  // valid UTF-8 for people; the leading space is kept (" his"), partial bytes as hex: \xE2
    std::string bytes;    // raw
    bool special = false;
    bool taken = false;  // chosen by Step or TakeToken, not typed
};

using model::Candidate;  // one token of the vocabulary, with what cut it
using model::Cut;

// What may come after one position: the whole vocabulary, logit descending, then id ascending.
struct Distribution {
    int position = -1;                  // the row it was read from
    std::vector<Candidate> candidates;  // all of them
    int kept = 0;                       // how many survive the cuts: candidates[0 .. kept) do
    std::int32_t pick = -1;             // what the seed picks as the next token; -1 unless position is the last
    float draw = 0;                     // the uniform number in [0, 1) behind the pick
    std::int32_t actual = -1;           // the token that does follow in the prompt; -1 at the last position
    int bad_logits = 0;                 // how many were NaN or infinite
    [[nodiscard]] bool empty() const { return candidates.empty(); }
};

struct ModelInfo {
    std::string name;  // "story"
    int layers = 0, heads = 0, width = 0, head_width = 0, context = 0, vocabulary = 0;
    std::int64_t parameters = 0;
    bool has_text = false;  // a tokenizer came with it
    // Of an encoder-decoder; `layers` are those of the stack that Settings::part shows.
    bool encoder_decoder = false;
    int encoder_layers = 0, decoder_layers = 0;
};

// What has come out of a translation so far.
struct Translation {
    std::string text;       // the target tokens as text
    bool complete = false;  // nothing more comes: the end token, Settings::length, or no more room; not while playing
    bool ended = false;     // the end token came
    int taken = 0;          // target tokens up to the last one chosen by hand
};

// A sample prompt: texts are strings "sample.<id>.title", ".note" (what it teaches, two words) and ".teach" (a
// sentence).
struct Sample {
    std::string id;
    std::string text;
};

// position: query_tokens(); key_position: the same positions as keys; source_position: source_tokens().
enum class AxisKind : std::uint8_t { position, key_position, source_position, feature, vocabulary, single };
struct SiteInfo {
    std::string name;  // without "blocks.{l}.": "attn.hook_pattern", "hook_embed", "logits"
    // The name of the trace with "{l}" for the layer: "blocks.{l}.attn.hook_pattern", "decoder.{l}.mlp.hook_pre"
    std::string full_name;
    bool per_layer = false, per_head = false;
    AxisKind rows = AxisKind::position, columns = AxisKind::feature;
};

// What the shell knows about the person's machine; "automatic" settings follow it.
struct Environment {
    Language language = Language::en;
    bool dark = true;
    bool reduced_motion = false;
    std::string page = {};  // what stands before the '#' of a link that others can open; "": none
};

// Bytes that the program may have in all, and of these not taken yet; 0: not known.
struct Machine {
    double limit = 0, free = 0;
};

struct AppOptions {
    int threads = 1;
    std::function<Machine()> machine;  // asked when a model of one's own is weighed; may be missing
    // Content of assets: "strings/en.json", "strings/tr.json", "prompts/prompts.json".
    // "tutorial/tutorial.json" may be missing: then there is no tutorial. "fonts/ui.ttf", "fonts/ui-semibold.ttf" and
    // "fonts/symbols.ttf" may be missing: then pictures in pixels have no words.
    std::map<std::string, std::string> assets;
};

class App {
  public:
    [[nodiscard]] static Result<std::unique_ptr<App>> create(AppOptions options);
    ~App();
    App(const App&) = delete;
    App& operator=(const App&) = delete;

    // ---- the frame: apply, advance, draw -------------------------------------------------------------------------
    void set_environment(const Environment& environment);
    void set_hover(const Hover& hover);  // once a frame, {} when the pointer is over nothing
    // Runs all waiting commands. Returns whether there were any. now_ms: any steady clock.
    bool apply(CommandQueue& queue, double now_ms);
    // Works for about budget_ms (at least one step of work). Returns whether there was any to do; state_revision() and
    // progress_revision() say whether there is something new to draw.
    bool advance(double now_ms, double budget_ms);
    // Milliseconds until advance() has something to do: 0 now, negative never (until a command comes).
    [[nodiscard]] double next_work_ms(double now_ms) const;
    [[nodiscard]] std::vector<Effect> take_effects();
    [[nodiscard]] bool has_effects() const;

    // ---- bytes of a model of one's own, between two turns; jobs and files as library_requests.h says. False or empty:
    // the sender may stop, library() says why.
    bool begin_file(int job, std::string_view name, double bytes);
    [[nodiscard]] std::span<char> room(int job, std::size_t want);
    bool take(int job, std::size_t size, double now_ms);
    bool end_file(int job);
    bool finish(int job);
    [[nodiscard]] std::optional<std::span<const char>> kept_bytes(int job);

    // ---- state ---------------------------------------------------------------------------------------------------
    [[nodiscard]] const Settings& settings() const;
    [[nodiscard]] const Strings& strings() const;  // of the language in use
    [[nodiscard]] Language language() const;       // en or tr
    [[nodiscard]] bool dark() const;
    [[nodiscard]] bool reduced_motion() const;
    [[nodiscard]] const Hover& hover() const;
    [[nodiscard]] Selection selection() const;
    [[nodiscard]] std::span<const Notice> notices() const;
    [[nodiscard]] const Progress& progress() const;
    [[nodiscard]] Verdict verdict() const;
    [[nodiscard]] bool playing() const;
    [[nodiscard]] bool can_undo() const;
    [[nodiscard]] bool can_redo() const;
    [[nodiscard]] bool ready() const;          // something is there to be seen: what panels show is complete
    [[nodiscard]] bool can_step() const;       // a model is there and the pass is complete
    [[nodiscard]] bool can_step_back() const;  // there is a taken token
    // The text field's content. Small and own: the prompt and the taken tokens as text. Translate: the English
    // sentence. Tutorial: sentences to learn from, a draft until UseCorpus.
    [[nodiscard]] const std::string& field_text() const;
    [[nodiscard]] const Question* question() const;  // null: nothing is asked
    [[nodiscard]] const std::vector<std::int32_t>& taken() const;
    [[nodiscard]] std::string link() const;      // without '#': "v=1&prompt=..."
    [[nodiscard]] std::string checksum() const;  // of the last row's logits, 8 hex digits; "" before the first pass
    [[nodiscard]] std::span<const Sample> samples() const;  // of the rung

    // ---- tutorial and learning -----------------------------------------------------------------------------------
    // Null when its numbers did not come with the program. Its mode, edits and head are those of the settings.
    [[nodiscard]] const interpret::Tutorial* tutorial() const;
    // The selected sheet, or else the first of the step; null when there is none.
    [[nodiscard]] const interpret::Sheet* sheet() const;
    [[nodiscard]] const Learning* learning() const;  // null without a tutorial
    [[nodiscard]] bool learning_plays() const;

    // Models of one's own, and whether their panel is shown: then field_text() is the address in it.
    [[nodiscard]] const ModelLibrary& library() const;
    [[nodiscard]] bool models_shown() const;

    // ---- the laboratory ------------------------------------------------------------------------------------------
    // While changes are in force, everything else here (distribution(), matrix(), attention(), explanation()) tells of
    // the changed run; with Settings::compare, attention() and matrix() of the baseline or of a difference.
    [[nodiscard]] const Laboratory& laboratory() const;  // cached
    // Matrices are the changed run less the baseline, or the other prompt's run less this one: 0 is their middle.
    [[nodiscard]] bool shows_difference() const;
    // Bits that each token of tokens() cost, NaN for the first; empty until it is computed (it asks for that).
    [[nodiscard]] std::span<const float> surprise() const;
    // The logit lens; null until its first cells are there. Asking keeps it going.
    [[nodiscard]] const interpret::LogitLens* lens() const;
    // Of laboratory().odds.token against its rival, after selection().target.
    [[nodiscard]] const interpret::Attribution& attribution() const;
    [[nodiscard]] const interpret::Sweep* sweep() const;  // the last one that was run, null: none yet
    [[nodiscard]] bool sweeping() const;
    // Where the text's tokens stand among the embeddings; empty until it is computed. Asking keeps it going.
    [[nodiscard]] const Space& space() const;
    // Settings::summary of the attention patterns, [n, n]; empty for Summary::none.
    [[nodiscard]] interpret::Matrix summary() const;
    // Of one run; its rows and columns are that run's tokens. Empty while laboratory().pair does not name it.
    [[nodiscard]] interpret::Matrix summary(Run run) const;
    [[nodiscard]] interpret::Matrix attention(Run run, int layer, int head, Values values) const;
    // All heads as layer * heads + head, as Settings::order says, the best first.
    [[nodiscard]] const std::vector<int>& head_order() const;
    // Of the order: what the grid is tinted by, 0..1; -1 when it is HeadOrder::place.
    [[nodiscard]] float head_score(int layer, int head) const;
    // With Settings::sample_scores: how much of the sample was run, 0..1; head_stats() is of it from 1 on, and of the
    // prompt before. Negative when it is off, or cannot be run for want of a tokenizer.
    [[nodiscard]] double sample_progress() const;

    // ---- the architecture exhibit (Settings::architecture)
    [[nodiscard]] Architecture architecture() const;
    [[nodiscard]] std::vector<ArchitecturePreset> architecture_presets() const;
    [[nodiscard]] bool in_loop() const;  // its generation loop is shown: Step, StepBack and Play are its own
    [[nodiscard]] std::optional<LoopView> loop() const;           // nothing while no model can run it
    [[nodiscard]] std::string loop_token(std::int32_t id) const;  // display form in the vocabulary of its model

    // ---- model and last complete pass: all below agree with each other -------------------------------------------
    [[nodiscard]] const ModelInfo* model() const;  // of the rung; null: none loaded yet
    // Of the last complete pass; dropped ones are not in it. Of a translation: what the decoder reads, the start token
    // first: row i tells token i + 1.
    [[nodiscard]] std::span<const TokenInfo> tokens() const;
    // The axes of the attention that is shown: both tokens() but for an encoder's, and the keys of cross-attention.
    [[nodiscard]] std::span<const TokenInfo> query_tokens() const;
    [[nodiscard]] std::span<const TokenInfo> key_tokens() const;
    [[nodiscard]] std::span<const TokenInfo> source_tokens() const;  // of a translation
    [[nodiscard]] bool causal() const;  // whether keys behind the query are masked in the attention that is shown
    [[nodiscard]] const Translation* translation() const;         // null on other rungs
    [[nodiscard]] int dropped_tokens() const;                     // at the front, beyond the context length
    [[nodiscard]] std::string token_text(std::int32_t id) const;  // display form of any id
    [[nodiscard]] const Distribution& distribution() const;       // after selection().query, cached
    [[nodiscard]] std::span<const SiteInfo> sites() const;        // of the stack that is shown
    [[nodiscard]] const SiteInfo* site(std::string_view name) const;
    // A traced matrix: rows and columns as SiteInfo says. Empty when there is none. head is ignored for sites without
    // heads.
    [[nodiscard]] interpret::Matrix matrix(std::string_view site, int layer, int head) const;
    // Of the part that is shown; rows are query_tokens(), columns key_tokens().
    [[nodiscard]] interpret::Matrix attention(int layer, int head, Values values) const;
    // Of any part of an encoder-decoder.
    [[nodiscard]] interpret::Matrix attention(Part part, int layer, int head, Values values) const;
    [[nodiscard]] const interpret::HeadStats* head_stats(int layer, int head) const;
    [[nodiscard]] std::string head_title(int layer, int head) const;  // "induction 0.91", "" when nothing stands out
    // Of the cell in selection(), or the last row's strongest key when no cell is hovered or pinned. Cached.
    [[nodiscard]] const interpret::Explanation& explanation() const;
    // Of the hovered or pinned cell of the inspected matrix, in the tutorial of the sheet; empty() when there is none.
    // Cached.
    [[nodiscard]] const interpret::Explanation& matrix_explanation() const;
    // For the live region: tokens, predictions and the selected head's strongest links, as sentences.
    [[nodiscard]] std::string live_text() const;

    // ---- for caches and tests ------------------------------------------------------------------------------------
    [[nodiscard]] std::uint64_t pass_revision() const;  // changes with tokens() and matrix()
    // How many of the first rows of every matrix are those of the pass of revision `since`; 0 when nothing is known.
    [[nodiscard]] int unchanged_rows(std::uint64_t since) const;
    [[nodiscard]] std::uint64_t state_revision() const;  // changes with anything a panel may draw, hover included ...
    [[nodiscard]] std::uint64_t progress_revision() const;  // ... but for how far something is, which may be drawn late
    [[nodiscard]] std::int64_t rows_computed() const;       // token rows that went through the model, in all
    // model/logits_hash.h with this app's threads and the kernels of that name; slow. Empty: that name is unknown here.
    [[nodiscard]] std::string golden_hash(kernels::WeightFormat format, std::string_view kernels) const;
    [[nodiscard]] std::string_view kernels() const;       // the name of this app's
    [[nodiscard]] std::string architecture_json() const;  // what state_json() says of the exhibit
    [[nodiscard]] std::string laboratory_json() const;    // ... and of the laboratory
    [[nodiscard]] std::string state_json() const;         // everything above for the JavaScript interface

  private:
    struct State;
    explicit App(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace headlight::app
