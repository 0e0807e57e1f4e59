#include "cli/glob.h"

#include <gtest/gtest.h>

#include <string>

namespace headlight::cli {
namespace {

TEST(Glob, StarsAndQuestionMarks) {
    EXPECT_TRUE(glob_matches("*", ""));
    EXPECT_TRUE(glob_matches("*", "anything"));
    EXPECT_TRUE(glob_matches("blocks.*.hook_pattern", "blocks.3.attn.hook_pattern"));
    EXPECT_TRUE(glob_matches("blocks.?.attn.*", "blocks.3.attn.hook_q"));
    EXPECT_FALSE(glob_matches("blocks.?.attn.*", "blocks.10.attn.hook_q"));
    EXPECT_TRUE(glob_matches("a*b*c", "aXbbYc"));
    EXPECT_FALSE(glob_matches("a*b*c", "aXbbYcd"));
    EXPECT_FALSE(glob_matches("", "a"));
    EXPECT_TRUE(glob_matches("", ""));
    EXPECT_FALSE(glob_matches("logits", "logit"));
    EXPECT_FALSE(glob_matches("?", ""));
}

TEST(Glob, ManyStarsTakeNoTime) {
    std::string stars;
    for (int i = 0; i < 50; ++i) stars += "a*";
    EXPECT_FALSE(glob_matches(stars + "b", std::string(5000, 'a')));
}

}  // namespace
}  // namespace headlight::cli
