#pragma once
// What the architecture exhibit shows: a configuration that a person edits, whatever model is loaded, and the
// generation loop. The numbers come from model/architecture.h.

#include <string>
#include <vector>

#include "app/generation_loop.h"
#include "model/architecture.h"

namespace headlight::app {

struct Settings;

struct Architecture {
    model::GptConfig config;  // possible; what is drawn
    // What stands in the fields. It differs from `config` while it is impossible, and `problem` says why.
    model::GptConfig draft;
    std::string problem;  // in the language in use; "" when there is none
    int positions = 1;    // tokens that go in
};

// A configuration to begin with: a known one, or "loaded" for that of the model.
struct ArchitecturePreset {
    std::string id;    // for UseArchitecture
    std::string name;  // for people
    model::GptConfig config;
    bool on = false;  // it is what the exhibit shows
};

// The generation loop as far as it has been computed; how many of its lines a person has let run is Settings::loop.
struct LoopView {
    const GenerationLoop& loop;
    std::string model;      // the name of the one that runs it
    bool seed_ids = false;  // its tokenizer gives kLoopIds
    bool has_text = false;  // it has a tokenizer
    int turn = 0;           // the turn that is shown, 0 to kLoopTokens - 1
    int lines = 0;          // how many of its lines have run, 0 to kLoopLines
    int shown = 0;          // how many tokens of the text are there by now
    bool playing = false;
};

[[nodiscard]] model::GptConfig architecture_config(const Settings& settings);
void set_architecture_config(Settings& settings, const model::GptConfig& config);
// Whether the key is one of the configuration's sizes and switches.
[[nodiscard]] bool is_architecture_key(std::string_view key);

}  // namespace headlight::app
