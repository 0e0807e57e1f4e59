#include "model/logits_hash.h"

#include <bit>

#include "base/rng.h"

namespace headlight::model {
namespace {

std::uint64_t add_bytes(std::uint64_t hash, std::uint64_t word, int bytes) {
    constexpr std::uint64_t kPrime = 0x100000001b3ULL;
    for (int i = 0; i < bytes; ++i) hash = (hash ^ ((word >> (8 * i)) & 0xff)) * kPrime;
    return hash;
}

GoldenCase make_case(std::string name, const GptConfig& config, std::uint64_t seed, int count) {
    GoldenCase golden{std::move(name), config, seed, {}};
    Rng rng(seed + 1);
    for (int i = 0; i < count; ++i) {
        golden.ids.push_back(static_cast<TokenId>(rng.below(static_cast<std::uint64_t>(config.vocab))));
    }
    return golden;
}

}  // namespace

std::uint64_t logits_hash(std::span<const float> logits, std::uint64_t hash) {
    for (const float value : logits) hash = add_bytes(hash, std::bit_cast<std::uint32_t>(value), sizeof(value));
    return hash;
}

std::string hash_text(std::uint64_t hash) {
    constexpr int kDigits = 16;
    std::string text;
    for (int i = kDigits - 1; i >= 0; --i) text += "0123456789abcdef"[(hash >> (4 * i)) & 0xf];
    return text;
}

Gpt GoldenCase::model(const Compute& compute) const {
    // Fresh weights make almost uniform patterns, which would hide mistakes: larger ones, and biases and norms of their
    // own.
    constexpr float kGain = 5;
    constexpr double kNoise = 0.05;
    Gpt gpt = Gpt::random(compute, config, seed);
    Rng rng(seed + 2);
    for (const ParamInfo& info : gpt.layout().params()) {
        const float gain = info.shape.size() == 2 ? kGain : 1.0F;
        for (float& w : gpt.mutable_params().subspan(info.offset, info.size)) {
            w = w * gain + static_cast<float>(rng.normal() * kNoise);
        }
    }
    gpt.pack(compute);
    return gpt;
}

std::uint64_t GoldenCase::hash(const Compute& compute) const {
    const Gpt gpt = model(compute);
    const auto positions = static_cast<int>(ids.size());
    Activations activations(config, 1, positions, Keep::training);
    Forward(compute, gpt, activations, ids, 0).run();
    const std::size_t floats = ids.size() * static_cast<std::size_t>(config.vocab);
    return logits_hash(std::span<const float>(activations.at(Site::logits), floats));
}

std::vector<GoldenCase> golden_cases() {
    std::vector<GoldenCase> cases;
    // Sizes that divide no vector width; more positions than one block of queries.
    cases.push_back(
        make_case("odd", {.vocab = 67, .context = 80, .d_model = 36, .layers = 3, .heads = 3, .d_mlp = 100}, 1, 75));
    cases.push_back(make_case("untied",
                              {.vocab = 131,
                               .context = 48,
                               .d_model = 64,
                               .layers = 2,
                               .heads = 4,
                               .d_mlp = 256,
                               .qkv_bias = false,
                               .tied_head = false},
                              2, 48));
    // The width of the model that comes with the program, with fewer layers and tokens.
    cases.push_back(make_case(
        "story", {.vocab = 1024, .context = 128, .d_model = 192, .layers = 1, .heads = 6, .d_mlp = 768}, 3, 40));
    return cases;
}

std::uint64_t golden_hash(const Compute& compute) {
    std::uint64_t hash = kHashStart;
    for (const GoldenCase& golden : golden_cases()) hash = add_bytes(hash, golden.hash(compute), sizeof(std::uint64_t));
    return hash;
}

}  // namespace headlight::model
