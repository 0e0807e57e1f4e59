// One query over the rows of a cache, against the loops that define it: the bits must be the same.

#include <gtest/gtest.h>

#include "kernels/kernels_cases.h"

namespace headlight::kernels {
namespace {

constexpr float kFactor = 0.3125f;

// keys rows of d_head floats, `gap` floats between them that nobody reads into a sum.
struct Case {
    int d_head, keys, gap, offset;
};

void check_scores(const Kernels& kernels, const Case& c) {
    SCOPED_TRACE(testing::Message() << "d_head " << c.d_head << ", keys " << c.keys << ", gap " << c.gap);
    Rng rng(static_cast<std::uint64_t>(c.d_head * 1009 + c.keys));
    const int stride = c.d_head + c.gap;
    Guarded q(c.d_head, c.offset), k(c.keys * stride, c.offset + 1), scores(c.keys, c.offset + 2);
    q.fill(rng, -1, 1);
    k.fill(rng, -1, 1);
    std::vector<float> want;
    for (int j = 0; j < c.keys; ++j) {
        float sum = 0;
        for (int d = 0; d < c.d_head; ++d) sum += q[d] * k[j * stride + d];
        want.push_back(sum * kFactor);
    }
    kernels.attention_scores(scores.data(), q.data(), k.data(), stride, c.d_head, c.keys, kFactor);
    EXPECT_TRUE(same_bits(scores.values(), want));
    EXPECT_TRUE(scores.guards_hold());
}

void check_mix(const Kernels& kernels, const Case& c) {
    SCOPED_TRACE(testing::Message() << "d_head " << c.d_head << ", keys " << c.keys << ", gap " << c.gap);
    Rng rng(static_cast<std::uint64_t>(c.d_head * 1013 + c.keys));
    const int stride = c.d_head + c.gap;
    Guarded pattern(c.keys, c.offset), v(c.keys * stride, c.offset + 1), z(c.d_head, c.offset + 2);
    pattern.fill(rng, 0, 1);
    v.fill(rng, -1, 1);
    std::vector<float> want(static_cast<std::size_t>(c.d_head), 0.0f);
    for (int d = 0; d < c.d_head; ++d) {
        for (int j = 0; j < c.keys; ++j) want[static_cast<std::size_t>(d)] += pattern[j] * v[j * stride + d];
    }
    kernels.attention_mix(z.data(), pattern.data(), v.data(), stride, c.d_head, c.keys, Into::store);
    EXPECT_TRUE(same_bits(z.values(), want));
    EXPECT_TRUE(z.guards_hold());
    const int half = c.keys / 2;  // in two parts
    kernels.attention_mix(z.data(), pattern.data(), v.data(), stride, c.d_head, half, Into::store);
    kernels.attention_mix(z.data(), pattern.data() + half, v.data() + half * stride, stride, c.d_head, c.keys - half,
                          Into::accumulate);
    EXPECT_TRUE(same_bits(z.values(), want));
    EXPECT_TRUE(z.guards_hold());
}

class Attention : public EachImplementation {};

// Past two blocks of keys (4 vectors of 16 lanes each) and one more; past two blocks of features and one more.
TEST_P(Attention, ScoresAreTheDefinedSums) {
    for (int keys = 0; keys <= 129; ++keys) check_scores(kernels(), {8, keys, 0, 0});
    for (int d_head = 0; d_head <= 33; ++d_head) {
        for (const int keys : {1, 15, 67}) check_scores(kernels(), {d_head, keys, 3, d_head % 4});
    }
    check_scores(kernels(), {64, 1024, 704, 0});
}

TEST_P(Attention, MixesAreTheDefinedSums) {
    for (int d_head = 0; d_head <= 129; ++d_head) check_mix(kernels(), {d_head, 5, 0, d_head % 4});
    for (int keys = 0; keys <= 33; ++keys) check_mix(kernels(), {20, keys, 3, keys % 4});
    check_mix(kernels(), {64, 1024, 704, 0});
}

INSTANTIATE_TEST_SUITE_P(All, Attention, every_implementation(), name_of);

}  // namespace
}  // namespace headlight::kernels
