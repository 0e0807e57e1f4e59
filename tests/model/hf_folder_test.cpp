#include "model/hf_folder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/json.h"
#include "model/checkpoint_helpers.h"
#include "text/bpe_trainer.h"

namespace headlight::model {
namespace {

using checkpoint::Dtype;

GptConfig stored_config() {
    return {.vocab = 19, .context = 8, .d_model = 12, .layers = 2, .heads = 3, .d_mlp = 20, .end_token = 18};
}

Files files_of(const Gpt& gpt, Dtype dtype = Dtype::f32) {
    return {{"config.json", config_json(gpt.config())}, {kWeights, weights_file(gpt, dtype)}};
}

// model.safetensors of `gpt` after `change` has had its way with the list of tensors.
template <class Change>
Files changed_files(const Gpt& gpt, Change&& change) {
    std::vector<Tensor> tensors;
    for (const ParamInfo& info : gpt.layout().params()) {
        const auto values = gpt.params().subspan(info.offset, info.size);
        tensors.push_back({info.name, info.shape, {values.begin(), values.end()}});
    }
    change(tensors);
    std::vector<checkpoint::TensorOut> out;
    for (const Tensor& tensor : tensors) out.push_back({tensor.name, tensor.shape, tensor.values});
    Files files = files_of(gpt);
    files[kWeights] = checkpoint::write_safetensors(out, Dtype::f32, {});
    return files;
}

Tensor& find(std::vector<Tensor>& tensors, const std::string& name) {
    const auto at = std::ranges::find(tensors, name, &Tensor::name);
    EXPECT_NE(at, tensors.end()) << name;
    return *at;
}

class HfFolder : public testing::Test {
  protected:
    Compute compute_;
    Gpt gpt_ = Gpt::random(compute_, stored_config(), 4);

    // Refused, with all of these in the message.
    void expect_refused(const Files& files, const std::vector<std::string>& parts) const {
        const auto loaded = load_model(compute_, files);
        ASSERT_FALSE(loaded.has_value()) << parts.front();
        for (const std::string& part : parts) {
            EXPECT_NE(loaded.error().message.find(part), std::string::npos)
                << part << " is not in: " << loaded.error().message;
        }
    }
    static bool same(std::span<const float> a, std::span<const float> b) { return std::ranges::equal(a, b); }
};

TEST_F(HfFolder, ComesBackInEveryTypeOfNumber) {
    for (const bool qkv_bias : {true, false}) {
        for (const bool tied : {true, false}) {
            GptConfig config = stored_config();
            config.qkv_bias = qkv_bias;
            config.tied_head = tied;
            const Gpt gpt = Gpt::random(compute_, config, 4);
            const auto loaded = load_model(compute_, files_of(gpt));
            ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
            EXPECT_EQ(loaded->gpt.config(), config);
            EXPECT_TRUE(same(loaded->gpt.all_params(), gpt.params()));
            EXPECT_FALSE(loaded->tokenizer.has_value());
            for (const auto& [dtype, precision] : {std::pair{Dtype::f16, 1.0F / 2048}, {Dtype::bf16, 1.0F / 256}}) {
                const auto rounded = load_model(compute_, files_of(gpt, dtype));
                ASSERT_TRUE(rounded.has_value()) << rounded.error().message;
                for (std::size_t i = 0; i < gpt.params().size(); ++i) {
                    const float exact = gpt.params()[i];
                    EXPECT_NEAR(rounded->gpt.all_params()[i], exact, std::abs(exact) * precision + 1e-7F);
                }
                // What has been rounded once stays as it is.
                const auto again = load_model(compute_, files_of(rounded->gpt, dtype));
                EXPECT_TRUE(same(again->gpt.all_params(), rounded->gpt.all_params()));
            }
        }
    }
}

TEST_F(HfFolder, SavedFolderOpensWithItsTokenizer) {
    const std::string folder = std::string(HEADLIGHT_BUILD_DIR) + "/hf_folder_test";
    std::filesystem::remove_all(folder);
    const std::vector<std::string> texts{"the cat and the hat"};
    const auto tokenizer = text::train_bpe(texts, {.vocab_size = 262});
    ASSERT_TRUE(tokenizer.has_value());
    GptConfig config = stored_config();
    config.vocab = tokenizer->vocab_size();
    const Gpt gpt = Gpt::random(compute_, config, 4);
    ASSERT_TRUE(save_model_folder(folder, gpt, &*tokenizer, Dtype::f32).has_value());
    const auto loaded = load_model_folder(compute_, folder);
    ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
    ASSERT_TRUE(loaded->tokenizer.has_value());
    EXPECT_EQ(loaded->tokenizer->encode("the hat"), tokenizer->encode("the hat"));
    EXPECT_TRUE(same(loaded->gpt.all_params(), gpt.params()));
    std::filesystem::remove(folder + "/config.json");
    const auto broken = load_model_folder(compute_, folder);
    ASSERT_FALSE(broken.has_value());
    EXPECT_EQ(broken.error().code, ErrorCode::not_found);
    EXPECT_NE(broken.error().message.find(folder), std::string::npos) << broken.error().message;
    std::filesystem::remove_all(folder);
}

// For torch_opens_ours.py, which reads these folders with PyTorch and compares the logits.
TEST_F(HfFolder, WritesFoldersForPyTorch) {
    const std::string folder = std::string(HEADLIGHT_BUILD_DIR) + "/written_folders";
    std::filesystem::remove_all(folder);
    struct Kind {
        const char* name;
        Dtype dtype;
        bool tied, qkv_bias;
    };
    for (const Kind& kind : {Kind{"f32", Dtype::f32, true, true},
                             {"f16", Dtype::f16, true, true},
                             {"bf16", Dtype::bf16, true, true},
                             {"untied", Dtype::f32, false, false}}) {
        GptConfig config = stored_config();
        config.tied_head = kind.tied;
        config.qkv_bias = kind.qkv_bias;
        Gpt gpt = Gpt::random(compute_, config, 6);
        for (float& weight : gpt.mutable_params()) weight *= 8;
        const std::string path = folder + "/" + kind.name;
        ASSERT_TRUE(save_model_folder(path, gpt, nullptr, kind.dtype).has_value());
        const auto loaded = load_model_folder(compute_, path);
        ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
        const std::vector<TokenId> ids{3, 1, 4, 1, 5, 9, 2, 6};
        Activations trace(config, 1, config.context, Keep::trace);
        Forward(compute_, loaded->gpt, trace, ids, 0).run();
        const std::span<const float> logits(trace.at(Site::logits), ids.size() * 19);
        const nlohmann::json ours{{"ids", ids}, {"logits", std::vector<float>(logits.begin(), logits.end())}};
        ASSERT_TRUE(write_file_atomic(path + "/ours.json", write_json(ours)).has_value());
    }
}

// The same in the formats of `headlight quantize`, opened again and computed as plain numbers.
TEST_F(HfFolder, WritesQuantisedFoldersForPyTorch) {
    for (const bool tied : {true, false}) {
        for (const WeightFormat format : {WeightFormat::q8, WeightFormat::f16}) {
            Gpt gpt = Gpt::random(compute_, odd_config(tied), 6);
            for (float& weight : gpt.mutable_params()) weight *= 8;
            gpt.pack(compute_);
            const std::string path = std::string(HEADLIGHT_BUILD_DIR) + "/quantised_folders/" +
                                     std::string(format_name(format)) + (tied ? "" : "_untied");
            ASSERT_TRUE(write_model_folder(path, gpt, nullptr, format).has_value());
            const auto loaded = load_model_folder(compute_, path, {.format = WeightFormat::f32});
            ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
            const nlohmann::json ours{{"ids", {3, 1, 4, 1, 0}}, {"logits", logits_of(compute_, loaded->gpt)}};
            ASSERT_TRUE(write_file_atomic(path + "/ours.json", write_json(ours)).has_value());
        }
    }
}

TEST_F(HfFolder, ToleratesThePrefixMasksAndATiedHeadWrittenOut) {
    const Files files = changed_files(gpt_, [](std::vector<Tensor>& tensors) {
        const Tensor head{"lm_head.weight", {19, 12}, find(tensors, "wte.weight").values};
        for (Tensor& tensor : tensors) tensor.name = "transformer." + tensor.name;
        tensors.push_back(head);
        tensors.push_back({"transformer.h.0.attn.bias", {1, 1, 2, 2}, {1, 0, 1, 1}});
        tensors.push_back({"transformer.h.0.attn.masked_bias", {}, {-1e4F}});
    });
    const auto loaded = load_model(compute_, files);
    ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
    EXPECT_TRUE(same(loaded->gpt.all_params(), gpt_.params()));
    EXPECT_TRUE(loaded->gpt.config().tied_head);
}

TEST_F(HfFolder, AMissingHeadIsTiedWhateverTheConfigSays) {
    Files files = files_of(gpt_);
    auto json = read_json(files["config.json"]);
    json["tie_word_embeddings"] = false;
    files["config.json"] = write_json(json);
    const auto loaded = load_model(compute_, files);
    ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
    EXPECT_TRUE(loaded->gpt.config().tied_head);
}

TEST_F(HfFolder, MissingFilesAreNamed) {
    for (const char* name : {"config.json", kWeights}) {
        Files files = files_of(gpt_);
        files.erase(name);
        expect_refused(files, {std::string("no ") + name, "a model's folder has"});
    }
}

TEST_F(HfFolder, TensorsThatDoNotFitAreNamedWithWhatWasExpected) {
    expect_refused(
        changed_files(
            gpt_, [](auto& t) { std::erase_if(t, [](const Tensor& x) { return x.name == "h.1.mlp.c_fc.weight"; }); }),
        {kWeights, "'h.1.mlp.c_fc.weight'", "missing", "[12, 20]"});
    expect_refused(changed_files(gpt_, [](auto& t) { find(t, "h.0.attn.c_attn.weight").shape = {36, 12}; }),
                   {kWeights, "'h.0.attn.c_attn.weight'", "[36, 12]", "expected [12, 36]", "config.json"});
    expect_refused(changed_files(gpt_, [](auto& t) { find(t, "wpe.weight").shape = {96}; }),
                   {"'wpe.weight'", "[96]", "expected [8, 12]"});
    expect_refused(changed_files(gpt_, [](auto& t) { t.push_back({"h.2.ln_1.weight", {12}, std::vector<float>(12)}); }),
                   {kWeights, "'h.2.ln_1.weight'", "not part of"});
    expect_refused(changed_files(gpt_, [](auto& t) { t.push_back({"classifier.weight", {1}, {1}}); }),
                   {"'classifier.weight'"});
}

TEST_F(HfFolder, WeightsThatAreNoNumbersAreNamed) {
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        expect_refused(changed_files(gpt_, [&](auto& t) { find(t, "h.1.ln_2.bias").values[5] = bad; }),
                       {kWeights, "'h.1.ln_2.bias'"});
    }
}

TEST_F(HfFolder, DamagedFilesAreNamed) {
    const std::string whole = files_of(gpt_)[kWeights];
    for (const std::size_t size : {std::size_t{0}, std::size_t{7}, std::size_t{100}, whole.size() - 1}) {
        Files files = files_of(gpt_);
        files[kWeights] = whole.substr(0, size);
        expect_refused(files, {kWeights});
    }
    Files longer = files_of(gpt_);
    longer[kWeights] += "x";
    expect_refused(longer, {kWeights});
    Files absurd = files_of(gpt_);
    absurd[kWeights][6] = '\x7f';  // a header of petabytes
    expect_refused(absurd, {kWeights});
    for (const char* json : {"", "[]", "{\"n_layer\": 2", "{\"model_type\": \"llama\"}"}) {
        Files files = files_of(gpt_);
        files["config.json"] = json;
        expect_refused(files, {"config.json"});
    }
}

TEST_F(HfFolder, ATokenizerLargerThanTheModelIsRefused) {
    const std::vector<std::string> texts{""};
    Files files = files_of(gpt_);
    files["tokenizer.json"] = text::train_bpe(texts, {.vocab_size = 257})->tokenizer_json();
    expect_refused(files, {"257 tokens", "19", "vocab_size"});
}

TEST_F(HfFolder, ConfigComesBack) {
    GptConfig config = stored_config();
    for (const float eps : {1e-5F, 1e-6F, 3e-4F}) {
        config.layer_norm_eps = eps;
        for (const int end : {-1, 0, 18}) {
            config.end_token = end;
            const auto back = parse_config(config_json(config), "config.json");
            ASSERT_TRUE(back.has_value()) << back.error().message;
            EXPECT_EQ(*back, config);
        }
    }
    EXPECT_NE(config_json(stored_config()).find("1e-05"), std::string::npos) << config_json(stored_config());
}

}  // namespace
}  // namespace headlight::model
