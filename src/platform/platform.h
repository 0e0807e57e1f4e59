#pragma once
// What the program needs from the machine it runs on. web/, desktop/ and null/ implement this class; CMake picks one.
// Everything slow answers later, as an event of poll(): the browser's way, and therefore the way everywhere.
// Lengths are logical pixels (CSS pixels on the web); one such pixel is pixel_ratio() pixels of the screen.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace headlight::platform {

struct Rect {
    float x = 0, y = 0, width = 0, height = 0;
};

struct File {
    std::string name;  // without folders
    std::string bytes;
};

enum class EventKind : std::uint8_t {
    files,         // picked by open_files() or dropped on the window, together; text: what to call them, or ""
    no_chooser,    // this machine has no file chooser: files can still be dropped
    link,          // text: the fragment of a link that was opened ("v=1&...")
    command,       // text: a command of the app as JSON (an import_report, see Platform::model_request)
    system_theme,  // the system changed between light and dark: ask prefers_dark()
    graphics_lost  // all textures are gone; they come back with the next upload
};
struct Event {
    EventKind kind = EventKind::files;
    std::string text;
    std::vector<File> files;
};

// Which turn of the loop is wanted next. Nothing asked for: it sleeps until input or wake().
struct Demand {
    bool soon = false;       // as soon as possible: work in progress, or something moves
    double in_seconds = -1;  // or once after this time (>= 0)
};

using Texture = std::uint64_t;  // 0: none; otherwise what ImGui takes as ImTextureID

// Bytes that the program may have in all, and of these not taken yet; 0: not known.
struct Memory {
    double limit = 0, free = 0;
};

// The text fields of the window: the prompt, the one that it is compared with, and what tokens are searched for.
enum class FieldId : std::uint8_t { prompt, other, search };
inline constexpr std::size_t kFields = 3;
inline constexpr float kPromptPaddingX = 12, kPromptPaddingY = 10;  // between box and text
// On the web a real HTML field lies over the rectangle; elsewhere ImGui draws one.
struct PromptField {
    FieldId id = FieldId::prompt;
    Rect rect;                            // of its box; width 0 hides the field (something lies over it)
    float clip_top = 0, clip_bottom = 0;  // so much of the box is scrolled out of sight
    std::string_view text;                // what the program holds
    std::string_view hint;                // shown while it is empty
    float font_size = 15, line_height = 22, padding_y = kPromptPaddingY;
    bool address = false;  // it takes the name or address of a model: no spelling help, Enter asks for it
};

class Platform {
  public:
    virtual ~Platform() = default;

    // True when input came since the last frame, or the window needs to be drawn again.
    [[nodiscard]] virtual bool input_pending() const = 0;
    // One ImGui frame: NewFrame after begin_frame(), the picture is on the screen after end_frame().
    virtual void begin_frame() = 0;
    virtual void end_frame() = 0;
    virtual void wake() = 0;  // asks for a turn, from any thread

    [[nodiscard]] virtual std::vector<Event> poll() = 0;
    [[nodiscard]] virtual double now() const = 0;  // seconds, monotonic
    [[nodiscard]] virtual float pixel_ratio() const = 0;
    virtual void fonts_changed() = 0;            // the atlas was made anew: send it to the graphics card
    virtual void set_ui_scale(float scale) = 0;  // 1: as the system has it; everything grows with it
    [[nodiscard]] virtual bool prefers_dark() const = 0;
    [[nodiscard]] virtual bool prefers_reduced_motion() const = 0;
    [[nodiscard]] virtual std::string language() const = 0;  // "tr", "en", ... of the system
    [[nodiscard]] virtual int threads() const = 0;           // how many the program should use
    [[nodiscard]] virtual bool touch() const = 0;            // the last input came from a finger

    // The link that the program was started with, and the one that the address shows from now on; without '#'.
    [[nodiscard]] virtual std::string start_link() const = 0;
    virtual void show_link(std::string_view fragment) = 0;
    // The whole address that opens `fragment`, fit to be sent to somebody.
    [[nodiscard]] virtual std::string link_address(std::string_view fragment) const = 0;

    virtual void copy_text(std::string_view text) = 0;
    virtual void open_files() = 0;  // answers with an event
    virtual void save_file(std::string_view name, std::string_view mime, std::string bytes) = 0;
    virtual void open_url(std::string_view url) = 0;

    // Small texts that outlive the program (language, theme); empty when there is none.
    [[nodiscard]] virtual std::string load_text(std::string_view key) const = 0;
    virtual void store_text(std::string_view key, std::string_view text) = 0;
    // A file that came with the program ("strings/en.json", "fonts/ui.ttf", "models/story/config.json").
    [[nodiscard]] virtual Result<std::string> asset(std::string_view path) const = 0;
    // Asks for the files of models/<name>, which come with the program but are loaded only when wanted. They come
    // later, with a command "load_model" or a report of what went wrong. False: there is nowhere to get them from.
    [[nodiscard]] virtual bool fetch_model(std::string_view name) = 0;
    virtual void stop_fetch(std::string_view name) = 0;  // it is not wanted any more
    // Bringing a model of the person's own: the program decides and counts, the platform finds sizes and moves bytes.
    // `verb` says what is wanted, `json` how (app/library_requests.h describes both); answers come as commands
    // "import_report", the bytes through Program::models(). False: this platform has no way to do that.
    [[nodiscard]] virtual bool model_request(std::string_view verb, std::string_view json) {
        (void)verb;
        (void)json;
        return false;
    }
    [[nodiscard]] virtual Memory memory() const { return {}; }
    // Paths of all of them in a folder ("models/story").
    [[nodiscard]] virtual std::vector<std::string> assets_in(std::string_view folder) const = 0;

    // Texture of width x height RGBA8 pixels, nearest filter. 0 makes one; otherwise its content is replaced.
    [[nodiscard]] virtual Texture upload(Texture texture, int width, int height,
                                         std::span<const std::uint32_t> pixels) = 0;
    // Of a texture that upload() made with the same size, only rows [first_row, first_row + rows) of `pixels`, which
    // are all of them.
    virtual void upload_rows(Texture texture, int width, int height, std::span<const std::uint32_t> pixels,
                             int first_row, int rows) {
        (void)first_row;
        (void)rows;
        (void)upload(texture, width, height, pixels);
    }

    // Called once a frame for each field that is on the screen. Returns the new text when a person changed it here (on
    // the web it comes as a command).
    [[nodiscard]] virtual std::optional<std::string> prompt_field(const PromptField& field) = 0;
    virtual void focus_prompt() = 0;
    // Something in the program changed (at most once a turn): a page around it mirrors its text, theme and language.
    virtual void state_changed(std::string_view theme, std::string_view language) = 0;
    // Our own bug: shows the message in place of the program, as far as that is possible.
    virtual void fatal(std::string_view message) = 0;
};

// Where the bytes of a model go that the platform brings, between two turns. Calls that carry another job than the
// running one change nothing and return false or nothing: the sender stops then, the program knows why.
class ModelSink {
  public:
    virtual ~ModelSink() = default;
    // The next file of the job, from its beginning; bytes: its size, negative when not known.
    virtual bool begin_file(int job, std::string_view name, double bytes) = 0;
    // Where up to `want` of its next bytes can be written; empty: stop.
    virtual std::span<char> room(int job, std::size_t want) = 0;
    virtual bool take(int job, std::size_t size) = 0;  // so many were written there
    // Its end: false when it is not what was promised (size, checksum, content).
    virtual bool end_file(int job) = 0;
    virtual bool finish(int job) = 0;  // all files are there: the model opens
    // The next bytes of the model that the platform was asked to keep (verb "keep"), all files one after another.
    // An end without bytes: complete; no value: it is not wanted any more.
    virtual std::optional<std::span<const char>> kept_bytes(int job) = 0;
};

// What main.cpp hands to the platform: the whole program behind a few calls.
class Program {
  public:
    virtual ~Program() = default;
    // One turn of the loop: takes events, works for a few milliseconds, draws when something changed.
    virtual Demand turn() = 0;
    // The JavaScript interface and the tests: a command, the state, the widgets on the screen; all JSON.
    virtual std::string command(std::string_view json) = 0;
    virtual std::string state() = 0;
    virtual std::string widgets() = 0;
    virtual ModelSink& models() = 0;
};
using MakeProgram = Result<std::unique_ptr<Program>> (*)(Platform& platform);

// Sets the platform up, makes the program and runs it until its window closes (on the web: for ever, and the call
// returns at once). Returns the exit code. Arguments of the desktop: see platform/desktop/arguments.cpp.
int launch(int argc, char** argv, MakeProgram make);

}  // namespace headlight::platform
