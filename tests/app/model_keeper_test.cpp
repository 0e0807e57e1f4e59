#include "app/model_keeper.h"

#include <gtest/gtest.h>

#include "app/model_import.h"
#include "app/tiny_model.h"

namespace headlight::app {
namespace {

// All files that a keeper gives, by name.
std::map<std::string, std::string> kept_files(ModelKeeper& keeper) {
    std::string all;
    for (auto piece = keeper.next(); !piece.empty(); piece = keeper.next()) all.append(piece.data(), piece.size());
    EXPECT_EQ(static_cast<double>(all.size()), keeper.total_bytes());
    std::map<std::string, std::string> files;
    std::size_t at = 0;
    for (const ImportFile& file : keeper.files()) {
        const auto size = static_cast<std::size_t>(file.bytes);
        files[file.name] = all.substr(at, size);
        at += size;
    }
    return files;
}

class ModelKeeperTest : public testing::TestWithParam<Precision> {};

TEST_P(ModelKeeperTest, WhatIsKeptOpensAsTheSameModel) {
    const model::Compute compute(1);
    const auto format = static_cast<model::WeightFormat>(static_cast<int>(GetParam()) - 1);
    const auto source = tiny_files();
    auto first = model::load_model(compute, source, {.format = format});
    ASSERT_TRUE(first.has_value());
    ModelKeeper keeper(first->gpt, format, {{"tokenizer.json", source.at("tokenizer.json")}},
                       {"owner--x.q8", "owner/x", GetParam(), 0, 1234, "", false, false});
    EXPECT_EQ(keeper.files().back().name, kManifestFile) << "what completes it comes last";
    const auto files = kept_files(keeper);
    EXPECT_EQ(keeper.done_bytes(), keeper.total_bytes());

    const auto manifest = parse_manifest(files.at("manifest.json"));
    ASSERT_TRUE(manifest.has_value());
    EXPECT_EQ(manifest->model.name, "owner/x");
    EXPECT_EQ(manifest->model.precision, GetParam());
    EXPECT_EQ(manifest->model.parameters, 1234);
    ASSERT_EQ(manifest->files.size(), 3U);

    // Back in, with the checksums of the manifest.
    ModelImport import(compute, {}, manifest->files, {.format = format});
    for (const ImportFile& file : manifest->files) {
        ASSERT_TRUE(import.begin_file(file.name, file.bytes));
        std::string_view bytes = files.at(file.name);
        while (!bytes.empty()) {
            const auto room = import.room(bytes.size());
            ASSERT_FALSE(room.empty());
            std::ranges::copy(bytes.substr(0, room.size()), room.begin());
            ASSERT_TRUE(import.take(room.size()));
            bytes.remove_prefix(room.size());
        }
        const auto ended = import.end_file();
        ASSERT_TRUE(ended) << ended.error().key << " " << file.name;
    }
    EXPECT_TRUE(import.all_checked());
    auto again = import.finish();
    ASSERT_TRUE(again.has_value()) << again.error().detail;
    EXPECT_EQ(again->gpt.format(), format);
    EXPECT_EQ(again->gpt.all_params(), first->gpt.all_params()) << "the same bits";
}

INSTANTIATE_TEST_SUITE_P(Formats, ModelKeeperTest, testing::Values(Precision::f32, Precision::f16, Precision::q8));

TEST(Manifest, WhatIsNotWholeIsNotUsed) {
    const Manifest manifest{{"id.q8", "name", Precision::q8, 10, 5, "", false, false},
                            {{"model.safetensors", 10, 0, std::string(64, 'a')}}};
    const std::string good = manifest_text(manifest);
    ASSERT_TRUE(parse_manifest(good).has_value());
    for (std::size_t end = 0; end + 1 < good.size(); ++end) {
        EXPECT_FALSE(parse_manifest(std::string_view(good).substr(0, end)).has_value()) << end;
    }
    const auto without = [&](std::string_view part, std::string_view instead) {
        std::string text = good;
        text.replace(text.find(part), part.size(), instead);
        return parse_manifest(text).has_value();
    };
    EXPECT_FALSE(without("\"headlight\": 1", "\"headlight\": 2"));
    EXPECT_FALSE(without("\"q8\"", "\"q4\""));
    EXPECT_FALSE(without(std::string(64, 'a'), std::string(63, 'a')));
    EXPECT_FALSE(without("\"id.q8\"", "7"));
    EXPECT_FALSE(without("\"parameters\": 5", "\"parameters\": -5"));
}

}  // namespace
}  // namespace headlight::app
