#pragma once
// Bringing a model of one's own: the one on its way in, and those that are kept on this machine. Panels read this
// (App::library()), commands change it (OpenModels, InspectAddress ... in commands.h), the platform moves the bytes.
// Sizes are bytes and may exceed 32 bits on every platform: double, as in JavaScript.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "app/settings.h"
#include "model/config.h"

namespace headlight::app {

enum class ImportStage : std::uint8_t {
    empty,       // nothing is on its way
    inspecting,  // the source is asked for its sizes; or a kept model is being looked up
    inspected,   // all is known: DownloadModel goes on, unless `error` says why it cannot be
    loading,     // bytes come in and are converted
    paused,      // the connection broke: tried again in `retry_seconds`, or at once with RetryModel
    failed       // `error` says why; RetryModel starts again when can_retry, InspectAddress and ClearModels always work
};

// Of the bytes that came in.
enum class ChecksumState : std::uint8_t { pending, none, checked };  // none: the host gives no checksum

enum class SourceKind : std::uint8_t { files, hub, kept };

// A string of the language files with its holes filled: ready to show.
struct LibraryText {
    std::string key;   // "" : nothing to say
    std::string text;  // in the language of its time
    [[nodiscard]] bool empty() const { return key.empty(); }
};

struct ImportFile {
    std::string name;    // "model-00001-of-00002.safetensors"
    double bytes = -1;   // -1: the host does not say
    double done = 0;     // of them, here
    std::string sha256;  // 64 hex digits that the source promises, or ""
};

// One way to hold the weights in memory.
struct FormatChoice {
    Precision precision = Precision::f32;
    double model_bytes = 0;  // the converted model
    double peak_bytes = 0;   // what must be free: the model, its largest tensor on the way in, and one pass
    bool fits = false;
};

struct Import {
    ImportStage stage = ImportStage::empty;
    int job = 0;  // grows with every new source; what answers to an older one is dropped
    SourceKind source = SourceKind::hub;
    std::string name;     // of the model: "openai-community/gpt2", an address, or what a folder is called
    std::string address;  // of the folder of its files, as they are asked for; "" for files of this machine
    std::string id;       // of a kept one
    std::vector<ImportFile> files;
    double total_bytes = 0;  // of all files
    bool total_known = true;
    double done_bytes = 0;
    double bytes_per_second = 0;
    double seconds_left = -1;  // -1: not known
    double retry_seconds = -1;
    int attempt = 0;  // of connecting again
    bool can_retry = false;
    std::string file;  // the one that comes now
    ChecksumState checksum = ChecksumState::pending;
    LibraryText error;

    // From config.json, once inspected.
    bool described = false;
    model::GptConfig config;
    std::int64_t parameters = 0;
    bool stored_as_q8 = false;                   // the source itself is in Q8
    std::array<FormatChoice, 3> formats;         // F32, F16, Q8
    double memory_limit = 0, memory_free = 0;    // of this machine, for the program
    Precision automatic = Precision::f32;        // what fits best
    LibraryText reason;                          // why that one
    Precision precision = Precision::automatic;  // as chosen: ChooseFormat

    [[nodiscard]] Precision chosen() const { return precision == Precision::automatic ? automatic : precision; }
    [[nodiscard]] const FormatChoice& format(Precision which) const {  // one of the three
        return formats[static_cast<std::size_t>(which) - static_cast<std::size_t>(Precision::f32)];
    }
    [[nodiscard]] const FormatChoice& choice() const { return format(chosen()); }
    [[nodiscard]] bool active() const {
        return stage == ImportStage::inspecting || stage == ImportStage::loading || stage == ImportStage::paused;
    }
    [[nodiscard]] bool can_start() const { return stage == ImportStage::inspected && error.empty(); }
    [[nodiscard]] double fraction() const { return total_bytes > 0 ? done_bytes / total_bytes : 0; }
};

// A model that this machine keeps, already converted.
struct KeptModel {
    std::string id;    // of its folder: "openai-community--gpt2.q8"
    std::string name;  // what links call it
    Precision precision = Precision::f32;
    double bytes = 0;
    std::int64_t parameters = 0;
    std::string date;       // ISO 8601 day
    bool in_use = false;    // it is the one that is open
    bool deleting = false;  // as soon as nobody reads it
};

// The model that was opened last, on its way into the store.
enum class KeepStage : std::uint8_t { none, writing, kept, failed };
struct Keep {
    KeepStage stage = KeepStage::none;
    std::string id;
    double done_bytes = 0, total_bytes = 0;
    LibraryText error;  // no room, forbidden ...: the model works all the same; KeepModel tries again
    [[nodiscard]] double fraction() const { return total_bytes > 0 ? done_bytes / total_bytes : 0; }
};

struct Storage {
    bool supported = false;            // there is a place for models
    bool persistent = false;           // the browser promised not to clear it by itself
    double used = -1, available = -1;  // -1: not known
};

struct ModelLibrary {
    bool open = false;    // the panel is shown; then App::field_text() is `address`, and SetPrompt changes it
    std::string address;  // as typed
    Import import;
    Keep keep;
    std::vector<KeptModel> kept;  // the newest first
    bool listed = false;          // whether `kept` is known already
    Storage storage;
};

}  // namespace headlight::app
