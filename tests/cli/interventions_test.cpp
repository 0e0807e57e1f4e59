#include <gtest/gtest.h>

#include <map>

#include "base/json.h"
#include "checkpoint/safetensors.h"
#include "cli/program.h"

namespace headlight::test {
namespace {

const std::string kGolden = HEADLIGHT_GOLDEN_DIR;
const std::string kTrace = "trace --model " + kRandom + " --ids 1,5,99,7,7,100,0,42 ";
const std::string kOther = "--other-ids 1,5,33,7,60,100,2,42 ";

struct Written {
    std::vector<float> logits;  // [8, 101]
    std::map<std::string, std::string> metadata;
};

Written traced(const std::string& arguments) {
    const std::string path = scratch("changed") + "/t.safetensors";
    const Ran ran = headlight(kTrace + arguments + " --out " + path);
    EXPECT_EQ(ran.code, 0) << arguments << ": " << ran.err;
    const std::string bytes = slurp(path);
    auto file = checkpoint::Safetensors::parse(std::as_bytes(std::span(bytes)), path);
    EXPECT_TRUE(file.has_value());
    if (!file.has_value() || file->find("logits") == nullptr) return {};
    Written written{std::vector<float>(file->find("logits")->elements()), {}};
    EXPECT_TRUE(file->read_f32(*file->find("logits"), written.logits).has_value());
    for (const char* key : {"interventions", "other_ids"}) {
        if (file->metadata().contains(key)) written.metadata[key] = file->metadata().at(key);
    }
    return written;
}

void expect_trace_refused(const std::string& arguments, const std::string& reason) {
    const Ran ran = headlight(kTrace + "--list " + arguments);
    EXPECT_EQ(ran.code, 1) << arguments;
    EXPECT_EQ(ran.out, "") << arguments;
    EXPECT_NE(ran.err.find(reason), std::string::npos) << arguments << ": " << ran.err;
}

TEST(Interventions, TracesAgreeWithTheOracle) {
    const auto golden = read_json(slurp(kGolden + "/interventions.json"));
    for (const auto& one : golden["cases"]) {
        const auto list = one["do"].get<std::string>();
        const bool other = list.starts_with("patch") || list.starts_with("freeze");
        const Written written = traced("--sites logits --do '" + list + "' " + (other ? kOther : ""));
        EXPECT_EQ(written.metadata.at("interventions"), list);
        EXPECT_EQ(written.metadata.contains("other_ids"), other);
        ASSERT_EQ(written.logits.size(), 808u);
        for (std::size_t i = 0; i < 101; ++i) {
            EXPECT_NEAR(written.logits[7 * 101 + i], one["logits"][1][i].get<double>(), 1e-4) << list;
        }
    }
}

TEST(Interventions, ShortOptionsSayTheSame) {
    const Written shorter = traced("--ablate 1.1 0.n17 --patch 1.resid@4 0.1@all " + kOther);
    EXPECT_EQ(shorter.metadata.at("interventions"), "off:1.1;off:0.n17;patch:1.resid@4;patch:0.1@all");
    EXPECT_EQ(shorter.metadata.at("other_ids"), "1,5,33,7,60,100,2,42");
    EXPECT_EQ(traced("--do 'off:1.1;off:0.n17;patch:1.resid@4;patch:0.1@all' " + kOther).logits, shorter.logits);
    const Written both = traced("--do scale:1.0@0.5 --ablate 1.mlp");
    EXPECT_EQ(both.metadata.at("interventions"), "scale:1.0@0.5;off:1.mlp");
    EXPECT_EQ(traced("").metadata.count("interventions"), 0u);
    EXPECT_EQ(traced("--do scale:1.0@1").logits, traced("").logits) << "not one bit";
    EXPECT_NE(both.logits, traced("").logits);
    const std::string out = " --out " + scratch("changed") + "/t.safetensors";
    EXPECT_EQ(json_of(kTrace + "--json --ablate 1.1" + out)["interventions"], "off:1.1");
    EXPECT_FALSE(json_of(kTrace + "--json" + out).contains("interventions"));
}

TEST(Interventions, FromAPromptOfText) {
    const std::string begin = "trace --list --json --prompt 'Once upon a time' --model " + model_folder();
    EXPECT_EQ(headlight(begin + " --do freeze:0.0 --other 'One day'").code, 0);
    const Ran ran = headlight(begin + " --patch 0.resid@0 --other 'One'");
    EXPECT_EQ(ran.code, 1);
    EXPECT_NE(ran.err.find("patches need as many in both"), std::string::npos) << ran.err;
}

TEST(Interventions, WhatCannotBeDoneIsRefused) {
    expect_trace_refused("--do off:99.0", "cannot do 'off:99.0': layer 99 is not there: the model has layers 0 to 1");
    expect_trace_refused("--ablate 1.2", "cannot do 'off:1.2': head 2 is not there: the model has heads 0 to 1");
    expect_trace_refused("--do 'off:9.0;off:8.0;off:1.0'", "(and 1 more that cannot be done)");
    expect_trace_refused("--do drop:8", "position 8 lies behind the end: the prompt has positions 0 to 7");
    expect_trace_refused("--do scale:1.0@nan", "factor \"nan\" is no number from -2 to 2");
    expect_trace_refused("--do junk", "expected off:");
    expect_trace_refused("--do 'off:1.0;'", "an empty item");
    expect_trace_refused("--patch 1.resid@4", "give --other TEXT or --other-ids");
    expect_trace_refused("--do off:1.0 --other-ids 1,2", "--other is the prompt that patch and freeze take from");
    expect_trace_refused("--patch 1.resid@4 --other-ids 1,2",
                         "the other prompt has 2 tokens, the prompt 8; patches need");
    expect_trace_refused("--patch 1.resid@4 --other-ids 1,2 --other a", "expected one of them");
    expect_trace_refused("--patch 1.resid@4 --other a", "no tokenizer; give --other-ids");
    expect_trace_refused("--patch 1.resid@4 --other-ids 1,500", "outside the vocabulary");
    const Ran sentence = headlight("trace --list --text a --patch 1.1 --model " + kRandom);
    EXPECT_EQ(sentence.code, 1);
    EXPECT_NE(sentence.err.find("an encoder-decoder takes --do and --ablate"), std::string::npos) << sentence.err;
    expect_trace_refused("--do off:enc0.1", "is a layer of an encoder-decoder");
}

}  // namespace
}  // namespace headlight::test
