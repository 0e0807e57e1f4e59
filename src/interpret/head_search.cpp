#include "interpret/head_search.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/check.h"

namespace headlight::interpret {

float score_of(const HeadStats& stats, HeadScore score) {
    switch (score) {
        case HeadScore::previous:
            return stats.previous;
        case HeadScore::induction:
            return stats.induction;
        case HeadScore::first:
            return stats.first;
        case HeadScore::duplicate:
            return stats.duplicate;
        case HeadScore::self:
            return stats.self;
        case HeadScore::next:
            return stats.next;
        case HeadScore::last:
            return stats.last;
        case HeadScore::entropy:
            return stats.entropy;
    }
    check_failed("unknown score", __FILE__, __LINE__);
}

namespace {

// Of a model whose weights are not finite, a score may be no number, by which nothing can be sorted.
float sortable(const HeadStats& stats, HeadScore score) {
    const float value = score_of(stats, score);
    return std::isfinite(value) ? value : 0.0F;
}

}  // namespace

std::vector<int> rank_heads(std::span<const HeadStats> heads, HeadScore score) {
    std::vector<int> order(heads.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::sort(order, [&](int a, int b) {
        const float left = sortable(heads[static_cast<std::size_t>(a)], score);
        const float right = sortable(heads[static_cast<std::size_t>(b)], score);
        return left != right ? left > right : a < b;
    });
    return order;
}

std::vector<SimilarHead> similar_heads(std::span<const HeadStats> heads, int which) {
    CHECK(which >= 0 && static_cast<std::size_t>(which) < heads.size());
    std::vector<SimilarHead> others;
    for (int index = 0; index < static_cast<int>(heads.size()); ++index) {
        if (index == which) continue;
        double square = 0;
        for (int score = 0; score < kHeadScores; ++score) {
            const auto of = [&](int head) {
                return static_cast<double>(
                    sortable(heads[static_cast<std::size_t>(head)], static_cast<HeadScore>(score)));
            };
            square += (of(index) - of(which)) * (of(index) - of(which));
        }
        others.push_back({index, std::sqrt(square)});
    }
    std::ranges::sort(others, [](const SimilarHead& a, const SimilarHead& b) {
        return a.distance != b.distance ? a.distance < b.distance : a.index < b.index;
    });
    return others;
}

}  // namespace headlight::interpret
