#pragma once
// Every choice a person makes, as one plain struct. settings_fields.h has one row for each member: from that table come
// the link, reset, the widgets, the commands and the tests. A new member needs a row there (a static_assert reminds).

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "interpret/intervention_fault.h"
#include "interpret/patch_sweep.h"
#include "interpret/tutorial_sheet.h"
#include "model/architecture.h"

namespace headlight::app {

// Travel in links by their short names (EnumNames in settings_fields.h), never by number.
enum class Rung : std::uint8_t { tutorial, small, translate, own };
enum class View : std::uint8_t { matrix, lines };
enum class Values : std::uint8_t { pattern, scores };  // after or before softmax
enum class ColourScale : std::uint8_t { linear, log };
// What the bottom panel shows. lens, parts, patch and space are the laboratory's: logit lens, attribution, patching,
// and the plane of embeddings.
enum class Bottom : std::uint8_t { cell, matrix, closed, lens, parts, patch, space };
// What is shown while there are changes, or of another prompt; other: what the other prompt's run has more.
enum class Compare : std::uint8_t { changed, baseline, difference, other };
// By what heads stand in the grid and are tinted: their place, a score of interpret::HeadStats, or how near all of
// these are to those of the selected head.
enum class HeadOrder : std::uint8_t { place, previous, induction, first, duplicate, entropy, alike };
// What the head view shows: the selected head, or a summary over many: the mean of a layer's heads, of all of them, or
// attention rollout.
enum class Summary : std::uint8_t { none, layer, all, rollout };
using interpret::SweepKind;
enum class Tab : std::uint8_t { in, heads, out, more };  // the one column of a phone
enum class Language : std::uint8_t { automatic, en, tr };
enum class Theme : std::uint8_t { automatic, dark, light };
enum class Motion : std::uint8_t { automatic, reduced, full };
// Which attention of an encoder-decoder is shown: the source's to itself, the target's to itself, the target's to the
// source.
enum class Part : std::uint8_t { encoder, decoder, cross };
enum class Decoding : std::uint8_t {
    greedy,
    sample
};  // of a translation; sample: with temperature, top-k, top-p, seed
enum class Exhibit : std::uint8_t { diagram, loop };  // what the middle of the architecture exhibit shows
using interpret::TutorialMode;
using model::Stage;
// How the weights of a model of one's own are held; automatic: as exactly as memory allows.
enum class Precision : std::uint8_t { automatic, f32, f16, q8 };

struct Settings {
    Rung rung = Rung::small;
    std::string model = "story";
    std::string prompt;  // UTF-8, what was typed; taken tokens are kept apart (App::taken())

    std::uint32_t seed = 7;
    float temperature = 0.8f;  // 0 picks the most likely token
    int top_k = 40;            // 0 is off
    float top_p = 0.95f;       // 1 is off
    float pace = 3.0f;         // tokens per second while playing

    // The selection that all panels follow. -1: for layer and head "a head that shows something on this prompt", chosen
    // when a pass is complete; for positions "none" (query: the last position is then the one looked at).
    int layer = -1;
    int head = -1;
    int query = -1;
    int key = -1;

    View view = View::matrix;
    Values values = Values::pattern;
    ColourScale scale = ColourScale::linear;
    bool hide_sink = false;  // leave the first key out of the colours and the lines

    Bottom bottom = Bottom::cell;
    std::string site = "attn.hook_pattern";  // the inspected matrix: a trace site without "blocks.{l}."
    int row = -1;                            // selected cell of the inspected matrix; -1 is none
    int column = -1;

    Tab tab = Tab::in;
    Language language = Language::automatic;
    Theme theme = Theme::automatic;
    Motion motion = Motion::automatic;
    float text_size = 1.0f;  // factor
    bool embed = false;      // a frame in somebody's page: no top bar
    std::string hide;        // controls a teacher removed: "share,seed,try"

    // Translation. layer, head, query, key, site, row and column mean those of the rung that is shown.
    std::string translator = "en-tr";
    std::string source = "My brother bought a new car.";  // the English sentence
    Part part = Part::cross;
    Decoding decoding = Decoding::greedy;
    int length = -1;  // how many target tokens are shown; -1: all, up to the end token

    // Tutorial. row and column are the selected cell of the sheet.
    int step = 1;
    TutorialMode mode = TutorialMode::printed;
    std::string sheet;        // id of the selected one; "": none
    std::string edits;        // interpret::Tutorial::edits_text()
    std::uint32_t found = 0;  // mistakes that were found or revealed: bit n - 1 is mistake n

    // Learning in the page.
    std::string corpus;            // sentences, one a line; "": the tutorial's
    std::uint32_t learn_seed = 1;  // of the weights at the start
    int learned = 0;               // training steps taken; a link trains as far again, bit for bit
    float learn_speed = 40;        // steps per second while it learns; 0: as fast as it goes
    std::string weights;           // F16, base64url: then `learned` is only what they were trained for
    bool share_weights = false;    // links carry the weights themselves
    bool show_learned = false;     // the steps show the learned model's matrices
    int pair = 1;                  // the pair of the corpus that they show

    // A model of one's own.
    Precision precision = Precision::automatic;  // of the one that is open; links need it to show the same numbers
    std::string hub = "https://huggingface.co";  // where names of repositories are looked up
    bool keep_models = true;                     // on this machine, for the next visit

    // The architecture exhibit: a configuration of its own, whatever model is loaded. It begins as GPT_CONFIG_124M of
    // Raschka's book; normalised() keeps it possible.
    bool architecture = false;  // it is open
    Exhibit exhibit = Exhibit::diagram;
    int arch_layers = 12, arch_heads = 12, arch_width = 768, arch_context = 1024, arch_vocabulary = 50257;
    int arch_mlp = 0;  // width of the feed-forward layer; 0: four times arch_width
    bool arch_qkv_bias = false, arch_tied = false;
    int arch_tokens = 4;        // that go in
    Stage stage = Stage::none;  // the selected box of the diagram
    int loop = 0;               // lines of the generation loop that have run
    int loop_context = 0;       // its context_size; 0: the model's

    // The laboratory of a GPT.
    std::string changes;  // interpret/intervention.h
    std::string other;    // the prompt to patch from and to compare with
    int token = -1;       // whose odds are told, against `rival`; -1: the baseline's first and second
    int rival = -1;
    Compare compare = Compare::changed;
    SweepKind sweep = SweepKind::residual;
    HeadOrder order = HeadOrder::place;
    Summary summary = Summary::none;
    bool surprise = false;  // tokens are tinted by how many bits each of them cost

    bool sample_scores = false;  // heads are told, sorted and tinted by a built-in sample, not by the prompt
    bool side_by_side = false;   // the head view shows two runs beside each other: baseline or other prompt, and this
    std::string translator_changes;  // to the encoder-decoder; in force in its rung

    bool operator==(const Settings&) const = default;
};

// Things that were clamped or ignored. The key names a string of the language files; {what} and {value} are its holes.
struct Warning {
    std::string key;
    std::string what;             // for example the settings key
    std::string value;            // for example the value used instead
    interpret::Fault fault = {};  // of a change: its words take the place of `value`
    bool operator==(const Warning&) const = default;
};
using Warnings = std::vector<Warning>;

// Rules that involve more than one member. Called after decoding a link and after every edit.
[[nodiscard]] Settings normalised(Settings settings, Warnings& warnings);

// A value as the text of a link, before percent-encoding; enums by their names there.
[[nodiscard]] std::string to_text(bool value);
[[nodiscard]] std::string to_text(int value);
[[nodiscard]] std::string to_text(std::uint32_t value);
[[nodiscard]] std::string to_text(float value);
[[nodiscard]] inline std::string to_text(const std::string& value) {
    return value;
}
// These two are instantiated in settings.cpp for the type of every member, so that not every file has to read the
// table.
template <class Enum>
    requires std::is_enum_v<Enum>
[[nodiscard]] std::string to_text(Enum value);
template <class T>
[[nodiscard]] std::string_view key_of(T Settings::* member);  // "temperature"

// One member as text and back, by its key ("temperature" -> "0.8"). Text of a bad value leaves the settings as they are
// and warns; a value out of range is clamped and warns. Returns whether there is such a key.
bool set_field(Settings& settings, std::string_view key, std::string_view text, Warnings& warnings);
[[nodiscard]] std::string field_text(const Settings& settings, std::string_view key);
void reset_field(Settings& settings, std::string_view key);

// Whether `hide` lists this control.
[[nodiscard]] bool hidden(const Settings& settings, std::string_view control);

}  // namespace headlight::app
