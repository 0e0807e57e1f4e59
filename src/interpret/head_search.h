#pragma once
// Sorting the heads of a model by what they do, and finding those that do the same.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "interpret/head_stats.h"

namespace headlight::interpret {

// The scores of HeadStats, one by one.
enum class HeadScore : std::uint8_t { previous, induction, first, duplicate, self, next, last, entropy };
inline constexpr int kHeadScores = 8;
// By HeadScore: "previous", ...
inline constexpr std::array<std::string_view, kHeadScores> kHeadScoreNames{
    "previous", "induction", "first", "duplicate", "self", "next", "last", "entropy"};

[[nodiscard]] float score_of(const HeadStats& stats, HeadScore score);

// Indices into `heads` (any order that the caller has, layer * heads + head for one), score descending, then index.
// A score that is no number counts as 0.
[[nodiscard]] std::vector<int> rank_heads(std::span<const HeadStats> heads, HeadScore score);

struct SimilarHead {
    int index = 0;
    double distance = 0;  // Euclidean, between the vectors of all scores; each score is 0..1
};
// All heads but `which`, nearest first, then index.
[[nodiscard]] std::vector<SimilarHead> similar_heads(std::span<const HeadStats> heads, int which);

}  // namespace headlight::interpret
