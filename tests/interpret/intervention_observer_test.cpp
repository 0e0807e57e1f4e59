#include <gtest/gtest.h>

#include <algorithm>

#include "interpret/intervention_helpers.h"

namespace headlight::interpret {
namespace {

const Lab& lab() {
    static const Lab only;
    return only;
}
std::vector<std::string> differences(const Activations& a) {
    return different_sites(a, lab().baseline, lab().positions());
}
std::string first_difference(std::string_view text) {
    const auto names = differences(lab().changed(text));
    return names.empty() ? "" : names.front();
}
// Floats of row `row` of a [pos, ...] site; part: 0 or a head of z.
std::vector<float> row_of(const Activations& a, Site site, int layer, int row, int head = 0) {
    const nn::SiteView v = a.view(site, layer, lab().positions());
    const bool heads = v.rank == 3;
    const float* values = v.data + row * v.stride[0] + (heads ? head * v.stride[1] : 0);
    return {values, values + (heads ? v.shape[2] : v.shape[1])};
}

TEST(InterventionObserver, WhatChangesNothingChangesNotOneBit) {
    const Lab& l = lab();
    InterventionObserver nothing({}, l.runs());
    EXPECT_TRUE(differences(l.run(l.ids, &nothing)).empty()) << "an empty list";
    EXPECT_TRUE(differences(l.changed("scale:1.2@1;scale:0.0@1")).empty());
    EXPECT_TRUE(differences(l.changed("paint:1.2@copy1.2")).empty()) << "its own pattern";
    // From a run of the same prompt.
    for (const char* text : {"patch:0.resid@all", "patch:1.resid@3", "patch:1.attn@all", "patch:2.mlp@0",
                             "patch:1.3@all;patch:2.0@8", "freeze:1.2", "swap:4@PRESENT"}) {
        std::string list = text;
        if (list.ends_with("PRESENT")) list.replace(list.size() - 7, 7, std::to_string(l.ids[4]));
        const auto interventions = l.list(list);
        InterventionObserver::Runs runs = l.runs();
        runs.other = &l.baseline;
        InterventionObserver observer(interventions, runs);
        EXPECT_TRUE(differences(l.run(l.ids, &observer)).empty()) << text;
    }
    // Without another run, patch and freeze do nothing.
    const auto patches = l.list("patch:1.resid@3;freeze:1.2");
    InterventionObserver alone(patches, {.gpt = &l.gpt});
    EXPECT_TRUE(differences(l.run(l.ids, &alone)).empty());
}

TEST(InterventionObserver, ChangesBeginWhereTheListSays) {
    const std::pair<const char*, const char*> cases[] = {
        {"off:1.2", "blocks.1.attn.hook_z"},
        {"mean:1.2", "blocks.1.attn.hook_z"},
        {"scale:1.2@-0.5", "blocks.1.attn.hook_z"},
        {"patch:1.2@3", "blocks.1.attn.hook_z"},
        {"off:1.attn", "blocks.1.hook_attn_out"},
        {"patch:1.attn@3", "blocks.1.hook_attn_out"},
        {"mean:1.mlp", "blocks.1.hook_mlp_out"},
        {"patch:1.mlp@all", "blocks.1.hook_mlp_out"},
        {"off:1.n17", "blocks.1.mlp.hook_post"},
        {"mean:1.n17", "blocks.1.mlp.hook_post"},
        {"paint:1.2@uniform", "blocks.1.attn.hook_pattern"},
        {"paint:1.2@5-0-1", "blocks.1.attn.hook_pattern"},
        {"raw:1.2@5-0-1", "blocks.1.attn.hook_pattern"},
        {"paint:1.2@copy0.1", "blocks.1.attn.hook_pattern"},
        {"freeze:1.2", "blocks.1.attn.hook_pattern"},
        {"swap:5@1", "hook_embed"},
        {"drop:5", "blocks.0.attn.hook_pattern"},
    };
    for (const auto& [text, site] : cases) EXPECT_EQ(first_difference(text), site) << text;
    // resid_pre of layer 1 is resid_post of layer 0: one place in memory.
    EXPECT_EQ(first_difference("patch:1.resid@3"), "blocks.0.hook_resid_post");
}

TEST(InterventionObserver, AblatesAHeadAndNoOther) {
    const Activations a = lab().changed("off:1.2");
    const auto factor = lab().changed("scale:1.2@-0.5"), mean = lab().changed("mean:1.2");
    for (int row = 0; row < lab().positions(); ++row) {
        const auto before = row_of(lab().baseline, Site::z, 1, row, 2);
        EXPECT_EQ(row_of(a, Site::z, 1, row, 2), std::vector<float>(before.size(), 0.0F));
        EXPECT_EQ(row_of(a, Site::z, 1, row, 1), row_of(lab().baseline, Site::z, 1, row, 1));
        EXPECT_EQ(row_of(mean, Site::z, 1, row, 2), row_of(mean, Site::z, 1, 0, 2)) << "the same in all rows";
        for (std::size_t j = 0; j < before.size(); ++j) {
            EXPECT_EQ(row_of(factor, Site::z, 1, row, 2)[j], before[j] * -0.5F);
        }
    }
    double sum = 0;
    for (int row = 0; row < lab().positions(); ++row) {
        sum += static_cast<double>(row_of(lab().baseline, Site::z, 1, row, 2)[0]);
    }
    EXPECT_FLOAT_EQ(row_of(mean, Site::z, 1, 0, 2)[0], static_cast<float>(sum / lab().positions()));
    EXPECT_NE(row_of(a, Site::logits, 0, 8), row_of(lab().baseline, Site::logits, 0, 8));
}

TEST(InterventionObserver, AblatesLayersAndNeurons) {
    const Activations a = lab().changed("off:0.attn;off:1.mlp;off:2.n17");
    for (const float value : row_of(a, Site::attn_out, 0, 4)) EXPECT_EQ(value, 0);
    EXPECT_EQ(row_of(a, Site::resid_mid, 0, 4), row_of(a, Site::resid_pre, 0, 4));
    EXPECT_EQ(row_of(a, Site::resid_post, 1, 4), row_of(a, Site::resid_mid, 1, 4));
    const auto neurons = row_of(a, Site::mlp_post, 2, 4);
    EXPECT_EQ(neurons[17], 0);
    EXPECT_NE(neurons[16], 0);
}

TEST(InterventionObserver, PatchesOnePositionOrAll) {
    const Activations one = lab().changed("patch:1.resid@3"), all = lab().changed("patch:1.resid@all");
    for (int row = 0; row < lab().positions(); ++row) {
        EXPECT_EQ(row_of(one, Site::resid_pre, 1, row),
                  row_of(row == 3 ? lab().other : lab().baseline, Site::resid_pre, 1, row));
        EXPECT_EQ(row_of(all, Site::logits, 0, row), row_of(lab().other, Site::logits, 0, row))
            << "the whole other run";
    }
    const Activations head = lab().changed("patch:1.2@3");
    EXPECT_EQ(row_of(head, Site::z, 1, 3, 2), row_of(lab().other, Site::z, 1, 3, 2));
    EXPECT_EQ(row_of(head, Site::z, 1, 3, 1), row_of(lab().baseline, Site::z, 1, 3, 1));
    EXPECT_EQ(row_of(head, Site::z, 1, 4, 2), row_of(lab().baseline, Site::z, 1, 4, 2));
}

TEST(InterventionObserver, AShorterOtherRunChangesOnlyItsRows) {
    const Lab& l = lab();
    const auto interventions = l.list("patch:1.attn@all;freeze:0.1");
    InterventionObserver::Runs runs = l.runs();
    runs.other_positions = 4;
    InterventionObserver observer(interventions, runs);
    const Activations a = l.run(l.ids, &observer);
    EXPECT_EQ(row_of(a, Site::attn_out, 1, 3), row_of(l.other, Site::attn_out, 1, 3));
    for (int query = 0; query < l.positions(); ++query) {
        const auto expected = pattern_row(query < 4 ? l.other : l.baseline, 0, 1, query);
        EXPECT_TRUE(std::equal(expected, expected + query + 1, pattern_row(a, 0, 1, query))) << query;
    }
}

TEST(InterventionObserver, PaintsOneHead) {
    const Activations a = lab().changed("paint:1.2@5-0-1_7-2-0.25_7-3-0.25;raw:1.3@5-0-1");
    for (int query = 0; query < lab().positions(); ++query) {
        const float *painted = pattern_row(a, 1, 2, query), *before = pattern_row(lab().baseline, 1, 2, query);
        EXPECT_NEAR(row_sum(painted, query), 1, 1e-6);
        EXPECT_EQ(std::equal(before, before + query + 1, painted), query != 5 && query != 7) << query;
        const float *other = pattern_row(a, 1, 0, query), *kept = pattern_row(lab().baseline, 1, 0, query);
        EXPECT_TRUE(std::equal(kept, kept + query + 1, other)) << query;
    }
    EXPECT_EQ(pattern_row(a, 1, 2, 5)[0], 1);
    EXPECT_EQ(pattern_row(a, 1, 2, 5)[1], 0);
    EXPECT_EQ(pattern_row(a, 1, 2, 7)[2], 0.25F);
    EXPECT_EQ(pattern_row(a, 1, 3, 5)[0], 1);
    EXPECT_EQ(pattern_row(a, 1, 3, 5)[1], pattern_row(lab().baseline, 1, 3, 5)[1]) << "raw: the others stay";
}

TEST(InterventionObserver, NeverBreaksTheMask) {
    for (const char* text : {"paint:1.2@uniform", "paint:1.2@previous", "paint:1.2@first", "paint:1.2@self",
                             "paint:1.2@copy0.0", "freeze:1.2", "drop:2", "paint:1.2@5-0-0.5"}) {
        const Activations a = lab().changed(text);
        const nn::SiteView v = a.view(Site::pattern, 1, lab().positions());
        for (int query = 0; query < v.shape[1]; ++query) {
            const float* row = v.data + 2 * v.stride[0] + query * v.stride[1];
            EXPECT_NEAR(row_sum(row, query), 1, 1e-6) << text;
            for (int key = query + 1; key < v.shape[2]; ++key) EXPECT_EQ(row[key], 0) << text;
        }
    }
}

void expect_same_pattern(const Activations& a, int layer, int head, const Activations& b, int from_layer, int from) {
    for (int query = 0; query < lab().positions(); ++query) {
        const float* expected = pattern_row(b, from_layer, from, query);
        EXPECT_TRUE(std::equal(expected, expected + query + 1, pattern_row(a, layer, head, query))) << query;
    }
}

TEST(InterventionObserver, CopiesPatterns) {
    const Activations swapped = lab().changed("paint:1.2@copy1.3;paint:1.3@copy1.2");
    expect_same_pattern(swapped, 1, 2, lab().baseline, 1, 3);
    expect_same_pattern(swapped, 1, 3, lab().baseline, 1, 2);  // as the head itself computed it
    const Activations earlier = lab().changed("paint:0.1@first;paint:2.2@copy0.1");
    expect_same_pattern(earlier, 2, 2, earlier, 0, 1);
    EXPECT_EQ(pattern_row(earlier, 2, 2, 5)[0], 1) << "of the changed run";
    // Without the pass's own activations, the baseline's.
    const auto list = lab().list("paint:0.1@first;paint:2.2@copy0.1");
    InterventionObserver observer(list, lab().runs());
    expect_same_pattern(lab().run(lab().ids, &observer), 2, 2, lab().baseline, 0, 1);
}

TEST(InterventionObserver, DropsAPositionForAllOthers) {
    const Activations a = lab().changed("drop:3");
    for (int layer = 0; layer < 3; ++layer) {
        for (int head = 0; head < 4; ++head) {
            for (int query = 0; query < lab().positions(); ++query) {
                const float* row = pattern_row(a, layer, head, query);
                EXPECT_NEAR(row_sum(row, query), 1, 1e-6);
                EXPECT_EQ(query >= 3 && row[3] == 0, query > 3) << query;
            }
        }
    }
    EXPECT_EQ(row_of(a, Site::logits, 0, 2), row_of(lab().baseline, Site::logits, 0, 2)) << "before it";
    EXPECT_EQ(row_of(a, Site::logits, 0, 3), row_of(lab().baseline, Site::logits, 0, 3)) << "itself";
    EXPECT_NE(row_of(a, Site::logits, 0, 4), row_of(lab().baseline, Site::logits, 0, 4));
}

TEST(InterventionObserver, SwapsAnEmbedding) {
    Ids ids = lab().ids;
    ids[5] = 1;
    EXPECT_TRUE(different_sites(lab().changed("swap:5@1"), lab().run(ids), lab().positions()).empty());
}

TEST(InterventionObserver, ListsApplyInTheirOrder) {
    EXPECT_TRUE(
        different_sites(lab().changed("mean:1.2;off:1.2"), lab().changed("off:1.2"), lab().positions()).empty());
    const Activations last = lab().changed("drop:0;paint:1.2@first");
    EXPECT_EQ(pattern_row(last, 1, 2, 5)[0], 1);
    const Activations first = lab().changed("paint:1.2@first;drop:0");
    EXPECT_EQ(pattern_row(first, 1, 2, 5)[5], 1) << "nothing was left of the row";
}

// In pieces: rows before the first new one are the cache's.
TEST(InterventionObserver, TouchesNewRowsOnly) {
    const Lab& l = lab();
    const auto list = l.list(
        "off:0.2;scale:1.1@0.5;paint:1.2@copy1.3;paint:2.0@copy0.1;paint:2.1@7-2-1;patch:1.mlp@all;drop:2;swap:8@3;"
        "freeze:0.3;mean:2.attn");
    Activations pieces(l.gpt.config(), 1, l.gpt.config().context, model::Keep::trace);
    InterventionObserver observer(list, l.runs(&pieces));
    for (int first = 0; first < l.positions(); first += 3) {
        const std::span<const TokenId> ids(l.ids.data() + first, 3);
        model::Forward(l.compute, l.gpt, pieces, ids, first, {.observer = &observer}).run();
    }
    const Activations whole = l.changed(
        "off:0.2;scale:1.1@0.5;paint:1.2@copy1.3;paint:2.0@copy0.1;paint:2.1@7-2-1;patch:1.mlp@all;drop:2;"
        "swap:8@3;freeze:0.3;mean:2.attn");
    std::vector<std::string> names = different_sites(pieces, whole, l.positions());
    EXPECT_TRUE(names.empty()) << names.size() << " from " << names.front();
}

TEST(InterventionObserver, PassesThatBeginWithALayerGiveTheSameBits) {
    const Lab& l = lab();
    for (const char* text : {"off:2.2", "patch:1.resid@3", "mean:1.mlp;off:2.0", "paint:2.2@copy0.1", "drop:3"}) {
        const auto list = l.list(text);
        Activations a = l.run(l.ids);
        InterventionObserver observer(list, l.runs(&a));
        const int layer = first_changed_layer(list, 3);
        model::Forward(l.compute, l.gpt, a, l.ids, 0, {.observer = &observer, .first_layer = layer}).run();
        EXPECT_TRUE(different_sites(a, l.changed(text), l.positions()).empty()) << text;
    }
}

}  // namespace
}  // namespace headlight::interpret
