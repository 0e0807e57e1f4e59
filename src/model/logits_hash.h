#pragma once
// The golden hash: the logits of built-in models with seeded weights, hashed bit by bit. Every implementation of the
// kernels, every number of threads, every platform must give the values of tests/golden/logits_hash.json.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "model/encoder_decoder.h"

namespace headlight::model {

// FNV-1a, 64 bits (Fowler, Noll, Vo), of the floats' bytes in little-endian order. `hash`: to continue from.
inline constexpr std::uint64_t kHashStart = 0xcbf29ce484222325ULL;
[[nodiscard]] std::uint64_t logits_hash(std::span<const float> logits, std::uint64_t hash = kHashStart);

// 16 hexadecimal digits.
[[nodiscard]] std::string hash_text(std::uint64_t hash);

// A model that every program can make out of nothing, and ids to run it on.
struct GoldenCase {
    std::string name;
    GptConfig config;
    std::uint64_t seed;
    std::vector<TokenId> ids;

    [[nodiscard]] Gpt model(const Compute& compute) const;
    // With the matrices held in `format`.
    [[nodiscard]] Gpt model(const Compute& compute, kernels::WeightFormat format) const;
    // Of the logits of all positions.
    [[nodiscard]] std::uint64_t hash(const Compute& compute,
                                     kernels::WeightFormat format = kernels::WeightFormat::f32) const;
};
[[nodiscard]] std::vector<GoldenCase> golden_cases();

// The same of an encoder-decoder: a source, and a target that begins with the start token.
struct GoldenPair {
    std::string name;
    EncoderDecoderConfig config;
    std::uint64_t seed;
    std::vector<TokenId> source, target;

    [[nodiscard]] EncoderDecoder model(const Compute& compute) const;
    // Of the logits of all target positions in one pass.
    [[nodiscard]] std::uint64_t hash(const Compute& compute) const;
};
[[nodiscard]] std::vector<GoldenPair> golden_pairs();

// The one value of a format to compare: over the hashes of all golden_cases().
[[nodiscard]] std::uint64_t golden_hash(const Compute& compute,
                                        kernels::WeightFormat format = kernels::WeightFormat::f32);

}  // namespace headlight::model
