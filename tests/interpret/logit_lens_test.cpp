#include "interpret/logit_lens.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "interpret/reading_fixture.h"

namespace headlight::interpret {
namespace {

class LogitLensTest : public testing::TestWithParam<ReadingCase> {};

INSTANTIATE_TEST_SUITE_P(Models, LogitLensTest,
                         testing::Values(ReadingCase{"f32"}, ReadingCase{"untied", kernels::WeightFormat::f32, false},
                                         ReadingCase{"f16", kernels::WeightFormat::f16},
                                         ReadingCase{"q8", kernels::WeightFormat::q8},
                                         ReadingCase{"threads", kernels::WeightFormat::f32, true, 3}),
                         [](const auto& each) { return each.param.name; });

bool same_bits(std::span<const float> a, std::span<const float> b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

bool same_cell(const LensCell& a, const LensCell& b) {
    for (std::size_t i = 0; i < a.top.size(); ++i) {
        if (a.top[i].id != b.top[i].id || a.top[i].probability != b.top[i].probability) return false;
    }
    return a.ready == b.ready && a.next_rank == b.next_rank && a.next_probability == b.next_probability &&
           a.entropy == b.entropy;
}

TEST_P(LogitLensTest, TheLastPointIsTheModelsAnswerBitForBit) {
    const Reading r = random_reading(GetParam());
    const int last = lens_points(3) - 1;
    for (int position = 0; position < r.positions(); ++position) {
        const auto logits = lens_distribution(*r.compute, r.gpt, r.trace, last, position);
        ASSERT_TRUE(same_bits(logits, r.logits(position))) << position;
        EXPECT_FALSE(same_bits(lens_distribution(*r.compute, r.gpt, r.trace, last - 1, position), r.logits(position)));
    }
}

TEST_P(LogitLensTest, EveryCellSaysWhatItsDistributionSays) {
    const Reading r = random_reading(GetParam());
    LogitLens lens(*r.compute, r.gpt, r.trace, r.ids);
    ASSERT_EQ(lens.size(), 7 * 17);
    while (!lens.advance(10)) {
    }
    for (int point = 0; point < lens.points(); ++point) {
        for (int position = 0; position < lens.positions(); ++position) {
            const int next = position + 1 < r.positions() ? r.ids[static_cast<std::size_t>(position) + 1] : -1;
            const auto logits = lens_distribution(*r.compute, r.gpt, r.trace, point, position);
            ASSERT_TRUE(same_cell(lens.cell(point, position), lens_cell(logits, next))) << point << " " << position;
        }
    }
}

TEST(LogitLens, SlicesOfAnySizeMakeTheSameCellsTheLastPositionFirst) {
    const Reading r = random_reading({"f32"});
    LogitLens slow(*r.compute, r.gpt, r.trace, r.ids), fast(*r.compute, r.gpt, r.trace, r.ids);
    EXPECT_TRUE(fast.advance(10000));
    EXPECT_FALSE(slow.advance(0)) << "one at least";
    EXPECT_EQ(slow.made(), 1);
    EXPECT_TRUE(slow.cell(6, 16).ready);
    EXPECT_FALSE(slow.cell(5, 16).ready);
    slow.advance(6);
    EXPECT_TRUE(slow.cell(0, 16).ready);
    EXPECT_FALSE(slow.cell(6, 15).ready);
    while (!slow.advance(4)) {
    }
    EXPECT_TRUE(slow.done() && slow.advance(4));
    for (int point = 0; point < 7; ++point) {
        for (int position = 0; position < 17; ++position) {
            ASSERT_TRUE(same_cell(slow.cell(point, position), fast.cell(point, position)));
        }
    }
}

TEST(LogitLens, CellsRankAndSum) {
    const std::vector<float> logits{std::log(0.25F), std::log(0.5F), std::log(0.125F), std::log(0.125F)};
    const LensCell cell = lens_cell(logits, 3);
    EXPECT_EQ(cell.top[0].id, 1);
    EXPECT_EQ(cell.top[1].id, 0);
    EXPECT_EQ(cell.top[2].id, 2) << "of equals the first";
    EXPECT_EQ(cell.top[3].id, 3);
    EXPECT_EQ(cell.top[4].id, -1) << "there are four tokens";
    EXPECT_EQ(cell.top[4].probability, 0);
    EXPECT_FLOAT_EQ(cell.top[0].probability, 0.5F);
    EXPECT_EQ(cell.next_rank, 4);
    EXPECT_FLOAT_EQ(cell.next_probability, 0.125F);
    EXPECT_FLOAT_EQ(cell.entropy, 1.75F);
    EXPECT_EQ(lens_cell(logits, -1).next_rank, -1);
    const LensCell equal = lens_cell(std::vector<float>(8, 1.0F), 6);
    for (int i = 0; i < LensCell::kTop; ++i) EXPECT_EQ(equal.top[static_cast<std::size_t>(i)].id, i);
    EXPECT_EQ(equal.next_rank, 7);
    EXPECT_EQ(lens_cell(std::vector<float>{0, -1000, 3000}, 0).entropy, 0) << "no overflow";
}

TEST(LogitLens, NamesItsPoints) {
    EXPECT_EQ(lens_site(0), (nn::SiteAt{nn::Site::resid_pre, 0}));
    EXPECT_EQ(lens_site(1), (nn::SiteAt{nn::Site::resid_mid, 0}));
    EXPECT_EQ(lens_site(2), (nn::SiteAt{nn::Site::resid_post, 0}));
    EXPECT_EQ(lens_site(lens_points(6) - 1), (nn::SiteAt{nn::Site::resid_post, 5}));
}

// tests/golden/make_reading.py
TEST(LogitLens, AgreesWithPyTorch) {
    for (const char* kind : kGoldenKinds) {
        const Reading r = golden_reading(kind);
        const auto& want = r.expected["lens"];
        LogitLens lens(*r.compute, r.gpt, r.trace, r.ids);
        lens.advance(lens.size());
        for (std::size_t point = 0; point < static_cast<std::size_t>(lens.points()); ++point) {
            for (const int position : {3, 10}) {
                const auto logits = lens_distribution(*r.compute, r.gpt, r.trace, static_cast<int>(point), position);
                const auto theirs = want["logits"][std::to_string(position)][point].get<std::vector<double>>();
                ASSERT_EQ(logits.size(), theirs.size());
                for (std::size_t i = 0; i < logits.size(); ++i) {
                    ASSERT_NEAR(logits[i], theirs[i], 1e-5 * std::max(1.0, std::abs(theirs[i]))) << kind << point;
                }
            }
            for (std::size_t i = 0; i < r.ids.size(); ++i) {
                const LensCell& cell = lens.cell(static_cast<int>(point), static_cast<int>(i));
                for (std::size_t k = 0; k < cell.top.size(); ++k) {
                    ASSERT_EQ(cell.top[k].id, want["top"][point][i][k].get<int>());
                    ASSERT_NEAR(cell.top[k].probability, want["top_probability"][point][i][k].get<double>(), 1e-5);
                }
                ASSERT_NEAR(cell.entropy, want["entropy"][point][i].get<double>(), 1e-5);
                if (i + 1 == r.ids.size()) continue;
                ASSERT_EQ(cell.next_rank, want["next_rank"][point][i].get<int>());
                ASSERT_NEAR(cell.next_probability, want["next_probability"][point][i].get<double>(), 1e-5);
            }
        }
    }
}

}  // namespace
}  // namespace headlight::interpret
