#include "model/activations.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <utility>
#include <vector>

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

StackShape shape_of(nn::Stack stack) {
    return {.stack = stack, .layers = 3, .d_model = 6, .heads = 2, .d_head = 5, .d_mlp = 8, .vocab = 9};
}

// Every value of a trace has a place of its own, but for the stations of the residual stream: a layer begins with what
// the last norm of the one before left.
TEST(Activations, ATraceOfAnEncoderAndADecoderKeepsEverySiteApart) {
    for (const nn::Stack stack : {nn::Stack::encoder, nn::Stack::decoder}) {
        const bool decoder = stack == nn::Stack::decoder;
        Activations a(shape_of(stack), 1, 10, Keep::trace, decoder ? 7 : 0);
        a.set_source_positions(decoder ? 7 : 0);
        const Site last = decoder ? Site::ln3_normalized : Site::ln2_normalized;
        float number = 1;
        std::size_t floats = 0;
        for (const nn::SiteInfo& info : nn::sites_of(stack)) {
            for (int layer = 0; layer < (info.per_layer() ? 3 : 1); ++layer) {
                if (info.site == Site::resid_pre && layer > 0) {
                    EXPECT_EQ(a.at(Site::resid_pre, layer), a.at(last, layer - 1));
                    continue;
                }
                const auto view = a.view(info.site, layer, 10);
                for (int i = 0, n = 1; i < 3; ++i) {
                    n *= view.shape[static_cast<std::size_t>(i)];
                    if (i == 2) floats += static_cast<std::size_t>(n);
                }
                mark(view, number++, nn::site_name(info.site, layer, stack));
            }
        }
        EXPECT_GE(a.bytes(), floats * sizeof(float));
        for (int layer = 0; layer < 3; ++layer) {  // the means lie beside them
            for (const auto norm : {Activations::Norm::ln1, Activations::Norm::ln2, Activations::Norm::ln3}) {
                EXPECT_EQ(a.mean(norm, layer)[0], 0.0F);
                EXPECT_EQ(a.mean(norm, layer)[9], 0.0F);
                a.mean(norm, layer)[0] = a.mean(norm, layer)[9] = 1;
            }
        }
    }
}

TEST(Activations, CrossAttentionHasTheSourcesPositionsAsKeys) {
    Activations a(shape_of(nn::Stack::decoder), 1, 10, Keep::trace, 7);
    a.set_source_positions(4);
    EXPECT_EQ(a.source_context(), 7);
    EXPECT_EQ(a.view(Site::cross_q, 1, 3).shape, (std::array{3, 2, 5}));
    EXPECT_EQ(a.view(Site::cross_k, 1, 3).shape, (std::array{4, 2, 5}));
    EXPECT_EQ(a.view(Site::cross_v, 1, 3).stride, (std::array<std::ptrdiff_t, 3>{10, 5, 1}));
    const nn::SiteView pattern = std::as_const(a).view(Site::cross_pattern, 1, 3);
    EXPECT_EQ(pattern.shape, (std::array{2, 3, 4}));
    EXPECT_EQ(pattern.stride, (std::array<std::ptrdiff_t, 3>{70, 7, 1}));
    EXPECT_EQ(a.view(Site::pattern, 1, 3).shape, (std::array{2, 3, 3}));
    EXPECT_EQ(a.view(Site::logits, 0, 3).shape, (std::array{3, 9, 1}));
}

TEST(Activations, ADecodersCacheKeepsTheSourcesKeysAndValuesToo) {
    const Activations cache(shape_of(nn::Stack::decoder), 1, 10, Keep::decode, 7);
    const Activations trace(shape_of(nn::Stack::decoder), 1, 10, Keep::trace, 7);
    EXPECT_LT(cache.bytes(), trace.bytes() / 2);
    for (int layer = 1; layer < 3; ++layer) {
        for (const Site site : {Site::k, Site::v, Site::cross_k, Site::cross_v}) {
            EXPECT_NE(cache.at(site, layer), cache.at(site, layer - 1)) << nn::site_name(site, layer);
        }
        EXPECT_EQ(cache.at(Site::cross_q, layer), cache.at(Site::cross_q, layer - 1));
        // A layer reads one norm's output and writes the next of its own: never onto what it still reads.
        EXPECT_NE(cache.at(Site::resid_pre, layer), cache.at(Site::resid_mid, layer));
    }
    EXPECT_EQ(cache.view(Site::logits, 0, 10).shape[0], 1);
}

TEST(Activations, TrainingAnEncoderDecoderKeepsWhatTheBackwardPassReads) {
    const Activations a(shape_of(nn::Stack::decoder), 4, 10, Keep::training, 7);
    for (const Site site : {Site::q,
                            Site::k,
                            Site::v,
                            Site::pattern,
                            Site::z,
                            Site::resid_mid,
                            Site::ln1_scale,
                            Site::ln1_normalized,
                            Site::cross_q,
                            Site::cross_k,
                            Site::cross_v,
                            Site::cross_pattern,
                            Site::cross_z,
                            Site::resid_mid_cross,
                            Site::ln2_scale,
                            Site::ln2_normalized,
                            Site::mlp_pre,
                            Site::mlp_post,
                            Site::resid_post,
                            Site::ln3_scale,
                            Site::ln3_normalized}) {
        EXPECT_NE(a.at(site, 1), a.at(site, 2)) << nn::site_name(site, 1, nn::Stack::decoder);
    }
    EXPECT_EQ(a.at(Site::cross_scores, 1), a.at(Site::cross_scores, 2));
}

TEST(Activations, ResizeKeepsEveryFloatWithinWhatWasReserved) {
    Activations a(shape_of(nn::Stack::decoder), 4, 10, Keep::training, 7);
    const std::size_t bytes = a.bytes();
    struct Size {
        int batch, context, source_context;
    };
    for (const Size& size : {Size{4, 10, 7}, {2, 10, 7}, {4, 3, 5}, {1, 10, 7}, {5, 8, 5}}) {
        a.resize(size.batch, size.context, size.source_context);
        EXPECT_EQ(a.batch(), size.batch);
        EXPECT_EQ(a.context(), size.context);
        EXPECT_EQ(a.source_context(), size.source_context);
        EXPECT_EQ(a.bytes(), bytes);
        // The whole of each site may be written: no site reaches into the next, nor out of the buffer.
        float number = 1;
        const auto floats_of = [&](Site site) {
            const auto rows = static_cast<std::size_t>(size.batch) *
                              static_cast<std::size_t>(
                                  site == Site::cross_k || site == Site::cross_v ? size.source_context : size.context);
            const auto view = a.view(site, 0, 0);
            const bool square = nn::site_info(site).shape == nn::SiteShape::head_query_key;
            return rows * static_cast<std::size_t>(square ? 2 * view.stride[1] : view.stride[0]);
        };
        std::vector<std::pair<float*, std::size_t>> parts;
        for (const nn::SiteInfo& info : nn::sites_of(nn::Stack::decoder)) {
            for (int layer = 0; layer < (info.per_layer() ? 3 : 1); ++layer) {
                if (info.site == Site::resid_pre && layer > 0) continue;
                parts.emplace_back(a.at(info.site, layer), floats_of(info.site));
            }
        }
        std::ranges::sort(parts);
        parts.erase(std::ranges::unique(parts).begin(), parts.end());  // those of which one layer is kept
        for (std::size_t i = 1; i < parts.size(); ++i) {
            EXPECT_LE(parts[i - 1].first + parts[i - 1].second, parts[i].first);
        }
        for (const auto& [first, count] : parts) std::fill_n(first, count, number++);
    }
}

}  // namespace
}  // namespace headlight::model
