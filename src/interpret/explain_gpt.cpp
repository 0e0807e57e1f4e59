// The recipes of a GPT's sites.
#include <cmath>

#include "base/check.h"
#include "interpret/explain.h"
#include "interpret/explain_recipe.h"

namespace headlight::interpret {
namespace {

using nn::Site;

enum class Weight { none, query, key, value, attention_out, mlp_in, mlp_out, unembed };
enum class Norm { none, first, second, last };

struct GptSite {
    Site site;
    Rule rule;
    const char* symbol;
    Site a, b;  // inputs
    Weight weight = Weight::none;
    Norm norm = Norm::none;
};

// One row for every site: what it is computed from, and how.
constexpr GptSite kGptSites[] = {
    {Site::embed, Rule::token_row, "e", Site::embed, Site::embed},
    {Site::pos_embed, Rule::position_row, "p", Site::pos_embed, Site::pos_embed},
    {Site::resid_pre, Rule::sum, "x", Site::embed, Site::pos_embed},  // of block 0; later ones: the resid_post before
    {Site::ln1_scale, Rule::norm_scale, "s", Site::resid_pre, Site::resid_pre},
    {Site::ln1_normalized, Rule::normalized, "y", Site::resid_pre, Site::ln1_scale, Weight::none, Norm::first},
    {Site::q, Rule::linear, "q", Site::ln1_normalized, Site::q, Weight::query},
    {Site::k, Rule::linear, "k", Site::ln1_normalized, Site::k, Weight::key},
    {Site::v, Rule::linear, "v", Site::ln1_normalized, Site::v, Weight::value},
    {Site::attn_scores, Rule::score, "score", Site::q, Site::k},
    {Site::pattern, Rule::softmax, "pattern", Site::q, Site::k},
    {Site::z, Rule::mix, "z", Site::pattern, Site::v},
    {Site::attn_out, Rule::linear, "a", Site::z, Site::attn_out, Weight::attention_out},
    {Site::resid_mid, Rule::sum, "x", Site::resid_pre, Site::attn_out},
    {Site::ln2_scale, Rule::norm_scale, "s", Site::resid_mid, Site::resid_mid},
    {Site::ln2_normalized, Rule::normalized, "y", Site::resid_mid, Site::ln2_scale, Weight::none, Norm::second},
    {Site::mlp_pre, Rule::linear, "h", Site::ln2_normalized, Site::mlp_pre, Weight::mlp_in},
    {Site::mlp_post, Rule::gelu, "g", Site::mlp_pre, Site::mlp_pre},
    {Site::mlp_out, Rule::linear, "m", Site::mlp_post, Site::mlp_out, Weight::mlp_out},
    {Site::resid_post, Rule::sum, "x", Site::resid_mid, Site::mlp_out},
    {Site::ln_final_scale, Rule::norm_scale, "s", Site::resid_post, Site::resid_post},
    {Site::ln_final_normalized, Rule::normalized, "y", Site::resid_post, Site::ln_final_scale, Weight::none,
     Norm::last},
    {Site::logits, Rule::linear, "logit", Site::ln_final_normalized, Site::logits, Weight::unembed},
};
static_assert(std::size(kGptSites) == nn::kSites.size(), "a site has no explanation");

class GptResolver {
  public:
    GptResolver(const Pass& pass, const GptSite& declaration, int layer)
        : pass_(pass), config_(pass.gpt.config()), layout_(pass.gpt.layout()), d_(declaration), layer_(layer) {}

    [[nodiscard]] Recipe run(int position) {
        r_.self = place(d_.site, layer_);
        r_.rule = d_.rule;
        r_.symbol = d_.symbol;
        r_.params = &layout_;
        inputs();
        if (d_.rule == Rule::token_row) lookup("W_E", layout_.wte, pass_.ids[static_cast<std::size_t>(position)]);
        if (d_.rule == Rule::position_row) lookup("W_P", layout_.wpe, position);
        r_.eps = config_.layer_norm_eps;
        norm();
        matrix();
        r_.q = place(Site::q, layer_), r_.k = place(Site::k, layer_), r_.v = place(Site::v, layer_);
        r_.scores = place(Site::attn_scores, layer_), r_.pattern = place(Site::pattern, layer_);
        r_.divisor = std::sqrt(static_cast<float>(config_.d_head()));
        r_.divisor_text = "√" + std::to_string(config_.d_head());
        return r_;
    }

  private:
    [[nodiscard]] Place place(Site site, int layer) const {
        return {{site, layer, nn::Stack::gpt}, &pass_.trace, static_cast<int>(pass_.ids.size())};
    }
    [[nodiscard]] Tensor tensor(std::size_t offset) const { return {nullptr, &pass_.gpt, offset}; }

    void inputs() {
        const auto layer_of = [&](Site site) {
            if (!nn::site_info(site).per_layer()) return 0;
            return nn::site_info(d_.site).per_layer() ? layer_ : config_.layers - 1;
        };
        r_.a = place(d_.a, layer_of(d_.a));
        r_.b = place(d_.b, layer_of(d_.b));
        if (d_.site == Site::resid_pre && layer_ > 0) {
            r_.a = place(Site::resid_mid, layer_ - 1);
            r_.b = place(Site::mlp_out, layer_ - 1);
        }
    }

    void lookup(const char* symbol, std::size_t offset, int row) {
        r_.weight = tensor(offset);
        r_.weight_symbol = symbol;
        r_.table_row = row;
    }

    void norm() {
        if (d_.norm == Norm::none) return;
        if (d_.norm == Norm::last) {
            r_.weight = tensor(layout_.ln_f_weight), r_.bias = tensor(layout_.ln_f_bias);
            return;
        }
        const model::BlockLayout& block = layout_.blocks[static_cast<std::size_t>(layer_)];
        const bool first = d_.norm == Norm::first;
        r_.weight = tensor(first ? block.ln_1_weight : block.ln_2_weight);
        r_.bias = tensor(first ? block.ln_1_bias : block.ln_2_bias);
    }

    void use(const char* symbol, std::size_t weight, std::size_t bias, bool has_bias, int outputs, int first = 0) {
        r_.weight = tensor(weight);
        if (has_bias) r_.bias = tensor(bias);
        r_.weight_symbol = symbol;
        r_.outputs = outputs;
        r_.first_column = first;
    }

    void matrix() {
        if (d_.weight == Weight::none) return;
        const int d = config_.d_model;
        if (d_.weight == Weight::unembed) {
            use("W_U", layout_.lm_head, 0, false, config_.vocab);
            r_.transposed = true;
            return;
        }
        const model::BlockLayout& b = layout_.blocks[static_cast<std::size_t>(layer_)];
        switch (d_.weight) {
            case Weight::query:
                return use("W_Q", b.attn_weight, b.attn_bias, config_.qkv_bias, 3 * d);
            case Weight::key:
                return use("W_K", b.attn_weight, b.attn_bias, config_.qkv_bias, 3 * d, d);
            case Weight::value:
                return use("W_V", b.attn_weight, b.attn_bias, config_.qkv_bias, 3 * d, 2 * d);
            case Weight::attention_out:
                return use("W_O", b.proj_weight, b.proj_bias, true, d);
            case Weight::mlp_in:
                return use("W_in", b.fc_weight, b.fc_bias, true, config_.d_mlp);
            default:
                return use("W_out", b.mlp_proj_weight, b.mlp_proj_bias, true, d);
        }
    }

    const Pass& pass_;
    const model::GptConfig& config_;
    const model::GptLayout& layout_;
    const GptSite& d_;
    int layer_;
    Recipe r_;
};

}  // namespace

Explanation explain(const Pass& pass, nn::Site site, int layer, std::array<int, 3> indices) {
    const auto index = static_cast<std::size_t>(site);
    CHECK(index < std::size(kGptSites) && kGptSites[index].site == site);
    const int at_layer = nn::site_info(site).per_layer() ? layer : 0;
    return explain(GptResolver(pass, kGptSites[index], at_layer).run(indices[0]), indices);
}

}  // namespace headlight::interpret
