#include "interpret/intervention.h"

#include <algorithm>
#include <utility>

namespace headlight::interpret {
namespace {

bool has_layer(const Intervention& i) {
    return i.target != Target::position;
}

Fault not_there(std::string_view what, int index, int count) {
    return {what, "", {{"index", std::to_string(index)}, {"last", std::to_string(count - 1)}}};
}
Fault behind_the_end(int position, int positions, std::string_view text = "the prompt") {
    if (positions == 0) return {"nothing", text, {{"index", std::to_string(position)}}};
    return {"position", text, {{"index", std::to_string(position)}, {"last", std::to_string(positions - 1)}}};
}
bool within(int index, int count) {
    return index >= 0 && index < count;
}

Fault misfit_of_copy(const Intervention& i, int heads) {
    if (i.preset != Preset::copy) return {};
    if (!within(i.from_layer, i.layer + 1)) return not_there("layer", i.from_layer, i.layer + 1);
    return within(i.from_head, heads) ? Fault{} : not_there("head", i.from_head, heads);
}

// Why the model cannot have it, painted cells aside; without a key when it can.
Fault misfit(const Intervention& i, const model::GptConfig& c, int positions) {
    if (i.part != Part::gpt) return {"of_pair"};
    if (has_layer(i) && !within(i.layer, c.layers)) return not_there("layer", i.layer, c.layers);
    if (i.target == Target::head && !within(i.index, c.heads)) return not_there("head", i.index, c.heads);
    if (i.target == Target::neuron && !within(i.index, c.d_mlp)) return not_there("neuron", i.index, c.d_mlp);
    if (Fault fault = misfit_of_copy(i, c.heads); !fault.key.empty()) return fault;
    const bool anywhere = i.change == Change::patch && i.position < 0;
    const bool placed = i.change == Change::patch || i.target == Target::position;
    if (placed && !anywhere && !within(i.position, positions)) return behind_the_end(i.position, positions);
    if (i.change == Change::swap && !within(i.token, c.vocab)) return not_there("token", i.token, c.vocab);
    return {};
}

Fault misfit(const Intervention& i, const model::EncoderDecoderConfig& c) {
    if (i.part == Part::gpt) return {"of_gpt"};
    const int layers = i.part == Part::encoder ? c.encoder_layers : c.decoder_layers;
    if (!within(i.layer, layers)) return not_there("layer", i.layer, layers);
    if (i.target == Target::head && !within(i.index, c.heads)) return not_there("head", i.index, c.heads);
    if (i.target == Target::neuron && !within(i.index, c.d_mlp)) return not_there("neuron", i.index, c.d_mlp);
    return misfit_of_copy(i, c.heads);
}

// What a painted cell stands in: how many there are of each, and of what.
struct Axes {
    int queries, keys;
    std::string_view query_text, key_text;
};
bool inside(const PaintedCell& cell, const Axes& axes) {
    return cell.query < axes.queries && cell.key < axes.keys;
}

// The change without its cells that lie outside, which are told.
void add_fitting(const Intervention& item, const Axes& axes, InterventionList& result) {
    Intervention fits = item, behind = item;
    std::erase_if(fits.cells, [&](const PaintedCell& cell) { return !inside(cell, axes); });
    std::erase_if(behind.cells, [&](const PaintedCell& cell) { return inside(cell, axes); });
    if (!behind.cells.empty()) {
        const PaintedCell& cell = behind.cells.front();
        result.bad.push_back({to_text(behind), cell.query >= axes.queries
                                                   ? behind_the_end(cell.query, axes.queries, axes.query_text)
                                                   : behind_the_end(cell.key, axes.keys, axes.key_text)});
    }
    if (item.cells.empty() || !fits.cells.empty()) result.good.push_back(std::move(fits));
}

// What kind of place it changes: values of a part, the pattern of a head, the embedding, what is seen of a position.
enum class Place { values, pattern, patch, swap, drop };
Place place_of(Change change) {
    switch (change) {
        case Change::off:
        case Change::mean:
        case Change::scale:
            return Place::values;
        case Change::paint:
        case Change::raw:
        case Change::freeze:
            return Place::pattern;
        case Change::patch:
            return Place::patch;
        case Change::swap:
            return Place::swap;
        case Change::drop:
            return Place::drop;
    }
    return Place::values;
}

}  // namespace

InterventionList fitting(std::span<const Intervention> list, const model::GptConfig& config, int positions) {
    InterventionList result;
    for (const Intervention& item : list) {
        if (Fault fault = misfit(item, config, positions); !fault.key.empty()) {
            result.bad.push_back({to_text(item), std::move(fault)});
            continue;
        }
        add_fitting(item, {positions, positions, "the prompt", "the prompt"}, result);
    }
    return result;
}

InterventionList fitting(std::span<const Intervention> list, const model::EncoderDecoderConfig& config, int sources,
                         int targets) {
    constexpr std::string_view source = "the sentence", target = "the translation";
    InterventionList result;
    for (const Intervention& item : list) {
        if (Fault fault = misfit(item, config); !fault.key.empty()) {
            result.bad.push_back({to_text(item), std::move(fault)});
        } else if (item.part == Part::encoder) {
            add_fitting(item, {sources, sources, source, source}, result);
        } else if (item.part == Part::decoder) {
            add_fitting(item, {targets, targets, target, target}, result);
        } else {
            add_fitting(item, {targets, sources, target, source}, result);
        }
    }
    return result;
}

bool same_place(const Intervention& left, const Intervention& right) {
    if (place_of(left.change) != place_of(right.change) || left.target != right.target) return false;
    if (left.part != right.part) return false;
    if (has_layer(left) && left.layer != right.layer) return false;
    const bool numbered = left.target == Target::head || left.target == Target::neuron;
    if (numbered && left.index != right.index) return false;
    const bool placed = left.change == Change::patch || left.target == Target::position;
    return !placed || left.position == right.position;
}

int first_changed_layer(std::span<const Intervention> list, int layers) {
    int first = layers;
    for (const Intervention& i : list) {
        const int own = i.change == Change::swap ? -1 : i.change == Change::drop ? 0 : i.layer;
        first = std::min(first, own);
    }
    return first;
}

bool needs_other_run(std::span<const Intervention> list) {
    return std::ranges::any_of(
        list, [](const Intervention& i) { return i.change == Change::patch || i.change == Change::freeze; });
}

bool needs_baseline(std::span<const Intervention> list) {
    return std::ranges::any_of(list, [](const Intervention& i) { return i.change == Change::mean; });
}

bool needs_own_trace(std::span<const Intervention> list) {
    return std::ranges::any_of(
        list, [](const Intervention& i) { return i.preset == Preset::copy && i.from_layer != i.layer; });
}

bool needs_whole_prompt(std::span<const Intervention> list) {
    return needs_baseline(list);
}

}  // namespace headlight::interpret
