#include <gtest/gtest.h>

#include <algorithm>

#include "cli/program.h"

namespace headlight::test {
namespace {

// A refusal: a code that is not 0, one line on standard error that begins with the program's name, nothing else.
void expect_refused(const std::string& arguments, int code, const std::string& reason) {
    const Ran ran = headlight(arguments);
    EXPECT_EQ(ran.code, code) << arguments << ": " << ran.err;
    EXPECT_EQ(ran.out, "") << arguments;
    EXPECT_TRUE(ran.err.starts_with("headlight")) << ran.err;
    EXPECT_EQ(std::ranges::count(ran.err, '\n'), 1) << ran.err;
    EXPECT_NE(ran.err.find(reason), std::string::npos) << arguments << ": " << ran.err << " should say: " << reason;
}

TEST(Errors, OfTheCommandLine) {
    expect_refused("fly", 2, "unknown command 'fly'; expected one of generate");
    expect_refused("info --frobnicate", 2, "--frobnicate");
    expect_refused("train", 2, "--out is required");
    expect_refused("generate --tokens -3", 2, "--tokens: '-3' is no whole number from 0");
    expect_refused("generate --tokens 1.5", 2, "'1.5' is no whole number");
    expect_refused("generate --temperature nan", 2, "'nan' is no number");
    expect_refused("generate --temperature hot", 2, "'hot' is no number");
    expect_refused("generate --top-p 1.5", 2, "from 0 to 1");
    expect_refused("generate --seed 4294967296", 2, "from 0 to 4294967295");
    expect_refused("tokenize --text", 2, "--text");
}

TEST(Errors, OfInput) {
    expect_refused("generate --model /nowhere --ids 1", 1, "/nowhere: no such folder");
    expect_refused("generate --model " + scratch("empty") + " --ids 1", 1, "config.json");
    expect_refused("generate --model " + kRandom + " --ids 1,x,3", 1, "'x' is no token id");
    expect_refused("generate --model " + kRandom + " --ids 1,101", 1, "token id 101 is outside the vocabulary");
    expect_refused("generate --model " + kRandom + " --prompt Hello", 1, "no tokenizer; give --ids");
    expect_refused("generate --model " + kRandom + " --prompt a --ids 1", 1, "--prompt and --ids");
    expect_refused("generate --model " + kRandom + " --ids 1 --kernels mmx", 1, "expected one of scalar");
    expect_refused("trace --model " + kRandom + " --ids 1", 1, "--out");
    expect_refused("trace --model " + kRandom + " --ids 1 --list --sites nothing", 1, "matches no name");
    expect_refused("trace --model " + kRandom + " --ids 1 --out /dev/null/t.safetensors", 1, "/dev/null");
    expect_refused("eval --model " + kRandom + " --text /nowhere.txt", 1, "/nowhere.txt");
    expect_refused("info --preset gpt9", 1, "expected one of gpt-124m, gpt2");
    expect_refused("info --heads 7", 1, "7");
    expect_refused("hash --ids 1,2", 1, "--model");
    expect_refused("tokenize --model " + tokenizer_folder() + " --ids 99999", 1, "outside the vocabulary");
    expect_refused("tokenize --text a --file b", 1, "expected one of them");
    expect_refused("tokenizer-train --text /nowhere.txt --out " + scratch("t"), 1, "/nowhere.txt");
}

TEST(Errors, OfTraining) {
    const std::string begin = "train --text " + stories_file() + " --out " + scratch("refused");
    const std::string with_tokenizer = begin + " --tokenizer " + tokenizer_folder();
    expect_refused(begin, 1, "--tokenizer");
    expect_refused(with_tokenizer + " --dtype f8", 1, "expected f16, bf16 or f32");
    expect_refused(with_tokenizer + " --resume", 1, "no training.safetensors");
    expect_refused(with_tokenizer + " --weight 1 2", 1, "2 weights");
    expect_refused(with_tokenizer + " --dim 30 --heads 4", 1, "heads");
    expect_refused("train --text " + stories_file() + " --tokenizer " + tokenizer_folder() + " --out " + model_folder(),
                   1, "has a run already");
}

TEST(Errors, OfABrokenCheckpoint) {
    const std::string folder = scratch("broken");
    spill(folder + "/config.json", slurp(kRandom + "/config.json"));
    const std::string weights = slurp(kRandom + "/model.safetensors");
    spill(folder + "/model.safetensors", weights.substr(0, weights.size() - 5));
    expect_refused("generate --model " + folder + " --ids 1", 1, "model.safetensors");
    expect_refused("info --model " + folder, 1, "model.safetensors");
    std::string not_a_number = weights;
    not_a_number.replace(weights.size() - 4, 4, std::string("\x00\x00\xC0\x7F", 4));
    spill(folder + "/model.safetensors", not_a_number);
    expect_refused("generate --model " + folder + " --ids 1", 1, "NaN at index");
}

TEST(Errors, AFullDisk) {
    const Ran ran = shell("\"$HEADLIGHT\" info --preset gpt2 >/dev/full");
    EXPECT_EQ(ran.code, 1);
    EXPECT_NE(ran.err.find("cannot write to standard output"), std::string::npos) << ran.err;
}

}  // namespace
}  // namespace headlight::test
