#include "checkpoint/shard_index.h"

#include <gtest/gtest.h>

namespace headlight::checkpoint {
namespace {

constexpr const char* kFile = "model.safetensors.index.json";

void expect_refused(const std::string& text, std::initializer_list<const char*> parts) {
    const auto index = parse_shard_index(text, kFile);
    ASSERT_FALSE(index.has_value()) << text;
    EXPECT_TRUE(index.error().message.starts_with("model.safetensors.index.json: ")) << index.error().message;
    for (const char* part : parts) {
        EXPECT_NE(index.error().message.find(part), std::string::npos) << part << " in: " << index.error().message;
    }
}

TEST(ShardIndex, SaysWhichFileHoldsWhat) {
    const auto index = parse_shard_index(R"({"metadata": {"total_size": 5000000000, "more": 1}, "weight_map": {
        "wte.weight": "model-00002-of-00002.safetensors", "h.0.ln_1.bias": "model-00001-of-00002.safetensors",
        "wpe.weight": "model-00002-of-00002.safetensors"}})",
                                         kFile);
    ASSERT_TRUE(index.has_value()) << index.error().message;
    EXPECT_EQ(index->files,
              (std::vector<std::string>{"model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"}));
    EXPECT_EQ(index->weight_map.size(), 3U);
    EXPECT_EQ(index->weight_map.find("wpe.weight")->second, "model-00002-of-00002.safetensors");
    EXPECT_EQ(index->total_size, 5'000'000'000U);
}

TEST(ShardIndex, TheTotalSizeMayBeMissing) {
    for (const char* metadata : {"", R"("metadata": 1,)", R"("metadata": {},)", R"("metadata": {"total_size": -1},)",
                                 R"("metadata": {"total_size": "big"},)"}) {
        const auto index =
            parse_shard_index("{" + std::string(metadata) + R"("weight_map": {"a": "a.safetensors"}})", kFile);
        ASSERT_TRUE(index.has_value()) << index.error().message;
        EXPECT_FALSE(index->total_size.has_value());
    }
}

TEST(ShardIndex, WhatIsNoIndexIsRefused) {
    for (const char* text : {"", "[]", "{", "\"weight_map\"", "{\"weight_map\":\"\xff\"}"}) {
        expect_refused(text, {"JSON"});
    }
    for (const char* text : {"{}", R"({"weight_map": []})", R"({"weight_map": {}})", R"({"weight_map": null})"}) {
        expect_refused(text, {"weight_map", "expected an object"});
    }
    expect_refused(R"({"weight_map": {"a": "a.safetensors", "a": "b.safetensors"}})", {"'a' occurs twice"});
    expect_refused(R"({"weight_map": {"a": 1}})", {"tensor 'a'", "number"});
}

TEST(ShardIndex, FilesElsewhereAreRefused) {
    for (const char* name : {"../a.safetensors", "/etc/a.safetensors", "a\\\\b.safetensors", "C:a.safetensors", "a.bin",
                             "", ".safetensors", "..safetensors", "http:a.safetensors", "a%2f.safetensors",
                             "a?b.safetensors", "a\\nb.safetensors"}) {
        expect_refused(R"({"weight_map": {"a": ")" + std::string(name) + R"("}})", {"tensor 'a'", "without folders"});
    }
    expect_refused(R"({"weight_map": {"a": ")" + std::string(300, 'x') + R"(.safetensors"}})", {"without folders"});
}

}  // namespace
}  // namespace headlight::checkpoint
