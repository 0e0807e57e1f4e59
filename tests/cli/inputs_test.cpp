#include "cli/inputs.h"

#include <gtest/gtest.h>

#include "cli/terminal.h"

namespace headlight::cli {
namespace {

TEST(Inputs, IdsAsPeopleWriteThem) {
    const std::vector<text::TokenId> expected{15496, 11, 314};
    for (const char* text : {"15496,11,314", "[15496, 11, 314]", "15496 11 314", " 15496,\n11,314,"}) {
        const auto ids = parse_ids(text);
        ASSERT_TRUE(ids.has_value()) << text;
        EXPECT_EQ(*ids, expected) << text;
    }
    for (const char* text : {"", ",", "1,-2", "1,two", "1.5", "99999999999"})
        EXPECT_FALSE(parse_ids(text).has_value()) << text;
    EXPECT_EQ(ids_text(expected), "15496,11,314");
}

TEST(Inputs, IdsInTheVocabulary) {
    const std::vector<text::TokenId> ids{0, 99};
    EXPECT_TRUE(check_ids(ids, 100).has_value());
    EXPECT_FALSE(check_ids(ids, 99).has_value());
}

TEST(Terminal, DurationsAndBars) {
    EXPECT_EQ(duration_text(12.4), "12 s");
    EXPECT_EQ(duration_text(200), "3 min 20 s");
    EXPECT_EQ(duration_text(3840), "1 h 04 min");
    EXPECT_EQ(duration_text(-1), "?");
    EXPECT_EQ(bar(0.5, 4), "[==> ] 50 %");
    EXPECT_EQ(bar(1, 4), "[====] 100 %");
    EXPECT_EQ(bar(7, 4), "[====] 100 %");
}

}  // namespace
}  // namespace headlight::cli
