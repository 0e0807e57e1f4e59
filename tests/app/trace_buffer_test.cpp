#include "app/trace_buffer.h"

#include <gtest/gtest.h>

#include "tiny_model.h"

namespace headlight::app {
namespace {

using nn::Site;

class TraceBufferTest : public testing::Test {
  protected:
    TraceBufferTest() : compute_(1), gpt_(tiny_gpt(compute_)) {
        from_.reserve(gpt_.config(), 20);
        to_.reserve(gpt_.config(), 24);  // another length of a row of the patterns
        ids_ = {5, 6, 7, 8, 9, 10, 11, 12};
        model::Forward(compute_, gpt_, *from_.trace, ids_, 0, {.logits = model::LogitRows::last}).run();
        from_.keep(ids_, 0);
        from_.ids = ids_;
        from_.computed(0, 8);
        from_.has_logits[7] = true;
    }

    // Whether row `row` of a site is the same in both, as far as it is not masked.
    [[nodiscard]] bool same_row(Site site, int layer, int row) const {
        const nn::SiteView a = std::as_const(*from_.trace).view(site, layer, 8),
                           b = std::as_const(*to_.trace).view(site, layer, 8);
        const bool matrices = nn::site_info(site).shape == nn::SiteShape::head_query_key;
        for (int i = 0; i < (matrices ? a.shape[0] : 1); ++i) {
            for (int j = 0; j < (matrices ? row + 1 : static_cast<int>(a.stride[0])); ++j) {
                const float x = a.data[matrices ? i * a.stride[0] + row * a.stride[1] + j : row * a.stride[0] + j];
                const float y = b.data[matrices ? i * b.stride[0] + row * b.stride[1] + j : row * b.stride[0] + j];
                if (x != y) return false;
            }
        }
        return true;
    }

    model::Compute compute_;
    model::Gpt gpt_;
    TraceBuffer from_, to_;
    std::vector<std::int32_t> ids_;
};

TEST_F(TraceBufferTest, RowsAreCopiedWithEverySite) {
    copy_rows(to_, from_, 3, 8);
    for (const nn::SiteInfo& info : nn::kSites) {
        for (int layer = 0; layer < (info.per_layer() ? gpt_.config().layers : 1); ++layer) {
            for (int row = 3; row < 8; ++row) EXPECT_TRUE(same_row(info.site, layer, row)) << info.name << " " << row;
        }
    }
    EXPECT_FALSE(same_row(Site::mlp_post, 1, 2));
    EXPECT_FALSE(to_.complete[2]);
    EXPECT_TRUE(to_.complete[3]);
    EXPECT_TRUE(to_.has_logits[7]);
    EXPECT_FALSE(to_.has_logits[6]);
}

TEST_F(TraceBufferTest, TheCacheIsKeysAndValuesAlone) {
    to_.computed(0, 8);
    copy_cache(to_, from_, 2, 5);
    for (int layer = 0; layer < gpt_.config().layers; ++layer) {
        EXPECT_TRUE(same_row(Site::k, layer, 2) && same_row(Site::v, layer, 4));
        EXPECT_FALSE(same_row(Site::k, layer, 1));
        EXPECT_FALSE(same_row(Site::q, layer, 3));
        EXPECT_FALSE(same_row(Site::pattern, layer, 3));
    }
    EXPECT_TRUE(to_.complete[1]);
    EXPECT_FALSE(to_.complete[2]);
    EXPECT_TRUE(to_.complete[5]);
}

TEST_F(TraceBufferTest, WhatIsNotKeptIsNoLongerValid) {
    from_.keep(ids_, 5);
    EXPECT_EQ(from_.ids, std::vector<std::int32_t>(ids_.begin(), ids_.begin() + 5));
    EXPECT_TRUE(from_.complete[4]);
    EXPECT_FALSE(from_.complete[5]);
    EXPECT_FALSE(from_.has_logits[7]);
}

TEST(TraceBuffer, TheContextIsTheLongestThatFits) {
    const model::Compute compute(1);
    const model::GptConfig config = tiny_gpt(compute).config();
    EXPECT_EQ(affordable_context(config, 1U << 30), kTinyContext);
    const int context = affordable_context(config, trace_bytes(config, kTinyContext));
    EXPECT_LT(context, kTinyContext);
    EXPECT_LE(2 * trace_bytes(config, context), trace_bytes(config, kTinyContext));
    const model::Activations trace(config, 1, 30, model::Keep::trace);
    EXPECT_NEAR(static_cast<double>(trace.bytes()), static_cast<double>(trace_bytes(config, 30)), 0.1 * 1e5);
}

}  // namespace
}  // namespace headlight::app
