// The recipes of an encoder-decoder's sites (post-norm, Vaswani et al., 2017).
#include <cmath>

#include "base/check.h"
#include "interpret/explain.h"
#include "interpret/explain_recipe.h"

namespace headlight::interpret {
namespace {

using nn::Site;
using nn::Stack;

enum class Weights {
    none,
    query,
    key,
    value,
    out,
    cross_query,
    cross_key,
    cross_value,
    cross_out,
    mlp_in,
    mlp_out,
    unembed,
    first_norm,
    second_norm,
    third_norm
};

struct PairSite {
    Site site;
    Rule rule;
    const char* symbol;
    Site a, b;  // inputs, of the same layer and stack unless PairResolver::inputs says otherwise
    Weights weights = Weights::none;
};

// One row for every site of a decoder. An encoder's are the same but for `kEncoderOnly`.
constexpr PairSite kPairSites[] = {
    {Site::embed, Rule::token_row, "e", Site::embed, Site::embed},
    {Site::pos_embed, Rule::sinusoid, "p", Site::pos_embed, Site::pos_embed},
    {Site::resid_pre, Rule::sum, "x", Site::embed, Site::pos_embed},  // of block 0; later ones: the last norm before
    {Site::q, Rule::linear, "q", Site::resid_pre, Site::q, Weights::query},
    {Site::k, Rule::linear, "k", Site::resid_pre, Site::k, Weights::key},
    {Site::v, Rule::linear, "v", Site::resid_pre, Site::v, Weights::value},
    {Site::attn_scores, Rule::score, "score", Site::q, Site::k},
    {Site::pattern, Rule::softmax, "pattern", Site::q, Site::k},
    {Site::z, Rule::mix, "z", Site::pattern, Site::v},
    {Site::attn_out, Rule::linear, "a", Site::z, Site::attn_out, Weights::out},
    {Site::resid_mid, Rule::sum, "x", Site::resid_pre, Site::attn_out},
    {Site::ln1_scale, Rule::norm_scale, "s", Site::resid_mid, Site::resid_mid},
    {Site::ln1_normalized, Rule::normalized, "y", Site::resid_mid, Site::ln1_scale, Weights::first_norm},
    {Site::cross_q, Rule::linear, "q", Site::ln1_normalized, Site::cross_q, Weights::cross_query},
    {Site::cross_k, Rule::linear, "k", Site::ln2_normalized, Site::cross_k, Weights::cross_key},    // of the encoder
    {Site::cross_v, Rule::linear, "v", Site::ln2_normalized, Site::cross_v, Weights::cross_value},  // of the encoder
    {Site::cross_scores, Rule::score, "score", Site::cross_q, Site::cross_k},
    {Site::cross_pattern, Rule::softmax, "pattern", Site::cross_q, Site::cross_k},
    {Site::cross_z, Rule::mix, "z", Site::cross_pattern, Site::cross_v},
    {Site::cross_attn_out, Rule::linear, "a", Site::cross_z, Site::cross_attn_out, Weights::cross_out},
    {Site::resid_mid_cross, Rule::sum, "x", Site::ln1_normalized, Site::cross_attn_out},
    {Site::ln2_scale, Rule::norm_scale, "s", Site::resid_mid_cross, Site::resid_mid_cross},
    {Site::ln2_normalized, Rule::normalized, "y", Site::resid_mid_cross, Site::ln2_scale, Weights::second_norm},
    {Site::mlp_pre, Rule::linear, "h", Site::ln2_normalized, Site::mlp_pre, Weights::mlp_in},
    {Site::mlp_post, Rule::relu, "g", Site::mlp_pre, Site::mlp_pre},
    {Site::mlp_out, Rule::linear, "m", Site::mlp_post, Site::mlp_out, Weights::mlp_out},
    {Site::resid_post, Rule::sum, "x", Site::ln2_normalized, Site::mlp_out},
    {Site::ln3_scale, Rule::norm_scale, "s", Site::resid_post, Site::resid_post},
    {Site::ln3_normalized, Rule::normalized, "y", Site::resid_post, Site::ln3_scale, Weights::third_norm},
    {Site::logits, Rule::linear, "logit", Site::ln3_normalized, Site::logits, Weights::unembed},
};
static_assert(std::size(kPairSites) == nn::kAllSites.size() - 2, "a site has no explanation");  // no ln_final

// Where an encoder differs: its feed-forward follows the first norm.
constexpr PairSite kEncoderOnly[] = {
    {Site::mlp_pre, Rule::linear, "h", Site::ln1_normalized, Site::mlp_pre, Weights::mlp_in},
    {Site::resid_post, Rule::sum, "x", Site::ln1_normalized, Site::mlp_out},
    {Site::ln2_scale, Rule::norm_scale, "s", Site::resid_post, Site::resid_post},
    {Site::ln2_normalized, Rule::normalized, "y", Site::resid_post, Site::ln2_scale, Weights::second_norm},
};

const PairSite& declaration_of(nn::SiteAt at) {
    if (at.stack == Stack::encoder) {
        for (const PairSite& declaration : kEncoderOnly) {
            if (declaration.site == at.site) return declaration;
        }
    }
    for (const PairSite& declaration : kPairSites) {
        if (declaration.site == at.site) return declaration;
    }
    CHECK(false);
}

class PairResolver {
  public:
    PairResolver(const PairPass& pass, nn::SiteAt at)
        : pass_(pass), config_(pass.model.config()), layout_(pass.model.layout()), at_(at), d_(declaration_of(at)) {}

    [[nodiscard]] Recipe run(int position) {
        r_.self = here(d_.site);
        r_.rule = d_.rule;
        r_.symbol = d_.symbol;
        r_.params = &layout_;
        inputs();
        if (d_.rule == Rule::token_row) token_row(position);
        if (d_.rule == Rule::sinusoid && config_.positions == model::Positions::table) position_row(position);
        r_.eps = config_.layer_norm_eps;
        r_.eps_outside = config_.layer_norm_eps_outside;
        attention();
        if (at_.stack == Stack::encoder) {
            const model::EncoderBlockLayout& b = layout_.encoder[static_cast<std::size_t>(at_.layer)];
            weights(b.attn, b.attn, b.mlp, b.ln1, b.ln2, b.ln2);
        } else {
            const model::DecoderBlockLayout& b = layout_.decoder[static_cast<std::size_t>(at_.layer)];
            weights(b.attn, b.cross, b.mlp, b.ln1, b.ln2, b.ln3);
        }
        return r_;
    }

  private:
    [[nodiscard]] Place place(Site site, int layer, Stack stack) const {
        const bool encoder = stack == Stack::encoder;
        return {{site, layer, stack},
                encoder ? &pass_.encoder : &pass_.decoder,
                static_cast<int>(encoder ? pass_.source.size() : pass_.target.size())};
    }
    [[nodiscard]] Place here(Site site) const {
        return place(site, nn::site_info(site).per_layer() ? at_.layer : 0, at_.stack);
    }
    [[nodiscard]] Tensor tensor(std::size_t offset) const { return {pass_.model.weights(offset), nullptr, offset}; }

    void inputs() {
        r_.a = here(d_.a);
        r_.b = here(d_.b);
        if (d_.site == Site::resid_pre && at_.layer > 0) {
            r_.rule = Rule::copy;
            const bool encoder = at_.stack == Stack::encoder;
            r_.a = place(encoder ? Site::ln2_normalized : Site::ln3_normalized, at_.layer - 1, at_.stack);
        }
        if (d_.site == Site::cross_k || d_.site == Site::cross_v) {
            r_.a = place(d_.a, config_.encoder_layers - 1, Stack::encoder);
        }
        if (d_.site == Site::logits) r_.a = place(d_.a, config_.decoder_layers - 1, Stack::decoder);
        if (d_.site == Site::mlp_out && config_.feed_forward == model::FeedForward::one_layer) r_.rule = Rule::copy;
    }

    void token_row(int position) {
        const std::span<const std::int32_t> ids = at_.stack == Stack::encoder ? pass_.source : pass_.target;
        r_.weight = tensor(layout_.embed);
        r_.weight_symbol = "W_E";
        r_.table_row = ids[static_cast<std::size_t>(position)];
        if (config_.scaled_embedding) r_.factor = std::sqrt(static_cast<float>(config_.d_model));
    }
    void position_row(int position) {
        r_.rule = Rule::position_row;
        r_.weight = tensor(layout_.positions);
        r_.weight_symbol = "W_P";
        r_.table_row = position;
    }

    void attention() {
        const bool cross = at_.site >= Site::cross_q;
        r_.q = here(cross ? Site::cross_q : Site::q);
        r_.k = here(cross ? Site::cross_k : Site::k);
        r_.v = here(cross ? Site::cross_v : Site::v);
        r_.scores = here(cross ? Site::cross_scores : Site::attn_scores);
        r_.pattern = here(cross ? Site::cross_pattern : Site::pattern);
        r_.causal = !cross && at_.stack == Stack::decoder;
        r_.divisor = config_.score_divisor();
        // A divisor that is another whole number's root is written so: the tutorial divides by √6.
        const float square = std::round(r_.divisor * r_.divisor);
        const bool root = std::abs(std::sqrt(square) - r_.divisor) < 1e-6F;
        r_.divisor_text = root ? "√" + std::to_string(static_cast<int>(square)) : "c";
    }

    void use(const char* symbol, std::size_t weight, int outputs) {
        r_.weight = tensor(weight);
        r_.weight_symbol = symbol;
        r_.outputs = outputs;
    }
    void project(const char* symbol, std::size_t weight, std::size_t bias) {
        use(symbol, weight, config_.d_attention());
        if (config_.attention_bias) r_.bias = tensor(bias);
    }
    void norm(const model::NormLayout& at) { r_.weight = tensor(at.weight), r_.bias = tensor(at.bias); }

    void weights(const model::AttentionLayout& own, const model::AttentionLayout& cross,
                 const model::FeedForwardLayout& mlp, const model::NormLayout& first, const model::NormLayout& second,
                 const model::NormLayout& third) {
        switch (d_.weights) {
            case Weights::none:
                return;
            case Weights::query:
                return project("W_Q", own.query_weight, own.query_bias);
            case Weights::key:
                return project("W_K", own.key_weight, own.key_bias);
            case Weights::value:
                return project("W_V", own.value_weight, own.value_bias);
            case Weights::cross_query:
                return project("W_Q", cross.query_weight, cross.query_bias);
            case Weights::cross_key:
                return project("W_K", cross.key_weight, cross.key_bias);
            case Weights::cross_value:
                return project("W_V", cross.value_weight, cross.value_bias);
            case Weights::out:
            case Weights::cross_out: {
                const model::AttentionLayout& at = d_.weights == Weights::out ? own : cross;
                use("W_O", at.out_weight, config_.d_model);
                r_.bias = tensor(at.out_bias);
                return;
            }
            case Weights::mlp_in:
                use("W_in", mlp.in_weight, config_.d_mlp);
                r_.bias = tensor(mlp.in_bias);
                return;
            case Weights::mlp_out:
                if (config_.feed_forward == model::FeedForward::one_layer) return;
                use("W_out", mlp.out_weight, config_.d_model);
                r_.bias = tensor(mlp.out_bias);
                return;
            case Weights::unembed:
                use("W_U", layout_.head, config_.vocab);
                r_.transposed = true;
                return;
            case Weights::first_norm:
                return norm(first);
            case Weights::second_norm:
                return norm(second);
            case Weights::third_norm:
                return norm(third);
        }
    }

    const PairPass& pass_;
    const model::EncoderDecoderConfig& config_;
    const model::EncoderDecoderLayout& layout_;
    nn::SiteAt at_;
    const PairSite& d_;
    Recipe r_;
};

}  // namespace

Explanation explain(const PairPass& pass, nn::SiteAt site, std::array<int, 3> indices) {
    CHECK(nn::has_site(site.stack, site.site) && site.stack != Stack::gpt);
    if (!nn::site_info(site.site).per_layer()) site.layer = 0;
    return explain(PairResolver(pass, site).run(indices[0]), indices);
}

}  // namespace headlight::interpret
