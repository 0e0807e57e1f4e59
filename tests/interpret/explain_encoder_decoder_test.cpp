#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "base/rng.h"
#include "interpret/explain.h"
#include "interpret/formula.h"

namespace headlight::interpret {
namespace {

using nn::Stack;

struct PairCase {
    const char* name;
    bool like_the_tutorial;  // one-layer feed-forward, a table of positions, no attention bias, √6, ε outside the root
};

class ExplainPairTest : public testing::TestWithParam<PairCase> {
  protected:
    ExplainPairTest()
        : compute_(1),
          model_(make_model()),
          encoder_(model::encoder_activations(model_.config(), 1, kContext, model::Keep::trace)),
          decoder_(model::decoder_activations(model_.config(), 1, kContext, kContext, model::Keep::trace)) {
        model::EncoderForward(compute_, model_, encoder_, source_, lengths_).run();
        model::DecoderForward(compute_, model_, decoder_, encoder_, target_, 0, lengths_).run();
    }

    model::EncoderDecoder make_model() {
        model::EncoderDecoderConfig c;
        c.vocab = 19;
        c.context = kContext;
        c.d_model = 6;
        c.encoder_layers = 2;
        c.decoder_layers = 2;
        c.heads = 2;
        c.d_head = 4;  // the heads together are wider than the model
        c.d_mlp = 10;
        if (GetParam().like_the_tutorial) {
            c.d_mlp = c.d_model;
            c.feed_forward = model::FeedForward::one_layer;
            c.positions = model::Positions::table;
            c.attention_bias = c.scaled_embedding = c.tied_head = false;
            c.attention_scale = std::sqrt(6.0F);
            c.layer_norm_eps = 0;
            c.layer_norm_eps_outside = 1e-4F;
        }
        model::EncoderDecoder made = model::EncoderDecoder::random(compute_, c, 3);
        Rng rng(4);
        for (float& w : made.mutable_params()) w += static_cast<float>(rng.normal() * 0.3);
        made.pack(compute_);
        return made;
    }

    PairPass pass() { return {model_, encoder_, decoder_, source_, target_}; }
    nn::SiteView view(Stack stack, const nn::SiteInfo& info, int layer) const {
        const bool encoder = stack == Stack::encoder;
        return (encoder ? encoder_ : decoder_)
            .view(info.site, layer, static_cast<int>(encoder ? source_.size() : target_.size()));
    }

    static constexpr int kContext = 9;
    model::Compute compute_;
    model::EncoderDecoder model_;
    std::vector<std::int32_t> source_{4, 7, 4, 11, 2}, target_{0, 9, 18};
    std::array<int, 1> lengths_{5};
    model::Activations encoder_, decoder_;
};

TEST_P(ExplainPairTest, EveryCellOfEverySiteFollowsFromItsInputs) {
    int cells = 0;
    for (const Stack stack : {Stack::encoder, Stack::decoder}) {
        for (const nn::SiteInfo& info : nn::sites_of(stack)) {
            for (int layer = 0; layer < (info.per_layer() ? 2 : 1); ++layer) {
                const nn::SiteView v = view(stack, info, layer);
                const std::string name = nn::site_name(info.site, layer, stack);
                for (int i = 0; i < v.shape[0]; ++i) {
                    for (int j = 0; j < v.shape[1]; ++j) {
                        for (int k = 0; k < (v.rank == 3 ? v.shape[2] : 1); ++k) {
                            const Explanation e = explain(pass(), {info.site, layer, stack}, {i, j, k});
                            const float traced = v.data[i * v.stride[0] + j * v.stride[1] + k * v.stride[2]];
                            ASSERT_EQ(e.site, name);
                            ASSERT_EQ(e.value, traced);
                            ASSERT_FALSE(e.lines.empty());
                            ++cells;
                            if (std::isinf(traced)) {
                                ASSERT_EQ(e.recomputed, traced);
                                continue;
                            }
                            ASSERT_NEAR(e.recomputed, traced, 2e-5 * std::max(1.0, std::abs(double(traced))))
                                << name << " " << i << " " << j << " " << k;
                        }
                    }
                }
            }
        }
    }
    EXPECT_GT(cells, 2000);
}

TEST_P(ExplainPairTest, CrossAttentionAsksWithTheTargetAndReadsTheSource) {
    const Explanation e = explain(pass(), {nn::Site::cross_pattern, 1, Stack::decoder}, {1, 2, 4});
    ASSERT_GE(e.sources.size(), 2U);
    EXPECT_EQ(e.sources[0].site, "decoder.1.cross_attn.hook_q");
    EXPECT_EQ(e.sources[0].indices, (std::vector<int>{2, 1}));
    EXPECT_EQ(e.sources[1].site, "decoder.1.cross_attn.hook_k");
    EXPECT_EQ(e.sources[1].indices, (std::vector<int>{4, 1}));
    const Explanation key = explain(pass(), {nn::Site::cross_k, 0, Stack::decoder}, {4, 1, 2});
    EXPECT_EQ(key.sources[0].site, "encoder.1.ln2.hook_normalized") << "the encoder's output";
    EXPECT_EQ(key.sources[1].site, "decoder.0.cross_attn.key.weight");
    EXPECT_EQ(key.sources[1].indices, (std::vector<int>{-1, 6}));
}

TEST_P(ExplainPairTest, OnlyTheDecodersOwnAttentionIsMasked) {
    const auto value = [&](nn::Site site, Stack stack) { return explain(pass(), {site, 0, stack}, {0, 0, 2}).value; };
    EXPECT_EQ(value(nn::Site::pattern, Stack::decoder), 0.0F);
    EXPECT_TRUE(std::isinf(value(nn::Site::attn_scores, Stack::decoder)));
    EXPECT_GT(value(nn::Site::pattern, Stack::encoder), 0.0F);
    EXPECT_GT(value(nn::Site::cross_pattern, Stack::decoder), 0.0F);
}

TEST_P(ExplainPairTest, TheDivisorIsWrittenAsItIs) {
    const Explanation e = explain(pass(), {nn::Site::attn_scores, 0, Stack::encoder}, {0, 1, 2});
    EXPECT_NE(e.lines[0][0].text.find(GetParam().like_the_tutorial ? "√6" : "√4"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Models, ExplainPairTest, testing::Values(PairCase{"Paper", false}, PairCase{"Tutorial", true}),
                         [](const auto& c) { return std::string(c.param.name); });

}  // namespace
}  // namespace headlight::interpret
