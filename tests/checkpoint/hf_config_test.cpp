#include "checkpoint/hf_config.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/json.h"

namespace headlight::checkpoint {
namespace {

std::string config_refusal(const std::string& text) {
    const auto parsed = parse_gpt2_config(text, "folder/config.json");
    return parsed.has_value() ? "(accepted)" : parsed.error().message;
}

Gpt2Config accepted(const std::string& text) {
    const auto parsed = parse_gpt2_config(text, "config.json");
    EXPECT_TRUE(parsed.has_value()) << parsed.error().message;
    return parsed.value_or(Gpt2Config{});
}

TEST(HfConfig, DefaultsAreThoseOfGpt2) {
    const Gpt2Config config = accepted(R"({"model_type":"gpt2"})");
    EXPECT_EQ(config.n_layer, 12);
    EXPECT_EQ(config.n_head, 12);
    EXPECT_EQ(config.n_embd, 768);
    EXPECT_EQ(config.inner(), 3072);
    EXPECT_EQ(config.vocab_size, 50257);
    EXPECT_EQ(config.n_positions, 1024);
    EXPECT_EQ(config.layer_norm_epsilon, 1e-5);
    EXPECT_TRUE(config.tie_word_embeddings);
    EXPECT_TRUE(config.qkv_bias);
    EXPECT_EQ(config.eos_token_id, 50256);
}

TEST(HfConfig, TheReleasedFileWithItsExtraKeys) {
    const Gpt2Config config = accepted(R"({"activation_function":"gelu_new","architectures":["GPT2LMHeadModel"],
        "attn_pdrop":0.1,"bos_token_id":50256,"embd_pdrop":0.1,"eos_token_id":50256,"initializer_range":0.02,
        "layer_norm_epsilon":1e-05,"model_type":"gpt2","n_ctx":1024,"n_embd":768,"n_head":12,"n_layer":12,
        "n_positions":1024,"resid_pdrop":0.1,"summary_activation":null,"summary_first_dropout":0.1,
        "summary_type":"cls_index","task_specific_params":{"text-generation":{"do_sample":true,"max_length":50}},
        "vocab_size":50257})");
    EXPECT_EQ(config.bos_token_id, 50256);
    EXPECT_EQ(config.resid_pdrop, 0.1);
}

TEST(HfConfig, RoundTrip) {
    Gpt2Config config{.n_layer = 6,
                      .n_head = 3,
                      .n_embd = 192,
                      .vocab_size = 2048,
                      .n_positions = 256,
                      .n_inner = 500,
                      .layer_norm_epsilon = 1e-6,
                      .activation_function = "gelu_pytorch_tanh",
                      .tie_word_embeddings = false,
                      .qkv_bias = false,
                      .bos_token_id = 0,
                      .eos_token_id = std::nullopt,
                      .embd_pdrop = 0.0,
                      .attn_pdrop = 0.2,
                      .resid_pdrop = 0.3};
    EXPECT_EQ(accepted(gpt2_config_json(config)), config);
    config.n_inner.reset();
    config.eos_token_id = 2047;
    EXPECT_EQ(accepted(gpt2_config_json(config)), config);
}

TEST(HfConfig, WritesWhatTransformersAsksFor) {
    const auto object = read_json(gpt2_config_json(Gpt2Config{.n_positions = 256}));
    ASSERT_TRUE(object.is_object());
    EXPECT_EQ(object["model_type"], "gpt2");
    EXPECT_EQ(object["architectures"][0], "GPT2LMHeadModel");
    EXPECT_EQ(object["n_ctx"], 256);
    EXPECT_TRUE(object["n_inner"].is_null());
    EXPECT_TRUE(object["eos_token_id"].is_null());
}

TEST(HfConfig, NamesOfOtherConfigurations) {
    const Gpt2Config config = accepted(R"({"model_type":"gpt2","num_hidden_layers":3,"hidden_size":64,
        "num_attention_heads":4,"max_position_embeddings":99})");
    EXPECT_EQ(config.n_layer, 3);
    EXPECT_EQ(config.n_embd, 64);
    EXPECT_EQ(config.n_head, 4);
    EXPECT_EQ(config.n_positions, 99);
}

TEST(HfConfig, TokensOutsideTheVocabularyAreNone) {
    const Gpt2Config config = accepted(R"({"model_type":"gpt2","vocab_size":100,"bos_token_id":null,"n_embd":24})");
    EXPECT_FALSE(config.bos_token_id.has_value());
    EXPECT_FALSE(config.eos_token_id.has_value());
    EXPECT_EQ(accepted(R"({"model_type":"gpt2","vocab_size":100,"eos_token_id":0})").eos_token_id, 0);
    EXPECT_FALSE(accepted(R"({"model_type":"gpt2","vocab_size":100,"eos_token_id":-1})").eos_token_id.has_value());
    EXPECT_FALSE(accepted(R"({"model_type":"gpt2","eos_token_id":4000000000})").eos_token_id.has_value());
}

TEST(HfConfig, RefusalsNameFileKeyAndExpectation) {
    EXPECT_EQ(config_refusal("[]"), "folder/config.json: not a JSON object; expected a Hugging Face config.json");
    EXPECT_EQ(config_refusal("{"), "folder/config.json: not a JSON object; expected a Hugging Face config.json");
    EXPECT_EQ(config_refusal(R"({"model_type":"llama"})"),
              R"(folder/config.json: "model_type" is "llama"; expected "gpt2")");
    EXPECT_EQ(config_refusal("{}"), R"(folder/config.json: "model_type" is missing; expected "gpt2")");
    EXPECT_EQ(config_refusal(R"({"model_type":"gpt2","activation_function":"relu"})"),
              R"(folder/config.json: "activation_function" is "relu"; expected "gelu_new" or "gelu_pytorch_tanh")");
    EXPECT_EQ(config_refusal(R"({"model_type":"gpt2","n_head":5})"),
              R"(folder/config.json: "n_head" is 5; expected a divisor of n_embd, 768)");
    EXPECT_EQ(
        config_refusal(R"({"model_type":"gpt2","scale_attn_weights":false})"),
        R"(folder/config.json: "scale_attn_weights" is false; expected true; the other variant is not supported)");
}

TEST(HfConfig, OnlyOurOwnQuantisationIsKnown) {
    auto with = [](const char* how) {
        return R"({"model_type":"gpt2","quantization_config":)" + std::string(how) + "}";
    };
    EXPECT_FALSE(accepted(with("null")).headlight_q8);
    EXPECT_TRUE(accepted(with(R"({"quant_method":"headlight_q8","block":32})")).headlight_q8);
    EXPECT_TRUE(accepted(with(R"({"quant_method":"headlight_q8"})")).headlight_q8);
    for (const char* other : {R"({"quant_method":"gptq","bits":4})", R"({"load_in_8bit":true})", "8",
                              "\"headlight_q8\"", R"({"quant_method":"headlight_q8","block":64})"}) {
        const std::string message = config_refusal(with(other));
        EXPECT_NE(message.find("\"quantization_config\" is"), std::string::npos) << message;
        EXPECT_NE(message.find("headlight_q8"), std::string::npos) << message;
    }
    Gpt2Config config;
    EXPECT_EQ(gpt2_config_json(config).find("quantization_config"), std::string::npos);
    config.headlight_q8 = true;
    EXPECT_TRUE(accepted(gpt2_config_json(config)).headlight_q8);
}

TEST(HfConfig, SizesThatAreNoSizes) {
    for (const char* value : {"0", "-1", "1.5", "\"12\"", "[]", "1e99", "99999999999999999999", "true"}) {
        const std::string message = config_refusal(std::string(R"({"model_type":"gpt2","n_layer":)") + value + "}");
        EXPECT_NE(message.find("\"n_layer\" is "), std::string::npos) << message;
        EXPECT_NE(message.find("a whole number from 1 to 1000"), std::string::npos) << message;
    }
    for (const char* value : {"-1e-5", "1", "\"small\"", "false"}) {
        const std::string message =
            config_refusal(std::string(R"({"model_type":"gpt2","layer_norm_epsilon":)") + value + "}");
        EXPECT_NE(message.find("layer_norm_epsilon"), std::string::npos) << message;
    }
    EXPECT_NE(config_refusal(R"({"model_type":"gpt2","tie_word_embeddings":1})").find("true or false"),
              std::string::npos);
    EXPECT_NE(config_refusal(R"({"model_type":"gpt2","eos_token_id":"x"})").find("token id"), std::string::npos);
}

}  // namespace
}  // namespace headlight::checkpoint
