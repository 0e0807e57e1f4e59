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
    return nn::kSites.size() + static_cast<std::size_t>(norm);
}

// resid_post of a layer is resid_pre of the next: one stream of layers + 1 stations, seen under two names.
bool in_residual_stream(Site site) {
    return site == Site::resid_pre || site == Site::resid_post;
}

int layers_kept(Site site, Keep keep, int layers) {
    if (!nn::site_info(site).per_layer()) return 1;
    if (keep == Keep::trace || site == Site::k || site == Site::v) return layers;
    const bool unread_by_backward = site == Site::attn_scores || site == Site::attn_out || site == Site::mlp_out;
    return keep == Keep::decode || unread_by_backward ? 1 : layers;
}

}  // namespace

Activations::Activations(const GptConfig& config, int batch, int context, Keep keep)
    : batch_(batch), context_(context), layers_(config.layers), keep_(keep), config_(config) {
    CHECK(batch >= 1 && context >= 1 && context <= config.context);
    CHECK(batch == 1 || keep == Keep::training);
    const auto rows = static_cast<std::size_t>(batch) * static_cast<std::size_t>(context);
    const auto columns = [&](Site site) {
        switch (nn::site_info(site).shape) {
            case nn::SiteShape::pos_model:
            case nn::SiteShape::pos_head:
                return static_cast<std::size_t>(config.d_model);
            case nn::SiteShape::pos_one:
                return std::size_t{1};
            case nn::SiteShape::head_query_key:
                return static_cast<std::size_t>(config.heads * context);
            case nn::SiteShape::pos_mlp:
                return static_cast<std::size_t>(config.d_mlp);
            case nn::SiteShape::pos_vocab:
                return static_cast<std::size_t>(config.vocab);
        }
        check_failed("unknown site shape", __FILE__, __LINE__);
    };
    std::size_t size = 0;
    const auto reserve = [&](std::size_t floats, int kept) {
        const std::size_t padded = (floats + 15) / 16 * 16;  // rows of every layer begin on a cache line
        const Slot slot{size, kept > 1 ? padded : 0};
        size += padded * static_cast<std::size_t>(kept);
        return slot;
    };
    // The residual stream: all stations, or two that take turns (and then layer parity picks one).
    const bool all_stations = keep != Keep::decode;
    const Slot stream = reserve(rows * static_cast<std::size_t>(config.d_model), all_stations ? layers_ + 1 : 2);
    for (const nn::SiteInfo& info : nn::kSites) {
        if (in_residual_stream(info.site)) {
            slots_[index_of(info.site)] = stream;
            continue;
        }
        const std::size_t kept_rows = info.site == Site::logits && keep == Keep::decode ? 1 : rows;
        slots_[index_of(info.site)] = reserve(kept_rows * columns(info.site), layers_kept(info.site, keep, layers_));
    }
    for (const Norm norm : {Norm::ln1, Norm::ln2, Norm::ln_final}) {
        slots_[index_of(norm)] = reserve(rows, norm != Norm::ln_final && keep != Keep::decode ? layers_ : 1);
    }
    buffer_.assign(size, 0.0F);
    if (keep == Keep::trace) {  // rows computed early do not know of the keys that come later: masked
        const std::size_t floats = rows * columns(Site::attn_scores);
        for (int l = 0; l < layers_; ++l) {
            std::fill_n(at(Site::attn_scores, l), floats, -std::numeric_limits<float>::infinity());
        }
    }
}

float* Activations::at(Site site, int layer) {
    DCHECK(layer >= 0 && layer < layers_);
    const Slot& slot = slots_[index_of(site)];
    int station = layer;
    if (in_residual_stream(site)) {
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
    CHECK(layer >= 0 && layer < layers_ && positions >= 0 && positions <= context_);
    const std::ptrdiff_t d = config_.d_model;
    const std::ptrdiff_t n = context_;
    float* data = at(site, layer);
    switch (nn::site_info(site).shape) {
        case nn::SiteShape::pos_model:
            return {data, 2, {positions, config_.d_model, 1}, {d, 1, 0}};
        case nn::SiteShape::pos_one:
            return {data, 2, {positions, 1, 1}, {1, 1, 0}};
        case nn::SiteShape::pos_head:
            return {data, 3, {positions, config_.heads, config_.d_head()}, {d, config_.d_head(), 1}};
        case nn::SiteShape::head_query_key:
            return {data, 3, {config_.heads, positions, positions}, {n * n, n, 1}};
        case nn::SiteShape::pos_mlp:
            return {data, 2, {positions, config_.d_mlp, 1}, {config_.d_mlp, 1, 0}};
        case nn::SiteShape::pos_vocab:
            return {data,
                    2,
                    {keep_ == Keep::decode ? std::min(positions, 1) : positions, config_.vocab, 1},
                    {config_.vocab, 1, 0}};
    }
    check_failed("unknown site shape", __FILE__, __LINE__);
}

nn::SiteView Activations::view(Site site, int layer, int positions) const {
    const auto view = const_cast<Activations*>(this)->view(site, layer, positions);
    return {view.data, view.rank, view.shape, view.stride};
}

}  // namespace headlight::model
