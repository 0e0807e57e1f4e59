#include "text/pairs.h"

#include <gtest/gtest.h>

#include <string>

namespace headlight::text {
namespace {

std::string error_of(std::string_view file) {
    const auto pairs = read_pairs(file, "pairs.tsv");
    return pairs.has_value() ? "" : pairs.error().message;
}

TEST(Pairs, AreTheFirstTwoColumns) {
    const auto pairs = read_pairs("Hi.\tSelam.\nRun.\tKaç!\tCC BY\n", "pairs.tsv");
    ASSERT_TRUE(pairs.has_value()) << pairs.error().message;
    ASSERT_EQ(pairs->size(), 2u);
    EXPECT_EQ(pairs->at(0).source, "Hi.");
    EXPECT_EQ(pairs->at(0).target, "Selam.");
    EXPECT_EQ(pairs->at(1).source, "Run.");
    EXPECT_EQ(pairs->at(1).target, "Kaç!");
    EXPECT_EQ(pairs->at(1).line, 2);
}

TEST(Pairs, TolerateCarriageReturnsAByteOrderMarkAndNoLastLineEnd) {
    const auto pairs = read_pairs("\xEF\xBB\xBFHi.\tSelam.\r\nRun.\tKaç!", "pairs.tsv");
    ASSERT_TRUE(pairs.has_value()) << pairs.error().message;
    ASSERT_EQ(pairs->size(), 2u);
    EXPECT_EQ(pairs->at(0).source, "Hi.");
    EXPECT_EQ(pairs->at(0).target, "Selam.");
    EXPECT_EQ(pairs->at(1).target, "Kaç!");
}

TEST(Pairs, KeepDottedAndDotlessI) {
    const auto pairs = read_pairs("İI\tıi", "pairs.tsv");
    ASSERT_TRUE(pairs.has_value());
    EXPECT_EQ(pairs->at(0).source, "İI");
    EXPECT_EQ(pairs->at(0).target, "ıi");
}

TEST(Pairs, ErrorsNameFileAndLine) {
    EXPECT_EQ(error_of("Hi.\tSelam.\nRun. Kaç!\n"),
              "pairs.tsv:2: there is no tab; expected a sentence, a tab, and its translation");
    EXPECT_TRUE(error_of("\tSelam.\n").starts_with("pairs.tsv:1: the first column is empty")) << error_of("\tSelam.\n");
    EXPECT_TRUE(error_of("Hi.\t \tx\n").starts_with("pairs.tsv:1: the second column is empty"));
    EXPECT_TRUE(error_of("Hi.\tSelam.\n\nRun.\tKaç!").starts_with("pairs.tsv:2: the line is empty"));
    EXPECT_TRUE(error_of("Hi.\tSel\xC3m\n").starts_with("pairs.tsv:1: the line is not UTF-8"));
    EXPECT_TRUE(error_of("").starts_with("pairs.tsv: there are no sentence pairs"));
}

}  // namespace
}  // namespace headlight::text
