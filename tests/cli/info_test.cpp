#include <gtest/gtest.h>

#include "cli/program.h"

namespace headlight::test {
namespace {

constexpr const char* kSeed =
    "info --layers 12 --heads 12 --dim 768 --vocab 50257 --context 1024 --no-qkv-bias --untied";

TEST(Info, TheSeedsTablePartByPart) {
    const Ran ran = headlight(kSeed);
    EXPECT_EQ(ran.code, 0);
    for (const char* count : {"163,009,536", "38,597,376", "786,432", "1,769,472", "590,592", "2,360,064", "2,362,368",
                              "4,722,432", "3,072", "7,085,568", "85,026,816", "1,536"}) {
        EXPECT_NE(ran.out.find(std::string(" ") + count + "\n"), std::string::npos) << count << "\n" << ran.out;
    }
    EXPECT_EQ(headlight("info --preset gpt-124m").out, ran.out);
}

TEST(Info, TheSameAsJson) {
    const auto json = json_of(std::string(kSeed) + " --json");
    EXPECT_EQ(json["parameters"], 163009536);
    EXPECT_EQ(json["block"], 7085568);
    EXPECT_EQ(json["blocks"], 85026816);
    EXPECT_EQ(json["attention_of_one_block"], 2360064);
    EXPECT_EQ(json["feed_forward_of_one_block"], 4722432);
    EXPECT_EQ(json["norms_of_one_block"], 3072);
    EXPECT_EQ(json["config"]["qkv_bias"], false);
}

TEST(Info, KnownModels) {
    EXPECT_EQ(json_of("info --preset gpt2 --json")["parameters"], 124439808);
    EXPECT_EQ(json_of("info --preset gpt2-medium --json")["parameters"], 354823168);
    EXPECT_EQ(json_of("info --preset gpt2-large --json")["parameters"], 774030080);
    EXPECT_EQ(json_of("info --preset gpt2-xl --json")["parameters"], 1557611200);
}

TEST(Info, OfAFolder) {
    const std::string folder = std::string(HEADLIGHT_GOLDEN_DIR) + "/gpt2_rand/f16";
    const auto json = json_of("info --json --model " + folder);
    EXPECT_EQ(json["config"]["layers"], 2);
    EXPECT_EQ(json["config"]["vocab"], 101);
    const auto tensors = json_of("info --json --tensors --model " + folder)["tensors"];
    std::int64_t count = 0;
    for (const auto& tensor : tensors) {
        std::int64_t size = 1;
        for (const auto& axis : tensor["shape"]) size *= axis.get<std::int64_t>();
        if (!tensor["name"].get<std::string>().ends_with(".attn.bias")) count += size;
    }
    EXPECT_EQ(json["parameters"], count);
    // The configuration alone is enough.
    const std::string bare = scratch("bare");
    spill(bare + "/config.json", slurp(folder + "/config.json"));
    EXPECT_EQ(json_of("info --json --model " + bare), json);
}

}  // namespace
}  // namespace headlight::test
