#include "model/activations.h"

#include <algorithm>
#include <limits>

#include "base/check.h"

namespace headlight::model {
namespace {

std::size_t index_of(Site site) {
    return static_cast<std::size_t>(site);
}
std::size_t index_of(Activations::Norm norm) {
    return nn::kAllSites.size() + static_cast<std::size_t>(norm);
}

// resid_post of a GPT's layer is resid_pre of the next: one stream of layers + 1 stations, seen under two names.
bool in_residual_stream(nn::Stack stack, Site site) {
    return stack == nn::Stack::gpt && (site == Site::resid_pre || site == Site::resid_post);
}

// What one decode step leaves for the next: the KV cache.
bool is_cached(Site site) {
    return site == Site::k || site == Site::v || site == Site::cross_k || site == Site::cross_v;
}

// Post-norm: the norm whose output is the next layer's resid_pre.
Site last_norm(nn::Stack stack) {
    return stack == nn::Stack::decoder ? Site::ln3_normalized : Site::ln2_normalized;
}

bool reads_source(Site site) {
    return site == Site::cross_k || site == Site::cross_v;
}

int layers_kept(Site site, Keep keep, int layers) {
    if (!nn::site_info(site).per_layer()) return 1;
    if (keep == Keep::trace || is_cached(site)) return layers;
    const bool unread_by_backward = site == Site::attn_scores || site == Site::attn_out || site == Site::mlp_out ||
                                    site == Site::cross_scores || site == Site::cross_attn_out;
    return keep == Keep::decode || unread_by_backward ? 1 : layers;
}

StackShape stack_of(const GptConfig& c) {
    return {nn::Stack::gpt, c.layers, c.d_model, c.heads, c.d_head(), c.d_mlp, c.vocab};
}

std::size_t product(std::initializer_list<int> factors) {
    std::size_t all = 1;
    for (const int factor : factors) all *= static_cast<std::size_t>(factor);
    return all;
}

}  // namespace

Activations::Activations(const GptConfig& config, int batch, int context, Keep keep)
    : Activations(stack_of(config), batch, context, keep) {
    CHECK(context <= config.context);
}

Activations::Activations(const StackShape& shape, int batch, int context, Keep keep, int source_context)
    : shape_(shape),
      batch_(batch),
      context_(context),
      source_context_(source_context),
      keep_(keep),
      most_rows_(product({batch, context})),
      most_source_rows_(product({batch, source_context})),
      most_scores_(product({batch, context, context})),
      most_source_scores_(product({batch, context, source_context})) {
    CHECK(batch >= 1 && context >= 1);
    CHECK(batch == 1 || keep == Keep::training);
    CHECK((source_context > 0) == (shape.stack == nn::Stack::decoder));
    std::size_t size = 0;
    const auto reserve = [&](std::size_t floats, int kept) {
        const std::size_t padded = (floats + 15) / 16 * 16;  // rows of every layer begin on a cache line
        const Slot slot{size, kept > 1 ? padded : 0};
        size += padded * static_cast<std::size_t>(kept);
        return slot;
    };
    const int layers = shape.layers;
    // A GPT's residual stream: all stations, or two that take turns (and then layer parity picks one).
    if (shape.stack == nn::Stack::gpt) {
        slots_[index_of(Site::resid_pre)] = slots_[index_of(Site::resid_post)] =
            reserve(rows(Site::resid_pre) * columns(Site::resid_pre), keep != Keep::decode ? layers + 1 : 2);
    }
    for (const nn::SiteInfo& info : nn::kAllSites) {
        if (!nn::has_site(shape.stack, info.site) || in_residual_stream(shape.stack, info.site)) continue;
        // Post-norm: one station of its own, the others are norms (see at()).
        const int kept = info.site == Site::resid_pre ? 1 : layers_kept(info.site, keep, layers);
        slots_[index_of(info.site)] = reserve(rows(info.site) * columns(info.site), kept);
    }
    for (const Norm norm : {Norm::ln1, Norm::ln2, Norm::ln3, Norm::ln_final}) {
        slots_[index_of(norm)] = reserve(most_rows_, norm != Norm::ln_final && keep != Keep::decode ? layers : 1);
    }
    buffer_.assign(size, 0.0F);
    if (keep == Keep::trace && shape.stack != nn::Stack::encoder) {
        // Rows computed early do not know of the keys that come later: masked.
        const std::size_t floats = rows(Site::attn_scores) * columns(Site::attn_scores);
        for (int l = 0; l < layers; ++l) {
            std::fill_n(at(Site::attn_scores, l), floats, -std::numeric_limits<float>::infinity());
        }
    }
}

void Activations::resize(int batch, int context, int source_context) {
    CHECK(batch >= 1 && context >= 1 && (source_context > 0) == (source_context_ > 0));
    CHECK(product({batch, context}) <= most_rows_ && product({batch, context, context}) <= most_scores_);
    CHECK(product({batch, source_context}) <= most_source_rows_);
    CHECK(product({batch, context, source_context}) <= most_source_scores_);
    batch_ = batch;
    context_ = context;
    source_context_ = source_context;
}

std::size_t Activations::rows(Site site) const {
    if (site == Site::logits && keep_ == Keep::decode) return 1;
    return product({batch_, reads_source(site) ? source_context_ : context_});
}

std::size_t Activations::columns(Site site) const {
    switch (nn::site_info(site).shape) {
        case nn::SiteShape::pos_model:
            return product({shape_.d_model});
        case nn::SiteShape::pos_head:
            return product({shape_.heads, shape_.d_head});
        case nn::SiteShape::pos_one:
            return 1;
        case nn::SiteShape::head_query_key:
            return product({shape_.heads, site >= Site::cross_q ? source_context_ : context_});
        case nn::SiteShape::pos_mlp:
            return product({shape_.d_mlp});
        case nn::SiteShape::pos_vocab:
            return product({shape_.vocab});
    }
    check_failed("unknown site shape", __FILE__, __LINE__);
}

float* Activations::at(Site site, int layer) {
    DCHECK(layer >= 0 && layer < shape_.layers && nn::has_site(shape_.stack, site));
    if (site == Site::resid_pre && shape_.stack != nn::Stack::gpt && layer > 0) {
        return at(last_norm(shape_.stack), layer - 1);
    }
    const Slot& slot = slots_[index_of(site)];
    int station = layer;
    if (in_residual_stream(shape_.stack, site)) {
        station += site == Site::resid_post ? 1 : 0;
        if (keep_ == Keep::decode) station %= 2;
    }
    return buffer_.data() + slot.offset + slot.layer_stride * static_cast<std::size_t>(station);
}

const float* Activations::at(Site site, int layer) const {
    return const_cast<Activations*>(this)->at(site, layer);
}

float* Activations::mean(Norm norm, int layer) {
    const Slot& slot = slots_[index_of(norm)];
    return buffer_.data() + slot.offset + slot.layer_stride * static_cast<std::size_t>(layer);
}

nn::MutableSiteView Activations::view(Site site, int layer, int positions) {
    CHECK(layer >= 0 && layer < shape_.layers && positions >= 0 && positions <= context_);
    const auto row = static_cast<std::ptrdiff_t>(columns(site));
    const bool cross = site >= Site::cross_q;
    float* data = at(site, layer);
    switch (nn::site_info(site).shape) {
        case nn::SiteShape::pos_head:
            return {data,
                    3,
                    {reads_source(site) ? source_positions_ : positions, shape_.heads, shape_.d_head},
                    {row, shape_.d_head, 1}};
        case nn::SiteShape::head_query_key: {
            const std::ptrdiff_t keys = cross ? source_context_ : context_;
            return {
                data, 3, {shape_.heads, positions, cross ? source_positions_ : positions}, {context_ * keys, keys, 1}};
        }
        case nn::SiteShape::pos_vocab:
            if (keep_ == Keep::decode) positions = std::min(positions, 1);
            [[fallthrough]];
        case nn::SiteShape::pos_model:
        case nn::SiteShape::pos_one:
        case nn::SiteShape::pos_mlp:
            return {data, 2, {positions, static_cast<int>(row), 1}, {row, 1, 0}};
    }
    check_failed("unknown site shape", __FILE__, __LINE__);
}

nn::SiteView Activations::view(Site site, int layer, int positions) const {
    const auto view = const_cast<Activations*>(this)->view(site, layer, positions);
    return {view.data, view.rank, view.shape, view.stride};
}

}  // namespace headlight::model
