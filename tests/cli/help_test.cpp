#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

#include "cli/command.h"
#include "cli/program.h"

namespace headlight::test {
namespace {

TEST(Help, TheListShowsEveryCommand) {
    const Ran ran = headlight("--help");
    EXPECT_EQ(ran.code, 0);
    for (const cli::Command& command : cli::commands()) {
        EXPECT_NE(ran.out.find("  " + std::string(command.name) + " "), std::string::npos) << command.name;
        EXPECT_NE(ran.out.find(command.summary), std::string::npos) << command.name;
    }
    EXPECT_EQ(headlight("").out, ran.out);
}

TEST(Help, IsThereForAllCommandsOfTheIssue) {
    for (const char* name :
         {"generate", "trace", "eval", "train", "tokenizer-train", "tokenize", "info", "bench", "quantize", "hash"}) {
        const auto all = cli::commands();
        EXPECT_TRUE(std::ranges::any_of(all, [name](const auto& command) { return command.name == name; })) << name;
    }
}

// An example that teaches a wrong option is worse than none.
TEST(Help, ExamplesUseOnlyOptionsThatExist) {
    for (const cli::Command& command : cli::commands()) {
        const std::string name(command.name);
        const Ran ran = headlight(name + " --help");
        EXPECT_EQ(ran.code, 0);
        EXPECT_TRUE(ran.err.empty());
        const auto examples = ran.out.find("Examples:");
        ASSERT_NE(examples, std::string::npos) << name;
        const std::string own(command.examples);
        EXPECT_NE(own.find("headlight " + name), std::string::npos);
        std::istringstream lines(own);
        for (std::string line; std::getline(lines, line);) {
            if (!line.starts_with("headlight " + name + " ")) continue;
            const std::regex option("(--[a-z-]+)");
            for (std::sregex_iterator at(line.begin(), line.end(), option), end; at != end; ++at) {
                EXPECT_NE(ran.out.substr(0, examples).find(at->str()), std::string::npos)
                    << at->str() << " in " << line;
            }
        }
    }
}

TEST(Help, Version) {
    const Ran ran = headlight("--version");
    EXPECT_EQ(ran.code, 0);
    EXPECT_TRUE(ran.out.starts_with("headlight ")) << ran.out;
}

}  // namespace
}  // namespace headlight::test
