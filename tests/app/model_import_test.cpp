#include "app/model_import.h"

#include <gtest/gtest.h>

#include "app/session.h"
#include "app/tiny_model.h"

namespace headlight::app {
namespace {

std::string sha256(const std::string& bytes) {
    Sha256 hash;
    hash.add(std::as_bytes(std::span(bytes)));
    return hash.finish();
}

class ModelImportTest : public testing::Test {
  protected:
    // What a host says of the tiny model, small files first; config.json is known already.
    std::vector<ImportFile> listed(bool checksums = true) {
        std::vector<ImportFile> list;
        for (const char* name : {"tokenizer.json", "model.safetensors"}) {
            const std::string& bytes = files_.at(name);
            list.push_back({name, static_cast<double>(bytes.size()), 0, checksums ? sha256(bytes) : ""});
        }
        return list;
    }
    ModelImport make(std::vector<ImportFile> list, model::LoadOptions options = {}) {
        return ModelImport(compute_, {{"config.json", files_.at("config.json")}}, std::move(list), options);
    }
    // All bytes of a file in pieces; the first fault, or none.
    static ImportResult<void> send(ModelImport& import, const std::string& name, std::string_view bytes, double size,
                                   std::size_t piece = 1000) {
        if (auto begun = import.begin_file(name, size); !begun) return begun;
        while (!bytes.empty()) {
            const std::span<char> room = import.room(std::min(piece, bytes.size()));
            if (room.empty()) break;
            std::ranges::copy(bytes.substr(0, room.size()), room.begin());
            if (auto taken = import.take(room.size()); !taken) return taken;
            bytes.remove_prefix(room.size());
        }
        return import.end_file();
    }
    ImportResult<void> send(ModelImport& import, const std::string& name) {
        const std::string& bytes = files_.at(name);
        return send(import, name, bytes, static_cast<double>(bytes.size()));
    }

    model::Compute compute_{1};
    std::map<std::string, std::string> files_ = tiny_files();
};

TEST_F(ModelImportTest, GivesTheModelThatTheFilesHold) {
    ModelImport import = make(listed());
    ASSERT_TRUE(send(import, "tokenizer.json"));
    ASSERT_TRUE(send(import, "model.safetensors"));
    EXPECT_EQ(import.done_bytes(),
              static_cast<double>(files_.at("tokenizer.json").size() + files_.at("model.safetensors").size()));
    EXPECT_TRUE(import.all_checked());
    auto loaded = import.finish();
    ASSERT_TRUE(loaded.has_value()) << loaded.error().detail;
    EXPECT_EQ(loaded->gpt.all_params(), tiny_gpt(compute_).all_params());
    ASSERT_TRUE(loaded->tokenizer.has_value());
    EXPECT_EQ(import.small_files().at("tokenizer.json"), files_.at("tokenizer.json"));
}

TEST_F(ModelImportTest, SaysWhenNobodyGaveAChecksum) {
    ModelImport import = make(listed(false));
    ASSERT_TRUE(send(import, "tokenizer.json"));
    ASSERT_TRUE(send(import, "model.safetensors"));
    EXPECT_FALSE(import.all_checked());
    EXPECT_TRUE(import.finish().has_value());
}

TEST_F(ModelImportTest, AWrongByteIsNoticed) {
    files_["model.safetensors"].back() = static_cast<char>(files_["model.safetensors"].back() ^ 1);
    const std::vector<ImportFile> list = listed();
    files_ = tiny_files();
    ModelImport import = make(list);
    ASSERT_TRUE(send(import, "tokenizer.json"));
    const auto ended = send(import, "model.safetensors");
    ASSERT_FALSE(ended.has_value());
    EXPECT_EQ(ended.error().key, "library.error.checksum");
    EXPECT_EQ(ended.error().file, "model.safetensors");
    EXPECT_EQ(ended.error().wanted, list[1].sha256);
    EXPECT_EQ(ended.error().found, sha256(files_.at("model.safetensors")));
}

TEST_F(ModelImportTest, AShortFileAndALongOneAreRefused) {
    const std::string& bytes = files_.at("model.safetensors");
    {
        ModelImport import = make(listed(false));
        ASSERT_TRUE(send(import, "tokenizer.json"));
        const auto ended = send(import, "model.safetensors", std::string_view(bytes).substr(0, bytes.size() - 1),
                                static_cast<double>(bytes.size()));
        ASSERT_FALSE(ended.has_value());
        EXPECT_EQ(ended.error().key, "library.error.size");
    }
    {
        ModelImport import = make(listed(false));
        ASSERT_TRUE(send(import, "tokenizer.json"));
        ASSERT_TRUE(import.begin_file("model.safetensors", static_cast<double>(bytes.size())));
        std::string_view rest = bytes;
        while (!rest.empty()) {
            const auto room = import.room(rest.size());
            ASSERT_FALSE(room.empty());
            std::ranges::copy(rest.substr(0, room.size()), room.begin());
            ASSERT_TRUE(import.take(room.size()));
            rest.remove_prefix(room.size());
        }
        EXPECT_TRUE(import.room(1).empty()) << "no room behind the end";
    }
    {
        ModelImport import = make(listed(false));
        ASSERT_TRUE(send(import, "tokenizer.json"));
        const auto begun = import.begin_file("model.safetensors", static_cast<double>(bytes.size()) + 5);
        ASSERT_FALSE(begun.has_value()) << "another size than was promised";
        EXPECT_EQ(begun.error().key, "library.error.size");
    }
}

TEST_F(ModelImportTest, FilesThatNobodyAskedForAndSizesThatNobodyKnowsAreRefused) {
    ModelImport import = make({{"tokenizer.json", -1, 0, ""}, {"model.safetensors", -1, 0, ""}});
    const auto other = import.begin_file("evil.json", 3);
    ASSERT_FALSE(other.has_value());
    EXPECT_EQ(other.error().key, "library.error.unasked");
    ASSERT_TRUE(send(import, "tokenizer.json", files_.at("tokenizer.json"), -1)) << "a text may come without a size";
    EXPECT_EQ(import.small_files().at("tokenizer.json"), files_.at("tokenizer.json"));
    const auto unknown = import.begin_file("model.safetensors", -1);
    ASSERT_FALSE(unknown.has_value());
    EXPECT_EQ(unknown.error().key, "library.error.no_size");
}

TEST_F(ModelImportTest, RefusedMemoryIsSaidSo) {
    ModelImport import = make(listed(), {.format = model::WeightFormat::f32, .memory_limit = 1000});
    ASSERT_TRUE(send(import, "tokenizer.json"));
    const auto sent = send(import, "model.safetensors");
    ASSERT_FALSE(sent.has_value());
    EXPECT_EQ(sent.error().key, "library.error.memory");
}

TEST_F(ModelImportTest, WhatIsNoModelIsSaidSo) {
    files_["tokenizer.json"] = "{";
    ModelImport import = make(listed(false));
    ASSERT_TRUE(send(import, "tokenizer.json"));
    const auto sent = send(import, "model.safetensors");
    ASSERT_FALSE(sent.has_value());
    EXPECT_EQ(sent.error().key, "library.error.content");
    EXPECT_NE(sent.error().detail.find("tokenizer.json"), std::string::npos);
}

}  // namespace
}  // namespace headlight::app
