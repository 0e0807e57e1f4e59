// GPT-2's own vocabulary is not part of this repository: tests/text/fetch_gpt2_merges.sh brings it, and
// HEADLIGHT_GPT2_TOKENIZER_DIR names the folder.
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "text_helpers.h"

namespace headlight::text {
namespace {

class Gpt2Vectors : public testing::Test {
  protected:
    void SetUp() override {
        const char* folder = std::getenv("HEADLIGHT_GPT2_TOKENIZER_DIR");
        if (folder == nullptr)
            GTEST_SKIP() << "HEADLIGHT_GPT2_TOKENIZER_DIR is not set: run tests/text/fetch_gpt2_merges.sh";
        auto read = Tokenizer::from_files({{"vocab.json", test::slurp(std::string(folder) + "/vocab.json")},
                                           {"merges.txt", test::slurp(std::string(folder) + "/merges.txt")}});
        ASSERT_TRUE(read.has_value()) << folder << ": " << read.error().message;
        tokenizer_.emplace(std::move(*read));
    }

    // Every case of a list of {"text", "ids"}; returns how many there were.
    int check(const std::string& path) {
        const auto cases = read_json(test::slurp(path));
        if (!cases.is_array()) return 0;
        for (const auto& one : cases) {
            const auto text = one["text"].get<std::string>();
            const auto ids = one["ids"].get<std::vector<TokenId>>();
            EXPECT_EQ(tokenizer_->encode(text), ids) << text;
            EXPECT_EQ(tokenizer_->decode(ids), text);
        }
        return static_cast<int>(cases.size());
    }

    std::optional<Tokenizer> tokenizer_;
};

TEST_F(Gpt2Vectors, AgreeWithTheReference) {
    EXPECT_EQ(tokenizer_->vocab_size(), 50257);
    EXPECT_EQ(tokenizer_->end_token(), 50256);
    EXPECT_EQ(check(HEADLIGHT_GOLDEN_DIR "/gpt2_tokenizer_vectors.json"), 116);
    check(HEADLIGHT_SHARED_DIR "/reference/gpt2_tokenizer_vectors.json");
}

TEST_F(Gpt2Vectors, SurviveWritingAndReading) {
    const auto again = Tokenizer::from_files({{"tokenizer.json", tokenizer_->tokenizer_json()}});
    ASSERT_TRUE(again.has_value()) << again.error().message;
    EXPECT_EQ(again->encode(test::kTurkish), tokenizer_->encode(test::kTurkish));
    EXPECT_EQ(again->merges_txt(), tokenizer_->merges_txt());
}

}  // namespace
}  // namespace headlight::text
