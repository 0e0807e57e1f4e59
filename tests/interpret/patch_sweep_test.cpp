#include "interpret/patch_sweep.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "interpret/intervention_helpers.h"

namespace headlight::interpret {
namespace {

constexpr TokenId kToken = 4, kRival = 9;

std::unique_ptr<PatchSweep> sweep_of(const Lab& lab, SweepKind kind) {
    auto sweep = PatchSweep::create(
        lab.compute, lab.gpt, {.clean = lab.other_ids, .corrupt = lab.ids, .token = kToken, .rival = kRival}, kind);
    EXPECT_TRUE(sweep.has_value());
    return std::move(*sweep);
}
float odds(const Activations& a, int positions) {
    const float* logits = a.at(Site::logits) + static_cast<std::size_t>((positions - 1) * 37);
    return logits[kToken] - logits[kRival];
}

// Every cell is a whole pass with that patch, bit for bit.
void expect_whole_passes(const Lab& lab, SweepKind kind, const char* place) {
    const auto sweep = sweep_of(lab, kind);
    while (!sweep->advance(1000)) {
    }
    const Sweep& result = sweep->result();
    const int n = lab.positions();
    EXPECT_EQ(result.rows, 3);
    EXPECT_EQ(result.columns, kind == SweepKind::head ? 4 : n);
    EXPECT_EQ(result.done, result.rows * result.columns);
    EXPECT_EQ(result.clean_odds, odds(lab.other, n));
    EXPECT_EQ(result.corrupt_odds, odds(lab.baseline, n));
    for (int row = 0; row < result.rows; ++row) {
        for (int column = 0; column < result.columns; ++column) {
            const std::string at = std::to_string(column), layer = std::to_string(row);
            const std::string text =
                "patch:" + layer + "." + (kind == SweepKind::head ? at + "@all" : place + ("@" + at));
            const float patched = odds(lab.changed(text), n);
            const float expected = (patched - result.corrupt_odds) / (result.clean_odds - result.corrupt_odds);
            EXPECT_EQ(result.restored[static_cast<std::size_t>(row * result.columns + column)], expected) << text;
        }
    }
}

TEST(PatchSweep, EveryCellIsAPassWithThatPatch) {
    Lab lab;
    // The first two tokens are the same in both prompts.
    lab.other_ids[0] = lab.ids[0];
    lab.other_ids[1] = lab.ids[1];
    lab.other = lab.run(lab.other_ids);
    expect_whole_passes(lab, SweepKind::residual, "resid");
    expect_whole_passes(lab, SweepKind::attention, "attn");
    expect_whole_passes(lab, SweepKind::mlp, "mlp");
    expect_whole_passes(lab, SweepKind::head, "");
}

TEST(PatchSweep, PatchesBringSomethingBack) {
    const Lab lab;
    const auto sweep = sweep_of(lab, SweepKind::residual);
    while (!sweep->advance(1000)) {
    }
    const Sweep& result = sweep->result();
    EXPECT_NE(result.clean_odds, result.corrupt_odds);
    float most = 0;
    for (const float value : result.restored) most = std::max(most, std::abs(value));
    EXPECT_GT(most, 0.1F);
}

TEST(PatchSweep, ComesInSlicesAndTellsWhatIsThere) {
    const Lab lab;
    const auto sweep = sweep_of(lab, SweepKind::residual);
    EXPECT_EQ(sweep->result().restored.size(), 27u);
    int steps = 0, before = 0;
    for (bool done = false; !done; ++steps) {
        const auto& restored = sweep->result().restored;
        const auto there = std::ranges::count_if(restored, [](float value) { return !std::isnan(value); });
        EXPECT_EQ(there, sweep->result().done);
        EXPECT_LE(sweep->result().done, before + 1) << "at most a cell a step without a budget";
        before = sweep->result().done;
        done = sweep->advance(0);
    }
    EXPECT_TRUE(sweep->done());
    // Two runs of 5 stages, and for each cell the layers from its own on and the head: 4, 3 or 2.
    EXPECT_EQ(steps, 5 + 5 + 9 * (4 + 3 + 2));
    EXPECT_TRUE(sweep->advance(0)) << "stays done";
}

TEST(PatchSweep, EqualOddsHaveNothingToRestore) {
    // Without attention, and with the same last token, the last row does not know of the others.
    Lab lab;
    std::vector<float> params = lab.gpt.all_params();
    for (const auto& block : lab.gpt.layout().blocks) {
        std::fill_n(params.begin() + static_cast<std::ptrdiff_t>(block.proj_weight), 24 * 24, 0.0F);
    }
    lab.gpt = model::Gpt(lab.compute, small_config(), std::move(params));
    lab.other_ids.back() = lab.ids.back();
    const auto sweep = sweep_of(lab, SweepKind::attention);
    while (!sweep->advance(1000)) {
    }
    EXPECT_EQ(sweep->result().clean_odds, sweep->result().corrupt_odds);
    for (const float value : sweep->result().restored) EXPECT_EQ(value, 0);
}

// The most likely token of a row of the logits, but one.
TokenId best(const Activations& a, int positions, TokenId but) {
    const float* logits = a.at(Site::logits) + static_cast<std::size_t>((positions - 1) * 37);
    TokenId found = -1;
    for (TokenId id = 0; id < 37; ++id) {
        if (id != but && (found < 0 || logits[id] > logits[found])) found = id;
    }
    return found;
}

TEST(PatchSweep, ChoosesTheTokensThatTheRunsSayMost) {
    const Lab lab;
    const int n = lab.positions();
    for (const auto& [token, rival] : {std::pair{-1, -1}, {kToken, -1}, {-1, kRival}}) {
        auto sweep = PatchSweep::create(lab.compute, lab.gpt,
                                        {.clean = lab.other_ids, .corrupt = lab.ids, .token = token, .rival = rival},
                                        SweepKind::head);
        ASSERT_TRUE(sweep.has_value());
        while (!(*sweep)->advance(1000)) {
        }
        const Sweep& result = (*sweep)->result();
        EXPECT_EQ(result.token, token == -1 ? best(lab.other, n, rival) : token);
        EXPECT_EQ(result.rival, rival == -1 ? best(lab.baseline, n, result.token) : rival);
        const float* clean = lab.other.at(Site::logits) + static_cast<std::size_t>((n - 1) * 37);
        EXPECT_EQ(result.clean_odds, clean[result.token] - clean[result.rival]);
    }
}

TEST(PatchSweep, RefusesWhatIsNoPairOfPrompts) {
    const Lab lab;
    const struct {
        PatchSweep::Prompts prompts;
        const char* reason;
    } cases[] = {
        {{{1, 2}, {1, 2, 3}, 0, 1}, "the clean prompt has 2 tokens, the corrupt one 3 tokens; patches need as many"},
        {{{}, {}, 0, 1}, "both prompts are empty"},
        {{some_ids(41, 1), some_ids(41, 2), 0, 1}, "the prompts have 41 tokens; the model has 40 positions"},
        {{{1, 2}, {1, 2}, 0, 1}, "both prompts are the same"},
        {{{1, 37}, {1, 2}, 0, 1}, "token 37 is not there: the model has tokens 0 to 36"},
        {{{1, 3}, {1, -2}, 0, 1}, "token -2 is not there"},
        {{{1, 3}, {1, 2}, 0, 99}, "token 99 is not there"},
        {{{1, 3}, {1, 2}, 5, 5}, "the token and its rival are the same"},
    };
    for (const auto& [prompts, reason] : cases) {
        const auto sweep = PatchSweep::create(lab.compute, lab.gpt, prompts, SweepKind::residual);
        ASSERT_FALSE(sweep.has_value()) << reason;
        EXPECT_NE(sweep.error().message.find(reason), std::string::npos) << sweep.error().message;
    }
}

}  // namespace
}  // namespace headlight::interpret
