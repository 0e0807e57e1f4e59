#include "ui/panels/head_paint.h"

#include <algorithm>
#include <cmath>

#include "ui/panels/laboratory.h"

namespace headlight::ui {

namespace {

using interpret::Change;
using interpret::Intervention;
using interpret::PaintedCell;
using interpret::Preset;

bool has_cells(const std::optional<ChangeList::Item>& item) {
    return item && item->change.change != Change::freeze && item->change.preset == Preset::none;
}

const PaintedCell* cell_at(const Intervention& change, int query, int key) {
    for (const PaintedCell& cell : change.cells) {
        if (cell.query == query && cell.key == key) return &cell;
    }
    return nullptr;
}

void write(Intervention& change, int query, int key, float weight) {
    auto& cells = change.cells;
    const auto at = std::lower_bound(cells.begin(), cells.end(), PaintedCell{query, key, 0},
                                     [](const PaintedCell& a, const PaintedCell& b) {
                                         return a.query != b.query ? a.query < b.query : a.key < b.key;
                                     });
    if (at != cells.end() && at->query == query && at->key == key) {
        at->weight = weight;
    } else if (cells.size() < interpret::kMostPaintedCells) {
        cells.insert(at, {query, key, weight});
    }
}

void let_go(Intervention& change, int query, int key) {
    std::erase_if(change.cells, [=](const PaintedCell& cell) { return cell.query == query && cell.key == key; });
}

}  // namespace

void PaintBrush::set_raw(const Context& context, int layer, int head, bool raw) {
    raw_ = raw;
    const auto item = ChangeList(context).pattern(layer, head);
    if (!has_cells(item)) return;
    Intervention change = item->change;
    change.change = raw ? Change::raw : Change::paint;
    add_change(context, change);
}

void PaintBrush::draw_to(const Context& context, const HeadPicture& picture, int query, int key) {
    const auto item = ChangeList(context).pattern(picture.layer, picture.head);
    Intervention change = head_change(raw_ ? Change::raw : Change::paint, picture.layer, picture.head);
    if (has_cells(item)) change.cells = item->change.cells;
    if (!drawing_) {
        if (!picture.has(query, key)) return;
        const PaintedCell* there = cell_at(change, query, key);
        erases_ = there != nullptr && there->weight == weight_;
        query_ = query;
        key_ = key;
        drawing_ = true;
    }
    // A quick hand jumps over cells: all on the way count.
    const std::vector<PaintedCell> before = change.cells;
    const int steps = std::max({1, std::abs(query - query_), std::abs(key - key_)});
    for (int i = 0; i <= steps; ++i) {
        const float part = static_cast<float>(i) / static_cast<float>(steps);
        const int q = query_ + static_cast<int>(std::lround(part * static_cast<float>(query - query_)));
        const int k = key_ + static_cast<int>(std::lround(part * static_cast<float>(key - key_)));
        if (!picture.has(q, k)) continue;
        if (erases_) {
            let_go(change, q, k);
        } else {
            write(change, q, k, weight_);
        }
    }
    query_ = query;
    key_ = key;
    if (change.cells == before) return;
    if (change.cells.empty() && item) {
        context.push(app::RemoveChange{item->index});
    } else {
        add_change(context, change);
    }
}

void PaintBrush::put_marks(const Context& context, const HeadPicture& picture, const Box& matrix, float cell) {
    const auto item = ChangeList(context).pattern(picture.layer, picture.head);
    if (!has_cells(item) || cell < 5) return;
    // A corner of the other colour, so that value and mark are told apart.
    const float side = std::clamp(cell / 3, 3.0f, 8.0f);
    for (const PaintedCell& painted : item->change.cells) {
        if (!picture.has(painted.query, painted.key)) continue;
        const float right = matrix.x + static_cast<float>(painted.key + 1) * cell - 1;
        const float top = matrix.y + static_cast<float>(painted.query) * cell + 1;
        canvas().AddTriangleFilled(ImVec2(right - side, top), ImVec2(right, top), ImVec2(right, top + side),
                                   context.theme.predicts);
    }
}

}  // namespace headlight::ui
