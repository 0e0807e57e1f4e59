#include "model/logits_hash.h"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/json.h"

namespace headlight::model {
namespace {

// "held" of the file: what golden_hash() gives with matrices in other formats.
const std::map<std::string, kernels::WeightFormat> kHeld = {{"f16", kernels::WeightFormat::f16},
                                                            {"q8", kernels::WeightFormat::q8}};

TEST(LogitsHash, IsFnv1aOfTheBytes) {
    EXPECT_EQ(logits_hash({}), 0xcbf29ce484222325ULL);
    // The bytes "foobar\0\0" of the reference vectors: 'f' 'o' 'o' 'b' and 'a' 'r' 0 0 as two floats.
    const std::array words{std::bit_cast<float>(0x626f6f66U), std::bit_cast<float>(0x00007261U)};
    std::uint64_t expected = 0x85944171f73967e8ULL;  // of "foobar"
    for (int i = 0; i < 2; ++i) expected *= 0x100000001b3ULL;
    EXPECT_EQ(logits_hash(words), expected);
    EXPECT_EQ(hash_text(0x00ab0000000000f1ULL), "00ab0000000000f1");
}

// HEADLIGHT_GOLDEN_DIR/logits_hash.json holds the values; a change there is a change of every shared link's numbers.
TEST(LogitsHash, IsTheGoldenOneOnEveryImplementationAndNumberOfThreads) {
    const auto text = read_file(HEADLIGHT_GOLDEN_DIR "/logits_hash.json");
    ASSERT_TRUE(text.has_value()) << text.error().message;
    const auto golden = read_json(*text);
    ASSERT_TRUE(golden.is_object() && golden["cases"].is_object());
    int ran = 0;
    for (const auto* kernels : kernels::implementations()) {
        if (!kernels->supported()) continue;
        for (const int threads : {1, 2}) {
            const Compute compute(threads, *kernels);
            const auto where = std::string(kernels->name) + ", " + std::to_string(threads) + " threads";
            ASSERT_EQ(golden_cases().size(), golden["cases"].size());
            for (const GoldenCase& one : golden_cases()) {
                EXPECT_EQ(hash_text(one.hash(compute)), golden["cases"].value(one.name, ""))
                    << where << ", " << one.name;
            }
            for (const auto& [name, format] : kHeld) {
                EXPECT_EQ(hash_text(golden_hash(compute, format)), golden["held"].value(name, ""))
                    << where << ", " << name;
            }
            ++ran;
        }
    }
    EXPECT_GE(ran, 2);
    EXPECT_EQ(hash_text(golden_hash(Compute(1))), golden.value("hash", ""));
}

// The encoder-decoder's, under "pairs" of the same file.
TEST(LogitsHash, OfEncoderDecodersIsTheGoldenOneToo) {
    const auto text = read_file(HEADLIGHT_GOLDEN_DIR "/logits_hash.json");
    ASSERT_TRUE(text.has_value()) << text.error().message;
    const auto golden = read_json(*text);
    ASSERT_TRUE(golden.is_object() && golden["pairs"].is_object());
    ASSERT_EQ(golden_pairs().size(), golden["pairs"].size());
    int ran = 0;
    for (const auto* kernels : kernels::implementations()) {
        if (!kernels->supported()) continue;
        for (const int threads : {1, 2}) {
            const Compute compute(threads, *kernels);
            for (const GoldenPair& one : golden_pairs()) {
                EXPECT_EQ(hash_text(one.hash(compute)), golden["pairs"].value(one.name, ""))
                    << kernels->name << ", " << threads << " threads, " << one.name;
            }
            ++ran;
        }
    }
    EXPECT_GE(ran, 2);
}

// Token by token with the KV cache.
TEST(LogitsHash, OfAnEncoderDecoderStepByStepIsTheSame) {
    const Compute compute;
    for (const GoldenPair& one : golden_pairs()) {
        const EncoderDecoder model = one.model(compute);
        const std::vector<int> lengths{static_cast<int>(one.source.size())};
        Activations encoder = encoder_activations(one.config, 1, lengths[0], Keep::decode);
        Activations cache =
            decoder_activations(one.config, 1, static_cast<int>(one.target.size()), lengths[0], Keep::decode);
        EncoderForward(compute, model, encoder, one.source, lengths).run();
        std::uint64_t hash = kHashStart;
        for (int i = 0; i < static_cast<int>(one.target.size()); ++i) {
            DecoderForward step(compute, model, cache, encoder,
                                std::span(one.target).subspan(static_cast<std::size_t>(i), 1), i, lengths);
            step.run();
            hash = logits_hash({step.last_logits(), static_cast<std::size_t>(one.config.vocab)}, hash);
        }
        EXPECT_EQ(hash, one.hash(compute)) << one.name;
    }
}

TEST(LogitsHash, SeesTheLastBitOfOneWeight) {
    const Compute compute;
    const GoldenCase golden = golden_cases().front();
    Gpt gpt = golden.model(compute);
    float& weight = gpt.mutable_params()[gpt.layout().blocks[1].fc_weight + 7];
    weight = std::nextafter(weight, 10.0F);
    gpt.pack(compute);
    Activations activations(golden.config, 1, static_cast<int>(golden.ids.size()), Keep::training);
    Forward(compute, gpt, activations, golden.ids, 0).run();
    const std::size_t floats = golden.ids.size() * static_cast<std::size_t>(golden.config.vocab);
    EXPECT_NE(logits_hash(std::span<const float>(activations.at(Site::logits), floats)), golden.hash(compute));
}

}  // namespace
}  // namespace headlight::model
