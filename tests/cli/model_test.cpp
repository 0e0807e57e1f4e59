#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "base/json.h"
#include "checkpoint/safetensors.h"
#include "cli/program.h"

namespace headlight::test {
namespace {

// A safetensors file and the values of one tensor.
struct TraceFile {
    std::string bytes;
    std::optional<checkpoint::Safetensors> file;

    explicit TraceFile(const std::string& path) : bytes(slurp(path)) {
        auto parsed = checkpoint::Safetensors::parse(std::as_bytes(std::span(bytes)), path);
        EXPECT_TRUE(parsed.has_value()) << (parsed.has_value() ? "" : parsed.error().message);
        if (parsed.has_value()) file = std::move(*parsed);
    }
    std::vector<float> values(const std::string& name) const {
        const auto* info = file->find(name);
        EXPECT_NE(info, nullptr) << name;
        if (info == nullptr) return {};
        std::vector<float> out(info->elements());
        EXPECT_TRUE(file->read_f32(*info, out, checkpoint::Values::infinite_too).has_value()) << name;
        return out;
    }
};

TEST(Hash, IsTheSameForAllKernelsThreadsAndPasses) {
    const auto first = json_of("hash --json --threads 1 --kernels scalar");
    const auto golden = read_json(slurp(std::string(HEADLIGHT_GOLDEN_DIR) + "/logits_hash.json"));
    EXPECT_EQ(first["hash"], golden["hash"]);
    for (const auto& kernels : first["available"]) {
        for (const char* threads : {"1", "2", "3"}) {
            const auto json =
                json_of("hash --json --threads " + std::string(threads) + " --kernels " + kernels.get<std::string>());
            EXPECT_EQ(json["hash"], first["hash"]) << json;
            EXPECT_EQ(json["kernels"], kernels);
            EXPECT_EQ(json["threads"], std::stoi(threads));
        }
    }
    EXPECT_EQ(json_of("hash --json --token-by-token")["hash"], first["hash"]);
    EXPECT_EQ(headlight("hash --check --model " + kRandom).code, 0);
    EXPECT_NE(headlight("hash --model " + kRandom).out, headlight("hash").out);
    EXPECT_NE(headlight("hash --ids 1,2 --model " + kRandom).out, headlight("hash --ids 2,1 --model " + kRandom).out);
}

TEST(Generate, ASeedFixesTheText) {
    const std::string begin = "generate --prompt 'One day' --tokens 30 --no-stop --json --model " + model_folder();
    const auto one = json_of(begin + " --seed 3 --threads 1");
    EXPECT_EQ(one["ids"].size(), 30u);
    EXPECT_EQ(json_of(begin + " --seed 3 --threads 2 --kernels scalar"), one);
    EXPECT_NE(json_of(begin + " --seed 4")["ids"], one["ids"]);
    // Greedy does not ask the seed.
    EXPECT_EQ(json_of(begin + " --seed 3 --temperature 0")["ids"], json_of(begin + " --seed 4 --temperature 0")["ids"]);
    EXPECT_EQ(json_of(begin + " --seed 4 --top-k 1")["ids"], json_of(begin + " --temperature 0")["ids"]);
    for (const auto& token : one["tokens"]) EXPECT_GT(token["probability"].get<double>(), 0.0);
}

TEST(Generate, StreamsTheSameTextAsTheJson) {
    const std::string rest = "generate --prompt 'One day' --tokens 30 --no-stop --seed 5 --model " + model_folder();
    const auto json = json_of(rest + " --json");
    EXPECT_EQ(headlight(rest).out, "One day" + json["text"].get<std::string>() + "\n");
    EXPECT_EQ(json_of(rest + " --json --tokens 0")["ids"].size(), 0u);
}

TEST(Generate, WithIdsNeedsNoTokenizer) {
    const Ran ran = headlight("generate --ids 1,2,3 --tokens 5 --temperature 0 --no-stop --model " + kRandom);
    EXPECT_EQ(ran.code, 0) << ran.err;
    const auto json = json_of("generate --ids 1,2,3 --tokens 5 --temperature 0 --no-stop --json --model " + kRandom);
    EXPECT_EQ(ran.out, "1,2,3," + joined(json["ids"]) + "\n");
    // Longer than the context of 32: the text goes on.
    EXPECT_EQ(json_of("generate --ids 1 --tokens 40 --no-stop --json --model " + kRandom)["ids"].size(), 40u);
}

TEST(Trace, AgreesWithTheOracle) {
    const auto expected = read_json(slurp(kRandom + "/expected.json"));
    const std::string path = scratch("trace") + "/t.safetensors";
    const auto summary =
        json_of("trace --json --ids " + joined(expected["ids"]) + " --out " + path + " --model " + kRandom);
    EXPECT_EQ(summary["ids"], expected["ids"]);
    const TraceFile trace(path);
    ASSERT_TRUE(trace.file.has_value());
    EXPECT_EQ(trace.file->metadata().at("ids"), joined(expected["ids"]));
    EXPECT_EQ(summary["tensors"], trace.file->tensors().size());
    EXPECT_EQ(trace.file->tensors().size(), 2u + 17u * 2u + 3u);
    EXPECT_EQ(trace.file->find("blocks.1.attn.hook_pattern")->shape, (std::vector<std::int64_t>{2, 8, 8}));
    EXPECT_EQ(trace.file->find("blocks.0.attn.hook_q")->shape, (std::vector<std::int64_t>{8, 2, 16}));
    EXPECT_EQ(trace.file->find("blocks.0.ln1.hook_scale")->shape, (std::vector<std::int64_t>{8, 1}));
    EXPECT_EQ(trace.file->find("logits")->shape, (std::vector<std::int64_t>{8, 101}));
    const auto logits = trace.values("logits");
    std::size_t i = 0;
    for (const auto& row : expected["logits"]) {
        for (const auto& value : row) ASSERT_NEAR(logits[i++], value.get<float>(), 1e-5);
    }
    for (std::size_t layer = 0; layer < 2; ++layer) {
        const auto pattern = trace.values("blocks." + std::to_string(layer) + ".attn.hook_pattern");
        i = 0;
        for (const auto& head : expected["attn"][layer]) {
            for (const auto& row : head) {
                for (const auto& value : row) ASSERT_NEAR(pattern[i++], value.get<float>(), 1e-5);
            }
        }
    }
    EXPECT_EQ(trace.values("blocks.0.attn.hook_attn_scores")[1], -INFINITY);
}

TEST(Trace, KeepsTheSitesAskedFor) {
    const std::string path = scratch("trace") + "/t.safetensors";
    const Ran ran =
        headlight("trace --ids 1,2,3 --sites '*.hook_pattern' 'hook_?mbed' --out " + path + " --model " + kRandom);
    EXPECT_EQ(ran.code, 0) << ran.err;
    const TraceFile trace(path);
    std::string names;
    for (const auto& tensor : trace.file->tensors()) names += tensor.name + " ";
    EXPECT_EQ(names, "hook_embed blocks.0.attn.hook_pattern blocks.1.attn.hook_pattern ");
    EXPECT_EQ(headlight("trace --list --ids 1,2,3 --sites '*.hook_pattern' --model " + kRandom).out,
              "blocks.0.attn.hook_pattern [2, 3, 3]\nblocks.1.attn.hook_pattern [2, 3, 3]\n");
}

// The sum over windows, worked out here from traced logits.
TEST(Eval, IsTheSumOverWindowsOfTheContext) {
    const std::string text = scratch("eval") + "/two.txt";
    spill(text,
          "  One day a cat saw the river. One day an old tree asked a friend. Ayşe ran.\n<|endoftext|>\n\n"
          "The moon followed some bread. One day the moon found a red ball again and again.\n<|endoftext|>\n");
    const auto json = json_of("eval --json --text " + text + " --model " + model_folder());
    std::vector<int> ids;
    std::size_t bytes = 0;
    for (const std::string story :
         {"One day a cat saw the river. One day an old tree asked a friend. Ayşe ran.",
          "The moon followed some bread. One day the moon found a red ball again and again."}) {
        const auto tokens = json_of("tokenize --json --text '" + story + "<|endoftext|>' --model " + model_folder());
        for (const auto& id : tokens["ids"]) ids.push_back(id.get<int>());
        bytes += story.size() + 1;
    }
    constexpr std::size_t kContext = 32;
    ASSERT_GT(ids.size(), kContext + 2);
    const auto vocab = json_of("info --json --model " + model_folder())["config"]["vocab"].get<std::size_t>();
    double nats = 0;
    for (std::size_t start = 0; start + 1 < ids.size(); start += kContext) {
        const std::size_t count = std::min(kContext, ids.size() - 1 - start);
        nlohmann::json window = nlohmann::json::array();
        for (std::size_t i = 0; i < count; ++i) window.push_back(ids[start + i]);
        const std::string path = scratch("window") + "/t.safetensors";
        ASSERT_EQ(
            headlight("trace --sites logits --ids " + joined(window) + " --out " + path + " --model " + model_folder())
                .code,
            0);
        const auto logits = TraceFile(path).values("logits");
        for (std::size_t i = 0; i < count; ++i) {
            double sum = 0;
            for (std::size_t v = 0; v < vocab; ++v) sum += std::exp(static_cast<double>(logits[i * vocab + v]));
            nats +=
                std::log(sum) - static_cast<double>(logits[i * vocab + static_cast<std::size_t>(ids[start + i + 1])]);
        }
    }
    EXPECT_EQ(json["tokens"], ids.size());
    EXPECT_EQ(json["stories"], 2);
    EXPECT_EQ(json["bytes"], bytes);
    EXPECT_NEAR(json["nats_per_token"].get<double>(), nats / static_cast<double>(ids.size() - 1), 1e-5);
    EXPECT_NEAR(json["bits_per_byte"].get<double>(), nats / std::log(2.0) / static_cast<double>(bytes), 1e-5);
    EXPECT_EQ(json_of("eval --json --threads 1 --kernels scalar --text " + text + " --model " + model_folder()), json);
}

TEST(Bench, GivesEveryFigure) {
    const auto json =
        json_of("bench --json --seconds 0.01 --layers 1 --heads 1 --dim 16 --context 16 --vocab 64 --batch 1");
    for (const char* key :
         {"gemm_gflops", "gemv_gflops", "prefill_tokens_per_s", "decode_tokens_per_s", "train_tokens_per_s"}) {
        EXPECT_GT(json[key].get<double>(), 0.0) << key;
    }
    EXPECT_EQ(
        json_of("bench --json --no-train --seconds 0.01 --kernels scalar --threads 1 --model " + kRandom)["kernels"],
        "scalar");
}

}  // namespace
}  // namespace headlight::test
