#include "app/trace_buffer.h"

#include <algorithm>

#include "nn/sites.h"

namespace headlight::app {
namespace {

using nn::Site;

// Rows [first, last) of one site. Of a matrix of queries and keys a row is as long as its position: what lies behind is
// masked in every trace.
void copy_site(model::Activations& to, const model::Activations& from, const nn::SiteInfo& info, int layer, int first,
               int last) {
    const nn::SiteView source = from.view(info.site, layer, last);
    const nn::MutableSiteView target = to.view(info.site, layer, last);
    if (info.shape != nn::SiteShape::head_query_key) {
        const std::ptrdiff_t row = source.stride[0];
        std::copy_n(source.data + first * row, (last - first) * row, target.data + first * row);
        return;
    }
    for (int head = 0; head < source.shape[0]; ++head) {
        for (int row = first; row < last; ++row) {
            std::copy_n(source.data + head * source.stride[0] + row * source.stride[1], row + 1,
                        target.data + head * target.stride[0] + row * target.stride[1]);
        }
    }
}

}  // namespace

void TraceBuffer::reserve(const model::GptConfig& config, int capacity) {
    ids.clear();
    trace.reset();  // before there are two of them
    trace = std::make_unique<model::Activations>(config, 1, capacity, model::Keep::trace);
    complete.assign(static_cast<std::size_t>(capacity), false);
    has_logits.assign(static_cast<std::size_t>(capacity), false);
}

void TraceBuffer::keep(std::span<const std::int32_t> text, int valid) {
    ids.assign(text.begin(), text.begin() + valid);
    std::fill(complete.begin() + valid, complete.end(), false);
    std::fill(has_logits.begin() + valid, has_logits.end(), false);
}

void TraceBuffer::computed(int first, int last) {
    std::fill(complete.begin() + first, complete.begin() + last, true);
    std::fill(has_logits.begin() + first, has_logits.begin() + last, false);
}

int TraceBuffer::without_logits(int rows) const {
    return static_cast<int>(std::count(has_logits.begin(), has_logits.begin() + rows, false));
}

std::span<const float> TraceBuffer::logits(const model::Compute& compute, const model::Gpt& gpt, int row) {
    const auto at = static_cast<std::size_t>(row);
    if (!has_logits[at]) {
        model::head_rows(compute, gpt, *trace, row, 1);
        has_logits[at] = true;
    }
    const auto vocab = static_cast<std::size_t>(gpt.config().vocab);
    return {trace->at(Site::logits) + at * vocab, vocab};
}

bool TraceBuffer::advance_logits(const model::Compute& compute, const model::Gpt& gpt, int rows) {
    constexpr int kRows = 8;
    const auto begin = has_logits.begin(), end = begin + rows;
    const auto first = std::find(begin, end, false);
    if (first == end) return true;
    const auto last = std::find(first, end - first > kRows ? first + kRows : end, true);
    model::head_rows(compute, gpt, *trace, static_cast<int>(first - begin), static_cast<int>(last - first));
    std::fill(first, last, true);
    return without_logits(rows) == 0;
}

int common_prefix(std::span<const std::int32_t> a, std::span<const std::int32_t> b) {
    return static_cast<int>(std::ranges::mismatch(a, b).in1 - a.begin());
}

void copy_cache(TraceBuffer& to, const TraceBuffer& from, int first, int last) {
    if (first >= last) return;
    for (const nn::SiteInfo& info : nn::kSites) {
        if (info.site != Site::k && info.site != Site::v) continue;
        for (int layer = 0; layer < from.trace->layers(); ++layer) {
            copy_site(*to.trace, *from.trace, info, layer, first, last);
        }
    }
    std::fill(to.complete.begin() + first, to.complete.begin() + last, false);
    std::fill(to.has_logits.begin() + first, to.has_logits.begin() + last, false);
}

void copy_rows(TraceBuffer& to, const TraceBuffer& from, int first, int last) {
    if (first >= last) return;
    for (const nn::SiteInfo& info : nn::kSites) {
        if (info.site == Site::logits) continue;
        for (int layer = 0; layer < (info.per_layer() ? from.trace->layers() : 1); ++layer) {
            copy_site(*to.trace, *from.trace, info, layer, first, last);
        }
    }
    to.computed(first, last);
    const auto vocab = static_cast<std::size_t>(from.trace->shape().vocab);
    for (int row = first; row < last; ++row) {
        const auto at = static_cast<std::size_t>(row);
        if (!from.has_logits[at]) continue;
        std::copy_n(from.trace->at(Site::logits) + at * vocab, vocab, to.trace->at(Site::logits) + at * vocab);
        to.has_logits[at] = true;
    }
}

void copy_layers(model::Activations& to, const model::Activations& from, int layers, int first, int last) {
    if (first >= last) return;
    for (const nn::SiteInfo& info : nn::kSites) {
        const bool before = info.site == Site::embed || info.site == Site::pos_embed;
        const int copied = info.per_layer() ? layers : before ? 1 : 0;
        for (int layer = 0; layer < copied; ++layer) copy_site(to, from, info, layer, first, last);
    }
    // Of the last block, what it leaves is resid_post; the stations of the stream have one more than there are blocks.
    if (layers < from.layers()) copy_site(to, from, nn::site_info(Site::resid_pre), layers, first, last);
}

std::size_t trace_bytes(const model::GptConfig& c, int context) {
    const auto n = static_cast<std::size_t>(context);
    const auto per_layer =
        static_cast<std::size_t>(12 * c.d_model + 2 * c.d_mlp) + 2 * static_cast<std::size_t>(c.heads) * n;
    return n * (static_cast<std::size_t>(c.layers) * per_layer + static_cast<std::size_t>(c.vocab)) * sizeof(float);
}

int affordable_context(const model::GptConfig& config, std::size_t max_bytes) {
    int context = config.context;
    while (context > 16 && 2 * trace_bytes(config, context) > max_bytes) context = context * 3 / 4;
    return context;
}

}  // namespace headlight::app
