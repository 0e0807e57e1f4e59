#pragma once
// Everything that can be done to the app. Panels, keys, the JavaScript interface, links and tests push commands;
// App::apply runs them once a frame and is the only place where anything changes.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "app/settings.h"
#include "base/result.h"

namespace headlight::app {

struct SetPrompt {
    std::string text;
};  // what the text field now holds (App::field_text(): the prompt, the sentence to translate, or the draft of a
    // corpus)
struct LoadSample {
    std::string id;
};  // a prompt of assets/prompts
struct SetField {
    std::string key, value;
};  // any row of the settings table; see set<> below
struct ResetField {
    std::string key;
};
struct ResetSettings {};  // all but the prompt, the model and the language
struct SelectHead {
    int layer, head;
};
struct SelectCell {
    int query, key;
};  // pins a cell of the head view; key -1 pins the row alone
struct SelectMatrixCell {
    int row, column;
};  // pins a cell of the inspected matrix
struct Release {};  // Esc: unpins cell, then row
// Takes the token that the seed picks; in a translation shows one more; in the tutorial goes to the next step.
struct Step {};
struct StepBack {};
struct Play {};  // a translation that is complete starts again from its first token
struct Pause {};
// After the last token; in a translation after the selected target position, and it goes on from there.
struct TakeToken {
    int id;
};
struct Undo {};
struct Redo {};
struct OpenLink {
    std::string link;
};  // a fragment or a whole address
struct Share {};  // puts the link on the clipboard (an Effect)
struct LoadModel {
    std::string name;
    std::map<std::string, std::string> files;
};  // file name -> bytes
struct CancelJob {};  // stops a load or a pass; what was shown stays
struct DismissNotice {
    std::uint64_t id;
};  // 0: all
enum class ExportWhat : std::uint8_t {
    head_svg,
    head_png,
    head_csv,
    head_json,
    matrix_csv,
    matrix_json,
    matrix_png,
    matrix_svg,
    trace
};
enum class ExportTo : std::uint8_t { file, clipboard };
struct Export {
    ExportWhat what;
    ExportTo to = ExportTo::file;
};
// ---- the tutorial
struct EditCell {
    std::string sheet;
    int row, column;
    float value;
};  // of an input; everything downstream follows
struct ResetEdits {};
struct RevealMistake {
    int number;
};  // 1 to 25: counts as found, and is shown
// The person points at a cell of a sheet: a mistake that lies there is found; a notice says when there is none.
struct GuessMistake {
    std::string sheet;
    int row, column;
};
struct HideMistakes {};

// ---- learning in the page
struct LearnPlay {};
struct LearnPause {};
struct LearnStep {};    // one training step
struct LearnRewind {};  // to the very same start; asks first (App::question())
struct LearnBack {};    // out of a broken state, to the last weights that were finite
struct LearnSeed {
    std::uint32_t seed;
};  // another start; asks first
struct UseCorpus {
    std::optional<std::string> text;
};  // the draft in the text field (or this text) becomes what is learned; "" is the tutorial's own; asks first
struct Answer {
    bool yes;
};  // to App::question()
struct Visible {
    bool visible;
};  // whether anybody can see the program: nothing is learned while nobody can

// ---- the laboratory
// Adds one item (interpret/intervention.h), which takes the place of one of the same place; a bad one becomes a notice.
struct AddChange {
    std::string text;
};
struct RemoveChange {
    int index;
};
struct ClearChanges {};
struct ToggleHead {
    int layer, head;
};  // off, and on again
// Tokens of the vocabulary for App::space(). A line end (the Enter key) lets the selected position read the first one.
struct FindTokens {
    std::string text;
};
struct RunSweep {};  // of Settings::sweep, from the other prompt into this one
struct StopSweep {};

// ---- the architecture exhibit
struct UseArchitecture {
    std::string id;
};  // of App::architecture_presets()

// A failure that the platform met (a download, a lost context): becomes a notice. `key` names its string.
struct ReportProblem {
    std::string key, detail;
};
struct ReportProgress {
    std::string key;
    double fraction;
};  // of a download; fraction 1 ends it

// ---- models of one's own (model_library.h)
struct OpenModels {
    bool open;
};  // the panel
// Asks a hub for the sizes of a model: "gpt2", "owner/name", the address of a repository or of a file; without a text
// the address in the field. Nothing is downloaded but config.json.
struct InspectAddress {
    std::optional<std::string> address;
};
struct ChooseFormat {
    Precision precision;
};
struct DownloadModel {};  // what was inspected, from a hub or from files
struct RetryModel {};     // after a pause or a failure
struct ClearModels {};    // stops what is on its way, frees its memory, and forgets it; the open model stays
struct OpenKept {
    std::string id;
};
struct DeleteKept {
    std::string id;
};
struct KeepModel {};  // writes the open model into the store once more, after room was made

// What the platform has to say about an import; see library_json.cpp for the fields.
struct ImportReport {
    std::string json;
};

template <class... Ts>
struct CommandTypes {
    template <class T>
    static constexpr bool has = (std::is_same_v<T, Ts> || ...);
    template <class T>
    static constexpr std::size_t index() {
        std::size_t at = 0;
        (void)((std::is_same_v<T, Ts> || (++at, false)) || ...);
        return at;
    }
};
using Commands =
    CommandTypes<SetPrompt, LoadSample, SetField, ResetField, ResetSettings, SelectHead, SelectCell, SelectMatrixCell,
                 Release, Step, StepBack, Play, Pause, TakeToken, Undo, Redo, OpenLink, Share, LoadModel, CancelJob,
                 DismissNotice, Export, ReportProblem, ReportProgress, UseArchitecture, EditCell, ResetEdits,
                 RevealMistake, GuessMistake, HideMistakes, LearnPlay, LearnPause, LearnStep, LearnRewind, LearnBack,
                 LearnSeed, UseCorpus, Answer, Visible, OpenModels, InspectAddress, ChooseFormat, DownloadModel,
                 RetryModel, ClearModels, OpenKept, DeleteKept, KeepModel, ImportReport, AddChange, RemoveChange,
                 ClearChanges, ToggleHead, FindTokens, RunSweep, StopSweep>;

struct AnyCommand;  // any_command.h: a variant of Commands

// One of Commands. The variant is kept out of sight: of so many types, it takes each file that moves one seconds to
// compile.
class Command {
  public:
    template <class T>
        requires Commands::has<T>
    Command(T value) : Command(Commands::index<T>(), &value) {}  // NOLINT(google-explicit-constructor): as a variant
    Command(const Command& other);
    Command(Command&& other) noexcept;
    Command& operator=(Command other) noexcept;
    ~Command();
    [[nodiscard]] const AnyCommand& value() const { return *value_; }

  private:
    Command(std::size_t index, void* value);  // moves from it
    std::unique_ptr<AnyCommand> value_;
};

// set<&Settings::seed>(7u): the command that changes one setting.
template <auto Member, class T>
[[nodiscard]] Command set(const T& value) {
    using Value = std::remove_cvref_t<decltype(std::declval<Settings>().*Member)>;
    return SetField{std::string(key_of(Member)), to_text(Value(value))};
}

class CommandQueue {
  public:
    void push(Command command);
    [[nodiscard]] bool empty() const { return waiting_.empty(); }
    [[nodiscard]] std::vector<Command> take();

  private:
    std::vector<Command> waiting_;
};

// {"do": "set_prompt", "text": "Once"}, {"do": "select_head", "layer": 2, "head": 3}, {"do": "set", "key": "seed",
// "value": 7}, {"do": "step"} ... The names are the structs' names in snake_case ("set", "reset" for fields); the whole
// list is in command_json.cpp. LoadModel has no JSON form.
[[nodiscard]] Result<Command> command_from_json(std::string_view json);

}  // namespace headlight::app
