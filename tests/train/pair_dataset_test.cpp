#include "train/pair_dataset.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "train/pair_helpers.h"

namespace headlight::train {
namespace {

using Sentences = std::pair<std::vector<TokenId>, std::vector<TokenId>>;

// The pairs of an epoch, as its batches hold them.
std::multiset<Sentences> pairs_in(const PairDataset& dataset, const model::EncoderDecoderConfig& config) {
    std::multiset<Sentences> seen;
    PairBatch b;
    for (int batch = 0; batch < dataset.batches(); ++batch) {
        dataset.fill(batch, b);
        EXPECT_EQ(b.source.size(), static_cast<std::size_t>(b.batch * b.source_context));
        EXPECT_EQ(b.target.size(), static_cast<std::size_t>(b.batch * b.target_context));
        EXPECT_EQ(b.targets.size(), b.target.size());
        EXPECT_EQ(b.source_lengths.size(), static_cast<std::size_t>(b.batch));
        EXPECT_EQ(std::ranges::max(b.source_lengths), b.source_context);
        std::int64_t tokens = 0;
        for (int i = 0; i < b.batch; ++i) {
            const auto source = b.source.begin() + i * b.source_context;
            const int length = b.source_lengths[static_cast<std::size_t>(i)];
            for (int j = length; j < b.source_context; ++j) EXPECT_EQ(source[j], config.pad_token);
            const auto target = b.target.begin() + i * b.target_context;
            const auto targets = b.targets.begin() + i * b.target_context;
            EXPECT_EQ(target[0], config.start_token);
            int real = 0;
            while (real < b.target_context && targets[real] != nn::kNoTarget) ++real;
            EXPECT_EQ(targets[real - 1], config.end_token);
            for (int j = 1; j < real; ++j) EXPECT_EQ(target[j], targets[j - 1]);
            for (int j = real; j < b.target_context; ++j) {
                EXPECT_EQ(target[j], config.pad_token);
                EXPECT_EQ(targets[j], nn::kNoTarget);
            }
            seen.insert({{source, source + length}, {targets, targets + real - 1}});
            tokens += length + real;
        }
        EXPECT_EQ(b.tokens, tokens);
    }
    return seen;
}

TEST(PairDataset, EveryEpochHoldsEveryPairOnceInAnotherOrder) {
    const auto config = pair_config();
    const auto pairs = reversed_pairs(200, config);
    PairDataset dataset(pairs, config, 60);
    std::multiset<Sentences> expected;
    for (const TokenPair& pair : pairs) expected.insert({pair.source, pair.target});
    std::set<std::vector<TokenId>> firsts;
    for (int epoch = 0; epoch < 4; ++epoch) {
        dataset.begin_epoch(7, epoch);
        EXPECT_EQ(pairs_in(dataset, config), expected);
        PairBatch b;
        dataset.fill(0, b);
        firsts.insert(b.source);
    }
    EXPECT_GT(firsts.size(), 2U);
}

TEST(PairDataset, AnEpochIsAFunctionOfItsNumberAndTheSeed) {
    const auto config = pair_config();
    PairDataset a(reversed_pairs(100, config), config, 40);
    PairDataset b(reversed_pairs(100, config), config, 40);
    b.begin_epoch(3, 0), b.begin_epoch(3, 5);
    a.begin_epoch(3, 5);
    ASSERT_EQ(a.batches(), b.batches());
    PairBatch x, y;
    for (int batch = 0; batch < a.batches(); ++batch) {
        a.fill(batch, x), b.fill(batch, y);
        EXPECT_EQ(x.source, y.source);
        EXPECT_EQ(x.targets, y.targets);
    }
    b.begin_epoch(4, 5);
    bool differs = false;
    for (int batch = 0; batch < std::min(a.batches(), b.batches()); ++batch) {
        a.fill(batch, x), b.fill(batch, y);
        differs = differs || x.source != y.source;
    }
    EXPECT_TRUE(differs);
}

TEST(PairDataset, BatchesFillTheirRowsWithPairsOfLikeLength) {
    const auto config = pair_config();
    const PairDataset dataset(reversed_pairs(300, config), config, 64);
    EXPECT_EQ(dataset.rows(), 64);
    EXPECT_EQ(dataset.most_source(), 7);
    EXPECT_EQ(dataset.most_target(), 8);
    PairBatch b;
    int real = 0;
    int padded = 0;
    int full = 0;
    for (int batch = 0; batch < dataset.batches(); ++batch) {
        dataset.fill(batch, b);
        const int rows = b.batch * std::max(b.source_context, b.target_context);
        EXPECT_LE(rows, 64);
        full += rows > 64 - 8;
        for (const int length : b.source_lengths) real += length;
        padded += b.batch * b.source_context;
    }
    EXPECT_GE(full, dataset.batches() - 4);  // where the length goes up, and at the end, a batch may close early
    EXPECT_LT(padded, real * 1.2);
}

// One long pair is a batch of its own, whatever the rows asked for.
TEST(PairDataset, ALongPairFitsAlways) {
    auto config = pair_config();
    config.context = 40;
    auto pairs = reversed_pairs(10, config);
    pairs.push_back({std::vector<TokenId>(38, 5), std::vector<TokenId>(39, 6)});
    const PairDataset dataset(pairs, config, 16);
    EXPECT_EQ(dataset.rows(), 40);
    EXPECT_EQ(dataset.most_target(), 40);
    EXPECT_EQ(pairs_in(dataset, config).size(), 11U);
}

}  // namespace
}  // namespace headlight::train
