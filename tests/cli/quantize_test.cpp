#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "cli/program.h"

namespace headlight::test {
namespace {

namespace fs = std::filesystem;

class Quantize : public testing::Test {
  protected:
    std::string folder_ =
        std::string(HEADLIGHT_BUILD_DIR) + "/quantize_" + testing::UnitTest::GetInstance()->current_test_info()->name();
    void SetUp() override { fs::remove_all(folder_); }
    void TearDown() override { fs::remove_all(folder_); }
};

TEST_F(Quantize, EveryCommandTakesWhatItWrites) {
    const std::string q8 = folder_ + "/q8";
    const auto made = json_of("quantize --json " + model_folder() + " " + q8);
    EXPECT_EQ(made["format"], "q8");
    EXPECT_LT(made["bytes"].get<double>(), 0.6 * made["bytes_before"].get<double>());  // from F16
    EXPECT_EQ(made["bytes"].get<std::uint64_t>(), fs::file_size(q8 + "/model.safetensors"));

    // The folder in eight bits computes as the original does when it is held in eight bits.
    const auto hash = [](const std::string& rest) { return headlight("hash --model " + rest).out; };
    const std::string of_q8 = hash(q8);
    EXPECT_EQ(of_q8, hash(model_folder() + " --weights q8"));
    EXPECT_NE(of_q8, hash(model_folder()));
    EXPECT_NE(of_q8, hash(q8 + " --weights f32"));  // F32 products with the same weights

    EXPECT_EQ(headlight("hash --check --model " + q8).code, 0);
    const std::string generate = "generate --prompt 'One day' --tokens 20 --no-stop --temperature 0 --json --model ";
    EXPECT_EQ(json_of(generate + q8), json_of(generate + model_folder() + " --weights q8"));
    EXPECT_EQ(json_of("tokenize --json --text 'One day' --model " + q8),
              json_of("tokenize --json --text 'One day' --model " + model_folder()));
    EXPECT_EQ(json_of("info --json --model " + q8)["parameters"],
              json_of("info --json --model " + model_folder())["parameters"]);
    EXPECT_NE(headlight("info --tensors --model " + q8).out.find("I8    wte.weight ["), std::string::npos);
    const std::string trace = folder_ + "/trace.safetensors";
    EXPECT_EQ(headlight("trace --ids 1,2,3 --model " + q8 + " --out " + trace).code, 0);
    EXPECT_EQ(json_of("bench --seconds 0.01 --no-train --json --model " + q8)["weights"], "q8");
}

TEST_F(Quantize, ThereAndBackChangesNothingMore) {
    const std::string q8 = folder_ + "/q8", plain = folder_ + "/plain", again = folder_ + "/again";
    ASSERT_EQ(headlight("quantize " + model_folder() + " " + q8).code, 0);
    ASSERT_EQ(headlight("quantize --format f32 " + q8 + " " + plain).code, 0);
    ASSERT_EQ(headlight("quantize " + plain + " " + again).code, 0);
    EXPECT_EQ(headlight("hash --model " + plain).out, headlight("hash --weights f32 --model " + q8).out);
    EXPECT_EQ(headlight("hash --model " + again).out, headlight("hash --model " + q8).out);
    EXPECT_EQ(slurp(plain + "/config.json").find("quantization"), std::string::npos);
    // The model is stored in halves: they lose nothing.
    const std::string half = folder_ + "/half";
    ASSERT_EQ(headlight("quantize --format f16 " + model_folder() + " " + half).code, 0);
    EXPECT_EQ(headlight("hash --model " + half).out, headlight("hash --model " + model_folder()).out);
    EXPECT_EQ(headlight("hash --weights f16 --model " + half).out, headlight("hash --model " + model_folder()).out);
}

TEST_F(Quantize, EightBitsAreFaithful) {
    const std::string text = folder_ + "/text.txt";
    fs::create_directories(folder_);
    std::ofstream(text) << slurp(std::string(HEADLIGHT_GOLDEN_DIR) + "/passage.txt");
    const auto json = json_of("eval --json --weights q8 --against f32 --text " + text);
    EXPECT_GT(json["positions"].get<int>(), 300);
    EXPECT_GE(json["top1_agreement"].get<double>(), 0.99);
    EXPECT_LT(json["mean_kl_nats"].get<double>(), 2e-3);
    EXPECT_GT(json["mean_kl_nats"].get<double>(), 0);
    const auto same = json_of("eval --json --weights f32 --against f32 --text " + text);
    EXPECT_EQ(same["top1_agreement"].get<double>(), 1);
    EXPECT_EQ(same["mean_kl_nats"].get<double>(), 0);
}

TEST_F(Quantize, WhatIsWrongIsSaid) {
    const auto said = [](const std::string& command) {
        const Ran ran = headlight(command);
        EXPECT_NE(ran.code, 0) << command;
        return ran.err;
    };
    EXPECT_NE(said("quantize " + model_folder()).find("OUT"), std::string::npos);
    EXPECT_NE(said("quantize " + folder_ + "/none " + folder_).find("no such folder"), std::string::npos);
    EXPECT_NE(said("quantize --format int4 " + model_folder() + " " + folder_).find("expected f32, f16 or q8"),
              std::string::npos);
    EXPECT_NE(said("quantize " + model_folder() + " " + model_folder()).find("another one"), std::string::npos);
    EXPECT_NE(said("generate --weights q4 --prompt a").find("expected f32, f16 or q8"), std::string::npos);
    EXPECT_FALSE(fs::exists(folder_));
}

}  // namespace
}  // namespace headlight::test
