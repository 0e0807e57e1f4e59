#include "nn/sites.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

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

constexpr Stack kStacks[] = {Stack::gpt, Stack::encoder, Stack::decoder};

TEST(Sites, NamesOfEveryStackComeBackAndAreApart) {
    std::set<std::string> names;
    std::size_t expected = 0;
    for (const Stack stack : kStacks) {
        for (const SiteInfo& info : sites_of(stack)) {
            for (const int layer : {0, 3, 40}) {
                const std::string name = site_name(info.site, layer, stack);
                const auto found = find_site(name);
                ASSERT_TRUE(found.has_value()) << name;
                EXPECT_EQ(found->site, info.site) << name;
                EXPECT_EQ(found->layer, info.per_layer() ? layer : 0) << name;
                // Embeddings have the stack's name before them; logits are logits.
                EXPECT_EQ(found->stack, info.site == Site::logits ? Stack::gpt : stack) << name;
                names.insert(name);
            }
            expected += info.per_layer() ? 3 : 1;
        }
    }
    EXPECT_EQ(names.size(), expected - 1);  // "logits" twice
    EXPECT_EQ(site_name(Site::pattern, 2, Stack::encoder), "encoder.2.attn.hook_pattern");
    EXPECT_EQ(site_name(Site::cross_pattern, 1, Stack::decoder), "decoder.1.cross_attn.hook_pattern");
    EXPECT_EQ(site_name(Site::embed, 0, Stack::decoder), "decoder.hook_embed");
    EXPECT_EQ(site_name(Site::pos_embed, 0, Stack::encoder), "encoder.hook_pos_embed");
    EXPECT_EQ(site_name(Site::ln3_normalized, 0, Stack::decoder), "decoder.0.ln3.hook_normalized");
    EXPECT_EQ(site_name(Site::logits, 0, Stack::decoder), "logits");
}

TEST(Sites, AStackHasItsOwnInTheOrderOfItsForwardPass) {
    for (const Stack stack : kStacks) {
        std::set<Site> listed;
        for (const SiteInfo& info : sites_of(stack)) {
            EXPECT_TRUE(has_site(stack, info.site)) << info.name;
            EXPECT_TRUE(listed.insert(info.site).second) << info.name << " twice";
        }
        for (const SiteInfo& info : kAllSites) EXPECT_EQ(listed.contains(info.site), has_site(stack, info.site));
    }
    EXPECT_FALSE(has_site(Stack::gpt, Site::cross_q));
    EXPECT_FALSE(has_site(Stack::encoder, Site::cross_q));
    EXPECT_FALSE(has_site(Stack::encoder, Site::ln3_scale));
    EXPECT_FALSE(has_site(Stack::encoder, Site::logits));
    EXPECT_FALSE(has_site(Stack::decoder, Site::ln_final_scale));
    const auto order = [](Stack stack) {
        std::vector<Site> sites;
        for (const SiteInfo& info : sites_of(stack)) sites.push_back(info.site);
        return sites;
    };
    const std::vector<Site> encoder{
        Site::embed,          Site::pos_embed, Site::resid_pre, Site::q,        Site::k,          Site::v,
        Site::attn_scores,    Site::pattern,   Site::z,         Site::attn_out, Site::resid_mid,  Site::ln1_scale,
        Site::ln1_normalized, Site::mlp_pre,   Site::mlp_post,  Site::mlp_out,  Site::resid_post, Site::ln2_scale,
        Site::ln2_normalized};
    EXPECT_EQ(order(Stack::encoder), encoder);
    const std::vector<Site> decoder{Site::embed,
                                    Site::pos_embed,
                                    Site::resid_pre,
                                    Site::q,
                                    Site::k,
                                    Site::v,
                                    Site::attn_scores,
                                    Site::pattern,
                                    Site::z,
                                    Site::attn_out,
                                    Site::resid_mid,
                                    Site::ln1_scale,
                                    Site::ln1_normalized,
                                    Site::cross_q,
                                    Site::cross_k,
                                    Site::cross_v,
                                    Site::cross_scores,
                                    Site::cross_pattern,
                                    Site::cross_z,
                                    Site::cross_attn_out,
                                    Site::resid_mid_cross,
                                    Site::ln2_scale,
                                    Site::ln2_normalized,
                                    Site::mlp_pre,
                                    Site::mlp_post,
                                    Site::mlp_out,
                                    Site::resid_post,
                                    Site::ln3_scale,
                                    Site::ln3_normalized,
                                    Site::logits};
    EXPECT_EQ(order(Stack::decoder), decoder);
    EXPECT_EQ(sites_of(Stack::gpt).size(), kSites.size());
}

TEST(Sites, OtherNamesAreNone) {
    for (const char* bad : {"",
                            "blocks",
                            "blocks.",
                            "blocks..hook_resid_pre",
                            "blocks.x.hook_resid_pre",
                            "blocks.-1.hook_resid_pre",
                            "blocks.+1.hook_resid_pre",
                            "blocks.01.hook_resid_pre",
                            "blocks. 1.hook_resid_pre",
                            "blocks.1 .hook_resid_pre",
                            "blocks.1.hook_resid_pre ",
                            "blocks.1.hook_resid",
                            "blocks.99999999999999.hook_resid_pre",
                            "blocks.{l}.hook_resid_pre",
                            "hook_embed.0",
                            "blocks.0.hook_embed",
                            "Logits",
                            "blocks.1.attn.hook_Q",
                            "blocks.1.1.hook_resid_pre",
                            "blocks.0.cross_attn.hook_q",
                            "blocks.0.ln3.hook_scale",
                            "encoder.0.cross_attn.hook_q",
                            "encoder.0.ln3.hook_scale",
                            "encoder.logits",
                            "decoder.logits",
                            "encoder.01.hook_resid_pre",
                            "encoder.hook_resid_pre",
                            "encoder.blocks.0.hook_resid_pre",
                            "decoder.ln_final.hook_scale",
                            "encoder.0.hook_embed",
                            "decoder.-1.hook_resid_pre"}) {
        EXPECT_FALSE(find_site(bad).has_value()) << bad;
    }
}

}  // namespace
}  // namespace headlight::nn
