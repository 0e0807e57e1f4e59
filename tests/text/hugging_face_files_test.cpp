// Leaves a trained tokenizer and what it makes of some texts in HEADLIGHT_BUILD_DIR/hugging_face;
// hugging_face_check.mjs (run by hugging_face_check.sh) opens it with Hugging Face's own library and compares.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/json.h"
#include "text/bpe_trainer.h"
#include "text_helpers.h"

namespace headlight::text {
namespace {

TEST(HuggingFaceFiles, AreLeftForTheirLibrary) {
    const auto vectors = read_json(test::slurp(HEADLIGHT_GOLDEN_DIR "/gpt2_tokenizer_vectors.json"));
    ASSERT_TRUE(vectors.is_array());
    std::vector<std::string> texts;
    for (const auto& one : vectors) texts.push_back(one["text"].get<std::string>());
    texts.insert(texts.end(), 3, std::string(test::kTurkish));
    const auto trained = train_bpe(texts, {.vocab_size = 700});
    ASSERT_TRUE(trained.has_value()) << trained.error().message;
    ASSERT_GT(trained->vocab_size(), 500);

    auto cases = nlohmann::json::array();
    for (const std::string& text : texts) cases.push_back({{"text", text}, {"ids", trained->encode(text)}});
    const std::string folder = HEADLIGHT_BUILD_DIR "/hugging_face/";
    const std::pair<const char*, std::string> files[] = {{"tokenizer.json", trained->tokenizer_json()},
                                                         {"vocab.json", trained->vocab_json()},
                                                         {"merges.txt", trained->merges_txt()},
                                                         {"cases.json", write_json(cases)}};
    for (const auto& [name, content] : files) {
        const auto written = write_file_atomic(folder + name, content);
        ASSERT_TRUE(written.has_value()) << written.error().message;
    }
}

}  // namespace
}  // namespace headlight::text
