#include "model/logits_hash.h"

#include <bit>

#include "base/check.h"
#include "base/rng.h"
#include "model/convert.h"

namespace headlight::model {
namespace {

std::uint64_t add_bytes(std::uint64_t hash, std::uint64_t word, int bytes) {
    constexpr std::uint64_t kPrime = 0x100000001b3ULL;
    for (int i = 0; i < bytes; ++i) hash = (hash ^ ((word >> (8 * i)) & 0xff)) * kPrime;
    return hash;
}

std::vector<TokenId> some_ids(Rng& rng, int vocab, int count) {
    std::vector<TokenId> ids;
    for (int i = 0; i < count; ++i) {
        ids.push_back(static_cast<TokenId>(rng.below(static_cast<std::uint64_t>(vocab))));
    }
    return ids;
}

GoldenCase make_case(std::string name, const GptConfig& config, std::uint64_t seed, int count) {
    Rng rng(seed + 1);
    return {std::move(name), config, seed, some_ids(rng, config.vocab, count)};
}

GoldenPair make_pair(std::string name, const EncoderDecoderConfig& config, std::uint64_t seed, int sources,
                     int targets) {
    Rng rng(seed + 1);
    GoldenPair golden{std::move(name), config, seed, some_ids(rng, config.vocab, sources), {config.start_token}};
    for (const TokenId id : some_ids(rng, config.vocab, targets - 1)) golden.target.push_back(id);
    return golden;
}

// Fresh weights make almost uniform patterns, which would hide mistakes: larger ones, and biases and norms of their
// own.
template <class Model>
void enliven(const Compute& compute, Model& model, std::uint64_t seed, float gain) {
    constexpr double kNoise = 0.05;
    Rng rng(seed + 2);
    for (const ParamInfo& info : model.layout().params()) {
        const float factor = info.shape.size() == 2 ? gain : 1.0F;
        for (float& w : model.mutable_params().subspan(info.offset, info.size)) {
            w = w * factor + static_cast<float>(rng.normal() * kNoise);
        }
    }
    model.pack(compute);
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
    Gpt gpt = Gpt::random(compute, config, seed);
    enliven(compute, gpt, seed, 5);
    return gpt;
}

Gpt GoldenCase::model(const Compute& compute, kernels::WeightFormat format) const {
    Gpt gpt = model(compute);
    if (format == kernels::WeightFormat::f32) return gpt;
    Result<Gpt> held = converted(compute, gpt, format);
    CHECK(held.has_value());
    return std::move(*held);
}

std::uint64_t GoldenCase::hash(const Compute& compute, kernels::WeightFormat format) const {
    const Gpt gpt = model(compute, format);
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

EncoderDecoder GoldenPair::model(const Compute& compute) const {
    EncoderDecoder made = EncoderDecoder::random(compute, config, seed);
    enliven(compute, made, seed, 2);
    return made;
}

std::uint64_t GoldenPair::hash(const Compute& compute) const {
    const EncoderDecoder made = model(compute);
    const auto sources = static_cast<int>(source.size());
    const auto targets = static_cast<int>(target.size());
    const std::vector<int> lengths{sources};
    Activations encoder = encoder_activations(config, 1, sources, Keep::training);
    Activations decoder = decoder_activations(config, 1, targets, sources, Keep::training);
    EncoderForward(compute, made, encoder, source, lengths).run();
    DecoderForward(compute, made, decoder, encoder, target, 0, lengths).run();
    const std::size_t floats = target.size() * static_cast<std::size_t>(config.vocab);
    return logits_hash(std::span<const float>(decoder.at(Site::logits), floats));
}

std::vector<GoldenPair> golden_pairs() {
    // The tutorial's: one head of 4 in 6 dimensions, with the epsilon outside the root.
    const EncoderDecoderConfig tutorial{.vocab = 26,
                                        .context = 16,
                                        .d_mlp = 6,
                                        .feed_forward = FeedForward::one_layer,
                                        .positions = Positions::table,
                                        .attention_bias = false,
                                        .scaled_embedding = false,
                                        .tied_head = false,
                                        .attention_scale = 2,
                                        .layer_norm_eps_outside = 1e-4F,
                                        .start_token = 24,
                                        .end_token = 25,
                                        .pad_token = 0};
    // The paper's in small, in sizes that divide no vector width, with more positions than one block of queries.
    const EncoderDecoderConfig paper{.vocab = 101,
                                     .context = 90,
                                     .d_model = 44,
                                     .encoder_layers = 2,
                                     .decoder_layers = 2,
                                     .heads = 3,
                                     .d_head = 14,
                                     .d_mlp = 130};
    return {make_pair("tutorial", tutorial, 11, 6, 6), make_pair("paper", paper, 12, 85, 70)};
}

std::uint64_t golden_hash(const Compute& compute, kernels::WeightFormat format) {
    std::uint64_t hash = kHashStart;
    for (const GoldenCase& golden : golden_cases()) {
        hash = add_bytes(hash, golden.hash(compute, format), sizeof(std::uint64_t));
    }
    return hash;
}

}  // namespace headlight::model
