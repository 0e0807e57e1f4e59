#include "app/open_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tiny_model.h"

namespace headlight::app {
namespace {

void open_cell(App& app, const std::string& site, int row, int column) {
    run(app, set<&Settings::site>(site));
    run(app, SelectMatrixCell{row, column});
}

// Follows every source from this cell, and those of what they lead to; the names of all sites that were reached.
void follow(App& app, int depth, std::set<std::string>& reached) {
    const interpret::Explanation from = app.matrix_explanation();
    ASSERT_FALSE(from.empty());
    reached.insert(from.site);
    const Settings before = app.settings();
    for (const interpret::Source& source : from.sources) {
        const std::vector<Command> way = open_source(app, source);
        if (way.empty()) {
            EXPECT_EQ(source.site.find("hook_"), std::string::npos) << source.site << " is a traced value";
            continue;
        }
        if (depth == 0 || reached.contains(source.site)) continue;
        for (const Command& command : way) run(app, command);
        const interpret::Explanation& there = app.matrix_explanation();
        ASSERT_EQ(there.site, source.site) << "from " << from.site;
        for (std::size_t i = 0; i < source.indices.size(); ++i) {
            EXPECT_EQ(there.indices[i], std::max(0, source.indices[i])) << source.site << " axis " << i;
        }
        EXPECT_EQ(app.settings().bottom, Bottom::matrix);
        follow(app, depth - 1, reached);
        run(app, set<&Settings::part>(before.part));
        run(app, SelectHead{before.layer, before.head});
        open_cell(app, before.site, before.row, before.column);
    }
}

TEST(OpenSource, LeadsFromALogitToTheEmbeddings) {
    const auto app = make_loaded_app("v=1&prompt=the+cat+sat&bottom=matrix&layer=1&head=2");
    open_cell(*app, "logits", 3, 7);
    std::set<std::string> reached;
    follow(*app, 40, reached);
    for (const char* site : {"ln_final.hook_normalized", "blocks.1.hook_mlp_out", "blocks.0.attn.hook_pattern",
                             "blocks.1.attn.hook_v", "blocks.0.hook_resid_pre", "hook_embed", "hook_pos_embed"}) {
        EXPECT_TRUE(reached.contains(site)) << site;
    }
}

TEST(OpenSource, LeadsFromTheTargetToTheSource) {
    const auto app = make_translating_app();
    run(*app, set<&Settings::bottom>(Bottom::matrix));
    run(*app, set<&Settings::part>(Part::cross));
    open_cell(*app, "logits", 0, 7);
    std::set<std::string> reached;
    follow(*app, 60, reached);
    for (const char* site : {"decoder.0.cross_attn.hook_pattern", "encoder.0.attn.hook_v", "encoder.hook_embed"}) {
        EXPECT_TRUE(reached.contains(site)) << site;
    }
}

TEST(OpenSource, WeightsAndSheetsLeadNowhere) {
    const auto app = make_loaded_app();
    EXPECT_TRUE(open_source(*app, {"W", "h.0.mlp.c_fc.weight", {0, 1}}).empty());
    EXPECT_TRUE(open_source(*app, {"X", "decoder.0.hook_resid_pre", {0, 1}}).empty()) << "of another model";
    EXPECT_TRUE(open_source(*make_app(), {"x", "hook_embed", {0, 1}}).empty()) << "no model";
}

}  // namespace
}  // namespace headlight::app
