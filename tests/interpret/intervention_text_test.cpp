#include <gtest/gtest.h>

#include <cmath>

#include "base/rng.h"
#include "interpret/intervention.h"

namespace headlight::interpret {
namespace {

TEST(InterventionText, EveryItemComesBackAsItWas) {
    for (const char* item : {"off:3.2",
                             "off:3.attn",
                             "off:3.mlp",
                             "off:3.n17",
                             "mean:3.2",
                             "mean:3.attn",
                             "mean:3.mlp",
                             "mean:3.n17",
                             "scale:3.2@-0.5",
                             "scale:3.2@2",
                             "scale:0.0@0",
                             "paint:3.2@uniform",
                             "paint:3.2@previous",
                             "paint:3.2@first",
                             "paint:3.2@self",
                             "paint:3.2@copy1.4",
                             "paint:3.2@copy3.0",
                             "paint:3.2@5-0-1",
                             "paint:3.2@5-0-1_5-3-0.25",
                             "raw:3.2@5-5-1e-05_6-0-0",
                             "freeze:3.2",
                             "patch:3.resid@5",
                             "patch:3.attn@5",
                             "patch:3.mlp@0",
                             "patch:3.2@5",
                             "patch:3.2@all",
                             "patch:0.resid@all",
                             "swap:5@318",
                             "drop:5"}) {
        const InterventionList list = parse_interventions(item);
        ASSERT_EQ(list.good.size(), 1u) << item << (list.bad.empty() ? "" : ": " + list.bad[0].reason());
        EXPECT_TRUE(list.bad.empty()) << item;
        EXPECT_EQ(to_text(list.good[0]), item);
    }
}

TEST(InterventionText, MeansWhatItSays) {
    const InterventionList list = parse_interventions(
        " off:3.n17 ; scale:3.2@-0.5;\npaint:3.2@6-1-1_5-3-0.25_5-3-0.5;paint:3.2@copy1.4; "
        "patch:2.resid@all;swap:5@318");
    ASSERT_EQ(list.good.size(), 6u);
    Intervention neuron;
    neuron.target = Target::neuron;
    neuron.layer = 3, neuron.index = 17;
    EXPECT_EQ(list.good[0], neuron);
    EXPECT_EQ(list.good[1].factor, -0.5F);
    EXPECT_EQ(list.good[2].cells, (std::vector<PaintedCell>{{5, 3, 0.5F}, {6, 1, 1}}))
        << "sorted; the later one counts";
    EXPECT_EQ(list.good[3].preset, Preset::copy);
    EXPECT_EQ(list.good[3].from_layer, 1);
    EXPECT_EQ(list.good[3].from_head, 4);
    EXPECT_EQ(list.good[4].target, Target::residual);
    EXPECT_EQ(list.good[4].position, -1);
    EXPECT_EQ(list.good[5].position, 5);
    EXPECT_EQ(list.good[5].token, 318);
    EXPECT_EQ(to_text(list.good),
              "off:3.n17;scale:3.2@-0.5;paint:3.2@5-3-0.5_6-1-1;paint:3.2@copy1.4;patch:2.resid@all;swap:5@318");
}

TEST(InterventionText, AnyFactorAndWeightComesBackBitForBit) {
    Rng rng(3);
    for (int i = 0; i < 2000; ++i) {
        Intervention scale, paint;
        scale.change = Change::scale;
        scale.factor = static_cast<float>((rng.uniform() * 4 - 2) * std::pow(10, -static_cast<double>(rng.below(40))));
        paint.change = Change::paint;
        paint.cells = {{7, 2, static_cast<float>(rng.uniform() * std::pow(10, -static_cast<double>(rng.below(44))))}};
        const std::vector<Intervention> list{scale, paint};
        const InterventionList read = parse_interventions(to_text(list));
        EXPECT_TRUE(read.bad.empty()) << to_text(list);
        ASSERT_EQ(read.good, list) << to_text(list);
    }
}

TEST(InterventionText, WhatCannotBeReadIsToldWithAReason) {
    const struct {
        std::string item, reason;
    } cases[] = {
        {"", "an empty item"},
        {"junk", "expected off:"},
        {"off", "expected off:"},
        {"fly:3.2", "expected off:"},
        {"OFF:3.2", "expected off:"},
        {"off:3", "a layer, a dot"},
        {"off:x.2", "layer \"x\" is no whole number from 0"},
        {"off:-1.2", "layer \"-1\" is no whole number"},
        {"off:3.-2", "head \"-2\" is no whole number"},
        {"off:3.99999999999999", "head \"99999999999999\""},
        {"off:3.n", "neuron \"\" is no whole number"},
        {"off:3.resid", "off takes a head as 3.2, 3.attn, 3.mlp or a neuron"},
        {"off:3.2@5", "without an @"},
        {"scale:3.2", "expected an @"},
        {"scale:3.mlp@1", "scale takes a head"},
        {"scale:3.2@nan", "factor \"nan\" is no number from -2 to 2"},
        {"scale:3.2@inf", "is no number from -2 to 2"},
        {"scale:3.2@1e999", "is no number from -2 to 2"},
        {"scale:3.2@2.01", "is no number from -2 to 2"},
        {"scale:3.2@", "factor \"\""},
        {"paint:3.2@", "is no cell"},
        {"paint:3.2@all", "is no cell"},
        {"paint:3.2@5-0", "is no cell"},
        {"paint:3.2@5-6-1", "key 6 lies behind query 5"},
        {"paint:3.2@5-0-1.5", "weight \"1.5\" is no number from 0 to 1"},
        {"paint:3.2@5-0--0.5", "weight \"-0.5\" is no number from 0 to 1"},
        {"paint:3.2@5-0-nan", "weight \"nan\""},
        {"paint:3.2@5-0-1_", "is no cell"},
        {"paint:3.2@copy4.1", "layer 4 comes after layer 3"},
        {"paint:3.2@copy", "copied layer"},
        {"paint:3.2@copy1", "copied head"},
        {"paint:3.attn@first", "paint takes a head"},
        {"raw:3.2@uniform", "raw takes cells"},
        {"freeze:3.mlp", "freeze takes a head"},
        {"patch:3.n5@1", "patch takes 3.resid"},
        {"patch:3.resid", "expected an @"},
        {"patch:3.resid@-1", "position \"-1\""},
        {"swap:5", "expected an @"},
        {"swap:5@", "token \"\""},
        {"drop:all", "position \"all\""},
    };
    for (const auto& [item, reason] : cases) {
        const InterventionList list = parse_interventions("off:0.0;" + item + ";off:0.1");
        ASSERT_EQ(list.bad.size(), 1u) << item;
        EXPECT_EQ(list.bad[0].item, item);
        EXPECT_NE(list.bad[0].reason().find(reason), std::string::npos) << item << ": " << list.bad[0].reason();
        EXPECT_EQ(to_text(list.good), "off:0.0;off:0.1") << "the others stay";
    }
}

TEST(InterventionText, NothingIsNoItem) {
    for (const char* text : {"", " ", "\n\t"}) {
        EXPECT_TRUE(parse_interventions(text).good.empty());
        EXPECT_TRUE(parse_interventions(text).bad.empty());
    }
    EXPECT_EQ(parse_interventions(";").bad.size(), 2u);
}

TEST(InterventionText, AThousandItems) {
    std::string good, junk, cells;
    for (int i = 0; i < 1000; ++i) {
        good += (i > 0 ? ";off:0." : "off:0.") + std::to_string(i);
        junk += i > 0 ? ";junk" : "junk";
        cells += (i > 0 ? "_" : "") + std::to_string(i) + "-0-1";
    }
    const InterventionList most = parse_interventions(good);
    EXPECT_EQ(most.good.size(), kMostInterventions);
    ASSERT_EQ(most.bad.size(), 1u);
    EXPECT_EQ(most.bad[0].item, "off:0.64");
    EXPECT_EQ(most.bad[0].reason(), "a list has at most 64 interventions; from here on, 936 are left out");
    const InterventionList none = parse_interventions(junk);
    EXPECT_TRUE(none.good.empty());
    ASSERT_EQ(none.bad.size(), 65u);
    EXPECT_EQ(none.bad.back().reason(), "936 more items cannot be read");
    const InterventionList painted = parse_interventions("paint:0.0@" + cells);
    EXPECT_TRUE(painted.good.empty());
    ASSERT_EQ(painted.bad.size(), 1u);
    EXPECT_EQ(painted.bad[0].reason(), "more than 256 painted cells");
    EXPECT_LT(painted.bad[0].item.size(), 60u) << "told in short";
}

TEST(InterventionText, ToldInPrintableLetters) {
    const InterventionList list = parse_interventions(std::string("off:\xff\x00\x1b[2J.2;\xc3", 13));
    for (const BadIntervention& bad : list.bad) {
        for (const char letter : bad.item + bad.reason()) EXPECT_TRUE(letter >= ' ' && letter <= '~') << int{letter};
    }
    EXPECT_EQ(list.bad.size(), 2u);
}

}  // namespace
}  // namespace headlight::interpret
