#include "model/config.h"

#include <gtest/gtest.h>

#include "model/architecture.h"

namespace headlight::model {
namespace {

GptConfig gpt2_small() {
    return {.vocab = 50257, .context = 1024, .d_model = 768, .layers = 12, .heads = 12, .d_mlp = 3072};
}
// As in Raschka, Build a Large Language Model (From Scratch): no qkv bias, a head of its own.
GptConfig gpt_124m() {
    GptConfig config = gpt2_small();
    config.qkv_bias = false;
    config.tied_head = false;
    return config;
}

TEST(Config, TheLayoutHoldsWhatTheTableCounts) {
    for (const GptConfig& config :
         {gpt2_small(), gpt_124m(), GptConfig{}, GptConfig{.heads = 4, .d_mlp = 100, .tied_head = false}}) {
        const GptLayout layout(config);
        EXPECT_EQ(static_cast<std::int64_t>(layout.size()), summarise(config).total);
        std::size_t end = 0;  // no gap, no overlap
        for (const ParamInfo& info : layout.params()) {
            EXPECT_EQ(info.offset, end) << info.name;
            std::int64_t count = 1;
            for (const auto n : info.shape) count *= n;
            EXPECT_EQ(static_cast<std::int64_t>(info.size), count) << info.name;
            end += info.size;
        }
        EXPECT_EQ(end, layout.size());
        EXPECT_EQ(layout.lm_head == layout.wte, config.tied_head);
    }
}

TEST(Config, NamesAndShapesAreThoseOfHuggingFace) {
    const GptLayout layout(gpt2_small());
    const auto shape_of = [&](const std::string& name) {
        for (const ParamInfo& info : layout.params()) {
            if (info.name == name) return info.shape;
        }
        return std::vector<std::int64_t>{};
    };
    using Shape = std::vector<std::int64_t>;
    EXPECT_EQ(layout.params().size(), 2 + 12 * 12 + 2U);
    EXPECT_EQ(shape_of("wte.weight"), (Shape{50257, 768}));
    EXPECT_EQ(shape_of("wpe.weight"), (Shape{1024, 768}));
    EXPECT_EQ(shape_of("h.11.attn.c_attn.weight"), (Shape{768, 2304}));
    EXPECT_EQ(shape_of("h.0.attn.c_attn.bias"), (Shape{2304}));
    EXPECT_EQ(shape_of("h.0.attn.c_proj.weight"), (Shape{768, 768}));
    EXPECT_EQ(shape_of("h.0.mlp.c_fc.weight"), (Shape{768, 3072}));
    EXPECT_EQ(shape_of("h.0.mlp.c_proj.weight"), (Shape{3072, 768}));
    EXPECT_EQ(shape_of("h.0.ln_2.bias"), (Shape{768}));
    EXPECT_EQ(shape_of("ln_f.weight"), (Shape{768}));
    EXPECT_EQ(shape_of("lm_head.weight"), Shape{});
}

TEST(Config, ImpossibleOnesAreRefusedWithTheReason) {
    const auto message = [](auto change) {
        GptConfig config;
        change(config);
        const auto result = check(config);
        return result.has_value() ? std::string("no error") : result.error().message;
    };
    const auto contains = [](const std::string& text, const std::string& part) {
        EXPECT_NE(text.find(part), std::string::npos) << text;
    };
    EXPECT_TRUE(check(gpt_124m()).has_value());
    contains(message([](GptConfig& c) { c.vocab = 0; }), "vocab is 0");
    contains(message([](GptConfig& c) { c.heads = -1; }), "heads is -1");
    contains(message([](GptConfig& c) { c.context = 1 << 30; }), "context is 1073741824");
    contains(message([](GptConfig& c) { c.heads = 5; }), "5 heads do not divide d_model 192");
    contains(message([](GptConfig& c) { c.layers = 1001; }), "1001 layers");
    contains(message([](GptConfig& c) { c.layer_norm_eps = 0; }), "layer_norm_epsilon");
    contains(message([](GptConfig& c) { c.vocab = c.d_mlp = 1 << 24, c.d_model = 1 << 20, c.heads = 1; }), "terabyte");
}

}  // namespace
}  // namespace headlight::model
