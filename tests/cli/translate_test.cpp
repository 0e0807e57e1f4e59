#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <sstream>

#include "base/json.h"
#include "checkpoint/safetensors.h"
#include "cli/program.h"

namespace headlight::test {
namespace {

const std::string kGpt = std::string(HEADLIGHT_GOLDEN_DIR) + "/gpt2_rand/f32";

std::string with_model() {
    return " --model " + pair_model_folder();
}

// One line on standard error and nothing else.
void expect_refused(const std::string& arguments, const std::string& reason) {
    const Ran ran = headlight(arguments);
    EXPECT_EQ(ran.code, 1) << arguments << ": " << ran.err;
    EXPECT_EQ(ran.out, "") << arguments;
    EXPECT_EQ(std::ranges::count(ran.err, '\n'), 1) << ran.err;
    EXPECT_NE(ran.err.find(reason), std::string::npos) << arguments << ": " << ran.err << " should say: " << reason;
}

std::vector<std::pair<std::string, std::string>> pairs() {
    std::vector<std::pair<std::string, std::string>> all;
    std::istringstream file(slurp(pairs_file()));
    for (std::string line; std::getline(file, line);) {
        const std::size_t tab = line.find('\t');
        all.emplace_back(line.substr(0, tab), line.substr(tab + 1));
    }
    return all;
}

TEST(Translate, SaysWhatTheModelLearned) {
    for (const auto& [source, target] : pairs()) {
        EXPECT_EQ(headlight("translate --text '" + source + "'" + with_model()).out, target + "\n");
    }
    // White space around a sentence is no part of it.
    EXPECT_EQ(headlight("translate --text '  Irmak saw the light. '" + with_model()).out, "Irmak ışığı gördü.\n");
}

TEST(Translate, JsonHasTokensAndProbabilities) {
    const auto json = json_of("translate --json --text 'İlker took the rope.'" + with_model());
    EXPECT_EQ(json["source"], "İlker took the rope.");
    EXPECT_EQ(json["text"], "İlker ipi aldı.");
    EXPECT_EQ(json["ids"].size(), json["tokens"].size());
    EXPECT_EQ(json["source_ids"].size(), json["source_tokens"].size());
    EXPECT_EQ(json["tokens"].back()["token"], "<end>");
    double sum = 0;
    for (const auto& token : json["tokens"]) sum += std::log(token["probability"].get<double>());
    EXPECT_NEAR(sum, json["log_probability"].get<double>(), 1e-6);
    const auto beam = json_of("translate --json --beam 4 --text 'İlker took the rope.'" + with_model());
    EXPECT_EQ(beam["ids"], json["ids"]);
    EXPECT_NEAR(beam["score"].get<double>(), sum / static_cast<double>(json["ids"].size()), 1e-6);
}

TEST(Translate, AFileLineByLineOnAnyNumberOfThreads) {
    const std::string file = scratch("lines") + "/lines.txt";
    std::string sources, targets;
    for (const auto& [source, target] : pairs()) {
        sources += source + "\r\n\n";  // empty lines stay empty
        targets += target + "\n\n";
    }
    spill(file, sources);
    for (const char* options : {"", " --beam 3", " --beam 3 --threads 1", " --beam 1 --threads 3 --kernels scalar"}) {
        EXPECT_EQ(headlight("translate --file " + file + options + with_model()).out, targets) << options;
    }
    EXPECT_EQ(shell("printf 'Irmak saw the rope.' | \"$HEADLIGHT\" translate --file -" + with_model()).out,
              "Irmak ipi gördü.\n");
    const Ran lines = headlight("translate --json --file " + file + with_model());
    EXPECT_EQ(std::ranges::count(lines.out, '\n'), static_cast<std::ptrdiff_t>(2 * pairs().size()));
}

TEST(Translate, ASeedFixesADraw) {
    const std::string begin = "translate --json --temperature 8 --text 'Irmak saw the rope.'" + with_model();
    const auto one = json_of(begin + " --seed 3");
    EXPECT_EQ(json_of(begin + " --seed 3 --threads 2 --kernels scalar"), one);
    EXPECT_NE(json_of(begin + " --seed 4")["ids"], one["ids"]);
    EXPECT_EQ(json_of(begin + " --top-k 1")["text"], "Irmak ipi gördü.");
    EXPECT_EQ(json_of(begin + " --tokens 2")["ids"].size(), 2u);
}

TEST(Translate, RefusesBadInput) {
    expect_refused("translate" + with_model(), "give --text TEXT or --file FILE");
    expect_refused("translate --text ' '" + with_model(), "--text is empty");
    expect_refused("translate --text a --beam 2 --temperature 1" + with_model(), "expected one of them");
    expect_refused("translate --text a --model " + kGpt, "holds a GPT");
    expect_refused("translate --text a --model /nowhere", "/nowhere: no such folder");
    expect_refused("translate --text 'a b c d e f g h i j k l m n o p'" + with_model(), "the model has room for 24");
    const std::string file = scratch("bad") + "/bad.txt";
    spill(file, "Irmak saw the rope.\nIrm\xC4k\n");
    expect_refused("translate --file " + file + with_model(), file + ":2: the line is not UTF-8");
    spill(file, "");
    expect_refused("translate --file " + file + with_model(), file + " is empty");
}

TEST(EvalPairs, ScoresWhatIsKnownByHeart) {
    for (const char* beam : {"1", "4"}) {
        const auto json =
            json_of("eval --json --beam " + std::string(beam) + " --pairs " + pairs_file() + with_model());
        EXPECT_EQ(json["pairs"], pairs().size());
        EXPECT_DOUBLE_EQ(json["chrf"].get<double>(), 100);
        EXPECT_NEAR(json["bleu"].get<double>(), 100, 1e-9);
        EXPECT_LT(json["nats_per_token"].get<double>(), 0.1);
    }
}

// The scores of one pair, worked out by hand: "Irmak ipi gördü." against "Irmak ipi gördü, evet."
TEST(EvalPairs, ComparesWithTheSecondColumn) {
    const std::string folder = scratch("eval_pairs");
    spill(folder + "/pairs.tsv", "Irmak saw the rope.\tIrmak ipi gördü, evet.\tCC BY\n");
    const auto json =
        json_of("eval --json --pairs " + folder + "/pairs.tsv --translations " + folder + "/out.txt" + with_model());
    EXPECT_EQ(slurp(folder + "/out.txt"), "Irmak ipi gördü.\n");
    // Words: Irmak ipi gördü . | Irmak ipi gördü , evet . : 4/4, 2/3, 1/2, none of 1; four words against six.
    EXPECT_NEAR(json["bleu"].get<double>(), 100 * std::exp(1 - 6.0 / 4) * std::pow(1 * 2.0 / 3 / 2 / 2, 0.25), 1e-9);
    // Letters: Irmakipigördü. | Irmakipigördü,evet. : 14 and 19, 13 in common, or one more for the period.
    double precision = 0, recall = 0;
    for (int n = 1; n <= 6; ++n) {
        const double common = n == 1 ? 14 : 14 - n;
        precision += common / (15 - n) / 6;
        recall += common / (20 - n) / 6;
    }
    EXPECT_NEAR(json["chrf"].get<double>(), 100 * 5 * precision * recall / (4 * precision + recall), 1e-9);
    EXPECT_GT(json["nats_per_token"].get<double>(), 0.5);
    EXPECT_EQ(headlight("eval --pairs " + folder + "/pairs.tsv" + with_model()).out.substr(0, 22),
              "pairs           1\nchrF");
}

TEST(EvalPairs, CountsWhatIsTooLongAsEmpty) {
    const std::string file = scratch("long") + "/pairs.tsv";
    spill(file, "Irmak saw the rope.\tIrmak ipi gördü.\na b c d e f g h i j k l m n o p q\tuzun\n");
    const Ran ran = headlight("eval --json --pairs " + file + with_model());
    EXPECT_EQ(ran.code, 0);
    EXPECT_EQ(read_json(ran.out)["not_translated"], 1);
    EXPECT_NE(ran.err.find(file + ":2: the source has"), std::string::npos) << ran.err;
    EXPECT_EQ(json_of("eval --json --first 1 --pairs " + file + with_model())["pairs"], 1);
}

TEST(EvalPairs, NamesFileAndLineOfBadPairs) {
    const std::string file = scratch("bad_pairs") + "/pairs.tsv";
    const std::string command = "eval --pairs " + file + with_model();
    spill(file, "Hi.\tSelam.\nRun. Kaç!\n");
    expect_refused(command, file + ":2: there is no tab");
    spill(file, "Hi.\t\n");
    expect_refused(command, file + ":1: the second column is empty");
    spill(file, "Hi.\tSelam.\n\nRun.\tKaç!\n");
    expect_refused(command, file + ":2: the line is empty");
    spill(file, "Hi.\tSel\xE2m.\n");
    expect_refused(command, file + ":1: the line is not UTF-8");
    spill(file, "");
    expect_refused(command, file + ": there are no sentence pairs");
    expect_refused("eval --pairs /nowhere.tsv" + with_model(), "/nowhere.tsv");
    expect_refused("eval" + with_model(), "give --text FILE (a GPT) or --pairs FILE");
    expect_refused("eval --text a --pairs b", "give --text FILE (a GPT) or --pairs FILE");
    expect_refused("eval --pairs " + pairs_file() + " --model " + kGpt, "holds a GPT");
}

TEST(EncoderDecoderFolder, IsRefusedWhereAGptIsWanted) {
    for (const char* command :
         {"generate --prompt a", "trace --list --prompt a", "hash", "bench", "eval --text /dev/null"}) {
        expect_refused(command + with_model(), "holds an encoder-decoder");
    }
    expect_refused("trace --list --text a --model " + kGpt, "holds a GPT");
    expect_refused("trace --list --text a --prompt b" + with_model(), "expected one of them");
    expect_refused("trace --list --prompt a --target b" + with_model(), "--target is the translation of a --text");
    expect_refused("trace --list --text ' '" + with_model(), "the source has no token");
}

TEST(EncoderDecoderFolder, InfoCountsItsParameters) {
    const auto json = json_of("info --json" + with_model());
    EXPECT_EQ(json["config"]["model_type"], "headlight-encoder-decoder");
    const auto tensors = json_of("info --json --tensors" + with_model())["tensors"];
    std::int64_t count = 0;
    for (const auto& tensor : tensors) {
        std::int64_t size = 1;
        for (const auto& axis : tensor["shape"]) size *= axis.get<std::int64_t>();
        count += size;
    }
    EXPECT_EQ(json["parameters"], count);
    // By hand, for d = 32, 2 heads of 16 and a feed-forward of 64: attention 4 (32 x 32 + 32), feed-forward
    // 32 x 64 + 64 + 64 x 32 + 32, a norm 64; 320 tokens.
    EXPECT_EQ(json["encoder_block"]["all"], 4224 + 4192 + 2 * 64);
    EXPECT_EQ(json["decoder_block"]["all"], 2 * 4224 + 4192 + 3 * 64);
    EXPECT_EQ(json["parameters"], 320 * 32 + (4224 + 4192 + 128) + (8448 + 4192 + 192));
    const Ran text = headlight("info" + with_model());
    EXPECT_NE(text.out.find("one decoder block"), std::string::npos);
    EXPECT_NE(text.out.find(" 31,616\n"), std::string::npos) << text.out;
}

TEST(EncoderDecoderFolder, TraceHasBothStacks) {
    const std::string path = scratch("pair_trace") + "/t.safetensors";
    const auto summary = json_of("trace --json --text 'Irmak saw the rope.' --out " + path + with_model());
    const auto translated = json_of("translate --json --text 'Irmak saw the rope.'" + with_model());
    const std::string bytes = slurp(path);
    const auto file = checkpoint::Safetensors::parse(std::as_bytes(std::span(bytes)), path);
    ASSERT_TRUE(file.has_value());
    const auto sources = static_cast<std::int64_t>(translated["source_ids"].size());
    const auto targets = static_cast<std::int64_t>(translated["ids"].size());  // <start> for <end>
    EXPECT_EQ(summary["ids"].size(), translated["ids"].size());
    EXPECT_EQ(summary["tensors"], file->tensors().size());
    const auto shape = [&](const char* name) {
        const auto* info = file->find(name);
        return info == nullptr ? std::vector<std::int64_t>{} : info->shape;
    };
    EXPECT_EQ(shape("encoder.0.attn.hook_pattern"), (std::vector<std::int64_t>{2, sources, sources}));
    EXPECT_EQ(shape("decoder.0.attn.hook_pattern"), (std::vector<std::int64_t>{2, targets, targets}));
    EXPECT_EQ(shape("decoder.0.cross_attn.hook_pattern"), (std::vector<std::int64_t>{2, targets, sources}));
    EXPECT_EQ(shape("decoder.0.cross_attn.hook_k"), (std::vector<std::int64_t>{sources, 2, 16}));
    EXPECT_EQ(shape("logits"), (std::vector<std::int64_t>{targets, 320}));
    // The last row of the logits chose <end>, the others the tokens of the translation.
    std::vector<float> logits(static_cast<std::size_t>(targets * 320));
    ASSERT_TRUE(file->read_f32(*file->find("logits"), logits).has_value());
    for (std::int64_t row = 0; row < targets; ++row) {
        const auto begin = logits.begin() + row * 320;
        EXPECT_EQ(std::max_element(begin, begin + 320) - begin, translated["ids"][static_cast<std::size_t>(row)]);
    }
    const auto given =
        json_of("trace --json --text 'Irmak saw the rope.' --target 'Irmak ipi gördü.' --out " + path + with_model());
    EXPECT_EQ(given["ids"], summary["ids"]);
}

// Both columns are learned from, and what is written opens again.
std::vector<float> logits_of(const std::string& arguments, std::map<std::string, std::string>& metadata) {
    const std::string path = scratch("changed_pair") + "/t.safetensors";
    const Ran ran =
        headlight("trace --sites logits --text 'Irmak saw the rope.' --out " + path + arguments + with_model());
    EXPECT_EQ(ran.code, 0) << ran.err;
    const std::string bytes = slurp(path);
    const auto file = checkpoint::Safetensors::parse(std::as_bytes(std::span(bytes)), path);
    if (!file.has_value() || file->find("logits") == nullptr) return {};
    metadata.insert(file->metadata().begin(), file->metadata().end());
    std::vector<float> logits(file->find("logits")->elements());
    EXPECT_TRUE(file->read_f32(*file->find("logits"), logits).has_value());
    return logits;
}

TEST(EncoderDecoderChanges, AreTracedAndTranslatedWith) {
    const std::string changes = " --do 'off:cross0.attn;mean:dec0.1' --ablate enc0.0";
    const auto before = json_of("translate --json --text 'Irmak saw the rope.'" + with_model());
    const auto after = json_of("translate --json --text 'Irmak saw the rope.'" + changes + with_model());
    EXPECT_EQ(after["interventions"], "off:cross0.attn;mean:dec0.1;off:enc0.0");
    EXPECT_NE(after["log_probability"], before["log_probability"]);
    EXPECT_EQ(after["tokens"].size(), after["ids"].size());
    EXPECT_EQ(headlight("translate --text 'Irmak saw the rope.'" + changes + with_model()).out,
              after["text"].get<std::string>() + "\n");
    const auto beam = json_of("translate --json --beam 3 --text 'Irmak saw the rope.'" + changes + with_model());
    EXPECT_EQ(beam["interventions"], after["interventions"]);
    const auto mean_of = [](const auto& json) {
        return json["log_probability"].template get<double>() / static_cast<double>(json["ids"].size());
    };
    EXPECT_NEAR(beam["score"].get<double>(), mean_of(beam), 1e-9);
    EXPECT_GE(mean_of(beam), mean_of(after) - 1e-9) << "never below what is written token by token";
    EXPECT_EQ(headlight("translate --beam 3 --text 'Irmak saw the rope.'" + changes + with_model()).out,
              beam["text"].get<std::string>() + "\n");
    // A factor of 1 leaves everything as it is.
    auto same = json_of("translate --json --text 'Irmak saw the rope.' --do scale:cross0.1@1" + with_model());
    EXPECT_EQ(same["ids"], before["ids"]);
    EXPECT_EQ(same["log_probability"], before["log_probability"]);
    std::map<std::string, std::string> metadata, none;
    const auto plain = logits_of("", none), changed = logits_of(changes, metadata);
    EXPECT_EQ(metadata["interventions"], "off:cross0.attn;mean:dec0.1;off:enc0.0");
    EXPECT_FALSE(none.contains("interventions"));
    EXPECT_NE(plain, changed);
    // Every row of the changed run's own translation chose its next token.
    for (std::size_t row = 0; row < after["ids"].size(); ++row) {
        const auto begin = changed.begin() + static_cast<std::ptrdiff_t>(row) * 320;
        EXPECT_EQ(std::max_element(begin, begin + 320) - begin, after["ids"][row]) << row;
    }
    EXPECT_EQ(logits_of(" --target 'Irmak ipi gördü.' --do scale:enc0.0@1", none), plain);
}

TEST(EncoderDecoderChanges, WhatCannotBeDoneIsRefused) {
    const std::string text = " --text 'Irmak saw the rope.'";
    expect_refused("translate --do off:3.2" + text + with_model(), "expected enc, dec or cross before the layer");
    expect_refused("translate --do off:enc9.0" + text + with_model(), "layer 9 is not there");
    expect_refused("translate --do patch:enc0.resid@1" + text + with_model(), "patch is of a GPT");
    expect_refused("trace --list --do off:dec0.9" + text + with_model(), "head 9 is not there");
    expect_refused("trace --list --do paint:dec0.0@22-0-1" + text + with_model(),
                   "lies behind the end: the translation");
}

TEST(TokenizerTrain, LearnsFromPairs) {
    const std::string folder = scratch("from_pairs");
    EXPECT_EQ(headlight("tokenizer-train --pairs " + pairs_file() +
                        " --vocab 300 --special '<start>' '<end>' '<pad>' --out " + folder)
                  .code,
              0);
    const std::string text = "İI ıi Işığı İlker'in <end>";
    const auto json = json_of("tokenize --json --text \"" + text + "\" --model " + folder);
    EXPECT_EQ(json["text"], text);
    EXPECT_EQ(json["ids"].back(), 298);
    expect_refused("tokenizer-train --out " + folder, "give --text FILE... or --pairs FILE...");
}

}  // namespace
}  // namespace headlight::test
