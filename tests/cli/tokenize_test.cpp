#include <gtest/gtest.h>

#include <algorithm>

#include "base/json.h"
#include "cli/program.h"

namespace headlight::test {
namespace {

TEST(Tokenize, TextToIdsAndBack) {
    const std::string folder = " --tokenizer " + tokenizer_folder();
    for (const std::string text : {"One day a cat saw the river.", "İstanbul'da çğıöşü \xF0\x9F\x99\x82  two  spaces",
                                   "unseen: QZ#@!", "tab\tand\nnewline"}) {
        const auto json = json_of("tokenize --json --text '" + text.substr(0, text.find('\'')) + "'" + folder);
        ASSERT_TRUE(json["ids"].is_array());
        EXPECT_EQ(json["count"], json["ids"].size());
        EXPECT_EQ(json["text"], text.substr(0, text.find('\'')));
        const Ran back = headlight("tokenize --ids " + joined(json["ids"]) + folder);
        EXPECT_EQ(back.out, text.substr(0, text.find('\'')) + "\n");
    }
}

TEST(Tokenize, AWholeFileComesBack) {
    const std::string folder = " --tokenizer " + tokenizer_folder();
    const auto json = json_of("tokenize --json --file " + stories_file() + folder);
    EXPECT_EQ(json["text"], slurp(stories_file()));
    EXPECT_LT(json["ids"].size(), slurp(stories_file()).size() / 2);  // the merges do their work
    const Ran piped = shell("\"$HEADLIGHT\" tokenize --json --file - " + folder + " <" + stories_file());
    EXPECT_EQ(read_json(piped.out), json);
    const std::string end =
        std::to_string(json_of("tokenize --json --text '<|endoftext|>'" + folder)["ids"][0].get<int>());
    const auto& ids = json["ids"];
    EXPECT_EQ(std::ranges::count(ids, std::stoi(end)), 60);
}

TEST(Tokenize, ForPeopleOneTokenALine) {
    const Ran ran = headlight("tokenize --text 'One day' --tokenizer " + tokenizer_folder());
    EXPECT_EQ(ran.code, 0);
    EXPECT_NE(ran.out.find("\" day\""), std::string::npos) << ran.out;
}

TEST(Tokenize, PartOfACharacterIsShownAsHex) {
    const std::string folder = " --tokenizer " + tokenizer_folder();
    const auto json = json_of("tokenize --json --text '\xF0\x9F\x99\x82'" + folder);
    ASSERT_GE(json["ids"].size(), 2u);
    const auto part = json_of("tokenize --json --ids " + write_json(json["ids"][0]) + folder);
    EXPECT_EQ(part["text"], "\\xF0");
    EXPECT_EQ(part["tokens"][0], "\\xF0");
}

TEST(TokenizerTrain, WritesTheThreeFilesAlikeEachTime) {
    const std::string again = scratch("again");
    const auto json = json_of("tokenizer-train --json --text " + stories_file() + " --vocab 300 --out " + again);
    EXPECT_EQ(json["vocab"], 300);
    for (const char* name : {"/vocab.json", "/merges.txt", "/tokenizer.json"}) {
        EXPECT_EQ(slurp(again + name), slurp(tokenizer_folder() + name)) << name;
        EXPECT_FALSE(slurp(again + name).empty()) << name;
    }
    // Either kind of files alone makes the same tokenizer.
    const std::string old_kind = scratch("old_kind");
    spill(old_kind + "/vocab.json", slurp(again + "/vocab.json"));
    spill(old_kind + "/merges.txt", slurp(again + "/merges.txt"));
    EXPECT_EQ(json_of("tokenize --json --file " + stories_file() + " --tokenizer " + old_kind)["ids"],
              json_of("tokenize --json --file " + stories_file() + " --tokenizer " + again)["ids"]);
}

}  // namespace
}  // namespace headlight::test
