#include "interpret/head_stats.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace headlight::interpret {
namespace {

constexpr int kN = 8;
const std::vector<std::int32_t> kIds{1, 2, 3, 4, 1, 2, 3, 4};  // a repetition from position 4 on

// A causal pattern from a rule for each row.
struct Pattern {
    std::vector<float> values = std::vector<float>(kN * kN, 0.0F);
    explicit Pattern(const std::function<void(int query, float* row)>& fill) {
        for (int q = 0; q < kN; ++q) fill(q, values.data() + q * kN);
    }
    [[nodiscard]] Matrix view() const { return {values.data(), kN, kN, kN, 1}; }
};

TEST(HeadStats, KnowsThePreviousTokenHead) {
    const Pattern pattern([](int q, float* row) { row[std::max(0, q - 1)] = 1; });
    const HeadStats s = head_stats(pattern.view(), kIds);
    EXPECT_FLOAT_EQ(s.previous, 1);
    EXPECT_FLOAT_EQ(s.entropy, 0);
    EXPECT_FLOAT_EQ(s.induction, 0);
    EXPECT_EQ(s.kind, HeadKind::previous);
    EXPECT_FLOAT_EQ(s.score, 1);
}

TEST(HeadStats, KnowsTheInductionHead) {
    const Pattern pattern([](int q, float* row) {
        row[q < 4 ? 0 : q - 3] = 0.9F;
        row[0] += 0.1F;
    });
    const HeadStats s = head_stats(pattern.view(), kIds);
    EXPECT_FLOAT_EQ(s.induction, 0.9F);
    EXPECT_EQ(s.kind, HeadKind::induction);
    EXPECT_NEAR(s.first, (3 * 1.0 + 4 * 0.1) / 7, 1e-6);
    EXPECT_FLOAT_EQ(s.duplicate, 0.1F / 4) << "only position 4 has its earlier self at 0";
}

TEST(HeadStats, KnowsTheDuplicateTokenHead) {
    const Pattern pattern([](int q, float* row) { row[q < 4 ? q : q - 4] = 1; });
    const HeadStats s = head_stats(pattern.view(), kIds);
    EXPECT_FLOAT_EQ(s.duplicate, 1);
    EXPECT_EQ(s.kind, HeadKind::duplicate);
}

TEST(HeadStats, KnowsTheSinkAndTheSelf) {
    EXPECT_EQ(head_stats(Pattern([](int, float* row) { row[0] = 1; }).view(), kIds).kind, HeadKind::first);
    EXPECT_EQ(head_stats(Pattern([](int q, float* row) { row[q] = 1; }).view(), kIds).kind, HeadKind::self);
}

TEST(HeadStats, UniformAttentionStandsOutForNothing) {
    const Pattern pattern([](int q, float* row) {
        for (int k = 0; k <= q; ++k) row[k] = 1.0F / static_cast<float>(q + 1);
    });
    const HeadStats s = head_stats(pattern.view(), kIds);
    EXPECT_NEAR(s.entropy, 1, 1e-6);
    EXPECT_EQ(s.kind, HeadKind::none);
}

TEST(HeadStats, ShortAndEmptyPromptsAreFine) {
    const float one = 1;
    EXPECT_EQ(head_stats({&one, 1, 1, 1, 1}, std::vector<std::int32_t>{5}).kind, HeadKind::none);
    EXPECT_EQ(head_stats({}, {}).entropy, 0);
}

TEST(HeadStats, WithoutAMaskLaterKeysCountToo) {
    Pattern pattern([](int, float*) {});
    for (int q = 0; q < kN; ++q) pattern.values[static_cast<std::size_t>(q * kN + std::min(q + 1, kN - 1))] = 1;
    const HeadStats next = head_stats(pattern.view(), kIds, Attention::bidirectional);
    EXPECT_EQ(next.kind, HeadKind::next);
    EXPECT_FLOAT_EQ(next.score, 1);
    EXPECT_FLOAT_EQ(next.entropy, 0);

    Pattern rests([](int, float*) {});
    for (int q = 0; q < kN; ++q) rests.values[static_cast<std::size_t>(q * kN + kN - 1)] = 1;
    const HeadStats last = head_stats(rests.view(), kIds, Attention::cross);
    EXPECT_EQ(last.kind, HeadKind::last);
    EXPECT_EQ(last.previous, 0) << "positions of another sequence are no neighbours";
}

TEST(StrongestLinks, OfOtherAttentionsReachForward) {
    Pattern pattern([](int, float*) {});
    const auto at = [&](int q, int k) -> float& { return pattern.values[static_cast<std::size_t>(q * kN + k)]; };
    at(1, 5) = 0.9F, at(2, 2) = 1.0F;
    EXPECT_TRUE(strongest_links(pattern.view(), 5, true).empty());
    EXPECT_EQ(strongest_links(pattern.view(), 5, true, Attention::bidirectional).size(), 1U);
    EXPECT_EQ(strongest_links(pattern.view(), 5, true, Attention::cross)[0].key, 2) << "no self links there";
}

TEST(StrongestLinks, AreSortedAndLeaveOutSelfAndSink) {
    Pattern pattern([](int, float*) {});
    const auto at = [&](int q, int k) -> float& { return pattern.values[static_cast<std::size_t>(q * kN + k)]; };
    at(3, 0) = 0.9F, at(5, 5) = 1.0F, at(4, 2) = 0.5F, at(6, 2) = 0.5F, at(7, 1) = 0.7F;
    const auto links = strongest_links(pattern.view(), 3, true);
    ASSERT_EQ(links.size(), 3U);
    EXPECT_EQ(links[0].query, 7);
    EXPECT_EQ(links[1].query, 6);
    EXPECT_EQ(links[2].query, 4);
    EXPECT_EQ(strongest_links(pattern.view(), 1, false)[0].query, 3);
    EXPECT_EQ(strongest_links(pattern.view(), 100, false).size(), 4U);
}

}  // namespace
}  // namespace headlight::interpret
