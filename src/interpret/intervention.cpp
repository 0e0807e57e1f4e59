#include "interpret/intervention.h"

#include <algorithm>

namespace headlight::interpret {
namespace {

bool has_layer(const Intervention& i) {
    return i.target != Target::position;
}

std::string not_there(const char* what, int index, int count) {
    return std::string(what) + " " + std::to_string(index) + " is not there: the model has " + what + "s 0 to " +
           std::to_string(count - 1);
}
std::string behind_the_end(int position, int positions) {
    const std::string found = "position " + std::to_string(position) + " lies behind the end: the prompt ";
    return found + (positions > 0 ? "has positions 0 to " + std::to_string(positions - 1) : "is empty");
}
bool within(int index, int count) {
    return index >= 0 && index < count;
}

// Why the model cannot have it, painted cells aside; empty when it can.
std::string misfit(const Intervention& i, const model::GptConfig& c, int positions) {
    if (has_layer(i) && !within(i.layer, c.layers)) return not_there("layer", i.layer, c.layers);
    if (i.target == Target::head && !within(i.index, c.heads)) return not_there("head", i.index, c.heads);
    if (i.target == Target::neuron && !within(i.index, c.d_mlp)) return not_there("neuron", i.index, c.d_mlp);
    if (i.preset == Preset::copy && !within(i.from_layer, i.layer + 1)) {
        return not_there("layer", i.from_layer, i.layer + 1);
    }
    if (i.preset == Preset::copy && !within(i.from_head, c.heads)) return not_there("head", i.from_head, c.heads);
    const bool anywhere = i.change == Change::patch && i.position < 0;
    const bool placed = i.change == Change::patch || i.target == Target::position;
    if (placed && !anywhere && !within(i.position, positions)) return behind_the_end(i.position, positions);
    if (i.change == Change::swap && !within(i.token, c.vocab)) return not_there("token", i.token, c.vocab);
    return {};
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
        if (const std::string reason = misfit(item, config, positions); !reason.empty()) {
            result.bad.push_back({to_text(item), reason});
            continue;
        }
        Intervention fits = item, behind = item;
        std::erase_if(fits.cells, [&](const PaintedCell& cell) { return cell.query >= positions; });
        std::erase_if(behind.cells, [&](const PaintedCell& cell) { return cell.query < positions; });
        if (!behind.cells.empty()) {
            result.bad.push_back({to_text(behind), behind_the_end(behind.cells.front().query, positions)});
        }
        if (item.cells.empty() || !fits.cells.empty()) result.good.push_back(std::move(fits));
    }
    return result;
}

bool same_place(const Intervention& left, const Intervention& right) {
    if (place_of(left.change) != place_of(right.change) || left.target != right.target) return false;
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

bool needs_whole_prompt(std::span<const Intervention> list) {
    return std::ranges::any_of(list, [](const Intervention& i) { return i.change == Change::mean; });
}

}  // namespace headlight::interpret
