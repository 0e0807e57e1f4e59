#include "cli/info_encoder_decoder.h"

#include <array>
#include <string_view>
#include <utility>

#include "base/json.h"
#include "cli/table.h"

namespace headlight::cli {
namespace {

using model::EncoderDecoderConfig;
using model::EncoderDecoderLayout;

// Parameters of all tensors whose name begins so.
std::int64_t sum_of(const EncoderDecoderLayout& layout, std::string_view prefix) {
    std::int64_t sum = 0;
    for (const model::ParamInfo& info : layout.params()) {
        if (info.name.starts_with(prefix)) sum += static_cast<std::int64_t>(info.size);
    }
    return sum;
}

struct Part {
    std::string_view label, key, prefix;
};
constexpr std::array kParts = {Part{"self-attention", "self_attention", "attn."},
                               Part{"cross-attention", "cross_attention", "cross_attn."},
                               Part{"feed-forward", "feed_forward", "mlp."}, Part{"norms", "norms", "ln"}};

constexpr std::array kStacks = {std::pair{"encoder", &EncoderDecoderConfig::encoder_layers},
                                std::pair{"decoder", &EncoderDecoderConfig::decoder_layers}};

std::int64_t total(const EncoderDecoderLayout& layout) {
    return static_cast<std::int64_t>(layout.size());
}

}  // namespace

std::string encoder_decoder_text(const EncoderDecoderConfig& c) {
    const EncoderDecoderLayout layout(c);
    Table t;
    t.title("Configuration: encoder-decoder");
    t.line("layers", std::to_string(c.encoder_layers) + " encoder, " + std::to_string(c.decoder_layers) + " decoder");
    t.line("heads", std::to_string(c.heads) + " of " + std::to_string(c.d_head));
    t.line("dim", std::to_string(c.d_model) + ", feed-forward " + std::to_string(c.d_mlp) +
                      (c.feed_forward == model::FeedForward::one_layer ? " (one layer)" : ""));
    t.line("vocabulary", grouped(c.vocab));
    t.line("context", grouped(c.context));
    t.line("positions", c.positions == model::Positions::table ? "a table" : "sinusoidal");
    t.line("q, k, v bias", c.attention_bias ? "yes" : "no");
    t.line("head", c.tied_head ? "tied to the token embedding" : "untied");
    t.title("");
    t.title("Parameters");
    const std::string table = std::to_string(c.vocab) + " x " + std::to_string(c.d_model);
    t.row(2, "token embedding", table, sum_of(layout, "embed."));
    if (c.positions == model::Positions::table) {
        t.row(2, "positions", std::to_string(c.context) + " x " + std::to_string(c.d_model),
              sum_of(layout, "positions."));
    }
    for (const auto& [stack, layers] : kStacks) {
        const std::string name = stack;
        const std::int64_t block = sum_of(layout, name + ".0.");
        for (const Part& part : kParts) {
            const std::int64_t count = sum_of(layout, name + ".0." + std::string(part.prefix));
            if (count > 0) t.row(4, std::string(part.label), "", count);
        }
        t.row(2, "one " + name + " block", "", block);
        t.row(2, "all " + name + " blocks", std::to_string(c.*layers) + " x " + grouped(block),
              sum_of(layout, name + "."));
    }
    if (!c.tied_head) t.row(2, "head", table, sum_of(layout, "head."));
    t.row(2, "total", "", total(layout));
    t.memory(total(layout));
    return t.text();
}

Json encoder_decoder_json(const EncoderDecoderConfig& c) {
    const EncoderDecoderLayout layout(c);
    Json object;
    object["config"] = read_ordered_json(model::config_json(c));
    object["embedding"] = sum_of(layout, "embed.");
    object["positions"] = sum_of(layout, "positions.");
    for (const auto& [stack, layers] : kStacks) {
        const std::string name = stack;
        Json block = Json::object();
        for (const Part& part : kParts) {
            const std::int64_t count = sum_of(layout, name + ".0." + std::string(part.prefix));
            if (count > 0) block[std::string(part.key)] = count;
        }
        block["all"] = sum_of(layout, name + ".0.");
        object[name + "_block"] = block;
        object[name + "_blocks"] = sum_of(layout, name + ".");
    }
    object["head"] = sum_of(layout, "head.");
    object["parameters"] = total(layout);
    return object;
}

}  // namespace headlight::cli
