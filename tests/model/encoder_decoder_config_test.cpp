#include "model/encoder_decoder_config.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/json.h"

namespace headlight::model {
namespace {

using nlohmann::json;

EncoderDecoderConfig unusual() {
    return {.vocab = 301,
            .context = 77,
            .d_model = 36,
            .encoder_layers = 2,
            .decoder_layers = 5,
            .heads = 3,
            .d_head = 7,
            .d_mlp = 36,
            .feed_forward = FeedForward::one_layer,
            .positions = Positions::table,
            .attention_bias = false,
            .scaled_embedding = false,
            .tied_head = false,
            .attention_scale = 2.4494898F,
            .layer_norm_eps = 1e-12F,
            .layer_norm_eps_outside = 1e-4F,
            .start_token = 300,
            .end_token = 299,
            .pad_token = 0};
}

// The message for config.json of the defaults after `change`.
template <class Change>
std::string refusal(Change&& change) {
    json object = read_json(config_json(EncoderDecoderConfig{}));
    change(object);
    const auto parsed = parse_encoder_decoder_config(write_json(object), "folder/config.json");
    return parsed.has_value() ? "(accepted)" : parsed.error().message;
}
std::string refusal(const char* key, const std::string& value) {
    return refusal([&](json& object) { object[key] = read_json(value); });
}
void expect_parts(const std::string& message, const std::vector<std::string>& parts) {
    for (const std::string& part : parts) EXPECT_NE(message.find(part), std::string::npos) << part << " in " << message;
}

TEST(EncoderDecoderConfig, ComesBackAsItWasWritten) {
    EncoderDecoderConfig tiny_eps = unusual();
    tiny_eps.layer_norm_eps = 1e-20F;
    tiny_eps.layer_norm_eps_outside = 0;
    EncoderDecoderConfig edges = unusual();
    edges.attention_scale = 999999.94F;
    edges.layer_norm_eps = 0.99999994F;
    for (const EncoderDecoderConfig& config : {EncoderDecoderConfig{}, unusual(), tiny_eps, edges}) {
        ASSERT_TRUE(check(config).has_value());
        const std::string text = config_json(config);
        EXPECT_TRUE(is_encoder_decoder_config(text));
        const auto parsed = parse_encoder_decoder_config(text, "config.json");
        ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
        EXPECT_EQ(*parsed, config) << text;
    }
}

TEST(EncoderDecoderConfig, WritesKeysThatPeopleRead) {
    const json object = read_json(config_json(EncoderDecoderConfig{}));
    EXPECT_EQ(object["model_type"], "headlight-encoder-decoder");
    EXPECT_EQ(object["positions"], "sinusoidal");
    EXPECT_EQ(object["feed_forward"], "two_layers");
    EXPECT_NE(config_json(EncoderDecoderConfig{}).find("\"layer_norm_epsilon\": 1e-05"), std::string::npos)
        << config_json(EncoderDecoderConfig{});
    EXPECT_NE(config_json(unusual()).find("\"layer_norm_epsilon_outside\": 0.0001"), std::string::npos);
}

TEST(EncoderDecoderConfig, OtherModelsAreOthers) {
    for (const char* text : {"", "[]", "{}", "{", "3", R"({"model_type":"gpt2"})", R"({"model_type":null})",
                             R"({"model_type":["headlight-encoder-decoder"]})"}) {
        EXPECT_FALSE(is_encoder_decoder_config(text)) << text;
        const auto parsed = parse_encoder_decoder_config(text, "a/config.json");
        ASSERT_FALSE(parsed.has_value()) << text;
        EXPECT_TRUE(parsed.error().message.starts_with("a/config.json: ")) << parsed.error().message;
    }
    EXPECT_EQ(refusal("model_type", "\"gpt2\""),
              R"(folder/config.json: "model_type" is "gpt2"; expected "headlight-encoder-decoder")");
}

TEST(EncoderDecoderConfig, SizesThatAreNoSizesAreNamedWithWhatWouldBeRight) {
    for (const char* key :
         {"vocab_size", "context", "d_model", "encoder_layers", "decoder_layers", "heads", "d_head", "d_mlp"}) {
        for (const char* value :
             {"0", "-1", "1.5", "\"12\"", "[]", "1e99", "99999999999999999999", "true", "70000000"}) {
            const std::string message = refusal(key, value);
            EXPECT_TRUE(message.starts_with("folder/config.json: \"" + std::string(key) + "\" is ")) << message;
            expect_parts(message, {"expected a whole number from 1 to "});
        }
        expect_parts(refusal([&](json& object) { object.erase(key); }),
                     {"\"" + std::string(key) + "\" is missing", "expected a whole number from 1"});
        expect_parts(refusal(key, "null"), {"\"" + std::string(key) + "\" is missing"});
    }
}

TEST(EncoderDecoderConfig, WordsSwitchesAndNumbersAreNamedToo) {
    expect_parts(refusal("feed_forward", "\"three\""),
                 {R"("feed_forward" is "three"; expected "two_layers" or "one_layer")"});
    expect_parts(refusal("positions", "7"), {R"("positions" is 7; expected "sinusoidal" or "table")"});
    for (const char* key : {"attention_bias", "scaled_embedding", "tie_word_embeddings"}) {
        expect_parts(refusal(key, "1"), {"\"" + std::string(key) + "\" is 1; expected true or false"});
    }
    for (const char* key : {"attention_scale", "layer_norm_epsilon", "layer_norm_epsilon_outside"}) {
        for (const char* value : {"-0.5", "1e6", "\"small\"", "false"}) {
            expect_parts(refusal(key, value),
                         {"\"" + std::string(key) + "\" is ", "expected a number from 0 to below"});
        }
    }
    for (const char* key : {"start_token_id", "end_token_id", "pad_token_id"}) {
        for (const char* value : {"25", "-1", "null", "4000000000", "\"a\"", "1.5"}) {
            expect_parts(refusal(key, value), {"\"" + std::string(key) + "\" is ", "expected a token id"});
        }
        expect_parts(refusal([&](json& object) { object.erase(key); }),
                     {"\"" + std::string(key) + "\" is missing", "below vocab_size, 25"});
    }
}

TEST(EncoderDecoderConfig, WhatMakesNoModelIsRefusedWithTheReason) {
    const auto message = [](auto change) {
        EncoderDecoderConfig config;
        change(config);
        const auto result = check(config);
        return result.has_value() ? std::string("(accepted)") : result.error().message;
    };
    using Config = EncoderDecoderConfig;
    EXPECT_TRUE(check(Config{}).has_value());
    expect_parts(message([](Config& c) { c.vocab = 0; }), {"vocab_size is 0"});
    expect_parts(message([](Config& c) { c.heads = -3; }), {"heads is -3"});
    expect_parts(message([](Config& c) { c.decoder_layers = 1001; }), {"decoder_layers is 1001", "1 to 1000"});
    expect_parts(message([](Config& c) { c.feed_forward = FeedForward::one_layer; }), {"d_mlp is 24", "d_model, 6"});
    expect_parts(message([](Config& c) { c.end_token = 25; }), {"end_token is 25", "0 to 24"});
    expect_parts(message([](Config& c) { c.pad_token = -1; }), {"pad_token is -1"});
    expect_parts(message([](Config& c) { c.start_token = c.end_token; }), {"start_token", "end_token", "the same"});
    expect_parts(message([](Config& c) { c.attention_scale = -1; }), {"attention_scale"});
    expect_parts(message([](Config& c) { c.layer_norm_eps = 0; }), {"layer_norm_epsilon"});
    expect_parts(message([](Config& c) { c.vocab = c.d_mlp = 1 << 17, c.d_model = 16384, c.decoder_layers = 1000; }),
                 {"terabyte"});
    // The same through a file, with its name.
    expect_parts(refusal("feed_forward", "\"one_layer\""), {"folder/config.json: ", "d_mlp is 24"});
    expect_parts(refusal("end_token_id", "0"), {"folder/config.json: ", "the same"});
    expect_parts(refusal("layer_norm_epsilon", "0"), {"folder/config.json: ", "layer_norm_epsilon"});
}

TEST(EncoderDecoderConfig, TheLayoutHasNoGapAndSharesATiedHead) {
    EncoderDecoderConfig plain;
    plain.encoder_layers = 2;
    for (const EncoderDecoderConfig& config : {EncoderDecoderConfig{}, plain, unusual()}) {
        const EncoderDecoderLayout layout(config);
        std::size_t end = 0;
        for (const ParamInfo& info : layout.params()) {
            EXPECT_EQ(info.offset, end) << info.name;
            std::int64_t count = 1;
            for (const auto n : info.shape) count *= n;
            EXPECT_EQ(static_cast<std::int64_t>(info.size), count) << info.name;
            end += info.size;
        }
        EXPECT_EQ(end, layout.size());
        EXPECT_EQ(layout.head == layout.embed, config.tied_head);
        EXPECT_EQ(static_cast<int>(layout.encoder.size()), config.encoder_layers);
        EXPECT_EQ(static_cast<int>(layout.decoder.size()), config.decoder_layers);
    }
}

TEST(EncoderDecoderConfig, ParametersCountedByHand) {
    // d 6, D 4, m 24: attention 3 (24 + 4) + 24 + 6 = 114; feed-forward 144 + 24 + 144 + 6 = 318; a norm 12.
    const std::size_t encoder = 114 + 318 + 2 * 12;
    const std::size_t decoder = 2 * 114 + 318 + 3 * 12;
    EXPECT_EQ(EncoderDecoderLayout({}).size(), 25 * 6 + encoder + decoder);
    EncoderDecoderConfig other;
    other.feed_forward = FeedForward::one_layer;  // 36 + 6 = 42
    other.d_mlp = 6;
    other.positions = Positions::table;
    other.attention_bias = other.tied_head = false;
    EXPECT_EQ(EncoderDecoderLayout(other).size(), 2 * 25 * 6 + 32 * 6 + (102 + 42 + 24) + (2 * 102 + 42 + 36));
    const auto shape_of = [](const EncoderDecoderLayout& layout, const std::string& name) {
        for (const ParamInfo& info : layout.params()) {
            if (info.name == name) return info.shape;
        }
        return std::vector<std::int64_t>{};
    };
    using Shape = std::vector<std::int64_t>;
    const EncoderDecoderLayout layout(unusual());
    EXPECT_EQ(shape_of(layout, "embed.weight"), (Shape{301, 36}));
    EXPECT_EQ(shape_of(layout, "positions.weight"), (Shape{77, 36}));
    EXPECT_EQ(shape_of(layout, "decoder.4.cross_attn.key.weight"), (Shape{36, 21}));
    EXPECT_EQ(shape_of(layout, "decoder.4.cross_attn.key.bias"), Shape{});
    EXPECT_EQ(shape_of(layout, "encoder.1.attn.out.weight"), (Shape{21, 36}));
    EXPECT_EQ(shape_of(layout, "encoder.1.attn.out.bias"), (Shape{36}));
    EXPECT_EQ(shape_of(layout, "decoder.0.ln3.weight"), (Shape{36}));
    EXPECT_EQ(shape_of(layout, "encoder.0.ln3.weight"), Shape{});
    EXPECT_EQ(shape_of(layout, "encoder.0.mlp.out.weight"), Shape{});
    EXPECT_EQ(shape_of(layout, "head.weight"), (Shape{301, 36}));
}

}  // namespace
}  // namespace headlight::model
