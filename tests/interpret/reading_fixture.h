#pragma once
// What the tests of the readings share: random models with a complete pass, and tests/golden/reading.json.

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "base/rng.h"
#include "model/convert.h"
#include "model/hf_folder.h"

namespace headlight::interpret {

struct Reading {
    std::unique_ptr<model::Compute> compute;
    model::Gpt gpt;
    std::vector<nn::TokenId> ids;
    model::Activations trace;
    nlohmann::json expected;  // of golden_reading()

    [[nodiscard]] int positions() const { return static_cast<int>(ids.size()); }
    [[nodiscard]] std::span<const float> logits(int position) const {
        const auto vocab = static_cast<std::size_t>(gpt.config().vocab);
        return {trace.at(model::Site::logits) + static_cast<std::size_t>(position) * vocab, vocab};
    }
};

// A pass over the ids, seen by the observer if there is one. The trace has room for more positions than that.
inline Reading reading_of(std::unique_ptr<model::Compute> compute, model::Gpt gpt, std::vector<nn::TokenId> ids,
                          nn::Observer* observer = nullptr) {
    model::Activations trace(gpt.config(), 1, gpt.config().context, model::Keep::trace);
    model::Forward(*compute, gpt, trace, ids, 0, {.observer = observer}).run();
    return {std::move(compute), std::move(gpt), std::move(ids), std::move(trace), {}};
}

struct ReadingCase {
    const char* name;
    kernels::WeightFormat format = kernels::WeightFormat::f32;
    bool tied = true;
    int threads = 1;
};

// Weights far from their start, so that every part matters.
inline Reading random_reading(const ReadingCase& c, nn::Observer* observer = nullptr) {
    const model::GptConfig config{
        .vocab = 331, .context = 24, .d_model = 96, .layers = 3, .heads = 3, .d_mlp = 160, .tied_head = c.tied};
    auto compute = std::make_unique<model::Compute>(c.threads);
    model::Gpt gpt = model::Gpt::random(*compute, config, 3);
    Rng rng(4);
    for (float& w : gpt.mutable_params()) w = w * 8 + static_cast<float>(rng.normal() * 0.1);
    gpt.pack(*compute);
    std::vector<nn::TokenId> ids;
    for (int i = 0; i < 17; ++i) ids.push_back(static_cast<nn::TokenId>(rng.below(331)));
    if (c.format != kernels::WeightFormat::f32) gpt = model::converted(*compute, gpt, c.format).value();
    return reading_of(std::move(compute), std::move(gpt), std::move(ids), observer);
}

// kind: "f32" (tied head) or "shards" (a head of its own).
inline Reading golden_reading(const std::string& kind, nn::Observer* observer = nullptr) {
    auto compute = std::make_unique<model::Compute>();
    auto loaded = model::load_model_folder(*compute, std::string(HEADLIGHT_GOLDEN_DIR) + "/gpt2_rand/" + kind);
    EXPECT_TRUE(loaded.has_value());
    const auto text = read_file(std::string(HEADLIGHT_GOLDEN_DIR) + "/reading.json");
    EXPECT_TRUE(text.has_value());
    nlohmann::json expected = read_json(*text)[kind];
    auto ids = expected["ids"].get<std::vector<nn::TokenId>>();
    Reading reading = reading_of(std::move(compute), std::move(loaded->gpt), std::move(ids), observer);
    reading.expected = std::move(expected);
    return reading;
}

inline constexpr const char* kGoldenKinds[] = {"f32", "shards"};

}  // namespace headlight::interpret
