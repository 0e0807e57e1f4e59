#include <gtest/gtest.h>

#include <filesystem>

#include "base/json.h"
#include "cli/program.h"

namespace headlight::test {
namespace {

std::string train(const std::string& out) {
    return "train --text " + stories_file() + " --tokenizer " + tokenizer_folder() + " --out " + out +
           " --layers 1 --heads 2 --dim 32 --context 32 --batch 4 --steps 120 --warmup 5 --lr 0.01 --log-every 10 ";
}

TEST(Train, LearnsAndWritesAModelThatOpens) {
    const std::string out = scratch("learned");
    const Ran ran = headlight(train(out) + "--json --eval-every 40 --valid " + stories_file());
    ASSERT_EQ(ran.code, 0) << ran.err;
    std::vector<nlohmann::json> lines;
    std::istringstream text(ran.out);
    for (std::string line; std::getline(text, line);) lines.push_back(read_json(line));
    ASSERT_EQ(lines.size(), 13u);  // what there is, then every tenth step
    EXPECT_GT(lines[0]["parameters"].get<int>(), 0);
    EXPECT_EQ(lines.back()["step"], 120);
    EXPECT_LT(lines.back()["loss"].get<double>(), lines[1]["loss"].get<double>() - 1);
    EXPECT_TRUE(lines[4].contains("valid"));
    EXPECT_FALSE(lines[5].contains("valid"));
    EXPECT_EQ(slurp(out + "/log.jsonl"), ran.out.substr(ran.out.find('\n') + 1));
    // The folder holds the weights of the best validation, in F16.
    double best = 1e9;
    for (const auto& line : lines) best = std::min(best, line.value("valid", 1e9));
    const auto eval = json_of("eval --json --text " + stories_file() + " --model " + out);
    EXPECT_NEAR(eval["nats_per_token"].get<double>(), best, 2e-3);
    EXPECT_EQ(json_of("info --json --tensors --model " + out)["tensors"][0]["dtype"], "F16");
}

// For torch_opens_ours.py: what was trained here goes on elsewhere, and whole traces of it open there, also of changed
// passes.
TEST(Train, WritesFoldersAndTracesForPyTorch) {
    for (const std::string dtype : {"f32", "f16", "bf16"}) {
        const std::string out = std::string(HEADLIGHT_BUILD_DIR) + "/trained_folders/" + dtype;
        std::filesystem::remove_all(out);
        const std::string other_kind = dtype == "f32" ? " --untied --no-qkv-bias" : "";
        ASSERT_EQ(headlight(train(out) + "--layers 2 --steps 30 --dtype " + dtype + other_kind).code, 0);
        auto trace = [&](const std::string& name, const std::string& changes) {
            const Ran ran = headlight("trace --ids 5,1,40,7,7 --model " + out + " --out " + out + "/" + name +
                                      ".safetensors " + changes);
            EXPECT_EQ(ran.code, 0) << name << ": " << ran.err;
        };
        trace("ours", "");
        trace("off", "--ablate 0.1 --do off:1.0");
        trace("changed", "--do 'paint:0.0@first;swap:1@9' --ablate 1.mlp --patch 1.resid@3 --other-ids 5,1,40,8,7");
    }
}

TEST(Train, TwoRunsGiveTheSameWeights) {
    const std::string one = scratch("one"), two = scratch("two"), other = scratch("other");
    ASSERT_EQ(headlight(train(one) + "--threads 1").code, 0);
    ASSERT_EQ(headlight(train(two) + "--threads 2 --kernels scalar").code, 0);
    ASSERT_EQ(headlight(train(other) + "--seed 2").code, 0);
    EXPECT_EQ(slurp(one + "/model.safetensors"), slurp(two + "/model.safetensors"));
    EXPECT_EQ(slurp(one + "/training.safetensors"), slurp(two + "/training.safetensors"));
    EXPECT_NE(slurp(one + "/model.safetensors"), slurp(other + "/model.safetensors"));
}

TEST(Train, StopsWhereAskedAndGoesOn) {
    const std::string whole = scratch("whole"), halves = scratch("halves");
    ASSERT_EQ(headlight(train(whole)).code, 0);
    ASSERT_EQ(headlight(train(halves) + "--stop-at 55").code, 0);
    EXPECT_NE(slurp(halves + "/model.safetensors"), slurp(whole + "/model.safetensors"));
    const Ran resumed = headlight(train(halves) + "--resume");
    EXPECT_NE(resumed.err.find("continuing after step 55 of 120"), std::string::npos) << resumed.err;
    EXPECT_EQ(slurp(halves + "/model.safetensors"), slurp(whole + "/model.safetensors"));
    EXPECT_EQ(slurp(halves + "/training.safetensors"), slurp(whole + "/training.safetensors"));
}

TEST(Train, CtrlCSavesAndResumeContinuesWithTheSameNextStep) {
    const std::string whole = scratch("whole"), halves = scratch("halves");
    const std::string options = " --steps 400 --dtype f32 --threads 1 --save-every 5";
    auto args = [&](const std::string& out) {
        std::string text = train(out);
        return text.replace(text.find(" --steps 120"), 12, options);
    };
    ASSERT_EQ(headlight(args(whole)).code, 0);
    // Interrupted as soon as the first checkpoint is there.
    const Ran ran = shell("\"$HEADLIGHT\" " + args(halves) + " & pid=$!; while [ ! -e " + halves +
                          "/training.safetensors ]; do sleep 0.01; done; kill -INT $pid; wait $pid");
    ASSERT_EQ(ran.code, 130) << ran.err;
    EXPECT_NE(ran.err.find("--resume continues"), std::string::npos) << ran.err;
    const Ran resumed = headlight(args(halves) + " --resume");
    ASSERT_EQ(resumed.code, 0) << resumed.err;
    EXPECT_NE(resumed.err.find("continuing after step"), std::string::npos);
    EXPECT_EQ(slurp(halves + "/model.safetensors"), slurp(whole + "/model.safetensors"));
    EXPECT_EQ(slurp(halves + "/training.safetensors"), slurp(whole + "/training.safetensors"));
    // Other options than those of the run are refused, and nothing is lost.
    EXPECT_EQ(headlight(args(halves) + " --resume --batch 2").code, 1);
    EXPECT_EQ(slurp(halves + "/training.safetensors"), slurp(whole + "/training.safetensors"));
}

}  // namespace
}  // namespace headlight::test
