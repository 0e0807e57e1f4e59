#pragma once
// Runs the built `headlight` as a person would, and makes the small things that tests run it on.

#include <nlohmann/json.hpp>
#include <string>

namespace headlight::test {

struct Ran {
    int code = -1;  // exit status; 128 + signal when it was killed
    std::string out;
    std::string err;
};

// `arguments` as typed in a shell (quote what needs it).
Ran headlight(const std::string& arguments);
// A whole shell command; $HEADLIGHT is the program.
Ran shell(const std::string& command);

// Standard output as one JSON value; a failure of the test (and null) when it is none or the program failed.
nlohmann::json json_of(const std::string& arguments);

// "1,2,3"
std::string joined(const nlohmann::json& ids);

// A GPT-2 of random weights (tests/golden/make_gpt2_rand.py).
inline const std::string kRandom = std::string(HEADLIGHT_GOLDEN_DIR) + "/gpt2_rand/f32";

// A fresh folder of this test run.
std::string scratch(const std::string& name);
std::string slurp(const std::string& path);
void spill(const std::string& path, const std::string& text);

// Made once: a text of little stories, a tokenizer learned from it, a model trained on it for a few steps.
const std::string& stories_file();
const std::string& tokenizer_folder();
const std::string& model_folder();

// The same for pairs: English and Turkish sentences of a tiny grammar, with dotted and dotless i, in which every word
// has its translation; and an encoder-decoder that has learned them by heart.
const std::string& pairs_file();
const std::string& pair_model_folder();

}  // namespace headlight::test
