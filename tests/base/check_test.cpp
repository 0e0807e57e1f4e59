#include "base/check.h"

#include <gtest/gtest.h>

#include <csetjmp>
#include <string>

namespace headlight {
namespace {

// A handler must not return: this one jumps back into the test.
std::jmp_buf g_back;
std::string g_seen;  // NOLINT: one test at a time
int g_line = 0;

void remember(const char* expression, const char* file, int line) {
    g_seen = std::string(expression) + " in " + file;
    g_line = line;
    std::longjmp(g_back, 1);
}

TEST(Check, HandlerGetsExpressionAndPlace) {
    const CheckHandler before = set_check_handler(remember);
    const int one = 1;
    if (setjmp(g_back) == 0) {
        CHECK(one == 1);
        CHECK(one == 2);
        ADD_FAILURE() << "a failed CHECK went on";
    }
    EXPECT_EQ(set_check_handler(before), remember);
    EXPECT_EQ(g_seen.find("one == 2 in "), 0U) << g_seen;
    EXPECT_NE(g_seen.find("check_test.cpp"), std::string::npos);
    EXPECT_GT(g_line, 20);
}

TEST(Check, EvaluatesItsConditionOnce) {
    int calls = 0;
    CHECK(++calls == 1);
    EXPECT_EQ(calls, 1);
}

TEST(Check, WithoutHandlerPrintsAndAborts) {
    EXPECT_DEATH_IF_SUPPORTED(CHECK(2 + 2 == 5), "CHECK\\(2 \\+ 2 == 5\\) failed at .*check_test.cpp");
}

}  // namespace
}  // namespace headlight
