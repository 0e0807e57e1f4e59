#pragma once
// What the tests of the encoder-decoder share: PyTorch's figures (tests/golden/make_encoder_decoder_golden.py), and a
// model with a padded batch that runs forward and backward.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/file.h"
#include "base/json.h"
#include "base/rng.h"
#include "checkpoint/safetensors.h"
#include "model/encoder_decoder_backward.h"

namespace headlight::model {

// A padded batch of pairs.
struct PaddedPairs {
    int batch = 0;
    std::vector<TokenId> sources, inputs, targets;  // [batch * the longest]; targets: kNoTarget on padding
    std::vector<int> source_lengths, target_lengths;

    [[nodiscard]] int source_context() const { return static_cast<int>(sources.size()) / batch; }
    [[nodiscard]] int target_context() const { return static_cast<int>(inputs.size()) / batch; }
    // Sequence b without its padding.
    [[nodiscard]] std::span<const TokenId> source(int b) const {
        return std::span(sources).subspan(static_cast<std::size_t>(b * source_context()),
                                          static_cast<std::size_t>(source_lengths[static_cast<std::size_t>(b)]));
    }
    [[nodiscard]] std::span<const TokenId> input(int b) const {
        return std::span(inputs).subspan(static_cast<std::size_t>(b * target_context()),
                                         static_cast<std::size_t>(target_lengths[static_cast<std::size_t>(b)]));
    }
};

// Random pairs of these lengths.
inline PaddedPairs random_batch(const EncoderDecoderConfig& c, std::vector<int> source_lengths,
                                std::vector<int> target_lengths, std::uint64_t seed = 11) {
    PaddedPairs b;
    b.batch = static_cast<int>(source_lengths.size());
    const int sources = std::ranges::max(source_lengths);
    const int targets = std::ranges::max(target_lengths);
    Rng rng(seed);
    const auto any = [&] { return static_cast<TokenId>(rng.below(static_cast<std::uint64_t>(c.vocab))); };
    for (std::size_t s = 0; s < source_lengths.size(); ++s) {
        for (int i = 0; i < sources; ++i) b.sources.push_back(i < source_lengths[s] ? any() : c.pad_token);
        for (int i = 0; i < targets; ++i) {
            const bool real = i < target_lengths[s];
            b.inputs.push_back(i == 0 ? c.start_token : real ? any() : c.pad_token);
            b.targets.push_back(real ? any() : nn::kNoTarget);
        }
    }
    b.source_lengths = std::move(source_lengths);
    b.target_lengths = std::move(target_lengths);
    return b;
}

// Forward and backward over one batch. Returns the mean loss; gradients are written.
inline double loss_of(const Compute& compute, const EncoderDecoder& model, const PaddedPairs& b,
                      std::vector<float>& gradients, float smoothing, float dropout = 0) {
    const EncoderDecoderConfig& c = model.config();
    Activations encoder = encoder_activations(c, b.batch, b.source_context(), Keep::training);
    Activations decoder = decoder_activations(c, b.batch, b.target_context(), b.source_context(), Keep::training);
    const int longest = std::max(b.source_context(), b.target_context());
    const nn::AttentionShape largest{b.batch, 0, longest, longest, c.heads, c.d_head};
    EncoderDecoderBackward backward(c, b.batch * longest, nn::attention_work_floats(compute, largest));
    ForwardOptions options;
    options.dropout = dropout;
    options.dropout_seed = 77;
    options.dropout_work = backward.work();
    EncoderForward(compute, model, encoder, b.sources, b.source_lengths, options).run();
    DecoderForward(compute, model, decoder, encoder, b.inputs, 0, b.source_lengths, options).run();
    gradients.assign(model.layout().size(), 0.0F);
    return backward.run(compute, model, encoder, decoder, {b.sources, b.source_lengths, b.inputs, b.targets}, gradients,
                        options, smoothing);
}

// Weights large enough that every path matters, biases and norms away from 0 and 1.
inline EncoderDecoder lively_model(const Compute& compute, const EncoderDecoderConfig& config) {
    EncoderDecoder model = EncoderDecoder::random(compute, config, 3);
    Rng rng(9);
    for (float& w : model.mutable_params()) w = w * 1.5F + static_cast<float>(rng.normal() * 0.1);
    model.pack(compute);
    return model;
}

// A tensor file of PyTorch's, name by name.
struct GoldenFile {
    std::string bytes;
    checkpoint::Safetensors file;

    static GoldenFile read(const std::string& path) {
        auto text = read_file(path);
        CHECK(text.has_value());
        auto file = checkpoint::Safetensors::parse(std::as_bytes(std::span(*text)), path);
        CHECK(file.has_value());
        // The parsed file looks into the bytes, which must not move.
        GoldenFile golden{std::move(*text), std::move(*file)};
        golden.file = *checkpoint::Safetensors::parse(std::as_bytes(std::span(golden.bytes)), path);
        return golden;
    }
    [[nodiscard]] std::vector<float> values(const checkpoint::TensorInfo& info) const {
        std::vector<float> values(info.elements());
        CHECK(file.read_f32(info, values, checkpoint::Values::infinite_too).has_value());
        return values;
    }
};

struct GoldenPairs {
    std::string folder;
    nlohmann::json expected;
    EncoderDecoderConfig config;
    PaddedPairs batch;

    explicit GoldenPairs(const std::string& name)
        : folder(std::string(HEADLIGHT_GOLDEN_DIR) + "/encoder_decoder/" + name) {
        const auto text = read_file(folder + "/expected.json");
        CHECK(text.has_value());
        expected = read_json(*text);
        const auto config_text = read_file(folder + "/config.json");
        CHECK(config_text.has_value());
        const auto parsed = parse_encoder_decoder_config(*config_text, "config.json");
        CHECK(parsed.has_value());
        config = *parsed;
        batch.batch = expected["batch"].get<int>();
        batch.sources = expected["sources"].get<std::vector<TokenId>>();
        batch.inputs = expected["inputs"].get<std::vector<TokenId>>();
        batch.targets = expected["targets"].get<std::vector<TokenId>>();
        batch.source_lengths = expected["source_lengths"].get<std::vector<int>>();
        batch.target_lengths = expected["target_lengths"].get<std::vector<int>>();
    }
    [[nodiscard]] GoldenFile file(const std::string& name) const { return GoldenFile::read(folder + "/" + name); }
    [[nodiscard]] float smoothing() const { return expected["label_smoothing"].get<float>(); }

    [[nodiscard]] EncoderDecoder load(const Compute& compute) const {
        const GoldenFile weights = file("model.safetensors");
        const EncoderDecoderLayout layout(config);
        std::vector<float> params(layout.size());
        EXPECT_EQ(weights.file.tensors().size(), layout.params().size());
        for (const ParamInfo& info : layout.params()) {
            const auto* tensor = weights.file.find(info.name);
            CHECK(tensor != nullptr && tensor->shape == info.shape);
            std::ranges::copy(weights.values(*tensor), params.begin() + static_cast<std::ptrdiff_t>(info.offset));
        }
        return {compute, config, std::move(params)};
    }

    // Every tensor of a file against ours. key_bias: false leaves those of the keys out.
    void expect_tensors(const EncoderDecoderLayout& layout, std::span<const float> ours, const std::string& name,
                        double tolerance, bool key_bias) const {
        const GoldenFile golden = file(name);
        EXPECT_EQ(golden.file.tensors().size(), layout.params().size());
        for (const ParamInfo& info : layout.params()) {
            if (!key_bias && info.name.ends_with("key.bias")) continue;
            const auto* tensor = golden.file.find(info.name);
            ASSERT_NE(tensor, nullptr) << info.name;
            ASSERT_EQ(tensor->shape, info.shape) << info.name;
            const std::vector<float> theirs = golden.values(*tensor);
            double worst = 0;
            double largest = 0;
            for (std::size_t i = 0; i < info.size; ++i) {
                worst = std::max(worst,
                                 std::abs(static_cast<double>(ours[info.offset + i]) - static_cast<double>(theirs[i])));
                largest = std::max(largest, std::abs(static_cast<double>(theirs[i])));
            }
            EXPECT_LT(worst, tolerance * std::max(1.0, largest))
                << name << ": " << info.name << ", largest " << largest;
        }
    }
};

}  // namespace headlight::model
