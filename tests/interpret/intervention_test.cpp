#include "interpret/intervention.h"

#include <gtest/gtest.h>

namespace headlight::interpret {
namespace {

constexpr model::GptConfig kConfig{.vocab = 101, .context = 32, .d_model = 32, .layers = 2, .heads = 2, .d_mlp = 128};
constexpr int kPositions = 8;

Intervention one(std::string_view text) {
    const InterventionList list = parse_interventions(text);
    EXPECT_EQ(list.good.size(), 1u) << text;
    return list.good.empty() ? Intervention() : list.good[0];
}
std::vector<Intervention> all(std::string_view text) {
    const InterventionList list = parse_interventions(text);
    EXPECT_TRUE(list.bad.empty()) << text;
    return list.good;
}

TEST(Interventions, WhatFitsStays) {
    const auto list =
        all("off:1.1;off:1.n127;mean:0.mlp;paint:1.0@copy1.1;paint:0.0@7-7-1;patch:1.resid@7;patch:0.0@all;swap:7@100;"
            "drop:0");
    const InterventionList fits = fitting(list, kConfig, kPositions);
    EXPECT_EQ(fits.good, list);
    EXPECT_TRUE(fits.bad.empty());
}

TEST(Interventions, WhatDoesNotFitIsTold) {
    const struct {
        const char *item, *reason;
    } cases[] = {
        {"off:99.0", "layer 99 is not there: the model has layers 0 to 1"},
        {"off:2.attn", "layer 2 is not there: the model has layers 0 to 1"},
        {"off:1.2", "head 2 is not there: the model has heads 0 to 1"},
        {"off:1.n128", "neuron 128 is not there: the model has neurons 0 to 127"},
        {"paint:1.0@copy0.2", "head 2 is not there: the model has heads 0 to 1"},
        {"paint:1.0@8-0-1", "position 8 lies behind the end: the prompt has positions 0 to 7"},
        {"patch:1.resid@8", "position 8 lies behind the end: the prompt has positions 0 to 7"},
        {"swap:8@5", "position 8 lies behind the end: the prompt has positions 0 to 7"},
        {"swap:0@101", "token 101 is not there: the model has tokens 0 to 100"},
        {"drop:999999999", "position 999999999 lies behind the end: the prompt has positions 0 to 7"},
    };
    for (const auto& [item, reason] : cases) {
        const InterventionList fits = fitting(all("off:0.0;" + std::string(item)), kConfig, kPositions);
        EXPECT_EQ(to_text(fits.good), "off:0.0") << item;
        ASSERT_EQ(fits.bad.size(), 1u) << item;
        EXPECT_EQ(fits.bad[0].item, item);
        EXPECT_EQ(fits.bad[0].reason(), reason);
    }
}

TEST(Interventions, AnEmptyPromptHasNoPositions) {
    const InterventionList fits = fitting(all("drop:0;off:0.0;patch:0.0@all"), kConfig, 0);
    EXPECT_EQ(to_text(fits.good), "off:0.0;patch:0.0@all");
    ASSERT_EQ(fits.bad.size(), 1u);
    EXPECT_EQ(fits.bad[0].reason(), "position 0 lies behind the end: the prompt is empty");
}

TEST(Interventions, OfPaintedCellsThoseThatFitStay) {
    const InterventionList fits = fitting(all("paint:1.0@3-0-1_8-0-1_9-2-0.5"), kConfig, kPositions);
    EXPECT_EQ(to_text(fits.good), "paint:1.0@3-0-1");
    ASSERT_EQ(fits.bad.size(), 1u);
    EXPECT_EQ(fits.bad[0].item, "paint:1.0@8-0-1_9-2-0.5");
}

TEST(Interventions, SamePlace) {
    const struct {
        const char *left, *right;
        bool same;
    } cases[] = {
        {"off:1.1", "scale:1.1@0.5", true},      {"off:1.1", "mean:1.1", true},
        {"off:1.1", "off:1.0", false},           {"off:1.1", "off:0.1", false},
        {"off:1.1", "off:1.n1", false},          {"off:1.attn", "mean:1.attn", true},
        {"off:1.attn", "off:1.mlp", false},      {"off:1.1", "paint:1.1@first", false},
        {"paint:1.1@first", "freeze:1.1", true}, {"paint:1.1@first", "raw:1.1@1-0-1", true},
        {"patch:1.1@3", "patch:1.1@3", true},    {"patch:1.1@3", "patch:1.1@4", false},
        {"patch:1.1@3", "off:1.1", false},       {"patch:1.resid@all", "patch:1.resid@all", true},
        {"swap:3@4", "swap:3@5", true},          {"swap:3@4", "swap:4@4", false},
        {"swap:3@4", "drop:3", false},           {"drop:3", "drop:3", true},
    };
    for (const auto& [left, right, same] : cases) {
        EXPECT_EQ(same_place(one(left), one(right)), same) << left << " and " << right;
        EXPECT_EQ(same_place(one(right), one(left)), same) << left << " and " << right;
    }
}

TEST(Interventions, TheFirstStageThatChanges) {
    EXPECT_EQ(first_changed_layer({}, 6), 6);
    EXPECT_EQ(first_changed_layer(all("off:3.2"), 6), 3);
    EXPECT_EQ(first_changed_layer(all("off:3.2;patch:2.resid@0;scale:4.0@1"), 6), 2);
    EXPECT_EQ(first_changed_layer(all("off:3.2;drop:5"), 6), 0);
    EXPECT_EQ(first_changed_layer(all("off:3.2;swap:5@1"), 6), -1);
}

TEST(Interventions, WhatTheyNeed) {
    EXPECT_FALSE(needs_other_run(all("off:3.2;mean:1.1;drop:5;paint:1.1@copy0.1")));
    EXPECT_TRUE(needs_other_run(all("off:3.2;patch:1.1@2")));
    EXPECT_TRUE(needs_other_run(all("freeze:1.1")));
    EXPECT_FALSE(needs_whole_prompt(all("off:3.2;patch:1.1@2;drop:5")));
    EXPECT_TRUE(needs_whole_prompt(all("off:3.2;mean:1.mlp")));
}

}  // namespace
}  // namespace headlight::interpret
