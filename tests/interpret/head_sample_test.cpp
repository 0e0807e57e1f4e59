#include "interpret/head_sample.h"

#include "interpret/head_search.h"
#include "interpret/reading_fixture.h"

namespace headlight::interpret {
namespace {

using nn::TokenId;

// With repeats, so that every score has rows.
const std::vector<std::vector<TokenId>> kTexts{{5, 9, 5, 9, 7, 5}, {1, 2, 3, 1, 2, 3, 1, 2, 3, 4, 1}, {8, 30, 200}};

Matrix pattern_of(const model::Activations& trace, int layer, int head, int positions) {
    const nn::SiteView view = trace.view(model::Site::pattern, layer, positions);
    return {view.data + head * view.stride[0], positions, positions, view.stride[1], view.stride[2]};
}

void expect_same(const HeadStats& left, const HeadStats& right) {
    for (int i = 0; i < kHeadScores; ++i) {
        const auto score = static_cast<HeadScore>(i);
        EXPECT_EQ(score_of(left, score), score_of(right, score)) << kHeadScoreNames[static_cast<std::size_t>(i)];
    }
    EXPECT_EQ(left.kind, right.kind);
}

// Of whole traces, text by text.
HeadStats from_traces(const Reading& r, const std::vector<std::vector<TokenId>>& texts, int layer, int head) {
    HeadTally tally;
    for (const auto& ids : texts) {
        model::Activations trace(r.gpt.config(), 1, static_cast<int>(ids.size()), model::Keep::trace);
        model::Forward(*r.compute, r.gpt, trace, ids, 0).run();
        tally.add(pattern_of(trace, layer, head, static_cast<int>(ids.size())), ids);
    }
    return tally.stats();
}

TEST(HeadSample, IsTheMeanOverTheRowsOfAllTexts) {
    const Reading r = random_reading({"f32"});
    for (const int rows : {1, 4, 64}) {
        HeadSample sample(*r.compute, r.gpt, kTexts, rows);
        int slices = 0;
        double before = 0;
        EXPECT_FALSE(sample.done());
        while (!sample.advance(0)) {
            EXPECT_GE(sample.fraction(), before);
            before = sample.fraction();
            ++slices;
        }
        EXPECT_EQ(sample.fraction(), 1);
        EXPECT_GE(slices, 3 * r.gpt.config().layers) << "a slice is a stage of a pass";
        for (int layer = 0; layer < r.gpt.config().layers; ++layer) {
            for (int head = 0; head < r.gpt.config().heads; ++head) {
                expect_same(sample.stats(layer, head), from_traces(r, kTexts, layer, head));
            }
        }
    }
}

TEST(HeadSample, OfOneTextIsWhatTheTextAloneTells) {
    const Reading r = random_reading({"f32"});
    HeadSample sample(*r.compute, r.gpt, {r.ids}, 8);
    while (!sample.advance(1000)) {
    }
    expect_same(sample.stats(2, 1), head_stats(pattern_of(r.trace, 2, 1, r.positions()), r.ids));
}

TEST(HeadSample, CutsTextsAndLeavesOutThoseThatTellNothing) {
    const Reading r = random_reading({"f32"});
    const auto context = static_cast<std::size_t>(r.gpt.config().context);
    const std::vector<TokenId> longer(context + 9, 7);
    HeadSample sample(*r.compute, r.gpt, {{}, {3}, longer}, 64);
    while (!sample.advance(1000)) {
    }
    expect_same(sample.stats(0, 0), from_traces(r, {{longer.begin(), longer.begin() + r.gpt.config().context}}, 0, 0));
    HeadSample none(*r.compute, r.gpt, {{3}}, 64);
    EXPECT_TRUE(none.done());
    EXPECT_EQ(none.fraction(), 1);
    EXPECT_EQ(none.stats(0, 0).kind, HeadKind::none);
}

}  // namespace
}  // namespace headlight::interpret
