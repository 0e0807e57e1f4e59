#include "model/model_needs.h"

#include "model/checkpoint_helpers.h"

namespace headlight::model {
namespace {

constexpr const char* kGpt2 = R"({"model_type":"gpt2","n_layer":12,"n_head":12,"n_embd":768})";

TEST(ModelNeeds, OfGpt2FromItsConfigAlone) {
    const Compute compute;
    const auto needs = model_needs(compute, {{"config.json", kGpt2}});
    ASSERT_TRUE(needs.has_value()) << needs.error().message;
    EXPECT_EQ(needs->parameters, 124'439'808);
    EXPECT_EQ(needs->weight_files, std::vector<std::string>{kWeightsName});
    EXPECT_FALSE(needs->file_bytes.has_value());
    EXPECT_FALSE(needs->stored_as_q8);
    const auto bytes = [&](WeightFormat format) {
        return static_cast<double>(needs->bytes[static_cast<std::size_t>(format)]);
    };
    EXPECT_NEAR(bytes(WeightFormat::f32) / 4 / 124'439'808, 1, 0.001);
    EXPECT_NEAR(bytes(WeightFormat::f16) / 2 / 124'439'808, 1, 0.02);     // positions and biases stay F32
    EXPECT_NEAR(bytes(WeightFormat::q8) / 1.125 / 124'439'808, 1, 0.03);  // 32 quants and a scale of 4 bytes
    EXPECT_LT(needs->working_bytes, 3U << 20);
    EXPECT_TRUE(check_fits(*needs, WeightFormat::f32, 510'000'000).has_value());
    const auto refused = check_fits(*needs, WeightFormat::f32, 300'000'000);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::too_large);
    for (const char* part : {"as F32", "as F16", "as Q8", "there are 300 MB"}) {
        EXPECT_NE(refused.error().message.find(part), std::string::npos) << refused.error().message;
    }
    EXPECT_TRUE(check_fits(*needs, WeightFormat::q8, 300'000'000).has_value());
}

TEST(ModelNeeds, TheHeaderAndTheIndexSayMore) {
    const Compute compute;
    const Gpt gpt = Gpt::random(compute, odd_config(false), 1);
    const Files files = written_files(gpt, WeightFormat::q8);
    const auto bytes = std::as_bytes(std::span(files.at(kWeightsName)));
    const auto start = checkpoint::Safetensors::data_start(bytes.first(8), bytes.size(), "f");
    const HeaderPrefix prefix{bytes.first(static_cast<std::size_t>(*start)), bytes.size()};
    const auto needs = model_needs(compute, files, prefix);
    ASSERT_TRUE(needs.has_value()) << needs.error().message;
    EXPECT_EQ(needs->file_bytes, bytes.size());
    EXPECT_TRUE(needs->stored_as_q8);
    EXPECT_EQ(needs->natural_format(), WeightFormat::q8);
    EXPECT_FALSE(needs->config.tied_head);
    const auto cut = model_needs(compute, files, HeaderPrefix{bytes.first(20), bytes.size()});
    EXPECT_FALSE(cut.has_value());
    const auto shards = model_needs(compute, in_shards(files, 2));
    ASSERT_TRUE(shards.has_value());
    EXPECT_EQ(shards->weight_files, (std::vector<std::string>{"model-1.safetensors", "model-2.safetensors"}));
    EXPECT_EQ(shards->config, gpt.config());
}

TEST(ModelNeeds, WhatIsNoModelIsRefused) {
    const Compute compute;
    EXPECT_EQ(model_needs(compute, {}).error().code, ErrorCode::not_found);
    EXPECT_FALSE(model_needs(compute, {{"config.json", R"({"model_type":"llama"})"}}).has_value());
    EXPECT_FALSE(model_needs(compute, {{"config.json", kGpt2}, {kIndexName, "[]"}}).has_value());
    EXPECT_EQ(find_format("f16"), WeightFormat::f16);
    EXPECT_EQ(find_format("F16"), std::nullopt);
    EXPECT_EQ(find_format("int4"), std::nullopt);
    for (const WeightFormat format : kWeightFormats) EXPECT_EQ(find_format(format_name(format)), format);
}

}  // namespace
}  // namespace headlight::model
