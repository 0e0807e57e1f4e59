// The project's engine behind C functions, for page/ours.mjs. One model at a time; all sizes are trusted.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "model/gpt.h"

#include <emscripten/emscripten.h>

namespace {

using namespace headlight;

struct Engine {
    Engine(int threads, const model::GptConfig& config, kernels::WeightFormat format)
        : compute(threads), gpt(model::Gpt::reserve(compute, config, format)) {}

    nn::TokenId run(std::span<const nn::TokenId> ids) {
        model::Forward forward(compute, *gpt, *activations, ids, positions, {.logits = model::LogitRows::last});
        forward.run();
        positions += static_cast<int>(ids.size());
        logits = forward.last_logits();
        return static_cast<nn::TokenId>(std::max_element(logits, logits + gpt->config().vocab) - logits);
    }

    kernels::Compute compute;
    Result<model::Gpt> gpt;
    std::vector<float> room;
    std::unique_ptr<model::Activations> activations;
    int positions = 0;
    const float* logits = nullptr;
    nn::TokenId next = 0;
};

std::unique_ptr<Engine>& engine() {
    static std::unique_ptr<Engine> only;
    return only;
}

}  // namespace

extern "C" {

// format: 0 F32, 1 F16, 2 Q8. 0 when there is no memory.
EMSCRIPTEN_KEEPALIVE int engine_create(int vocab, int context, int width, int layers, int heads, int format,
                                       int threads) {
    const model::GptConfig config{
        .vocab = vocab, .context = context, .d_model = width, .layers = layers, .heads = heads, .d_mlp = 4 * width};
    engine() = std::make_unique<Engine>(threads, config, static_cast<kernels::WeightFormat>(format));
    return engine()->gpt.has_value() ? 1 : 0;
}

// The tensor of this name in the model's file, as an index; -1: the model has none such.
EMSCRIPTEN_KEEPALIVE int engine_param(const char* name) {
    const auto& params = engine()->gpt->layout().params();
    const auto found = std::ranges::find(params, std::string(name), &model::ParamInfo::name);
    return found == params.end() ? -1 : static_cast<int>(found - params.begin());
}

// Where the next `floats` of a tensor go before engine_fill(); valid until the next call.
EMSCRIPTEN_KEEPALIVE float* engine_room(int floats) {
    engine()->room.resize(static_cast<std::size_t>(floats));
    return engine()->room.data();
}

EMSCRIPTEN_KEEPALIVE void engine_fill(int param, int first_row) {
    engine()->gpt->fill(engine()->compute, static_cast<std::size_t>(param), first_row, engine()->room);
}

// After the last tensor.
EMSCRIPTEN_KEEPALIVE void engine_ready() {
    engine()->room = {};
    const model::GptConfig& config = engine()->gpt->config();
    engine()->activations = std::make_unique<model::Activations>(config, 1, config.context, model::Keep::decode);
}

// Forgets everything before; the most likely token after the prompt.
EMSCRIPTEN_KEEPALIVE int engine_prefill(const int* ids, int count) {
    const std::vector<nn::TokenId> prompt(ids, ids + count);
    engine()->positions = 0;
    engine()->next = engine()->run(prompt);
    return static_cast<int>(engine()->next);
}

// Takes the most likely token `steps` times; out gets what each step found.
EMSCRIPTEN_KEEPALIVE void engine_decode(int steps, int* out) {
    for (int step = 0; step < steps; ++step) {
        engine()->next = engine()->run({&engine()->next, 1});
        out[step] = static_cast<int>(engine()->next);
    }
}

EMSCRIPTEN_KEEPALIVE const float* engine_logits() {
    return engine()->logits;
}

}  // extern "C"
