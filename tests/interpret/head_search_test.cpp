#include "interpret/head_search.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace headlight::interpret {
namespace {

const std::vector<HeadStats> kHeads{{.previous = 0.2F, .first = 0.5F},
                                    {.previous = 0.9F, .entropy = 0.1F},
                                    {.previous = 0.2F, .first = 0.6F},
                                    {.induction = 0.8F, .duplicate = 0.1F}};

TEST(HeadSearch, RanksByAScoreAndThenByPlace) {
    EXPECT_EQ(rank_heads(kHeads, HeadScore::previous), (std::vector<int>{1, 0, 2, 3}));
    EXPECT_EQ(rank_heads(kHeads, HeadScore::first), (std::vector<int>{2, 0, 1, 3}));
    EXPECT_EQ(rank_heads(kHeads, HeadScore::induction), (std::vector<int>{3, 0, 1, 2}));
    EXPECT_TRUE(rank_heads({}, HeadScore::self).empty());
}

TEST(HeadSearch, EveryScoreHasItsNameAndNumber) {
    const HeadStats all{.previous = 0.1F,
                        .induction = 0.2F,
                        .first = 0.3F,
                        .duplicate = 0.4F,
                        .self = 0.5F,
                        .next = 0.6F,
                        .last = 0.7F,
                        .entropy = 0.8F};
    for (int i = 0; i < kHeadScores; ++i) {
        EXPECT_NEAR(score_of(all, static_cast<HeadScore>(i)), 0.1 * (i + 1), 1e-6);
    }
    EXPECT_EQ(kHeadScoreNames[static_cast<std::size_t>(HeadScore::duplicate)], "duplicate");
    EXPECT_EQ(kHeadScoreNames[static_cast<std::size_t>(HeadScore::entropy)], "entropy");
}

TEST(HeadSearch, FindsTheNearestHeads) {
    const std::vector<SimilarHead> like = similar_heads(kHeads, 0);
    ASSERT_EQ(like.size(), 3U);
    EXPECT_EQ(like[0].index, 2);
    EXPECT_NEAR(like[0].distance, 0.1, 1e-6);
    EXPECT_EQ(like[1].index, 1);
    EXPECT_NEAR(like[1].distance, std::sqrt(0.49 + 0.25 + 0.01), 1e-6);
    EXPECT_EQ(like[2].index, 3);
    const std::vector<SimilarHead> equal = similar_heads(std::vector<HeadStats>(4), 1);
    EXPECT_TRUE(equal[0].index == 0 && equal[1].index == 2 && equal[2].index == 3);
    EXPECT_TRUE(similar_heads(std::vector<HeadStats>(1), 0).empty());
}

TEST(HeadSearch, WhatIsNoNumberCountsAsNothing) {
    std::vector<HeadStats> heads = kHeads;
    heads[1].previous = std::numeric_limits<float>::quiet_NaN();
    EXPECT_EQ(rank_heads(heads, HeadScore::previous), (std::vector<int>{0, 2, 1, 3}));
    EXPECT_EQ(similar_heads(heads, 0).size(), 3U);
}

}  // namespace
}  // namespace headlight::interpret
