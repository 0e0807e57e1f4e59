#pragma once
// The named places of a forward pass where a value can be read or replaced. Names and shapes follow TransformerLens
// (HookedTransformer), so that a saved trace opens under names that its readers know.

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace headlight::nn {

// The axes of a site's tensor.
enum class SiteShape {
    pos_model,       // [pos, d_model]
    pos_one,         // [pos, 1]
    pos_head,        // [pos, head, d_head]
    head_query_key,  // [head, query pos, key pos]
    pos_mlp,         // [pos, d_mlp]
    pos_vocab,       // [pos, d_vocab]
};

// clang-format off
//         id                   name ("{l}" is the layer)               shape
#define HL_SITES(SITE)                                                                     \
    SITE(embed,               "hook_embed",                           pos_model)          \
    SITE(pos_embed,           "hook_pos_embed",                       pos_model)          \
    SITE(resid_pre,           "blocks.{l}.hook_resid_pre",            pos_model)          \
    SITE(ln1_scale,           "blocks.{l}.ln1.hook_scale",            pos_one)            \
    SITE(ln1_normalized,      "blocks.{l}.ln1.hook_normalized",       pos_model)          \
    SITE(q,                   "blocks.{l}.attn.hook_q",               pos_head)           \
    SITE(k,                   "blocks.{l}.attn.hook_k",               pos_head)           \
    SITE(v,                   "blocks.{l}.attn.hook_v",               pos_head)           \
    SITE(attn_scores,         "blocks.{l}.attn.hook_attn_scores",     head_query_key)     \
    SITE(pattern,             "blocks.{l}.attn.hook_pattern",         head_query_key)     \
    SITE(z,                   "blocks.{l}.attn.hook_z",               pos_head)           \
    SITE(attn_out,            "blocks.{l}.hook_attn_out",             pos_model)          \
    SITE(resid_mid,           "blocks.{l}.hook_resid_mid",            pos_model)          \
    SITE(ln2_scale,           "blocks.{l}.ln2.hook_scale",            pos_one)            \
    SITE(ln2_normalized,      "blocks.{l}.ln2.hook_normalized",       pos_model)          \
    SITE(mlp_pre,             "blocks.{l}.mlp.hook_pre",              pos_mlp)            \
    SITE(mlp_post,            "blocks.{l}.mlp.hook_post",             pos_mlp)            \
    SITE(mlp_out,             "blocks.{l}.hook_mlp_out",              pos_model)          \
    SITE(resid_post,          "blocks.{l}.hook_resid_post",           pos_model)          \
    SITE(ln_final_scale,      "ln_final.hook_scale",                  pos_one)            \
    SITE(ln_final_normalized, "ln_final.hook_normalized",             pos_model)          \
    SITE(logits,              "logits",                               pos_vocab)

// What a decoder has beside them: attention to the encoder's output, and a third norm. Key positions are the source's.
#define HL_CROSS_SITES(SITE)                                                               \
    SITE(cross_q,             "blocks.{l}.cross_attn.hook_q",           pos_head)          \
    SITE(cross_k,             "blocks.{l}.cross_attn.hook_k",           pos_head)          \
    SITE(cross_v,             "blocks.{l}.cross_attn.hook_v",           pos_head)          \
    SITE(cross_scores,        "blocks.{l}.cross_attn.hook_attn_scores", head_query_key)    \
    SITE(cross_pattern,       "blocks.{l}.cross_attn.hook_pattern",     head_query_key)    \
    SITE(cross_z,             "blocks.{l}.cross_attn.hook_z",           pos_head)          \
    SITE(cross_attn_out,      "blocks.{l}.hook_cross_attn_out",         pos_model)         \
    SITE(resid_mid_cross,     "blocks.{l}.hook_resid_mid_cross",        pos_model)         \
    SITE(ln3_scale,           "blocks.{l}.ln3.hook_scale",              pos_one)           \
    SITE(ln3_normalized,      "blocks.{l}.ln3.hook_normalized",         pos_model)
// clang-format on

enum class Site {
#define HL_SITE_ID(id, name, shape) id,
    HL_SITES(HL_SITE_ID) HL_CROSS_SITES(HL_SITE_ID)
#undef HL_SITE_ID
};

// Which blocks: those of a GPT (pre-norm), or of an encoder-decoder's two stacks (post-norm, Vaswani et al., 2017). In
// a post-norm block resid_mid, resid_mid_cross and resid_post are the sums before the norms; ln1_normalized,
// ln2_normalized and ln3_normalized are the norms of those sums in turn, the last of which is the next resid_pre.
enum class Stack { gpt, encoder, decoder };

struct SiteInfo {
    Site site;
    std::string_view name;  // with "{l}" where the layer goes
    SiteShape shape;
    [[nodiscard]] constexpr bool per_layer() const { return name.starts_with("blocks."); }
};

#define HL_SITE_INFO(id, name, shape) {Site::id, name, SiteShape::shape},
// A GPT's, in the order of the forward pass.
inline constexpr auto kSites = std::to_array<SiteInfo>({HL_SITES(HL_SITE_INFO)});
inline constexpr auto kAllSites = std::to_array<SiteInfo>({HL_SITES(HL_SITE_INFO) HL_CROSS_SITES(HL_SITE_INFO)});
#undef HL_SITE_INFO

[[nodiscard]] constexpr const SiteInfo& site_info(Site site) {
    return kAllSites[static_cast<std::size_t>(site)];
}
[[nodiscard]] constexpr bool has_site(Stack stack, Site site) {
    if (site >= Site::cross_q) return stack == Stack::decoder;
    if (site == Site::ln_final_scale || site == Site::ln_final_normalized) return stack == Stack::gpt;
    return site != Site::logits || stack != Stack::encoder;
}
// Those of a stack, in the order of its forward pass.
[[nodiscard]] std::span<const SiteInfo> sites_of(Stack stack);

// "blocks.3.attn.hook_pattern", "encoder.0.hook_resid_pre", "decoder.1.cross_attn.hook_pattern"; without layers
// "hook_embed", "decoder.hook_embed", and always "logits". The layer is ignored by sites that have none.
[[nodiscard]] std::string site_name(Site site, int layer, Stack stack = Stack::gpt);

struct SiteAt {
    Site site;
    int layer;  // 0 for sites that have none
    Stack stack = Stack::gpt;
    bool operator==(const SiteAt&) const = default;
};
// The inverse of site_name (the name "logits" is the GPT's); nothing for an unknown name. Does not know how many layers
// there are.
[[nodiscard]] std::optional<SiteAt> find_site(std::string_view name);

// A view of a site's values; axes as SiteShape says. Element (i, j, k) is data[i * stride[0] + j * stride[1] + k *
// stride[2]].
template <class Float>
struct SiteViewOf {
    Float* data = nullptr;
    int rank = 0;
    std::array<int, 3> shape{};
    std::array<std::ptrdiff_t, 3> stride{};
};
using SiteView = SiteViewOf<const float>;
using MutableSiteView = SiteViewOf<float>;

// Sees every site of a forward pass right after its value is there, and may replace the values in place: what follows
// is computed from what it leaves. `first` is the first new position along the site's position (or query) axis; earlier
// positions come from the cache and must not be changed.
class Observer {
  public:
    virtual ~Observer() = default;
    virtual void at(SiteAt site, MutableSiteView view, int first) = 0;
};

}  // namespace headlight::nn
