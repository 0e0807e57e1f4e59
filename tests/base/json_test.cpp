#include "base/json.h"

#include <gtest/gtest.h>

namespace headlight {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

TEST(JsonTest, ReadsAndWritesTheSame) {
    EXPECT_EQ(write_json(read_json(R"({ "b": [1, 2.5, null], "a": "ü\n" })")), R"({"a":"ü\n","b":[1,2.5,null]})");
    EXPECT_EQ(write_json(read_ordered_json(R"({ "b": 1, "a": 2 })")), R"({"b":1,"a":2})");
    EXPECT_EQ(write_json(json{{"a", {1}}}, 2), "{\n  \"a\": [\n    1\n  ]\n}");
    EXPECT_EQ(write_json(ordered_json{{"a", 1}}, 1), "{\n \"a\": 1\n}");
}

TEST(JsonTest, WhatIsNoJsonIsDiscarded) {
    for (const char* text : {"", "{", "[1,]", "{} {}", "nul", "\"\xff\""}) {
        EXPECT_TRUE(read_json(text).is_discarded()) << text;
        EXPECT_TRUE(read_ordered_json(text).is_discarded()) << text;
        std::optional<std::string> repeated;
        EXPECT_TRUE(read_json(text, repeated).is_discarded()) << text;
    }
}

TEST(JsonTest, BytesThatAreNoUtf8AreWrittenAsTheirSign) {
    EXPECT_EQ(write_json(json("a\xff")), "\"a\xEF\xBF\xBD\"");
    EXPECT_EQ(write_json(ordered_json("a\xff")), "\"a\xEF\xBF\xBD\"");
}

std::optional<std::string> repeated_in(std::string_view text) {
    std::optional<std::string> repeated;
    EXPECT_FALSE(read_json(text, repeated).is_discarded());
    return repeated;
}

TEST(JsonTest, AKeyThatStandsTwiceIsTold) {
    EXPECT_EQ(repeated_in(R"({"a": 1, "b": {"a": 2, "b": 3}, "c": {"a": 4}})"), std::nullopt);
    EXPECT_EQ(repeated_in(R"({"a": 1, "b": 2, "a": 3})"), "a");
    EXPECT_EQ(repeated_in(R"({"x": {"a": 1}, "y": {"b": 1, "a": 2, "b": 3}})"), "b");
    EXPECT_EQ(repeated_in(R"({"x": {"y": {"a": 1, "a": 2}}})"), std::nullopt);  // too deep
}

}  // namespace
}  // namespace headlight
