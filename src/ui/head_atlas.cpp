#include "ui/head_atlas.h"

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr app::HeatRange kRange{-1, 1, true};  // weights, or differences of weights

int factor_for(int cells) {
    return std::max(1, (cells + HeadAtlas::kCell - 1) / HeadAtlas::kCell);
}

int divided_up(int cells, int factor) {
    return (cells + factor - 1) / factor;
}

// Of greater magnitude; NaN is none.
float stronger(float best, float value) {
    return std::abs(value) > std::abs(best) ? value : best;
}

}  // namespace

void HeadAtlas::prepare(int columns, int rows, const Theme& theme, bool skip_first) {
    if (columns == columns_ && rows == rows_ && &theme == theme_ && skip_first == skip_first_) return;
    if (&theme != theme_) colours_ = std::make_unique<ColourTable>(theme);
    columns_ = columns;
    rows_ = rows;
    theme_ = &theme;
    skip_first_ = skip_first;
    atlas_.width = columns * kCell;
    atlas_.height = rows * kCell;
    atlas_.data.assign(static_cast<std::size_t>(atlas_.width) * static_cast<std::size_t>(atlas_.height), 0);
    pictures_.assign(static_cast<std::size_t>(columns * rows), {});
    dirty_.assign(static_cast<std::size_t>(rows), {0, kCell});
}

std::uint32_t* HeadAtlas::pixel_row(int column, int row, int y) {
    return atlas_.data.data() + static_cast<std::ptrdiff_t>(row * kCell + y) * atlas_.width + column * kCell;
}

// best_[x]: of the cells under pixel x in rows [row0, row1) the one of greatest magnitude; masked cells do not count.
void HeadAtlas::pool(const interpret::Matrix& m, bool causal, int row0, int row1, int column_factor) {
    const int columns = causal ? std::min(m.cols, row1) : m.cols;
    line_.assign(static_cast<std::size_t>(columns), 0.0f);
    float* line = line_.data();
    for (int r = row0; r < row1; ++r) {
        const int end = causal ? std::min(columns, r + 1) : columns;
        const float* from = m.data + r * m.row_stride;
        if (m.col_stride == 1) {
            for (int c = 0; c < end; ++c) line[c] = stronger(line[c], from[c]);
        } else {
            for (int c = 0; c < end; ++c) line[c] = stronger(line[c], from[c * m.col_stride]);
        }
    }
    if (skip_first_) line[0] = 0.0f;
    best_.assign(static_cast<std::size_t>(divided_up(columns, column_factor)), 0.0f);
    for (float& best : best_) {
        for (const float* end = std::min(line + column_factor, line_.data() + columns); line < end; ++line) {
            best = stronger(best, *line);
        }
    }
}

void HeadAtlas::put(int column, int row, const interpret::Matrix& m, bool causal, int unchanged) {
    if (m.empty()) return;
    Picture& picture = pictures_[static_cast<std::size_t>(row * columns_ + column)];
    const int row_factor = factor_for(m.rows), column_factor = factor_for(m.cols);
    int kept = std::min({unchanged, picture.rows, m.rows});
    if (row_factor != picture.row_factor || column_factor != picture.column_factor) kept = 0;
    picture = {m.rows, m.cols, row_factor, column_factor};
    const int first = kept / row_factor, last = divided_up(m.rows, row_factor);
    for (int y = first; y < last; ++y) {
        const int row0 = y * row_factor, row1 = std::min(m.rows, row0 + row_factor);
        pool(m, causal, row0, row1, column_factor);
        std::uint32_t* pixels = pixel_row(column, row, y);
        std::fill_n(pixels, kCell, 0);
        for (int x = 0; x < static_cast<int>(best_.size()); ++x) {  // what is masked stays clear
            const float part = app::heat(kRange, best_[static_cast<std::size_t>(x)]);
            pixels[x] = colours_->at(std::copysign(std::sqrt(std::abs(part)), part));
        }
    }
    auto& [dirty_first, dirty_last] = dirty_[static_cast<std::size_t>(row)];
    if (first >= last) return;
    dirty_first = std::min(dirty_first, first);
    dirty_last = std::max(dirty_last, last);
}

void HeadAtlas::upload(platform::Platform& platform) {
    const bool same_size = atlas_.width == uploaded_width_ && atlas_.height == uploaded_height_;
    int rows = 0;
    for (const auto& [first, last] : dirty_) rows += std::max(0, last - first);
    if (texture_ == 0 || !same_size || rows > atlas_.height / 2) {
        if (rows > 0) texture_ = platform.upload(texture_, atlas_.width, atlas_.height, atlas_.data);
        uploaded_width_ = atlas_.width;
        uploaded_height_ = atlas_.height;
    } else {
        for (int row = 0; row < rows_; ++row) {
            const auto& [first, last] = dirty_[static_cast<std::size_t>(row)];
            if (first >= last) continue;
            platform.upload_rows(texture_, atlas_.width, atlas_.height, atlas_.data, row * kCell + first, last - first);
        }
    }
    dirty_.assign(static_cast<std::size_t>(rows_), {kCell, 0});
}

void HeadAtlas::draw(int column, int row, const Box& box) const {
    const Picture& picture = pictures_[static_cast<std::size_t>(row * columns_ + column)];
    if (texture_ == 0 || picture.rows == 0) return;
    const auto width = static_cast<float>(atlas_.width), height = static_cast<float>(atlas_.height);
    const auto x = static_cast<float>(column * kCell), y = static_cast<float>(row * kCell);
    // The last pixels may stand for fewer cells than the others.
    const float used_x = static_cast<float>(picture.columns) / static_cast<float>(picture.column_factor);
    const float used_y = static_cast<float>(picture.rows) / static_cast<float>(picture.row_factor);
    canvas().AddImage(reinterpret_cast<ImTextureID>(static_cast<std::uintptr_t>(texture_)), box.min(), box.max(),
                      ImVec2(x / width, y / height), ImVec2((x + used_x) / width, (y + used_y) / height));
}

Pixels HeadAtlas::pixels(int column, int row) const {
    const Picture& picture = pictures_[static_cast<std::size_t>(row * columns_ + column)];
    Pixels out;
    out.width = divided_up(picture.columns, picture.column_factor);
    out.height = divided_up(picture.rows, picture.row_factor);
    for (int y = 0; y < out.height; ++y) {
        const auto* from = const_cast<HeadAtlas*>(this)->pixel_row(column, row, y);
        out.data.insert(out.data.end(), from, from + out.width);
    }
    return out;
}

}  // namespace headlight::ui
