#include "interpret/explain.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "base/rng.h"
#include "interpret/explain_fixture.h"
#include "interpret/formula.h"

namespace headlight::interpret {
namespace {

using model::Site;

class ExplainTest : public testing::TestWithParam<ExplainCase> {
  protected:
    ExplainTest() : compute_(1), gpt_(make_gpt()), trace_(gpt_.config(), 1, kPositions, model::Keep::trace) {
        Rng rng(7);
        for (int i = 0; i < kPositions; ++i) ids_.push_back(static_cast<std::int32_t>(rng.below(kVocab)));
        model::Forward(compute_, gpt_, trace_, ids_, 0).run();
    }

    model::Gpt make_gpt() const {
        return explained_gpt(compute_,
                             {.vocab = kVocab, .context = 16, .d_model = 24, .layers = 2, .heads = 3, .d_mlp = 40},
                             GetParam());
    }

    Pass pass() { return {gpt_, trace_, ids_}; }

    static constexpr int kVocab = 37, kPositions = 11;
    model::Compute compute_;
    model::Gpt gpt_;
    model::Activations trace_;
    std::vector<std::int32_t> ids_;
};

TEST_P(ExplainTest, EveryCellOfEverySiteFollowsFromItsInputs) {
    for (const nn::SiteInfo& info : nn::kSites) {
        for (int layer = 0; layer < (info.per_layer() ? 2 : 1); ++layer) {
            const nn::SiteView view = std::as_const(trace_).view(info.site, layer, kPositions);
            for (int i = 0; i < view.shape[0]; ++i) {
                for (int j = 0; j < view.shape[1]; ++j) {
                    for (int k = 0; k < (view.rank == 3 ? view.shape[2] : 1); ++k) {
                        const Explanation e = explain(pass(), info.site, layer, {i, j, k});
                        const float traced = view.data[i * view.stride[0] + j * view.stride[1] + k * view.stride[2]];
                        ASSERT_EQ(e.value, traced);
                        if (std::isinf(traced)) {
                            ASSERT_EQ(e.recomputed, traced);
                            continue;
                        }
                        ASSERT_NEAR(e.recomputed, traced, 2e-5 * std::max(1.0, std::abs(double(traced))))
                            << nn::site_name(info.site, layer) << " " << i << " " << j << " " << k;
                        ASSERT_FALSE(e.lines.empty());
                    }
                }
            }
        }
    }
}

TEST_P(ExplainTest, TheShownResultIsTheTracedNumber) {
    for (const nn::SiteInfo& info : nn::kSites) {
        const Explanation e = explain(pass(), info.site, 1, {2, 0, 0});
        std::vector<std::string> results;
        for (const FormulaLine& line : e.lines) {
            for (const FormulaSpan& span : line) {
                if (span.kind == SpanKind::result) results.push_back(span.text);
            }
        }
        ASSERT_FALSE(results.empty()) << info.name;
        EXPECT_EQ(results.back(), number_text(e.recomputed)) << info.name;
        EXPECT_EQ(e.site, nn::site_name(info.site, info.per_layer() ? 1 : 0));
        EXPECT_FALSE(e.sources.empty()) << info.name;
    }
}

TEST_P(ExplainTest, TermsAreSortedAndAddUp) {
    for (const Site site :
         {Site::q, Site::attn_scores, Site::pattern, Site::z, Site::mlp_out, Site::logits, Site::ln1_scale}) {
        const Explanation e = explain(pass(), site, 1, {1, site == Site::ln1_scale ? 0 : 1, 1});
        ASSERT_FALSE(e.terms.empty());
        std::set<int> indices;
        double sum = 0;
        for (std::size_t i = 0; i < e.terms.size(); ++i) {
            sum += static_cast<double>(e.terms[i].value);
            indices.insert(e.terms[i].index);
            if (i > 0) {
                EXPECT_LE(std::abs(e.terms[i].value), std::abs(e.terms[i - 1].value));
            }
        }
        EXPECT_EQ(indices.size(), e.terms.size());
        EXPECT_NEAR(sum, e.terms_sum, 1e-4 * std::max(1.0, std::abs(sum)));
    }
    EXPECT_EQ(explain(pass(), Site::attn_scores, 0, {1, 5, 2}).terms.size(), 8U);
    EXPECT_EQ(explain(pass(), Site::z, 0, {5, 1, 2}).terms.size(), 6U);
}

// A changed input changes the recomputed value: the explanation reads the trace, it does not copy the answer.
TEST_P(ExplainTest, RecomputesInsteadOfCopying) {
    trace_.at(Site::ln1_normalized, 1)[4 * 24 + 3] += 1.0F;
    const Explanation e = explain(pass(), Site::q, 1, {4, 1, 2});
    EXPECT_GT(std::abs(e.recomputed - e.value), 1e-3);
    trace_.at(Site::attn_scores, 0)[5 * kPositions + 2] += 50.0F;
    const Explanation softmax = explain(pass(), Site::pattern, 0, {0, 5, 3});
    EXPECT_GT(std::abs(softmax.recomputed - softmax.value), 1e-5);
}

INSTANTIATE_TEST_SUITE_P(Models, ExplainTest, explain_cases(), explain_case_name);

TEST(Formula, NumbersAreShortAndSigned) {
    EXPECT_EQ(number_text(18.4199F), "18.42");
    EXPECT_EQ(number_text(0.7121F), "0.71");
    EXPECT_EQ(number_text(-0.0031F), "-0.0031");
    EXPECT_EQ(number_text(0.0F), "0");
    EXPECT_EQ(number_text(-135.9132F), "-135.91");
    EXPECT_EQ(number_text(0.00002F), "2.0e-05");
    EXPECT_EQ(number_text(-INFINITY), "-∞");
}

}  // namespace
}  // namespace headlight::interpret
