#include "interpret/tutorial_explain.h"

#include <cmath>

#include "interpret/formula.h"
#include "interpret/tutorial_fixture.h"

namespace headlight::interpret {
namespace {

class TutorialExplainTest : public TutorialFixture {
  protected:
    void expect_all_recompute() {
        int with_rule = 0;
        for_sheets(Tutorial::kSteps, [&](const Sheet& s) {
            const bool big = s.values.size() > 5000;
            for (int row = 0; row < s.rows; row += big ? 37 : 1) {
                for (int col = 0; col < s.cols; col += big ? 41 : 1) {
                    const Explanation e = tutorial().explain(s.id, row, col);
                    ASSERT_EQ(e.site, s.id);
                    ASSERT_FALSE(e.lines.empty());
                    if (std::isnan(s.at(row, col))) continue;
                    ASSERT_EQ(e.value, s.at(row, col));
                    if (std::isinf(e.value)) {
                        ASSERT_EQ(e.recomputed, e.value) << s.id;
                        continue;
                    }
                    ASSERT_NEAR(e.recomputed, e.value, 2e-5 * std::max(1.0, std::abs(double(e.value))))
                        << s.id << " " << row << " " << col;
                    with_rule += e.sources.empty() ? 0 : 1;
                    for (const Source& source : e.sources) ASSERT_NE(tutorial().find(source.site), nullptr) << s.id;
                }
            }
        });
        EXPECT_GT(with_rule, 2000);
    }
};

TEST_F(TutorialExplainTest, EveryCellFollowsFromItsInputs) {
    for (const TutorialMode mode : {TutorialMode::arithmetic, TutorialMode::paper}) {
        tutorial().set_mode(mode);
        expect_all_recompute();
    }
}

TEST_F(TutorialExplainTest, EveryCellFollowsFromEditedInputsToo) {
    tutorial().set_mode(TutorialMode::paper);
    ASSERT_TRUE(tutorial().edit("embedding", 2, 3, -1.5F).has_value());
    ASSERT_TRUE(tutorial().edit("positions", 1, 1, 0.3F).has_value());
    ASSERT_TRUE(tutorial().edit("gamma1", 0, 2, 2).has_value());
    ASSERT_TRUE(tutorial().edit("dec_beta3", 0, 2, -1).has_value());
    ASSERT_TRUE(tutorial().edit("cross_wo", 3, 5, 1.25F).has_value());
    ASSERT_TRUE(tutorial().edit("mha_wq", 100, 7, 4).has_value());
    expect_all_recompute();
}

std::string text_of(const FormulaLine& line) {
    std::string out;
    for (const FormulaSpan& span : line) out += span.text;
    return out;
}

TEST_F(TutorialExplainTest, AShortSumIsWrittenOutWithItsTerms) {
    tutorial().set_mode(TutorialMode::arithmetic);
    const Explanation e = tutorial().explain("v", 0, 2);
    EXPECT_EQ(text_of(e.lines[0]),
              "V[When, 2] = 0.79·0.70 + 1.60·0.61 + 0.96·0.61 + 1.64·0.98 + 0.97·0.34 + 1.20·0.13 = 4.21");
    ASSERT_EQ(e.terms.size(), 6U);
    EXPECT_EQ(e.terms[0].index, 3);  // 1.64 · 0.98
    EXPECT_NEAR(e.terms_sum, 4.2076, 1e-4);
    ASSERT_EQ(e.sources.size(), 2U);
    EXPECT_EQ(e.sources[0].site, "x");
    EXPECT_EQ(e.sources[1].site, "wv");
    EXPECT_EQ(e.sources[1].indices, (std::vector<int>{-1, 2}));
}

TEST_F(TutorialExplainTest, AWrongFigureIsToldByItsOwnFormula) {
    const Explanation e = tutorial().explain("v", 0, 2);  // as printed
    EXPECT_EQ(e.value, 4.08F);
    EXPECT_NEAR(e.recomputed, 4.2076, 1e-4);
}

TEST_F(TutorialExplainTest, TheShownResultIsTheCellsNumber) {
    tutorial().set_mode(TutorialMode::paper);
    for_sheets(Tutorial::kExampleStep, [&](const Sheet& s) {
        const Explanation e = tutorial().explain(s.id, s.rows - 1, 0);
        bool found = false;
        for (const FormulaSpan& span : e.lines.back()) {
            found = found || (span.kind == SpanKind::result && span.text == number_text(e.value));
        }
        EXPECT_TRUE(found) << s.id << ": " << text_of(e.lines.back());
    });
}

TEST(TutorialSymbolsTest, BracesAreLoweredAndRaised) {
    const FormulaLine line = symbols("V = X · W_{V}^{T}");
    ASSERT_EQ(line.size(), 3U);
    EXPECT_EQ(line[0].text, "V = X · W");
    EXPECT_EQ(line[1].kind, SpanKind::subscript);
    EXPECT_EQ(line[1].text, "V");
    EXPECT_EQ(line[2].kind, SpanKind::superscript);
    EXPECT_EQ(line[2].text, "T");
    EXPECT_TRUE(symbols("").empty());
}

}  // namespace
}  // namespace headlight::interpret
