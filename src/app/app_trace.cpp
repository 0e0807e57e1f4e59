// What the panels read of the last complete pass.
#include <algorithm>

#include "app/app_state.h"
#include "interpret/explain.h"

namespace headlight::app {
namespace {

using nn::Site;
using nn::SiteShape;

constexpr std::string_view kLayerPrefix = "blocks.{l}.";

SiteInfo describe(const nn::SiteInfo& site) {
    SiteInfo info;
    info.per_layer = site.per_layer();
    info.name = site.name.substr(info.per_layer ? kLayerPrefix.size() : 0);
    info.per_head = site.shape == SiteShape::pos_head || site.shape == SiteShape::head_query_key;
    switch (site.shape) {
        case SiteShape::head_query_key:
            info.columns = AxisKind::key_position;
            break;
        case SiteShape::pos_one:
            info.columns = AxisKind::single;
            break;
        case SiteShape::pos_vocab:
            info.columns = AxisKind::vocabulary;
            break;
        default:
            info.columns = AxisKind::feature;
    }
    return info;
}

const std::vector<SiteInfo>& all_sites() {
    static const std::vector<SiteInfo> sites = [] {
        std::vector<SiteInfo> list;
        for (const nn::SiteInfo& site : nn::kSites) list.push_back(describe(site));
        return list;
    }();
    return sites;
}

// The position of a site in nn::kSites and all_sites(), or -1.
int site_index(std::string_view name) {
    const auto& sites = all_sites();
    const auto found = std::ranges::find(sites, name, &SiteInfo::name);
    return found == sites.end() ? -1 : static_cast<int>(found - sites.begin());
}

std::string key_of_parts(std::initializer_list<long long> parts) {
    std::string key;
    for (const long long part : parts) key += std::to_string(part) + ' ';
    return key;
}

}  // namespace

Selection App::State::selection() const {
    Selection s;
    const int n = static_cast<int>(tokens.size());
    if (n == 0) return s;
    const Settings& pinned = document.settings;
    const bool hovers_head =
        hover.layer >= 0 && hover.layer < info.layers && hover.head >= 0 && hover.head < info.heads;
    s.layer = std::clamp(hovers_head ? hover.layer : pinned.layer, 0, info.layers - 1);
    s.head = std::clamp(hovers_head ? hover.head : pinned.head, 0, info.heads - 1);
    s.pinned = pinned.query >= 0 && pinned.query < n;
    if (hover.query >= 0 && hover.query < n) {
        s.query = hover.query;
        s.key = hover.key < n ? hover.key : -1;
    } else if (s.pinned) {
        s.query = pinned.query;
        s.key = pinned.key < n ? pinned.key : -1;
    } else {
        s.query = n - 1;
    }
    return s;
}

const SiteInfo* App::State::site(std::string_view name) const {
    const int index = site_index(name);
    return index < 0 ? nullptr : &all_sites()[static_cast<std::size_t>(index)];
}

interpret::Matrix App::State::matrix(std::string_view name, int layer, int head) const {
    const int index = site_index(name);
    const int n = static_cast<int>(tokens.size());
    if (index < 0 || n == 0) return {};
    const nn::SiteInfo& site = nn::kSites[static_cast<std::size_t>(index)];
    if (site.per_layer() ? layer < 0 || layer >= info.layers : false) return {};
    const bool per_head = all_sites()[static_cast<std::size_t>(index)].per_head;
    if (per_head && (head < 0 || head >= info.heads)) return {};
    const nn::SiteView v = session->trace().view(site.site, site.per_layer() ? layer : 0, n);
    switch (site.shape) {
        case SiteShape::head_query_key:
            return {v.data + head * v.stride[0], n, n, v.stride[1], v.stride[2]};
        case SiteShape::pos_head:
            return {v.data + head * v.stride[1], n, v.shape[2], v.stride[0], v.stride[2]};
        default:
            return {v.data, n, v.shape[1], v.stride[0], v.stride[1]};
    }
}

interpret::Matrix App::State::attention(int layer, int head, Values values) const {
    return matrix(values == Values::pattern ? "attn.hook_pattern" : "attn.hook_attn_scores", layer, head);
}

const interpret::HeadStats* App::State::head_stats(int layer, int head) const {
    if (tokens.empty() || layer < 0 || layer >= info.layers || head < 0 || head >= info.heads) return nullptr;
    auto& cached = stats[static_cast<std::size_t>(layer * info.heads + head)];
    if (!cached.has_value())
        cached = interpret::head_stats(attention(layer, head, Values::pattern), session->shown().ids);
    return &*cached;
}

std::span<const SiteInfo> App::sites() const {
    return all_sites();
}
const SiteInfo* App::site(std::string_view name) const {
    return state_->site(name);
}
interpret::Matrix App::matrix(std::string_view site, int layer, int head) const {
    return state_->matrix(site, layer, head);
}
interpret::Matrix App::attention(int layer, int head, Values values) const {
    return state_->attention(layer, head, values);
}
const interpret::HeadStats* App::head_stats(int layer, int head) const {
    return state_->head_stats(layer, head);
}

std::string App::head_title(int layer, int head) const {
    static constexpr std::string_view kKeys[] = {"",           "kind.previous",  "kind.induction",
                                                 "kind.first", "kind.duplicate", "kind.self"};
    const interpret::HeadStats* stats = head_stats(layer, head);
    if (stats == nullptr || stats->kind == interpret::HeadKind::none) return "";
    const std::string score = fixed_text(static_cast<double>(stats->score), 2, strings());
    return strings()(kKeys[static_cast<std::size_t>(stats->kind)], {{"score", score}});
}

const Distribution& App::distribution() const {
    const State& s = *state_;
    const Selection selected = s.selection();
    if (selected.query < 0) {
        s.distribution = {};
        return s.distribution;
    }
    const Settings& set = s.document.settings;
    std::string key = key_of_parts({static_cast<long long>(s.pass_revision), selected.query, set.seed, set.top_k,
                                    static_cast<long long>(s.session->shown().taken)}) +
                      to_text(set.temperature) + ' ' + to_text(set.top_p);
    if (key == s.distribution_key) return s.distribution;
    s.distribution_key = std::move(key);

    model::Sampler sampler;
    sampler.prepare(s.compute.kernels(), s.session->logits(selected.query), s.sampling());
    Distribution& d = s.distribution;
    d = {};
    d.position = selected.query;
    d.candidates.assign(sampler.candidates().begin(), sampler.candidates().end());
    d.kept = sampler.kept();
    d.bad_logits = sampler.bad_logits();
    if (selected.query + 1 < static_cast<int>(s.tokens.size())) {
        d.actual = s.tokens[static_cast<std::size_t>(selected.query) + 1].id;
    } else {
        d.draw = model::draw_at(set.seed, s.document.taken.size());
        d.pick = sampler.pick(d.draw);
    }
    return d;
}

const interpret::Explanation& App::explanation() const {
    const State& s = *state_;
    const Selection selected = s.selection();
    if (selected.query < 0) {
        s.cell = {};
        return s.cell;
    }
    const Values values = s.document.settings.values;
    std::string cell_key = key_of_parts({static_cast<long long>(s.pass_revision), selected.layer, selected.head,
                                         selected.query, selected.key, static_cast<long long>(values)});
    if (cell_key == s.cell_key) return s.cell;
    s.cell_key = std::move(cell_key);

    int key = selected.key;
    if (key < 0) {
        // The strongest key of the row, other than the sink where there is another.
        const interpret::Matrix pattern = attention(selected.layer, selected.head, Values::pattern);
        key = selected.query > 0 ? 1 : 0;
        for (int k = key; k <= selected.query; ++k) {
            if (pattern.at(selected.query, k) > pattern.at(selected.query, key)) key = k;
        }
    }
    const interpret::Pass pass{s.session->gpt(), s.session->trace(), s.session->shown().ids};
    s.cell = interpret::explain(pass, values == Values::pattern ? Site::pattern : Site::attn_scores, selected.layer,
                                {selected.head, selected.query, key});
    return s.cell;
}

const interpret::Explanation& App::matrix_explanation() const {
    const State& s = *state_;
    const Settings& set = s.document.settings;
    const Selection selected = s.selection();
    const bool hovers = s.hover.row >= 0 && s.hover.column >= 0;
    const int row = hovers ? s.hover.row : set.row, column = hovers ? s.hover.column : set.column;
    const interpret::Matrix m = matrix(set.site, selected.layer, selected.head);
    const int index = site_index(set.site);
    if (index < 0 || m.empty() || row < 0 || row >= m.rows || column < 0 || column >= m.cols) {
        s.matrix_cell = {};
        s.matrix_cell_key.clear();
        return s.matrix_cell;
    }
    std::string key =
        key_of_parts({static_cast<long long>(s.pass_revision), index, selected.layer, selected.head, row, column});
    if (key == s.matrix_cell_key) return s.matrix_cell;
    s.matrix_cell_key = std::move(key);

    const nn::SiteInfo& site = nn::kSites[static_cast<std::size_t>(index)];
    std::array<int, 3> indices{row, column, 0};
    if (site.shape == SiteShape::pos_head) indices = {row, selected.head, column};
    if (site.shape == SiteShape::head_query_key) indices = {selected.head, row, column};
    const interpret::Pass pass{s.session->gpt(), s.session->trace(), s.session->shown().ids};
    s.matrix_cell = interpret::explain(pass, site.site, selected.layer, indices);
    return s.matrix_cell;
}

}  // namespace headlight::app
