#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace headlight {
namespace {

Result<int> half(int n) {
    if (n % 2 != 0) return invalid(std::to_string(n) + " is odd");
    return n / 2;
}

Result<int> quarter(int n, int& reached) {
    ASSIGN_OR_RETURN(const int first, half(n));
    ++reached;
    ASSIGN_OR_RETURN(const int second, half(first));
    ++reached;
    return second;
}

Result<void> all_even(const std::vector<int>& numbers, int& calls) {
    for (const int n : numbers) {
        RETURN_IF_ERROR([&]() -> Result<void> {
            ++calls;
            if (n % 2 != 0) return fail(ErrorCode::unsupported, "odd");
            return {};
        }());
    }
    return {};
}

TEST(Result, AssignOrReturnPassesValuesAndTheFirstError) {
    int reached = 0;
    EXPECT_EQ(quarter(12, reached).value(), 3);
    EXPECT_EQ(reached, 2);
    reached = 0;
    const auto failed = quarter(6, reached);
    ASSERT_FALSE(failed.has_value());
    EXPECT_EQ(failed.error().message, "3 is odd");
    EXPECT_EQ(failed.error().code, ErrorCode::invalid);
    EXPECT_EQ(reached, 1);
}

TEST(Result, ReturnIfErrorEvaluatesOnceAndStops) {
    int calls = 0;
    EXPECT_TRUE(all_even({2, 4}, calls).has_value());
    EXPECT_EQ(calls, 2);
    calls = 0;
    const auto failed = all_even({2, 3, 4}, calls);
    ASSERT_FALSE(failed.has_value());
    EXPECT_EQ(failed.error().code, ErrorCode::unsupported);
    EXPECT_EQ(calls, 2);
}

Result<std::unique_ptr<int>> boxed(int n) {
    return std::make_unique<int>(n);
}

TEST(Result, MovesValuesThatCannotBeCopied) {
    const auto run = []() -> Result<int> {
        ASSIGN_OR_RETURN(const auto first, boxed(3));
        ASSIGN_OR_RETURN(auto second, boxed(4));
        return *first * *second;
    };
    EXPECT_EQ(run().value(), 12);
}

}  // namespace
}  // namespace headlight
