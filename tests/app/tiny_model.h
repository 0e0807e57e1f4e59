#pragma once
// A small random model with a byte tokenizer, as the files of a folder.

#include <algorithm>
#include <map>
#include <string>
#include <string_view>

#include "app/app.h"
#include "base/check.h"
#include "base/file.h"
#include "base/rng.h"
#include "model/encoder_decoder_folder.h"
#include "model/hf_folder.h"
#include "text/tokenizer.h"

namespace headlight::app {

inline constexpr int kTinyVocab = 260;  // 256 bytes, three merges, the end token
inline constexpr int kTinyContext = 48;

inline text::Tokenizer tiny_tokenizer() {
    text::TokenizerParts parts;
    for (int i = 0; i < 256; ++i) parts.tokens.emplace_back(1, static_cast<char>(i));
    parts.tokens.insert(parts.tokens.end(), {"th", "the", " a", std::string(text::kEndOfText)});
    parts.merges = {{"t", "h"}, {"th", "e"}, {" ", "a"}};
    parts.specials = {kTinyVocab - 1};
    auto tokenizer = text::Tokenizer::from_parts(parts);
    CHECK(tokenizer.has_value());
    return std::move(*tokenizer);
}

inline model::Gpt tiny_gpt(const model::Compute& compute, std::uint64_t seed = 3, bool tied = true, bool bias = true) {
    const model::GptConfig config{.vocab = kTinyVocab,
                                  .context = kTinyContext,
                                  .d_model = 24,
                                  .layers = 2,
                                  .heads = 3,
                                  .d_mlp = 40,
                                  .qkv_bias = bias,
                                  .tied_head = tied,
                                  .end_token = kTinyVocab - 1};
    model::Gpt gpt = model::Gpt::random(compute, config, seed);
    Rng rng(seed + 1);
    // Large enough that attention and logits are far from uniform, and biases are not zero.
    for (float& w : gpt.mutable_params()) w = w * 8 + static_cast<float>(rng.normal() * 0.05);
    gpt.pack(compute);
    return gpt;
}

inline std::map<std::string, std::string> tiny_files(std::uint64_t seed = 3) {
    const model::Compute compute(1);
    const model::Gpt gpt = tiny_gpt(compute, seed);
    return {{"config.json", model::config_json(gpt.config())},
            {"model.safetensors", model::weights_file(gpt, checkpoint::Dtype::f32)},
            {"tokenizer.json", tiny_tokenizer().tokenizer_json()}};
}

// An encoder-decoder with another number of layers on each side, and start, end and pad beside the byte tokenizer's.
inline constexpr int kPairVocab = kTinyVocab + 2;

inline model::EncoderDecoder tiny_pair(const model::Compute& compute, std::uint64_t seed = 5) {
    model::EncoderDecoderConfig config;
    config.vocab = kPairVocab;
    config.context = 24;
    config.d_model = 16;
    config.encoder_layers = 1;
    config.decoder_layers = 2;
    config.heads = 2;
    config.d_head = 6;
    config.d_mlp = 20;
    config.start_token = kTinyVocab - 1;
    config.end_token = kTinyVocab;
    config.pad_token = kTinyVocab + 1;
    model::EncoderDecoder pair = model::EncoderDecoder::random(compute, config, seed);
    Rng rng(seed + 1);
    for (float& w : pair.mutable_params()) w = w * 2 + static_cast<float>(rng.normal() * 0.05);
    pair.pack(compute);
    return pair;
}

inline std::map<std::string, std::string> tiny_pair_files(std::uint64_t seed = 5) {
    const model::Compute compute(1);
    const model::EncoderDecoder pair = tiny_pair(compute, seed);
    return {{"config.json", model::config_json(pair.config())},
            {"model.safetensors", model::weights_file(pair, checkpoint::Dtype::f32)},
            {"tokenizer.json", tiny_tokenizer().tokenizer_json()}};
}

inline std::unique_ptr<App> make_app() {
    AppOptions options;
    for (const char* name : {"strings/en.json", "strings/tr.json", "prompts/prompts.json", "tutorial/tutorial.json"}) {
        auto bytes = read_file(std::string(HEADLIGHT_ASSETS_DIR) + "/" + name);
        CHECK(bytes.has_value());
        options.assets[name] = std::move(*bytes);
    }
    auto app = App::create(std::move(options));
    CHECK(app.has_value());
    return std::move(*app);
}

// Runs a command, and all work that follows from it but playing.
inline void run(App& app, Command command, double now_ms = 0) {
    CommandQueue queue;
    queue.push(std::move(command));
    app.apply(queue, now_ms);
    while (app.next_work_ms(now_ms) == 0 && app.advance(now_ms, 1000)) {
    }
}

[[nodiscard]] inline bool has_notice(const App& app, std::string_view key) {
    return std::ranges::any_of(app.notices(), [&](const Notice& n) { return n.key == key; });
}

inline std::vector<Effect> effects_of(App& app, Effect::Kind kind) {
    auto effects = app.take_effects();
    std::erase_if(effects, [&](const Effect& e) { return e.kind != kind; });
    return effects;
}

inline std::unique_ptr<App> make_loaded_app(const std::string& link = "") {
    auto app = make_app();
    run(*app, OpenLink{link});
    run(*app, LoadModel{"story", tiny_files()});
    return app;
}

// On the translation rung, with the model that it asks for.
inline std::unique_ptr<App> make_translating_app(const std::string& link = "v=1&rung=translate&source=the+cat") {
    auto app = make_app();
    run(*app, OpenLink{link});
    run(*app, LoadModel{"en-tr", tiny_pair_files()});
    return app;
}

}  // namespace headlight::app
