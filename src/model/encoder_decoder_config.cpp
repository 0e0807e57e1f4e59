#include "model/encoder_decoder_config.h"

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/numeric_text.h"
#include "checkpoint/config_reader.h"

namespace headlight::model {
namespace {

constexpr std::string_view kModelType = "headlight-encoder-decoder";

std::string quoted(std::string_view text) {
    return "\"" + std::string(text) + "\"";
}

// One of two words for an enum of two values.
template <class Enum>
void read_word(checkpoint::ConfigReader& reader, const nlohmann::json& object, const char* key, Enum& value,
               std::array<std::string_view, 2> words) {
    if (!reader.has(key)) return;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (object[key] != words[i]) continue;
        value = static_cast<Enum>(i);
        return;
    }
    reader.refuse(key, quoted(words[0]) + " or " + quoted(words[1]));
}

constexpr std::array<std::string_view, 2> kPositionWords{"sinusoidal", "table"};
constexpr std::array<std::string_view, 2> kFeedForwardWords{"two_layers", "one_layer"};

// The digits of the float, not those of its widening: 1e-05 and not 9.999999747378752e-06.
double digits_of(float value) {
    return parse_double(shortest(value)).value_or(static_cast<double>(value));
}

}  // namespace

float EncoderDecoderConfig::score_divisor() const {
    return attention_scale > 0 ? attention_scale : std::sqrt(static_cast<float>(d_head));
}

Result<void> check(const EncoderDecoderConfig& c) {
    const auto refuse = [](const std::string& what) { return invalid("impossible model configuration: " + what); };
    struct Named {
        const char* name;
        int value, most;
    };
    for (const Named& n : {Named{"vocab_size", c.vocab, 1 << 24}, Named{"context", c.context, 1 << 16},
                           Named{"d_model", c.d_model, 16384}, Named{"encoder_layers", c.encoder_layers, 1000},
                           Named{"decoder_layers", c.decoder_layers, 1000}, Named{"heads", c.heads, 1000},
                           Named{"d_head", c.d_head, 16384}, Named{"d_mlp", c.d_mlp, 1 << 17}}) {
        if (n.value < 1 || n.value > n.most) {
            return refuse(std::string(n.name) + " is " + std::to_string(n.value) + ", expected 1 to " +
                          std::to_string(n.most));
        }
    }
    if (c.feed_forward == FeedForward::one_layer && c.d_mlp != c.d_model) {
        return refuse("d_mlp is " + std::to_string(c.d_mlp) + "; with one layer it is d_model, " +
                      std::to_string(c.d_model));
    }
    for (const Named& n : {Named{"start_token", c.start_token, c.vocab}, Named{"end_token", c.end_token, c.vocab},
                           Named{"pad_token", c.pad_token, c.vocab}}) {
        if (n.value < 0 || n.value >= n.most) {
            return refuse(std::string(n.name) + " is " + std::to_string(n.value) + ", expected 0 to " +
                          std::to_string(n.most - 1));
        }
    }
    if (c.start_token == c.end_token) return refuse("start_token and end_token are the same");
    if (!(c.attention_scale >= 0) || !std::isfinite(c.attention_scale)) return refuse("attention_scale is below 0");
    if (!(c.layer_norm_eps >= 0) || !(c.layer_norm_eps_outside >= 0) ||
        !(c.layer_norm_eps + c.layer_norm_eps_outside > 0)) {
        return refuse("layer_norm_epsilon must be above 0");
    }
    const double d = c.d_model;
    const double block = 8 * d * c.d_attention() + 2 * d * c.d_mlp;
    const double floats = 2 * d * c.vocab + d * c.context + (c.encoder_layers + c.decoder_layers) * block;
    if (floats * sizeof(float) > 1e12) return refuse("over a terabyte of parameters");
    return {};
}

bool is_encoder_decoder_config(std::string_view text) {
    const auto object = read_json(text);
    return object.is_object() && object.contains("model_type") && object["model_type"] == kModelType;
}

Result<EncoderDecoderConfig> parse_encoder_decoder_config(std::string_view text, std::string_view file_name) {
    const auto object = read_json(text);
    if (!object.is_object()) return invalid(std::string(file_name) + ": not a JSON object; expected a config.json");
    EncoderDecoderConfig c;
    checkpoint::ConfigReader reader(object, file_name);
    if (!is_encoder_decoder_config(text)) reader.refuse("model_type", quoted(kModelType));
    struct Size {
        const char* key;
        int* value;
        int most;
    };
    for (const Size& size : {Size{"vocab_size", &c.vocab, 1 << 24}, Size{"context", &c.context, 1 << 16},
                             Size{"d_model", &c.d_model, 16384}, Size{"encoder_layers", &c.encoder_layers, 1000},
                             Size{"decoder_layers", &c.decoder_layers, 1000}, Size{"heads", &c.heads, 1000},
                             Size{"d_head", &c.d_head, 16384}, Size{"d_mlp", &c.d_mlp, 1 << 17}}) {
        if (!reader.has(size.key)) reader.refuse(size.key, "a whole number from 1");
        reader.read(size.key, size.key, *size.value, size.most);
    }
    read_word(reader, object, "feed_forward", c.feed_forward, kFeedForwardWords);
    read_word(reader, object, "positions", c.positions, kPositionWords);
    reader.read("attention_bias", c.attention_bias);
    reader.read("scaled_embedding", c.scaled_embedding);
    reader.read("tie_word_embeddings", c.tied_head);
    struct Number {
        const char* key;
        float* value;
        double below;
    };
    for (const Number& number :
         {Number{"attention_scale", &c.attention_scale, 1e6}, Number{"layer_norm_epsilon", &c.layer_norm_eps, 1},
          Number{"layer_norm_epsilon_outside", &c.layer_norm_eps_outside, 1}}) {
        double value = static_cast<double>(*number.value);
        reader.read(number.key, value, number.below);
        *number.value = static_cast<float>(value);
        if (static_cast<double>(*number.value) >= number.below) reader.refuse(number.key, "less, also as a float");
    }
    for (const auto& [key, value] :
         {std::pair{"start_token_id", &c.start_token}, std::pair{"end_token_id", &c.end_token},
          std::pair{"pad_token_id", &c.pad_token}}) {
        std::optional<int> id;
        if (reader.has(key)) reader.read_token(key, id, c.vocab);
        if (!id.has_value()) reader.refuse(key, "a token id below vocab_size, " + std::to_string(c.vocab));
        *value = id.value_or(0);
    }
    if (reader.error()) return std::unexpected(*reader.error());
    if (const auto fine = check(c); !fine.has_value()) {
        return invalid(std::string(file_name) + ": " + fine.error().message);
    }
    return c;
}

std::string config_json(const EncoderDecoderConfig& c) {
    nlohmann::ordered_json object;
    object["model_type"] = kModelType;
    object["vocab_size"] = c.vocab;
    object["context"] = c.context;
    object["d_model"] = c.d_model;
    object["encoder_layers"] = c.encoder_layers;
    object["decoder_layers"] = c.decoder_layers;
    object["heads"] = c.heads;
    object["d_head"] = c.d_head;
    object["d_mlp"] = c.d_mlp;
    object["feed_forward"] = kFeedForwardWords[static_cast<std::size_t>(c.feed_forward)];
    object["positions"] = kPositionWords[static_cast<std::size_t>(c.positions)];
    object["attention_bias"] = c.attention_bias;
    object["scaled_embedding"] = c.scaled_embedding;
    object["tie_word_embeddings"] = c.tied_head;
    object["attention_scale"] = digits_of(c.attention_scale);
    object["layer_norm_epsilon"] = digits_of(c.layer_norm_eps);
    object["layer_norm_epsilon_outside"] = digits_of(c.layer_norm_eps_outside);
    object["start_token_id"] = c.start_token;
    object["end_token_id"] = c.end_token;
    object["pad_token_id"] = c.pad_token;
    return write_json(object, 2) + "\n";
}

AttentionLayout EncoderDecoderLayout::add_attention(const std::string& prefix, const EncoderDecoderConfig& c) {
    const std::int64_t d = c.d_model;
    const std::int64_t width = c.d_attention();
    AttentionLayout at{};
    const auto project = [&](const char* name, std::size_t& weight, std::size_t& bias) {
        weight = add(prefix + name + ".weight", {d, width});
        if (c.attention_bias) bias = add(prefix + name + ".bias", {width});
    };
    project("query", at.query_weight, at.query_bias);
    project("key", at.key_weight, at.key_bias);
    project("value", at.value_weight, at.value_bias);
    at.out_weight = add(prefix + "out.weight", {width, d});
    at.out_bias = add(prefix + "out.bias", {d});
    return at;
}

FeedForwardLayout EncoderDecoderLayout::add_feed_forward(const std::string& prefix, const EncoderDecoderConfig& c) {
    const std::int64_t d = c.d_model;
    FeedForwardLayout at{};
    at.in_weight = add(prefix + "in.weight", {d, c.d_mlp});
    at.in_bias = add(prefix + "in.bias", {c.d_mlp});
    if (c.feed_forward == FeedForward::two_layers) {
        at.out_weight = add(prefix + "out.weight", {c.d_mlp, d});
        at.out_bias = add(prefix + "out.bias", {d});
    }
    return at;
}

NormLayout EncoderDecoderLayout::add_norm(const std::string& prefix, const EncoderDecoderConfig& c) {
    const std::size_t weight = add(prefix + ".weight", {c.d_model});
    return {weight, add(prefix + ".bias", {c.d_model})};
}

EncoderDecoderLayout::EncoderDecoderLayout(const EncoderDecoderConfig& c) {
    embed = add("embed.weight", {c.vocab, c.d_model});
    if (c.positions == Positions::table) positions = add("positions.weight", {c.context, c.d_model});
    for (int l = 0; l < c.encoder_layers; ++l) {
        const std::string block = "encoder." + std::to_string(l) + ".";
        EncoderBlockLayout at{};
        at.attn = add_attention(block + "attn.", c);
        at.ln1 = add_norm(block + "ln1", c);
        at.mlp = add_feed_forward(block + "mlp.", c);
        at.ln2 = add_norm(block + "ln2", c);
        encoder.push_back(at);
    }
    for (int l = 0; l < c.decoder_layers; ++l) {
        const std::string block = "decoder." + std::to_string(l) + ".";
        DecoderBlockLayout at{};
        at.attn = add_attention(block + "attn.", c);
        at.ln1 = add_norm(block + "ln1", c);
        at.cross = add_attention(block + "cross_attn.", c);
        at.ln2 = add_norm(block + "ln2", c);
        at.mlp = add_feed_forward(block + "mlp.", c);
        at.ln3 = add_norm(block + "ln3", c);
        decoder.push_back(at);
    }
    head = c.tied_head ? embed : add("head.weight", {c.vocab, c.d_model});
}

}  // namespace headlight::model
