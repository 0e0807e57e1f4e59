#include "interpret/intervention_pattern.h"

#include <algorithm>

#include "base/check.h"

namespace headlight::interpret {
namespace {

double sum_of(PatternRow row) {
    double sum = 0;
    for (int key = 0; key < row.keys; ++key) sum += static_cast<double>(row.weights[key]);
    return sum;
}

void multiply(float& weight, double factor) {
    weight = static_cast<float>(static_cast<double>(weight) * factor);
}

void spread(PatternRow row) {
    std::fill_n(row.weights, row.keys, 1 / static_cast<float>(row.keys));
}

}  // namespace

void paint_preset(PatternRow row, Preset preset) {
    CHECK(preset != Preset::none && preset != Preset::copy);
    if (preset == Preset::uniform) return spread(row);
    CHECK(preset == Preset::first || row.own >= 0);
    std::fill_n(row.weights, row.keys, 0.0F);
    const int key = preset == Preset::first ? 0 : preset == Preset::self ? row.own : std::max(0, row.own - 1);
    row.weights[key] = 1;
}

void paint_cells(PatternRow row, std::span<const PaintedCell> cells, bool normalised) {
    double painted = 0;
    bool changed = false;
    for (const PaintedCell& cell : cells) {
        changed = changed || row.weights[cell.key] != cell.weight;
        painted += static_cast<double>(cell.weight);
    }
    if (!changed) return;
    for (const PaintedCell& cell : cells) row.weights[cell.key] = 0;
    const double others = normalised ? sum_of(row) : 0;
    if (normalised && others > 0) {
        const double factor = std::max(0.0, 1 - painted) / others;
        for (int key = 0; key < row.keys; ++key) multiply(row.weights[key], factor);
    }
    for (const PaintedCell& cell : cells) row.weights[cell.key] = cell.weight;
    if (!normalised || (others > 0 && painted <= 1)) return;
    if (painted == 0) {
        if (row.own < 0) return spread(row);
        row.weights[row.own] = 1;
        return;
    }
    for (const PaintedCell& cell : cells) multiply(row.weights[cell.key], 1 / painted);
}

void drop_key(PatternRow row, int key) {
    if (key >= row.own || row.weights[key] == 0) return;
    row.weights[key] = 0;
    const double others = sum_of(row);
    if (others > 0) {
        for (int each = 0; each < row.keys; ++each) multiply(row.weights[each], 1 / others);
    } else {
        row.weights[row.own] = 1;
    }
}

}  // namespace headlight::interpret
