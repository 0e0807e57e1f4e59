#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/file.h"
#include "platform/desktop/arguments.h"
#include "platform/desktop/files.h"

namespace headlight::platform {
namespace {

Result<Arguments> parse(std::vector<std::string> words) {
    std::vector<char*> arguments;
    words.insert(words.begin(), "headlight-desktop");
    for (std::string& word : words) arguments.push_back(word.data());
    return parse_arguments(static_cast<int>(arguments.size()), arguments.data());
}

TEST(Arguments, LinksComeAsFragmentOrAddress) {
    EXPECT_EQ(parse({"--link", "#v=1&seed=3"})->link, "v=1&seed=3");
    EXPECT_EQ(parse({"--link", "https://example.org/page/#v=1"})->link, "v=1");
    EXPECT_EQ(parse({"--link", "v=1"})->link, "v=1");
}

TEST(Arguments, SizesAndFolders) {
    const auto arguments = parse({"--size", "390x844", "--model", "m", "--assets", "a", "--test-frames", "5"});
    ASSERT_TRUE(arguments.has_value());
    EXPECT_EQ(arguments->width, 390);
    EXPECT_EQ(arguments->height, 844);
    EXPECT_EQ(arguments->model, "m");
    EXPECT_EQ(arguments->assets, "a");
    EXPECT_EQ(arguments->test_frames, 5);
}

TEST(Arguments, MistakesAreNamed) {
    for (const auto& words : {std::vector<std::string>{"--size", "wide"},
                              {"--size", "12"},
                              {"--lnik", "x"},
                              {"--link"},
                              {"--test-frames", "-1"}}) {
        const auto arguments = parse(words);
        ASSERT_FALSE(arguments.has_value()) << words[0];
        EXPECT_NE(arguments.error().message.find(words[0]), std::string::npos) << arguments.error().message;
    }
    EXPECT_TRUE(parse({"--help"})->help);
}

TEST(Files, AFolderGivesWhatBelongsToAModel) {
    const std::filesystem::path folder = std::filesystem::temp_directory_path() / "headlight_dropped" / "mine";
    std::filesystem::remove_all(folder);
    for (const char* name : {"config.json", "model.safetensors", "merges.txt", "README.md", "training.log"}) {
        ASSERT_TRUE(write_file_atomic((folder / name).string(), name).has_value());
    }
    std::vector<std::string> names;
    for (const File& file : read_dropped({folder.string()})) {
        EXPECT_EQ(file.bytes, file.name);
        names.push_back(file.name);
    }
    std::sort(names.begin(), names.end());
    EXPECT_EQ(names, (std::vector<std::string>{"config.json", "merges.txt", "model.safetensors"}));
    EXPECT_EQ(dropped_name({folder.string()}), "mine");
    EXPECT_EQ(dropped_name({folder.string() + "/"}), "mine");
    EXPECT_EQ(dropped_name({(folder / "config.json").string()}), "mine");
    EXPECT_TRUE(read_dropped({"/nowhere/at/all"}).empty());
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace headlight::platform
