// What the panels read of the last complete pass.
#include <algorithm>

#include "app/app_state.h"
#include "interpret/explain.h"
#include "interpret/replaced.h"

namespace headlight::app {
namespace {

using interpret::Intervention;
using nn::Site;
using nn::SiteShape;

constexpr std::string_view kLayerPrefix = "blocks.{l}.";
constexpr std::string_view kStackNames[] = {"blocks", "encoder", "decoder"};

SiteInfo describe(const nn::SiteInfo& site, nn::Stack stack) {
    SiteInfo info;
    info.per_layer = site.per_layer();
    info.name = site.name.substr(info.per_layer ? kLayerPrefix.size() : 0);
    const std::string stack_name(kStackNames[static_cast<std::size_t>(stack)]);
    info.full_name = info.name;
    if (info.per_layer) {
        info.full_name = stack_name + ".{l}." + info.name;
    } else if (stack != nn::Stack::gpt && site.site != Site::logits) {
        info.full_name = stack_name + "." + info.name;
    }
    info.per_head = site.shape == SiteShape::pos_head || site.shape == SiteShape::head_query_key;
    if (site.site == Site::cross_k || site.site == Site::cross_v) info.rows = AxisKind::source_position;
    switch (site.shape) {
        case SiteShape::head_query_key:
            info.columns = site.site >= Site::cross_q ? AxisKind::source_position : AxisKind::key_position;
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

// In the order of nn::sites_of(stack).
const std::vector<SiteInfo>& all_sites(nn::Stack stack) {
    static const std::array<std::vector<SiteInfo>, 3> lists = [] {
        std::array<std::vector<SiteInfo>, 3> made;
        for (const nn::Stack each : {nn::Stack::gpt, nn::Stack::encoder, nn::Stack::decoder}) {
            for (const nn::SiteInfo& site : nn::sites_of(each)) {
                made[static_cast<std::size_t>(each)].push_back(describe(site, each));
            }
        }
        return made;
    }();
    return lists[static_cast<std::size_t>(stack)];
}

// The position of a site in nn::sites_of(stack) and all_sites(stack), or -1.
int site_index(nn::Stack stack, std::string_view name) {
    const auto& sites = all_sites(stack);
    const auto found = std::ranges::find(sites, name, &SiteInfo::name);
    return found == sites.end() ? -1 : static_cast<int>(found - sites.begin());
}

const nn::SiteInfo& site_at(nn::Stack stack, int index) {
    return nn::sites_of(stack)[static_cast<std::size_t>(index)];
}

// One head of a site, or all of a site without heads.
interpret::Matrix matrix_of(const nn::SiteView& v, SiteShape shape, int head) {
    switch (shape) {
        case SiteShape::head_query_key:
            return {v.data + head * v.stride[0], v.shape[1], v.shape[2], v.stride[1], v.stride[2]};
        case SiteShape::pos_head:
            return {v.data + head * v.stride[1], v.shape[0], v.shape[2], v.stride[0], v.stride[2]};
        default:
            return {v.data, v.shape[0], v.shape[1], v.stride[0], v.stride[1]};
    }
}

interpret::Matrix matrix_of(const interpret::Sheet& sheet) {
    return {sheet.values.data(), sheet.rows, sheet.cols, sheet.cols, 1};
}

std::string key_of_parts(std::initializer_list<long long> parts) {
    std::string key;
    for (const long long part : parts) key += std::to_string(part) + ' ';
    return key;
}

}  // namespace

Selection App::State::selection() const {
    Selection s;
    const ModelInfo* shown = model();
    const int queries = static_cast<int>(query_tokens().size()), keys = static_cast<int>(key_tokens().size());
    if (shown == nullptr || queries == 0 || rung_tokens().empty()) return s;
    const Settings& pinned = document.settings;
    const bool hovers_head =
        hover.layer >= 0 && hover.layer < shown->layers && hover.head >= 0 && hover.head < shown->heads;
    s.layer = std::clamp(hovers_head ? hover.layer : pinned.layer, 0, shown->layers - 1);
    s.head = std::clamp(hovers_head ? hover.head : pinned.head, 0, shown->heads - 1);
    s.pinned = pinned.query >= 0 && pinned.query < queries;
    if (hover.query >= 0 && hover.query < queries) {
        s.query = hover.query;
        s.key = hover.key < keys ? hover.key : -1;
    } else if (s.pinned) {
        s.query = pinned.query;
        s.key = pinned.key < keys ? pinned.key : -1;
    } else {
        s.query = queries - 1;
    }
    const bool reads = rung() == Rung::translate && pinned.part == Part::encoder;
    s.target = reads ? static_cast<int>(target_tokens.size()) - 1 : s.query;
    return s;
}

const SiteInfo* App::State::site(std::string_view name) const {
    const int index = site_index(stack(), name);
    return index < 0 ? nullptr : &all_sites(stack())[static_cast<std::size_t>(index)];
}

interpret::Matrix App::State::matrix(std::string_view name, int layer, int head) const {
    return matrix(stack(), name, layer, head);
}

interpret::Matrix App::State::matrix(nn::Stack of, std::string_view name, int layer, int head) const {
    const int index = site_index(of, name);
    if (index < 0 || rung_tokens().empty() || (of == nn::Stack::gpt) != gpt_rung()) return {};
    const model::Activations& trace = of == nn::Stack::gpt ? this->trace() : translator->trace(of);
    const int rows =
        of == nn::Stack::encoder ? static_cast<int>(source_tokens.size()) : static_cast<int>(rung_tokens().size());
    const nn::SiteInfo& site = site_at(of, index);
    if (site.per_layer() && (layer < 0 || layer >= trace.layers())) return {};
    const bool per_head = all_sites(of)[static_cast<std::size_t>(index)].per_head;
    if (per_head && (head < 0 || head >= trace.shape().heads)) return {};
    if (site.site == Site::logits && of == nn::Stack::gpt && !ask_all_logits()) return {};  // soon
    const int at_layer = site.per_layer() ? layer : 0;
    const interpret::Matrix shown = matrix_of(trace.view(site.site, at_layer, rows), site.shape, head);
    if (of != nn::Stack::gpt || !shows_difference()) return shown;
    const bool prompts = document.settings.compare == Compare::other;
    const model::Activations& against = prompts ? lab.run->other_trace() : session->trace();
    const interpret::Matrix with = matrix_of(against.view(site.site, at_layer, rows), site.shape, head);
    return difference(prompts ? with : shown, prompts ? shown : with,
                      key_of_parts({index, at_layer, per_head ? head : 0}));
}

interpret::Matrix App::State::attention(Run run, int layer, int head, Values values) const {
    const RunRows of = rows_of(run);
    if (of.trace == nullptr || layer < 0 || layer >= info.layers || head < 0 || head >= info.heads) return {};
    const Site site = values == Values::pattern ? Site::pattern : Site::attn_scores;
    return matrix_of(of.trace->view(site, layer, of.rows), SiteShape::head_query_key, head);
}

interpret::Matrix App::State::attention(int layer, int head, Values values) const {
    if (rung() == Rung::translate) return attention(document.settings.part, layer, head, values);
    return matrix(values == Values::pattern ? "attn.hook_pattern" : "attn.hook_attn_scores", layer, head);
}

interpret::Matrix App::State::attention(Part part, int layer, int head, Values values) const {
    if (rung() != Rung::translate) return {};
    const std::string name = values == Values::pattern ? "attn.hook_pattern" : "attn.hook_attn_scores";
    const nn::Stack of = part == Part::encoder ? nn::Stack::encoder : nn::Stack::decoder;
    return matrix(of, part == Part::cross ? "cross_" + name : name, layer, head);
}

interpret::Matrix App::State::pattern(int layer, int head) const {
    if (!shows_difference()) return attention(layer, head, Values::pattern);
    const nn::SiteView view = trace().view(Site::pattern, layer, static_cast<int>(tokens.size()));
    return matrix_of(view, SiteShape::head_query_key, head);
}

interpret::Explanation App::State::explain(Site site, int layer, std::array<int, 3> indices) const {
    interpret::Explanation explained;
    const auto tell_replaced = [&](const Intervention& item, nn::Stack of) {  // of several, the last one stands
        if (interpret::replaces(item, {site, layer, of}, indices)) explained.replaced = change_label(item);
    };
    if (!gpt_rung()) {
        explained = interpret::explain(translator->pass(), {site, layer, stack()}, indices);
        for (const Intervention& item : translator_changes) {
            if (translator->changed()) tell_replaced(item, stack());
        }
        return explained;
    }
    explained = interpret::explain({session->gpt(), trace(), session->shown().ids}, site, layer, indices);
    const bool changed = lab.changed() && document.settings.compare != Compare::baseline;
    for (std::size_t i = 0; changed && i < lab.list.size(); ++i) {
        if (lab.reasons[i].empty()) tell_replaced(lab.list[i], nn::Stack::gpt);
    }
    return explained;
}

std::span<const SiteInfo> App::sites() const {
    return all_sites(state_->stack());
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
interpret::Matrix App::attention(Part part, int layer, int head, Values values) const {
    return state_->attention(part, layer, head, values);
}

const Distribution& App::distribution() const {
    const State& s = *state_;
    const Selection selected = s.selection();
    if (selected.target < 0) {
        s.distribution = {};
        s.distribution_key.clear();
        return s.distribution;
    }
    const Settings& set = s.document.settings;
    const bool gpt = s.gpt_rung();
    const model::Sampling sampling = s.sampling();
    std::string key = key_of_parts({static_cast<long long>(s.pass_revision), selected.target, set.seed, sampling.top_k,
                                    gpt ? s.session->shown().taken : -1}) +
                      to_text(sampling.temperature) + ' ' + to_text(sampling.top_p);
    if (key == s.distribution_key) return s.distribution;
    s.distribution_key = std::move(key);

    const std::vector<TokenInfo>& tokens = s.rung_tokens();
    const auto next = static_cast<std::size_t>(selected.target) + 1;
    model::Sampler sampler;
    sampler.prepare(s.compute.kernels(), gpt ? s.logits(selected.target) : s.translator->logits(selected.target),
                    sampling);
    Distribution& d = s.distribution;
    d = {};
    d.position = selected.target;
    d.candidates.assign(sampler.candidates().begin(), sampler.candidates().end());
    d.kept = sampler.kept();
    d.bad_logits = sampler.bad_logits();
    if (next < tokens.size()) {
        d.actual = tokens[next].id;
    } else {
        d.draw = model::draw_at(set.seed, gpt ? s.document.taken.size() : next - 1);
        d.pick = sampler.pick(d.draw);
        if (!gpt && s.translation.ended) d.actual = s.translator->model().config().end_token;
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
    const bool cross = s.rung() == Rung::translate && s.document.settings.part == Part::cross;
    std::string cell_key =
        key_of_parts({static_cast<long long>(s.pass_revision), selected.layer, selected.head, selected.query,
                      selected.key, static_cast<long long>(values), static_cast<long long>(s.stack()), cross,
                      static_cast<long long>(s.document.settings.language)});
    if (cell_key == s.cell_key) return s.cell;
    s.cell_key = std::move(cell_key);

    int key = selected.key;
    if (key < 0) {
        // The strongest key of the row, for causal attention other than the sink where there is another.
        const interpret::Matrix pattern = s.pattern(selected.layer, selected.head);
        const int keys = causal() ? selected.query + 1 : pattern.cols;
        key = causal() && selected.query > 0 ? 1 : 0;
        for (int k = key; k < keys; ++k) {
            if (pattern.at(selected.query, k) > pattern.at(selected.query, key)) key = k;
        }
    }
    const Site site = values == Values::pattern ? cross ? Site::cross_pattern : Site::pattern
                      : cross                   ? Site::cross_scores
                                                : Site::attn_scores;
    s.cell = s.explain(site, selected.layer, {selected.head, selected.query, key});
    return s.cell;
}

const interpret::Explanation& App::matrix_explanation() const {
    const State& s = *state_;
    const Settings& set = s.document.settings;
    const Selection selected = s.selection();
    const bool hovers = s.hover.row >= 0 && s.hover.column >= 0;
    const int row = hovers ? s.hover.row : set.row, column = hovers ? s.hover.column : set.column;
    const interpret::Sheet* sheet = s.rung() == Rung::tutorial ? s.sheet() : nullptr;
    const interpret::Matrix m = sheet != nullptr ? matrix_of(*sheet) : matrix(set.site, selected.layer, selected.head);
    const int index = sheet != nullptr ? 0 : site_index(s.stack(), set.site);
    if (index < 0 || m.empty() || row < 0 || row >= m.rows || column < 0 || column >= m.cols) {
        s.matrix_cell = {};
        s.matrix_cell_key.clear();
        return s.matrix_cell;
    }
    if (sheet != nullptr) {  // its numbers change with every edit and training step: nothing is kept
        s.matrix_cell_key.clear();
        s.matrix_cell = {};
        if (sheet->has(row, column)) s.matrix_cell = s.tutorial->explain(sheet->id, row, column);
        return s.matrix_cell;
    }
    std::string key = key_of_parts({static_cast<long long>(s.pass_revision), index, selected.layer, selected.head, row,
                                    column, static_cast<long long>(s.stack()), static_cast<long long>(set.language)});
    if (key == s.matrix_cell_key) return s.matrix_cell;
    s.matrix_cell_key = std::move(key);

    const nn::SiteInfo& site = site_at(s.stack(), index);
    std::array<int, 3> indices{row, column, 0};
    if (site.shape == SiteShape::pos_head) indices = {row, selected.head, column};
    if (site.shape == SiteShape::head_query_key) indices = {selected.head, row, column};
    s.matrix_cell = s.explain(site.site, selected.layer, indices);
    return s.matrix_cell;
}

}  // namespace headlight::app
