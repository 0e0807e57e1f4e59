#include "text/documents.h"

#include <gtest/gtest.h>

namespace headlight::text {
namespace {

using Documents = std::vector<std::string_view>;

TEST(Documents, AreCutAtSeparatorLines) {
    EXPECT_EQ(split_documents("One.\n\nMore.\n<|endoftext|>\nTwo.\n<|endoftext|>\n"),
              (Documents{"One.\n\nMore.", "Two."}));
    EXPECT_EQ(split_documents("One.\n<|endoftext|>\nTwo.\n"), (Documents{"One.", "Two."}));
    EXPECT_EQ(split_documents("One.\r\n<|endoftext|>\r\nTwo.\r\n"), (Documents{"One.", "Two."}));
    EXPECT_EQ(split_documents("One.\n<|endoftext|>"), (Documents{"One."}));
}

TEST(Documents, LeaveOutEmptyOnes) {
    EXPECT_EQ(split_documents(""), (Documents{}));
    EXPECT_EQ(split_documents("\n"), (Documents{}));
    EXPECT_EQ(split_documents("<|endoftext|>\n<|endoftext|>\n\n<|endoftext|>\nA"), (Documents{"A"}));
}

TEST(Documents, AreNotCutInsideALine) {
    EXPECT_EQ(split_documents("A <|endoftext|> B\n"), (Documents{"A <|endoftext|> B"}));
    EXPECT_EQ(split_documents("A\n <|endoftext|>\nB"), (Documents{"A\n <|endoftext|>\nB"}));
}

}  // namespace
}  // namespace headlight::text
