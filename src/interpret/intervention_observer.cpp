#include <algorithm>

#include "base/check.h"
#include "interpret/intervention.h"
#include "interpret/intervention_pattern.h"

namespace headlight::interpret {
namespace {

using model::Activations;
using nn::Site;

bool of_values(Change change) {
    return change == Change::off || change == Change::mean || change == Change::scale || change == Change::patch;
}

// Where the values of a target stand.
Site site_of(Target target, Part part) {
    const bool cross = part == Part::cross;
    switch (target) {
        case Target::head:
            return cross ? Site::cross_z : Site::z;
        case Target::attention:
            return cross ? Site::cross_attn_out : Site::attn_out;
        case Target::mlp:
            return Site::mlp_out;
        case Target::neuron:
            return Site::mlp_post;
        case Target::residual:
            return Site::resid_pre;
        case Target::position:
            return Site::embed;
    }
    check_failed("unknown target", __FILE__, __LINE__);
}

nn::Stack stack_of(Part part) {
    return part == Part::gpt ? nn::Stack::gpt : part == Part::encoder ? nn::Stack::encoder : nn::Stack::decoder;
}
Site pattern_of(Part part) {
    return part == Part::cross ? Site::cross_pattern : Site::pattern;
}
bool is_at(const Intervention& i, nn::SiteAt at, Site site) {
    return i.layer == at.layer && site == at.site && stack_of(i.part) == at.stack;
}

// The floats of a row of the site that are the target's: a head's of z [pos, head, d_head], a neuron's of [pos, d_mlp],
// all of [pos, d_model].
struct Columns {
    std::ptrdiff_t offset;
    int count;
};
template <class Float>
Columns columns_of(const Intervention& i, const nn::SiteViewOf<Float>& view) {
    if (i.target == Target::head) return {i.index * view.stride[1], view.shape[2]};
    if (i.target == Target::neuron) return {i.index, 1};
    return {0, view.shape[1]};
}

bool copies_same_layer(const Intervention& i) {
    return i.preset == Preset::copy && i.from_layer == i.layer;
}

void freeze(float* head, std::ptrdiff_t stride, const float* other, std::ptrdiff_t other_stride, int first, int rows) {
    for (int query = first; query < rows; ++query) {
        std::copy_n(other + query * other_stride, query + 1, head + query * stride);
    }
}

// Row `query` of a head's pattern [query, key].
PatternRow row_of(const nn::MutableSiteView& view, int head, int query, Part part) {
    float* weights = view.data + head * view.stride[0] + query * view.stride[1];
    const bool causal = part == Part::gpt || part == Part::decoder;
    return {weights, causal ? query + 1 : view.shape[2], part == Part::cross ? -1 : query};
}

void paint(const Intervention& i, const nn::MutableSiteView& view, int first) {
    const int rows = view.shape[1];
    if (i.preset != Preset::none) {
        for (int query = first; query < rows; ++query) paint_preset(row_of(view, i.index, query, i.part), i.preset);
        return;
    }
    for (auto cell = i.cells.begin(); cell != i.cells.end();) {
        const int query = cell->query;
        const auto end = std::find_if(cell, i.cells.end(), [=](const PaintedCell& c) { return c.query != query; });
        if (query >= first && query < rows) {
            paint_cells(row_of(view, i.index, query, i.part), {cell, end}, i.change == Change::paint);
        }
        cell = end;
    }
}

}  // namespace

InterventionObserver::InterventionObserver(std::span<const Intervention> list, Runs runs) : list_(list), runs_(runs) {
    for (const Intervention& i : list_) {
        CHECK(i.change != Change::swap || runs_.gpt != nullptr);
        if (i.change == Change::mean) {
            const bool encoder = i.part == Part::encoder;
            if (i.part == Part::gpt) CHECK(runs_.baseline != nullptr && runs_.positions > 0);
            if (i.part != Part::gpt) CHECK(encoder ? runs_.encoder != nullptr : runs_.decoder != nullptr);
            CHECK(!encoder || runs_.sources > 0);
        }
        const bool copies_earlier = i.preset == Preset::copy && !copies_same_layer(i);
        const bool from_baseline = i.part == Part::gpt && runs_.baseline != nullptr;
        CHECK(!copies_earlier || own_run(i.part) != nullptr || from_baseline);
    }
}

const Activations* InterventionObserver::own_run(Part part) const {
    return part == Part::gpt ? runs_.own : part == Part::encoder ? runs_.own_encoder : runs_.own_decoder;
}

void InterventionObserver::at(nn::SiteAt site, nn::MutableSiteView view, int first) {
    if (site.site == Site::pattern || site.site == Site::cross_pattern) change_patterns(site, view, first);
    for (const Intervention& i : list_) {
        if (i.change == Change::swap && site == nn::SiteAt{Site::embed, 0}) {
            const bool new_row = i.position >= first && i.position < view.shape[0];
            if (new_row) runs_.gpt->embedding(i.token, view.data + i.position * view.stride[0]);
        } else if (of_values(i.change) && is_at(i, site, site_of(i.target, i.part))) {
            change_values(i, site.site, view, first);
        }
    }
}

void InterventionObserver::change_values(const Intervention& i, Site site, nn::MutableSiteView view, int first) const {
    const Columns part = columns_of(i, view);
    std::vector<float> means;  // [rows - first, part]
    if (i.change == Change::mean) means = means_of(i, site, first, view.shape[0]);
    const float* mean = means.data();
    const bool patches = i.change == Change::patch && runs_.other != nullptr;
    const nn::SiteView other = patches ? runs_.other->view(site, i.layer, runs_.other_positions) : nn::SiteView{};
    for (int row = first; row < view.shape[0]; ++row) {
        float* values = view.data + row * view.stride[0] + part.offset;
        if (i.change == Change::off) {
            std::fill_n(values, part.count, 0.0F);
        } else if (i.change == Change::mean) {
            std::copy_n(mean, part.count, values);
            mean += part.count;
        } else if (i.change == Change::scale) {
            if (i.factor == 1) return;
            for (int j = 0; j < part.count; ++j) values[j] *= i.factor;
        } else if (row < other.shape[0] && (i.position < 0 || i.position == row)) {
            std::copy_n(other.data + row * other.stride[0] + part.offset, part.count, values);
        }
    }
}

// What the rows first .. rows - 1 become, [rows - first, part]: the mean over all rows, or in a decoder over those up
// to each.
std::vector<float> InterventionObserver::means_of(const Intervention& i, Site site, int first, int rows) const {
    const bool so_far = i.part == Part::decoder || i.part == Part::cross;
    const Activations& run = so_far ? *runs_.decoder : i.part == Part::encoder ? *runs_.encoder : *runs_.baseline;
    const int all = so_far ? rows : i.part == Part::encoder ? runs_.sources : runs_.positions;
    const nn::SiteView view = run.view(site, i.layer, all);
    const Columns part = columns_of(i, view);
    std::vector<double> sums(static_cast<std::size_t>(part.count));
    std::vector<float> means;
    const auto add_row = [&](int count) {
        for (const double sum : sums) means.push_back(static_cast<float>(sum / count));
    };
    for (int row = 0; row < all; ++row) {
        const float* values = view.data + row * view.stride[0] + part.offset;
        for (double& sum : sums) sum += static_cast<double>(*values++);
        if (so_far && row >= first) add_row(row + 1);
    }
    if (!so_far) {
        for (int row = first; row < rows; ++row) add_row(all);
    }
    return means;
}

// view: [head, query, key]. Heads are copied within the layer as they were before anything was changed.
void InterventionObserver::change_patterns(nn::SiteAt site, nn::MutableSiteView view, int first) const {
    std::vector<std::vector<float>> sources;  // by intervention; [query, key] from `first` on, all keys
    for (const Intervention& i : list_) {
        const bool copies = i.preset == Preset::copy && is_at(i, site, pattern_of(i.part));
        sources.push_back(copies ? source_rows(i, view, first) : std::vector<float>());
    }
    const std::ptrdiff_t stride = view.stride[1];
    const int rows = view.shape[1], keys = view.shape[2];
    for (std::size_t at = 0; at < list_.size(); ++at) {
        const Intervention& i = list_[at];
        if (i.change == Change::drop && site.stack == nn::Stack::gpt) {
            for (int head = 0; head < view.shape[0]; ++head) {
                for (int query = first; query < rows; ++query) {
                    drop_key(row_of(view, head, query, Part::gpt), i.position);
                }
            }
        }
        if (!is_at(i, site, pattern_of(i.part)) || i.target != Target::head || of_values(i.change)) continue;
        float* head = view.data + i.index * view.stride[0];
        if (i.preset == Preset::copy) {
            const float* from = sources[at].data();
            const float* const end = from + sources[at].size();
            for (int query = first; from != end; ++query, from += keys) {
                std::copy_n(from, row_of(view, i.index, query, i.part).keys, head + query * stride);
            }
        } else if (i.change == Change::freeze) {
            if (runs_.other == nullptr) continue;
            const nn::SiteView other = runs_.other->view(Site::pattern, site.layer, runs_.other_positions);
            freeze(head, stride, other.data + i.index * other.stride[0], other.stride[1], first,
                   std::min(rows, runs_.other_positions));
        } else {
            paint(i, view, first);
        }
    }
}

// The pattern of the head that is copied, [rows - first, keys], as far as its run has rows.
std::vector<float> InterventionObserver::source_rows(const Intervention& copy, nn::MutableSiteView view,
                                                     int first) const {
    const int rows = view.shape[1], keys = view.shape[2];
    nn::SiteView from{view.data, view.rank, view.shape, view.stride};
    if (!copies_same_layer(copy)) {
        const Activations* own = own_run(copy.part);
        const Activations& run = own != nullptr ? *own : *runs_.baseline;
        from =
            run.view(pattern_of(copy.part), copy.from_layer, own != nullptr ? rows : std::min(rows, runs_.positions));
    }
    std::vector<float> values;
    for (int query = first; query < from.shape[1]; ++query) {
        const float* row = from.data + copy.from_head * from.stride[0] + query * from.stride[1];
        values.insert(values.end(), row, row + from.shape[2]);
        values.resize(values.size() + static_cast<std::size_t>(keys - from.shape[2]));
    }
    return values;
}

}  // namespace headlight::interpret
