#include "interpret/intervention_pattern.h"

#include <algorithm>

#include "base/check.h"

namespace headlight::interpret {
namespace {

double sum_of(const float* row, int query) {
    double sum = 0;
    for (int key = 0; key <= query; ++key) sum += static_cast<double>(row[key]);
    return sum;
}

void multiply(float& weight, double factor) {
    weight = static_cast<float>(static_cast<double>(weight) * factor);
}

}  // namespace

void paint_preset(float* row, int query, Preset preset) {
    CHECK(preset != Preset::none && preset != Preset::copy);
    if (preset == Preset::uniform) {
        std::fill_n(row, query + 1, 1 / static_cast<float>(query + 1));
        return;
    }
    std::fill_n(row, query + 1, 0.0F);
    const int key = preset == Preset::first ? 0 : preset == Preset::self ? query : std::max(0, query - 1);
    row[key] = 1;
}

void paint_cells(float* row, int query, std::span<const PaintedCell> cells, bool normalised) {
    double painted = 0;
    bool changed = false;
    for (const PaintedCell& cell : cells) {
        changed = changed || row[cell.key] != cell.weight;
        painted += static_cast<double>(cell.weight);
    }
    if (!changed) return;
    for (const PaintedCell& cell : cells) row[cell.key] = 0;
    const double others = normalised ? sum_of(row, query) : 0;
    if (normalised && others > 0) {
        const double factor = std::max(0.0, 1 - painted) / others;
        for (int key = 0; key <= query; ++key) multiply(row[key], factor);
    }
    for (const PaintedCell& cell : cells) row[cell.key] = cell.weight;
    if (!normalised || (others > 0 && painted <= 1)) return;
    if (painted == 0) {
        row[query] = 1;
        return;
    }
    for (const PaintedCell& cell : cells) multiply(row[cell.key], 1 / painted);
}

void drop_key(float* row, int query, int key) {
    if (key >= query || row[key] == 0) return;
    row[key] = 0;
    const double others = sum_of(row, query);
    if (others > 0) {
        for (int each = 0; each <= query; ++each) multiply(row[each], 1 / others);
    } else {
        row[query] = 1;
    }
}

}  // namespace headlight::interpret
