// From a logit back to the rows of the embeddings: every input that an explanation names is a cell that there is.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>
#include <map>
#include <set>

#include "interpret/explain.h"
#include "interpret/explain_fixture.h"

namespace headlight::interpret {
namespace {

using nn::Site;

struct Cell {
    nn::SiteAt at;
    std::array<int, 3> indices;
    auto operator<=>(const Cell& o) const {
        return std::tuple(at.site, at.layer, indices) <=> std::tuple(o.at.site, o.at.layer, o.indices);
    }
    bool operator==(const Cell& o) const { return at == o.at && indices == o.indices; }
};

class ExplainSourcesTest : public testing::TestWithParam<ExplainCase> {
  protected:
    ExplainSourcesTest()
        : compute_(1), gpt_(make_gpt()), trace_(gpt_.config(), 1, kPositions, model::Keep::trace), ids_{4, 9, 4, 1} {
        model::Forward(compute_, gpt_, trace_, ids_, 0).run();
    }

    model::Gpt make_gpt() const {
        return explained_gpt(compute_, {.vocab = 11, .context = 8, .d_model = 6, .layers = 2, .heads = 2, .d_mlp = 7},
                             GetParam());
    }

    Explanation explained(const Cell& cell) {
        return explain(Pass{gpt_, trace_, ids_}, cell.at.site, cell.at.layer, cell.indices);
    }
    std::vector<int> shape_of(nn::SiteAt at) const {
        const nn::SiteView view = trace_.view(at.site, at.layer, kPositions);
        return {view.shape.begin(), view.shape.begin() + view.rank};
    }

    // Indices that are not given mean all there are; -1 those of the terms, because it is the axis that is summed.
    static std::vector<std::array<int, 3>> expanded(const std::vector<int>& indices, const std::vector<int>& shape,
                                                    std::span<const Term> terms = {}) {
        std::vector<std::array<int, 3>> all{{0, 0, 0}};
        EXPECT_LE(indices.size(), shape.size());
        for (std::size_t axis = 0; axis < shape.size(); ++axis) {
            std::vector<int> along;
            if (axis >= indices.size()) {
                for (int i = 0; i < shape[axis]; ++i) along.push_back(i);
            } else if (indices[axis] < 0) {
                for (const Term& term : terms) along.push_back(term.index);
            } else {
                along.push_back(indices[axis]);
            }
            std::vector<std::array<int, 3>> next;
            for (const std::array<int, 3>& each : all) {
                for (const int i : along) {
                    EXPECT_LT(i, shape[axis]);
                    next.push_back(each);
                    next.back()[axis] = i;
                }
            }
            all = std::move(next);
        }
        return all;
    }

    static constexpr int kPositions = 4;
    model::Compute compute_;
    model::Gpt gpt_;
    model::Activations trace_;
    std::vector<std::int32_t> ids_;
};

// What a rule makes of the sum of its terms.
float value_of(const Explanation& e, Site site, const std::function<float(const std::string&)>& weight, float eps,
               int d_head) {
    const float sum = e.terms_sum;
    switch (site) {
        case Site::ln1_scale:
        case Site::ln2_scale:
        case Site::ln_final_scale:
            return std::sqrt(sum + eps);
        case Site::attn_scores:
            return sum / std::sqrt(static_cast<float>(d_head));
        default:
            return sum + weight("b");
    }
}

TEST_P(ExplainSourcesTest, TermsAddUpToTheValueOfEveryCell) {
    const std::set<Site> one_input{Site::embed, Site::pos_embed, Site::mlp_post, Site::pattern};  // no sums
    for (const nn::SiteInfo& info : nn::kSites) {
        for (int layer = 0; layer < (info.per_layer() ? 2 : 1); ++layer) {
            for (const auto& indices : expanded({}, shape_of({info.site, layer}))) {
                const Explanation e = explained({{info.site, layer}, indices});
                if (std::isinf(e.value) || one_input.contains(info.site)) continue;
                ASSERT_FALSE(e.terms.empty()) << info.name;
                const auto bias = [&](const std::string& symbol) {
                    const bool norm = info.name.ends_with("hook_normalized");
                    const auto found = std::ranges::find(e.sources, symbol, &Source::symbol);
                    if (found == e.sources.end() || norm || nn::find_site(found->site)) return 0.0F;
                    for (const model::ParamInfo& param : gpt_.layout().params()) {
                        if (param.name == found->site)
                            return gpt_.value(param.offset + static_cast<std::size_t>(found->indices.at(0)));
                    }
                    ADD_FAILURE() << "no parameter " << found->site;
                    return 0.0F;
                };
                EXPECT_NEAR(value_of(e, info.site, bias, gpt_.config().layer_norm_eps, gpt_.config().d_head()), e.value,
                            2e-5 * std::max(1.0F, std::abs(e.value)))
                    << e.site;
            }
        }
    }
}

TEST_P(ExplainSourcesTest, FollowedFromALogitTheyLeadToTheEmbeddingsAndEveryParameter) {
    constexpr int kFrom = 2;  // not the last position: later ones have no part in it
    std::deque<Cell> waiting{{{Site::logits, 0}, {kFrom, 5, 0}}};
    std::set<Cell> seen(waiting.begin(), waiting.end());
    std::map<std::string, std::set<std::array<int, 3>>> weights;
    while (!waiting.empty()) {
        const Cell cell = waiting.front();
        waiting.pop_front();
        const Explanation e = explained(cell);
        ASSERT_FALSE(e.lines.empty()) << e.site;
        ASSERT_FALSE(e.sources.empty()) << e.site;
        for (const Source& source : e.sources) {
            ASSERT_FALSE(source.symbol.empty()) << e.site;
            if (const auto at = nn::find_site(source.site)) {
                for (const auto& indices : expanded(source.indices, shape_of(*at), e.terms)) {
                    const Cell next{*at, indices};
                    const bool pattern = at->site == Site::pattern || at->site == Site::attn_scores;
                    const bool masked = pattern && indices[2] > indices[1];
                    if (!masked && seen.insert(next).second) waiting.push_back(next);
                }
                continue;
            }
            const auto& params = gpt_.layout().params();
            const auto param = std::ranges::find(params, source.site, &model::ParamInfo::name);
            ASSERT_NE(param, params.end()) << e.site << " names " << source.site;
            const std::vector<int> shape(param->shape.begin(), param->shape.end());
            for (const auto& indices : expanded(source.indices, shape, e.terms)) weights[source.site].insert(indices);
        }
    }
    for (int position = 0; position < kPositions; ++position) {
        for (int i = 0; i < gpt_.config().d_model; ++i) {
            for (const Site site : {Site::embed, Site::pos_embed}) {
                EXPECT_EQ(seen.contains({{site, 0}, {position, i, 0}}), position <= kFrom)
                    << nn::site_name(site, 0) << " " << position << " " << i;
            }
            EXPECT_EQ(weights["wpe.weight"].contains({position, i, 0}), position <= kFrom);
        }
    }
    for (int i = 0; i < gpt_.config().d_model; ++i) {
        EXPECT_TRUE(weights["wte.weight"].contains({ids_[0], i, 0}));
        EXPECT_TRUE(weights["wte.weight"].contains({ids_[1], i, 0}));
    }
    for (const model::ParamInfo& param : gpt_.layout().params()) {
        EXPECT_FALSE(weights[param.name].empty()) << param.name << " has no part in any explanation";
        const bool table = param.name.ends_with("wte.weight") || param.name.ends_with("wpe.weight") ||
                           param.name == "lm_head.weight";  // of which only some rows are read
        if (!table) {
            EXPECT_EQ(weights[param.name].size(), param.size) << param.name;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Models, ExplainSourcesTest, explain_cases(), explain_case_name);

}  // namespace
}  // namespace headlight::interpret
