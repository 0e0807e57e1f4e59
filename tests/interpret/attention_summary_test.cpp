#include "interpret/attention_summary.h"

#include <cmath>

#include "interpret/reading_fixture.h"

namespace headlight::interpret {
namespace {

TEST(AttentionSummary, RowsSumToOneAndKeepTheMask) {
    const Reading r = random_reading({""});
    const int n = r.positions();  // fewer than the trace has room for
    const auto size = static_cast<std::size_t>(n);
    for (const auto& summary : {attention_rollout(*r.compute, r.trace, n), attention_rollout(*r.compute, r.trace, n, 1),
                                head_average(r.trace, 1, n), head_average(r.trace, kAllLayers, n)}) {
        ASSERT_EQ(summary.size(), size * size);
        for (std::size_t i = 0; i < size; ++i) {
            double sum = 0;
            for (std::size_t j = 0; j < size; ++j) {
                sum += static_cast<double>(summary[i * size + j]);
                if (j > i) {
                    EXPECT_EQ(summary[i * size + j], 0);
                }
            }
            EXPECT_NEAR(sum, 1, 1e-5);
        }
    }
}

TEST(AttentionSummary, TheRolloutGrowsLayerByLayer) {
    const Reading r = random_reading({""});
    AttentionRollout rollout(*r.compute, r.trace, r.positions());
    EXPECT_EQ(rollout.result(), attention_rollout(*r.compute, r.trace, r.positions(), 0));
    EXPECT_EQ(rollout.result()[0], 1) << "no layer yet: every position is its own";
    EXPECT_EQ(rollout.result()[17], 0);
    EXPECT_FALSE(rollout.advance());
    const std::vector<float> average = head_average(r.trace, 0, r.positions());
    EXPECT_NEAR(rollout.result()[17], average[17] / 2, 1e-6);
    EXPECT_NEAR(rollout.result()[18], average[18] / 2 + 0.5F, 1e-6);
    EXPECT_FALSE(rollout.advance());
    EXPECT_TRUE(rollout.advance());
    EXPECT_TRUE(rollout.done() && rollout.advance());
    EXPECT_EQ(rollout.result(), attention_rollout(*r.compute, r.trace, r.positions()));
}

void expect_same(const std::vector<float>& ours, const nlohmann::json& theirs) {
    const std::size_t n = theirs.size();
    ASSERT_EQ(ours.size(), n * n);
    for (std::size_t i = 0; i < n * n; ++i) ASSERT_NEAR(ours[i], theirs[i / n][i % n].get<double>(), 1e-6);
}

// tests/golden/make_reading.py
TEST(AttentionSummary, AgreesWithPyTorch) {
    for (const char* kind : kGoldenKinds) {
        const Reading r = golden_reading(kind);
        const auto& want = r.expected["attention"];
        expect_same(attention_rollout(*r.compute, r.trace, r.positions()), want["rollout"]);
        expect_same(head_average(r.trace, kAllLayers, r.positions()), want["average"]);
        expect_same(head_average(r.trace, 1, r.positions()), want["average_1"]);
    }
}

}  // namespace
}  // namespace headlight::interpret
