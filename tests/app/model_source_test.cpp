#include "app/model_source.h"

#include <gtest/gtest.h>

namespace headlight::app {
namespace {

constexpr std::string_view kHub = "https://huggingface.co";

ModelSource parsed(std::string_view text, std::string_view hub = kHub) {
    const auto source = parse_source(text, hub);
    EXPECT_TRUE(source.has_value()) << text;
    return source.value_or(ModelSource{});
}

TEST(ModelSource, NamesOfRepositories) {
    const ModelSource source = parsed("owner/my-model_1.0");
    EXPECT_EQ(source.name, "owner/my-model_1.0");
    ASSERT_EQ(source.bases.size(), 1U);
    EXPECT_EQ(source.bases[0], "https://huggingface.co/owner/my-model_1.0/resolve/main/");
    EXPECT_EQ(source.tree, "https://huggingface.co/api/models/owner/my-model_1.0/tree/main");
    EXPECT_EQ(parsed("  gpt2\n").name, "openai-community/gpt2");
    EXPECT_EQ(parsed("gpt2").bases[0], "https://huggingface.co/openai-community/gpt2/resolve/main/");
    EXPECT_EQ(parsed("owner/x", "http://127.0.0.1:8080/").bases[0], "http://127.0.0.1:8080/owner/x/resolve/main/");
}

TEST(ModelSource, EveryAddressOfTheSameRepositoryIsTheSame) {
    for (const char* address : {"https://huggingface.co/owner/x", "https://huggingface.co/owner/x/",
                                "https://huggingface.co/owner/x/tree/main",
                                "https://huggingface.co/owner/x/resolve/main/model.safetensors?download=true",
                                "https://huggingface.co/owner/x/blob/main/config.json#L3"}) {
        EXPECT_EQ(parsed(address).name, "owner/x") << address;
        EXPECT_EQ(parsed(address).bases[0], parsed("owner/x").bases[0]) << address;
    }
}

TEST(ModelSource, OtherRevisionsHostsAndFolders) {
    const ModelSource other = parsed("https://huggingface.co/owner/x/tree/v1.5");
    EXPECT_EQ(other.bases[0], "https://huggingface.co/owner/x/resolve/v1.5/");
    EXPECT_EQ(other.name, "https://huggingface.co/owner/x/tree/v1.5");
    EXPECT_EQ(parsed(other.name).bases[0], other.bases[0]) << "what a link holds leads to the same place";

    const ModelSource host = parsed("http://localhost:8123/owner/x");
    EXPECT_EQ(host.name, "http://localhost:8123/owner/x");
    EXPECT_EQ(host.bases, (std::vector<std::string>{"http://localhost:8123/owner/x/resolve/main/",
                                                    "http://localhost:8123/owner/x/"}));
    EXPECT_EQ(parsed(host.name).bases, host.bases);

    const ModelSource folder = parsed("https://example.org/a/b/config.json");
    EXPECT_EQ(folder.bases, std::vector<std::string>{"https://example.org/a/b/"});
    EXPECT_EQ(folder.tree, "");
}

TEST(ModelSource, WhatIsNoSourceIsRefused) {
    for (const char* text :
         {"", "   ", "a/b/c", "/etc/passwd", "../x", "owner/..", "has space", "https://", "https:///x", "https://host",
          "ftp://host/x", "javascript:alert(1)", "https://user@host/x/y", "https://host/a/../b", "owner/x?y", "ö/x"}) {
        EXPECT_FALSE(parse_source(text, kHub).has_value()) << text;
    }
    EXPECT_FALSE(parse_source("owner/x", "").has_value()) << "no hub to ask";
}

TEST(ModelSource, IdsAreFolderNamesAndDiffer) {
    EXPECT_EQ(kept_id("openai-community/gpt2", Precision::q8), "openai-community--gpt2.q8");
    EXPECT_EQ(kept_id("my_model", Precision::f32), "my_model.f32");
    const std::string a = kept_id("https://host/owner/x", Precision::f16),
                      b = kept_id("https:--host/owner/x", Precision::f16);
    EXPECT_NE(a, b);
    for (const std::string& id : {a, b, kept_id(std::string(500, 'x'), Precision::f32), kept_id("", Precision::f32),
                                  kept_id("..", Precision::q8), kept_id("Türkçe", Precision::q8)}) {
        EXPECT_LE(id.size(), 120U);
        EXPECT_NE(id.front(), '.');
        EXPECT_EQ(id.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"),
                  std::string::npos)
            << id;
    }
    EXPECT_NE(kept_id(std::string(500, 'x') + "a", Precision::f32),
              kept_id(std::string(500, 'x') + "b", Precision::f32));
}

}  // namespace
}  // namespace headlight::app
