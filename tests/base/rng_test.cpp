#include "base/rng.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace headlight {
namespace {

// The state that SplitMix64 (seed 1234567) leaves behind, in the words of the authors' own C code: next() returns
// mix64(state) and then adds the golden ratio to the state.
TEST(Rng, Mix64GivesTheReferenceValuesOfSplitMix64) {
    constexpr std::uint64_t kGamma = 0x9e3779b97f4a7c15ULL;
    const std::vector<std::uint64_t> expected{6457827717110365317ULL, 3203168211198807973ULL, 9817491932198370423ULL,
                                              4593380528125082431ULL, 16408922859458223821ULL};
    std::uint64_t state = 1234567;
    for (const std::uint64_t value : expected) {
        EXPECT_EQ(mix64(state), value);
        state += kGamma;
    }
}

// Written down from the definition (Blackman, Vigna, 2018) with the state 1, 2, 3, 4.
TEST(Rng, NextIsXoshiro256StarStar) {
    Rng rng(0);
    rng.set_state({1, 2, 3, 4});
    const std::vector<std::uint64_t> expected{11520ULL,
                                              0ULL,
                                              1509978240ULL,
                                              1215971899390074240ULL,
                                              1216172134540287360ULL,
                                              607988272756665600ULL,
                                              16172922978634559625ULL,
                                              8476171486693032832ULL,
                                              10595114339597558777ULL,
                                              2904607092377533576ULL};
    for (const std::uint64_t value : expected) EXPECT_EQ(rng.next(), value);
}

TEST(Rng, StateContinues) {
    Rng first(42);
    for (int i = 0; i < 5; ++i) first.next();
    Rng second(1);
    second.set_state(first.state());
    for (int i = 0; i < 5; ++i) EXPECT_EQ(first.next(), second.next());
    EXPECT_NE(Rng(1).next(), Rng(2).next());
}

TEST(Rng, UniformFillsTheUnitInterval) {
    Rng rng(3);
    double sum = 0;
    double lowest = 1;
    double highest = 0;
    constexpr int kDraws = 20000;
    for (int i = 0; i < kDraws; ++i) {
        const double x = rng.uniform();
        ASSERT_TRUE(x >= 0 && x < 1);
        sum += x;
        lowest = std::min(lowest, x);
        highest = std::max(highest, x);
    }
    EXPECT_NEAR(sum / kDraws, 0.5, 0.01);
    EXPECT_LT(lowest, 0.001);
    EXPECT_GT(highest, 0.999);
}

TEST(Rng, BelowIsEvenAndInside) {
    Rng rng(4);
    std::vector<int> counts(7);
    for (int i = 0; i < 14000; ++i) ++counts.at(static_cast<std::size_t>(rng.below(7)));
    for (const int count : counts) EXPECT_NEAR(count, 2000, 200);
    EXPECT_EQ(rng.below(1), 0U);
    for (int i = 0; i < 100; ++i) EXPECT_LT(rng.below((1ULL << 63) + 1), (1ULL << 63) + 1);
}

TEST(Rng, NormalHasMean0AndVariance1) {
    Rng rng(5);
    double sum = 0;
    double squares = 0;
    constexpr int kDraws = 20000;
    for (int i = 0; i < kDraws; ++i) {
        const double x = rng.normal();
        sum += x;
        squares += x * x;
    }
    EXPECT_NEAR(sum / kDraws, 0, 0.03);
    EXPECT_NEAR(squares / kDraws, 1, 0.03);
}

}  // namespace
}  // namespace headlight
