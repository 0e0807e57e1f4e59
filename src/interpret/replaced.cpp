#include "interpret/replaced.h"

#include <algorithm>

namespace headlight::interpret {
namespace {

using nn::Site;

bool in_part(Part part, nn::SiteAt at) {
    switch (part) {
        case Part::gpt:
            return at.stack == nn::Stack::gpt;
        case Part::encoder:
            return at.stack == nn::Stack::encoder;
        case Part::decoder:
            return at.stack == nn::Stack::decoder && at.site < Site::cross_q;
        case Part::cross:
            return at.stack == nn::Stack::decoder && at.site >= Site::cross_q;
    }
    return false;
}

// A query's row of a pattern: [head, query, key].
bool replaces_weight(const Intervention& i, int layer, std::array<int, 3> at) {
    const auto [head, query, key] = at;
    if (i.change == Change::drop) return query > i.position && key <= query;
    const bool sees_key = key <= query || i.part == Part::encoder || i.part == Part::cross;
    if (i.layer != layer || i.index != head || !sees_key) return false;
    if (i.change == Change::freeze || i.preset != Preset::none) return true;
    // Painted cells; those beside them follow where the row is normalised.
    return std::ranges::any_of(i.cells, [&](const PaintedCell& cell) {
        return cell.query == query && (cell.key == key || i.change == Change::paint);
    });
}

bool replaces_value(const Intervention& i, Site site, std::array<int, 3> at) {
    switch (i.target) {
        case Target::head:
            return (site == Site::z || site == Site::cross_z) && at[1] == i.index;
        case Target::attention:
            return site == Site::attn_out || site == Site::cross_attn_out;
        case Target::mlp:
            return site == Site::mlp_out;
        case Target::neuron:
            return site == Site::mlp_post && at[1] == i.index;
        case Target::residual:
            return site == Site::resid_pre;
        case Target::position:
            return site == Site::embed;
    }
    return false;
}

}  // namespace

bool replaces(const Intervention& i, nn::SiteAt site, std::array<int, 3> at) {
    if (site.site == Site::resid_post && site.stack == nn::Stack::gpt) {
        return replaces(i, {Site::resid_pre, site.layer + 1, site.stack}, at);
    }
    if (!in_part(i.part, site)) return false;
    const bool of_pattern =
        i.change == Change::paint || i.change == Change::raw || i.change == Change::freeze || i.change == Change::drop;
    if (of_pattern) {
        const bool pattern = site.site == Site::pattern || site.site == Site::cross_pattern;
        return pattern && replaces_weight(i, site.layer, at);
    }
    const bool here = i.position < 0 || i.position == at[0];
    if (i.change == Change::swap) return site.site == Site::embed && here;
    return i.layer == site.layer && here && replaces_value(i, site.site, at);
}

}  // namespace headlight::interpret
