#pragma once
// The named places of a forward pass where a value can be read or replaced. Names and shapes follow TransformerLens
// (HookedTransformer), so that a saved trace opens under names that its readers know.

#include <array>
#include <cstddef>
#include <optional>
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
// clang-format on

enum class Site {
#define HL_SITE_ID(id, name, shape) id,
    HL_SITES(HL_SITE_ID)
#undef HL_SITE_ID
};

struct SiteInfo {
    Site site;
    std::string_view name;  // with "{l}" where the layer goes
    SiteShape shape;
    [[nodiscard]] constexpr bool per_layer() const { return name.starts_with("blocks."); }
};

inline constexpr auto kSites = std::to_array<SiteInfo>({
#define HL_SITE_INFO(id, name, shape) {Site::id, name, SiteShape::shape},
    HL_SITES(HL_SITE_INFO)
#undef HL_SITE_INFO
});

[[nodiscard]] constexpr const SiteInfo& site_info(Site site) {
    return kSites[static_cast<std::size_t>(site)];
}

// "blocks.3.attn.hook_pattern"; the layer is ignored by sites that have none.
[[nodiscard]] std::string site_name(Site site, int layer);

struct SiteAt {
    Site site;
    int layer;  // 0 for sites that have none
    bool operator==(const SiteAt&) const = default;
};
// The inverse of site_name; nothing for an unknown name. Does not know how many layers there are.
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
