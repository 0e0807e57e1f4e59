#include "model/encoder_decoder_folder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "model/checkpoint_helpers.h"
#include "text/bpe_trainer.h"

namespace headlight::model {
namespace {

using checkpoint::Dtype;

EncoderDecoderConfig folder_config() {
    return {.vocab = 19, .context = 8, .d_model = 10, .decoder_layers = 2, .heads = 3, .d_head = 4, .d_mlp = 12};
}
EncoderDecoderConfig other_folder_config() {
    EncoderDecoderConfig c = folder_config();
    c.feed_forward = FeedForward::one_layer;
    c.d_mlp = c.d_model;
    c.positions = Positions::table;
    c.attention_bias = c.scaled_embedding = c.tied_head = false;
    c.attention_scale = 1.5F;
    c.layer_norm_eps_outside = 1e-4F;
    return c;
}

Files files_of(const EncoderDecoder& model, Dtype dtype = Dtype::f32) {
    return {{"config.json", config_json(model.config())}, {kWeights, weights_file(model, dtype)}};
}

class EncoderDecoderFolder : public testing::Test {
  protected:
    Compute compute_;
    EncoderDecoder model_ = EncoderDecoder::random(compute_, folder_config(), 4);

    // The folder's files after `change` has had its way with the list of tensors.
    template <class Change>
    [[nodiscard]] Files changed_files(Change&& change) const {
        std::vector<Tensor> tensors;
        for (const ParamInfo& info : model_.layout().params()) {
            const auto values = model_.params().subspan(info.offset, info.size);
            tensors.push_back({info.name, info.shape, {values.begin(), values.end()}});
        }
        change(tensors);
        std::vector<checkpoint::TensorOut> out;
        for (const Tensor& tensor : tensors) out.push_back({tensor.name, tensor.shape, tensor.values});
        Files files = files_of(model_);
        files[kWeights] = checkpoint::write_safetensors(out, Dtype::f32, {});
        return files;
    }
    static Tensor& find(std::vector<Tensor>& tensors, const std::string& name) {
        const auto at = std::ranges::find(tensors, name, &Tensor::name);
        EXPECT_NE(at, tensors.end()) << name;
        return *at;
    }
    // Refused, with all of these in the message.
    void expect_refused(const Files& files, const std::vector<std::string>& parts) const {
        const auto loaded = load_encoder_decoder(compute_, files);
        ASSERT_FALSE(loaded.has_value()) << parts.front();
        for (const std::string& part : parts) {
            EXPECT_NE(loaded.error().message.find(part), std::string::npos)
                << part << " is not in: " << loaded.error().message;
        }
    }
    static bool same(std::span<const float> a, std::span<const float> b) { return std::ranges::equal(a, b); }
};

TEST_F(EncoderDecoderFolder, ComesBackInEveryTypeOfNumber) {
    for (const EncoderDecoderConfig& config : {folder_config(), other_folder_config()}) {
        const EncoderDecoder model = EncoderDecoder::random(compute_, config, 4);
        const auto loaded = load_encoder_decoder(compute_, files_of(model));
        ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
        EXPECT_EQ(loaded->model.config(), config);
        EXPECT_TRUE(same(loaded->model.params(), model.params()));
        EXPECT_FALSE(loaded->tokenizer.has_value());
        for (const auto& [dtype, precision] : {std::pair{Dtype::f16, 1.0F / 2048}, {Dtype::bf16, 1.0F / 256}}) {
            const auto rounded = load_encoder_decoder(compute_, files_of(model, dtype));
            ASSERT_TRUE(rounded.has_value()) << rounded.error().message;
            for (std::size_t i = 0; i < model.params().size(); ++i) {
                const float exact = model.params()[i];
                EXPECT_NEAR(rounded->model.params()[i], exact, std::abs(exact) * precision + 1e-7F);
            }
            const auto again = load_encoder_decoder(compute_, files_of(rounded->model, dtype));
            EXPECT_TRUE(same(again->model.params(), rounded->model.params()));
        }
    }
}

// What comes back computes the same, bit for bit: all of the weights are packed.
TEST_F(EncoderDecoderFolder, ComputesTheSameAfterwards) {
    const auto loaded = load_encoder_decoder(compute_, files_of(model_));
    ASSERT_TRUE(loaded.has_value());
    const std::vector<TokenId> source{3, 1, 4, 1}, target{0, 5, 9};
    const std::vector<int> lengths{4};
    std::vector<std::vector<float>> logits;
    for (const EncoderDecoder* model : {static_cast<const EncoderDecoder*>(&model_), &loaded->model}) {
        Activations encoder = encoder_activations(folder_config(), 1, 4, Keep::decode);
        Activations decoder = decoder_activations(folder_config(), 1, 3, 4, Keep::decode);
        EncoderForward(compute_, *model, encoder, source, lengths).run();
        DecoderForward pass(compute_, *model, decoder, encoder, target, 0, lengths);
        pass.run();
        logits.emplace_back(pass.last_logits(), pass.last_logits() + 19);
    }
    EXPECT_EQ(logits[0], logits[1]);
    EXPECT_NE(logits[0][0], logits[0][1]);
}

TEST_F(EncoderDecoderFolder, SavedFolderOpensWithItsTokenizer) {
    const std::string folder = std::string(HEADLIGHT_BUILD_DIR) + "/encoder_decoder_folder_test";
    std::filesystem::remove_all(folder);
    const std::vector<std::string> texts{"the cat and the hat"};
    const auto tokenizer = text::train_bpe(texts, {.vocab_size = 262});
    ASSERT_TRUE(tokenizer.has_value());
    EncoderDecoderConfig config = folder_config();
    config.vocab = tokenizer->vocab_size();
    const EncoderDecoder model = EncoderDecoder::random(compute_, config, 4);
    ASSERT_TRUE(save_encoder_decoder_folder(folder, model, &*tokenizer, Dtype::f32).has_value());
    const auto loaded = load_encoder_decoder_folder(compute_, folder);
    ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
    ASSERT_TRUE(loaded->tokenizer.has_value());
    EXPECT_EQ(loaded->tokenizer->encode("the hat"), tokenizer->encode("the hat"));
    EXPECT_TRUE(same(loaded->model.params(), model.params()));
    // A tokenizer with more tokens than the model has rows.
    config.vocab -= 1;
    ASSERT_TRUE(
        save_encoder_decoder_folder(folder, EncoderDecoder::random(compute_, config, 4), &*tokenizer, Dtype::f32)
            .has_value());
    const auto too_many = load_encoder_decoder_folder(compute_, folder);
    ASSERT_FALSE(too_many.has_value());
    EXPECT_NE(too_many.error().message.find(std::to_string(config.vocab + 1) + " tokens"), std::string::npos)
        << too_many.error().message;
    std::filesystem::remove(folder + "/config.json");
    const auto broken = load_encoder_decoder_folder(compute_, folder);
    ASSERT_FALSE(broken.has_value());
    EXPECT_EQ(broken.error().code, ErrorCode::not_found);
    EXPECT_NE(broken.error().message.find(folder), std::string::npos) << broken.error().message;
    std::filesystem::remove_all(folder);
}

TEST_F(EncoderDecoderFolder, OpensWhatPyTorchWrote) {
    for (const char* name : {"paper", "tutorial"}) {
        const auto loaded =
            load_encoder_decoder_folder(compute_, std::string(HEADLIGHT_GOLDEN_DIR) + "/encoder_decoder/" + name);
        ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
        EXPECT_GT(loaded->model.params().size(), 1000U);
    }
}

TEST_F(EncoderDecoderFolder, MissingFilesAreNamed) {
    for (const char* name : {"config.json", kWeights}) {
        Files files = files_of(model_);
        files.erase(name);
        expect_refused(files, {std::string("no ") + name, "model's folder has"});
    }
}

TEST_F(EncoderDecoderFolder, TensorsThatDoNotFitAreNamedWithWhatWasExpected) {
    expect_refused(changed_files([](auto& t) {
                       std::erase_if(t, [](const Tensor& x) { return x.name == "decoder.1.mlp.in.weight"; });
                   }),
                   {kWeights, "'decoder.1.mlp.in.weight'", "missing", "[10, 12]"});
    expect_refused(changed_files([](auto& t) { find(t, "encoder.0.attn.query.weight").shape = {12, 10}; }),
                   {kWeights, "'encoder.0.attn.query.weight'", "[12, 10]", "expected [10, 12]", "config.json"});
    expect_refused(changed_files([](auto& t) { t.push_back({"head.weight", {19, 10}, std::vector<float>(190)}); }),
                   {kWeights, "'head.weight'", "not part of"});
    expect_refused(changed_files([](auto& t) { t.push_back({"encoder.1.ln1.bias", {10}, std::vector<float>(10)}); }),
                   {"'encoder.1.ln1.bias'", "not part of"});
}

TEST_F(EncoderDecoderFolder, WeightsThatAreNoNumbersAreNamed) {
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        expect_refused(changed_files([&](auto& t) { find(t, "decoder.0.ln3.bias").values[5] = bad; }),
                       {kWeights, "'decoder.0.ln3.bias'"});
    }
}

TEST_F(EncoderDecoderFolder, DamagedFilesAreNamed) {
    const std::string whole = files_of(model_)[kWeights];
    for (const std::size_t size : {std::size_t{0}, std::size_t{7}, std::size_t{100}, whole.size() - 1}) {
        Files files = files_of(model_);
        files[kWeights] = whole.substr(0, size);
        expect_refused(files, {kWeights});
    }
    for (const char* text : {"", "[]", "{\"heads\": 2", "{\"model_type\": \"gpt2\"}"}) {
        Files files = files_of(model_);
        files["config.json"] = text;
        expect_refused(files, {"config.json"});
    }
    Files files = files_of(model_);
    files["tokenizer.json"] = "{";
    expect_refused(files, {"tokenizer.json"});
}

// Neither kind of folder is taken for the other.
TEST_F(EncoderDecoderFolder, AGptIsNone) {
    const Gpt gpt =
        Gpt::random(compute_, {.vocab = 9, .context = 4, .d_model = 6, .layers = 1, .heads = 1, .d_mlp = 8}, 1);
    expect_refused({{"config.json", config_json(gpt.config())}, {kWeights, weights_file(gpt, Dtype::f32)}},
                   {"config.json", "model_type", "headlight-encoder-decoder"});
    const auto as_gpt = load_model(compute_, files_of(model_));
    ASSERT_FALSE(as_gpt.has_value());
    EXPECT_NE(as_gpt.error().message.find("model_type"), std::string::npos) << as_gpt.error().message;
}

}  // namespace
}  // namespace headlight::model
