#include "model/activations.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <set>

namespace headlight::model {
namespace {

GptConfig config() {
    return {.vocab = 9, .context = 10, .d_model = 6, .layers = 3, .heads = 2, .d_mlp = 8};
}

// Marks every float that a view reaches; fails where two views share one.
void mark(nn::MutableSiteView view, float with, const std::string& name) {
    for (int i = 0; i < view.shape[0]; ++i) {
        for (int j = 0; j < view.shape[1]; ++j) {
            for (int k = 0; k < view.shape[2]; ++k) {
                float& value = view.data[i * view.stride[0] + j * view.stride[1] + k * view.stride[2]];
                EXPECT_TRUE(value == 0.0F || std::isinf(value)) << name << " shares memory with site " << value;
                value = with;
            }
        }
    }
}

TEST(Activations, ATraceKeepsEverySiteOfEveryLayerApart) {
    Activations a(config(), 1, 10, Keep::trace);
    float number = 1;
    for (const nn::SiteInfo& info : nn::kSites) {
        for (int layer = 0; layer < (info.per_layer() ? 3 : 1); ++layer) {
            // resid_pre of a layer is resid_post of the one before: the same value under two names.
            if (info.site == Site::resid_pre && layer > 0) {
                EXPECT_EQ(a.at(Site::resid_pre, layer), a.at(Site::resid_post, layer - 1));
                continue;
            }
            mark(a.view(info.site, layer, 10), number++, nn::site_name(info.site, layer));
        }
    }
    std::set<const float*> means;
    for (int layer = 0; layer < 3; ++layer) {
        means.insert(a.mean(Activations::Norm::ln1, layer));
        means.insert(a.mean(Activations::Norm::ln2, layer));
        EXPECT_EQ(a.mean(Activations::Norm::ln2, layer)[9], 0.0F);
    }
    means.insert(a.mean(Activations::Norm::ln_final));
    EXPECT_EQ(means.size(), 7U);
}

TEST(Activations, TheCacheKeepsKeysAndValuesOfAllLayersAndLittleElse) {
    const Activations cache(config(), 1, 10, Keep::decode);
    const Activations trace(config(), 1, 10, Keep::trace);
    EXPECT_LT(cache.bytes(), trace.bytes() / 2);
    for (int layer = 1; layer < 3; ++layer) {
        EXPECT_NE(cache.at(Site::k, layer), cache.at(Site::k, layer - 1));
        EXPECT_NE(cache.at(Site::v, layer), cache.at(Site::v, layer - 1));
        EXPECT_EQ(cache.at(Site::q, layer), cache.at(Site::q, layer - 1));
        EXPECT_NE(cache.at(Site::resid_pre, layer), cache.at(Site::resid_post, layer));  // two stations take turns
    }
    EXPECT_EQ(cache.at(Site::resid_pre, 2), cache.at(Site::resid_pre, 0));
    EXPECT_EQ(cache.view(Site::logits, 0, 10).shape[0], 1);
}

TEST(Activations, TrainingKeepsWhatTheBackwardPassReads) {
    const Activations a(config(), 4, 10, Keep::training);
    for (const Site site : {Site::ln1_normalized, Site::q, Site::k, Site::v, Site::pattern, Site::z, Site::resid_mid,
                            Site::ln2_normalized, Site::mlp_pre, Site::mlp_post, Site::resid_post, Site::ln1_scale}) {
        EXPECT_NE(a.at(site, 1), a.at(site, 2)) << nn::site_name(site, 1);
    }
    EXPECT_EQ(a.at(Site::attn_scores, 1), a.at(Site::attn_scores, 2));
    EXPECT_EQ(a.batch(), 4);
}

TEST(Activations, ScoresOfATraceBeginMasked) {
    const Activations a(config(), 1, 10, Keep::trace);
    for (int layer = 0; layer < 3; ++layer) {
        const nn::SiteView scores = a.view(Site::attn_scores, layer, 10);
        EXPECT_TRUE(std::isinf(scores.data[0]) && scores.data[0] < 0) << layer;
        EXPECT_TRUE(std::isinf(scores.data[2 * 10 * 10 - 1])) << layer;
    }
}

TEST(Activations, AViewOfFewerPositionsKeepsTheStrides) {
    const Activations a(config(), 1, 10, Keep::trace);
    const nn::SiteView pattern = a.view(Site::pattern, 1, 4);
    EXPECT_EQ(pattern.rank, 3);
    EXPECT_EQ(pattern.shape, (std::array{2, 4, 4}));
    EXPECT_EQ(pattern.stride, (std::array<std::ptrdiff_t, 3>{100, 10, 1}));
    const nn::SiteView z = a.view(Site::z, 1, 4);
    EXPECT_EQ(z.shape, (std::array{4, 2, 3}));
    EXPECT_EQ(z.stride, (std::array<std::ptrdiff_t, 3>{6, 3, 1}));
}

}  // namespace
}  // namespace headlight::model
