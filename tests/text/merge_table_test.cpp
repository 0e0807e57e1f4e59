#include "text/merge_table.h"

#include <gtest/gtest.h>

#include "base/rng.h"

namespace headlight::text {
namespace {

using Symbols = std::vector<std::int32_t>;

// Always the smallest rank, leftmost: what join() says, in the plainest way.
Symbols joined_plainly(const MergeTable& table, Symbols symbols) {
    while (true) {
        MergeTable::Merge best;
        std::size_t at = 0;
        for (std::size_t i = 0; i + 1 < symbols.size(); ++i) {
            const MergeTable::Merge merge = table.find(symbols[i], symbols[i + 1]);
            if (merge.rank >= 0 && (best.rank < 0 || merge.rank < best.rank)) {
                best = merge;
                at = i;
            }
        }
        if (best.rank < 0) return symbols;
        symbols[at] = best.token;
        symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(at + 1));
    }
}

TEST(MergeTable, FindsWhatWasPutIn) {
    MergeTable table(2);
    EXPECT_TRUE(table.insert(1, 2, {0, 7}));
    EXPECT_TRUE(table.insert(2, 1, {1, 8}));
    EXPECT_FALSE(table.insert(1, 2, {5, 9}));
    EXPECT_EQ(table.find(1, 2).token, 7);
    EXPECT_EQ(table.find(2, 1).rank, 1);
    EXPECT_EQ(table.find(1, 1).rank, -1);
    EXPECT_EQ(MergeTable().find(1, 2).rank, -1);
}

TEST(MergeTable, JoinsLeftToRight) {
    MergeTable table(2);
    table.insert(0, 0, {0, 1});
    table.insert(1, 0, {1, 2});
    Symbols three(3, 0);
    table.join(three);
    EXPECT_EQ(three, (Symbols{2}));
    Symbols four(4, 0);
    table.join(four);
    EXPECT_EQ(four, (Symbols{1, 1}));
}

// Random tables, also such as no trainer would make; words shorter and longer than where the method changes.
TEST(MergeTable, JoinsLongAndShortWordsAlike) {
    Rng rng(11);
    for (int round = 0; round < 300; ++round) {
        MergeTable table(40);
        for (int rank = 0; rank < 40; ++rank) {
            const auto pick = [&] { return static_cast<std::int32_t>(rng.below(12)); };
            const std::int32_t left = pick();
            const std::int32_t right = pick();
            table.insert(left, right, {rank, pick()});
        }
        Symbols symbols(1 + rng.below(150));
        for (auto& symbol : symbols) symbol = static_cast<std::int32_t>(rng.below(4));
        const Symbols expected = joined_plainly(table, symbols);
        table.join(symbols);
        ASSERT_EQ(symbols, expected) << "round " << round;
    }
}

}  // namespace
}  // namespace headlight::text
