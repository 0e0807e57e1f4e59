#include "nn/sites.h"

#include <gtest/gtest.h>

#include <set>

namespace headlight::nn {
namespace {

TEST(Sites, NamesComeBackAsSites) {
    std::set<std::string> names;
    for (const SiteInfo& info : kSites) {
        EXPECT_EQ(site_info(info.site).name, info.name);
        for (const int layer : {0, 1, 7, 11, 123}) {
            const std::string name = site_name(info.site, layer);
            EXPECT_EQ(name.find('{'), std::string::npos) << name;
            const auto found = find_site(name);
            ASSERT_TRUE(found.has_value()) << name;
            EXPECT_EQ(*found, (SiteAt{info.site, info.per_layer() ? layer : 0})) << name;
            names.insert(name);
        }
    }
    std::size_t expected = 0;
    for (const SiteInfo& info : kSites) expected += info.per_layer() ? 5 : 1;
    EXPECT_EQ(names.size(), expected);
}

TEST(Sites, AreThoseOfTransformerLens) {
    EXPECT_EQ(site_name(Site::pattern, 3), "blocks.3.attn.hook_pattern");
    EXPECT_EQ(site_name(Site::resid_post, 0), "blocks.0.hook_resid_post");
    EXPECT_EQ(site_name(Site::ln1_scale, 2), "blocks.2.ln1.hook_scale");
    EXPECT_EQ(site_name(Site::ln_final_normalized, 5), "ln_final.hook_normalized");
    EXPECT_EQ(site_info(Site::attn_scores).shape, SiteShape::head_query_key);
    EXPECT_EQ(site_info(Site::q).shape, SiteShape::pos_head);
    EXPECT_FALSE(site_info(Site::logits).per_layer());
    for (const char* name :
         {"hook_embed", "hook_pos_embed", "blocks.0.hook_resid_pre", "blocks.0.ln1.hook_normalized",
          "blocks.0.attn.hook_q", "blocks.0.attn.hook_k", "blocks.0.attn.hook_v", "blocks.0.attn.hook_attn_scores",
          "blocks.0.attn.hook_z", "blocks.0.hook_attn_out", "blocks.0.hook_resid_mid", "blocks.0.ln2.hook_scale",
          "blocks.0.ln2.hook_normalized", "blocks.0.mlp.hook_pre", "blocks.0.mlp.hook_post", "blocks.0.hook_mlp_out",
          "ln_final.hook_scale", "logits"}) {
        EXPECT_TRUE(find_site(name).has_value()) << name;
    }
}

TEST(Sites, OtherNamesAreNone) {
    for (const char* bad :
         {"", "blocks", "blocks.", "blocks..hook_resid_pre", "blocks.x.hook_resid_pre", "blocks.-1.hook_resid_pre",
          "blocks.+1.hook_resid_pre", "blocks.01.hook_resid_pre", "blocks. 1.hook_resid_pre",
          "blocks.1 .hook_resid_pre", "blocks.1.hook_resid_pre ", "blocks.1.hook_resid",
          "blocks.99999999999999.hook_resid_pre", "blocks.{l}.hook_resid_pre", "hook_embed.0", "blocks.0.hook_embed",
          "Logits", "blocks.1.attn.hook_Q", "blocks.1.1.hook_resid_pre"}) {
        EXPECT_FALSE(find_site(bad).has_value()) << bad;
    }
}

}  // namespace
}  // namespace headlight::nn
