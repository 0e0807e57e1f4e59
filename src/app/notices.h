#pragma once
// What the app has to say to the person: shown by the ui until dismissed.

#include <cstdint>
#include <string>

namespace headlight::app {

enum class Severity : std::uint8_t { info, warning, error };

struct Notice {
    std::uint64_t id = 0;
    Severity severity = Severity::info;
    std::string key;   // of the string it came from; "" for a text of an Error
    std::string text;  // in the language of its time, ready to show
};

// What the link that was opened promised, against what was computed.
enum class Verdict : std::uint8_t { none, pending, reproduced, differs };

enum class Activity : std::uint8_t { empty, idle, downloading, loading, computing, generating };
struct Progress {
    Activity activity = Activity::empty;  // empty: no model yet
    double fraction = 0;                  // of the current job, 0..1
    std::string key;                      // string key of what is going on, "" when idle
};

// Something that cannot be got back would be thrown away: asked before it is. App::question() until Answer comes.
struct Question {
    std::string key;   // strings "<key>.text", "<key>.yes" and "<key>.no"
    std::string text;  // ready to show
};

// What the shell does for the app: drained once a frame with App::take_effects().
struct Effect {
    enum class Kind : std::uint8_t {
        copy_text,
        save_file,
        set_fragment,
        copy_link,     // bytes: the fragment; the shell puts the page's address before it
        fetch_model,   // name: of a folder of models that came with the program; comes back as LoadModel
        stop_fetch,    // name: it is not wanted any more
        model_request  // name: the verb, bytes: JSON; library_requests.h
    } kind;
    std::string name;  // of a file
    std::string mime;
    std::string bytes;  // text, file content, or the fragment without '#'
};

}  // namespace headlight::app
