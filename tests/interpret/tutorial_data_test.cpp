#include "interpret/tutorial_data.h"

#include <cmath>

#include "base/json.h"
#include "interpret/tutorial_fixture.h"

namespace headlight::interpret {
namespace {

TEST(TutorialDataTest, TheRepositorysDataIsRead) {
    const auto data = parse_tutorial(tutorial_json());
    ASSERT_TRUE(data.has_value()) << data.error().message;
    EXPECT_EQ(data->vocabulary.size(), 26U);
    EXPECT_EQ(data->vocabulary[17], "you");
    EXPECT_EQ(data->source, (std::vector<int>{5, 17, 7, 12, 15, 19}));
    std::size_t words = 0;
    for (const auto& line : data->words) words += line.size();
    EXPECT_EQ(words, 30U);
    EXPECT_EQ(data->printed.at("embedding").at(5, 5), 0.21F);
    EXPECT_TRUE(std::isnan(data->inputs.at("visible").at(0, 3)));
}

TEST(TutorialDataTest, BrokenDataIsRefusedWithTheKey) {
    const nlohmann::json whole = read_json(tutorial_json());
    const auto error_of = [&](auto change) {
        nlohmann::json copy = whole;
        change(copy);
        const auto result = parse_tutorial(write_json(copy));
        return result.has_value() ? std::string() : result.error().message;
    };
    for (const char* key : {"sentences", "words", "prompt", "vocabulary", "source", "target", "visible_rows",
                            "visible_words", "inputs", "printed", "mistakes"}) {
        EXPECT_NE(error_of([&](auto& j) { j.erase(key); }).find(key), std::string::npos) << key;
        EXPECT_NE(error_of([&](auto& j) { j[key] = 3; }).find(key), std::string::npos) << key;
    }
    EXPECT_NE(error_of([](auto& j) { j["inputs"].erase("wv"); }).find("wv"), std::string::npos);
    EXPECT_NE(error_of([](auto& j) { j["inputs"]["wv"][2].push_back(1); }).find("wv"), std::string::npos);
    EXPECT_NE(error_of([](auto& j) { j["inputs"]["wv"][2][0] = "x"; }).find("wv"), std::string::npos);
    EXPECT_NE(error_of([](auto& j) { j["printed"].erase("x"); }), "");
    EXPECT_NE(error_of([](auto& j) { j["source"][0] = 26; }), "");
    EXPECT_NE(error_of([](auto& j) { j["mistakes"].erase(3); }), "");
    EXPECT_NE(error_of([](auto& j) { j["mistakes"][6]["places"][0]["cells"] = {{9, 0}}; }).find("mistake 7"),
              std::string::npos);
    EXPECT_NE(error_of([](auto& j) { j["mistakes"][6]["step"] = 15; }).find("mistake 7"), std::string::npos);
    EXPECT_FALSE(parse_tutorial("").has_value());
    EXPECT_FALSE(parse_tutorial("[1, 2").has_value());
}

}  // namespace
}  // namespace headlight::interpret
