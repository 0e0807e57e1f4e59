#pragma once
// Small pictures of many heads in one texture, which follow a text that grows: only rows that changed are looked at,
// coloured and uploaded.

#include <memory>
#include <vector>

#include "interpret/matrix.h"
#include "ui/heat.h"

namespace headlight::ui {

class HeadAtlas {
  public:
    static constexpr int kCell = 64;  // pixels, at most, on each side of a picture

    // Room for so many pictures; all are drawn anew when it or the look differs from the last call's.
    void prepare(int columns, int rows, const Theme& theme, bool skip_first);
    // The picture at (column, row) shows `matrix`; its first `unchanged` rows are those of the last call. A pixel shows
    // the value of greatest magnitude among factor x factor cells, the same factor for all pixels, so that a longer
    // text leaves the pixels of its earlier rows alone.
    void put(int column, int row, const interpret::Matrix& matrix, bool causal, int unchanged);
    void upload(platform::Platform& platform);
    void draw(int column, int row, const Box& box) const;

    // For tests: the pixels that picture (column, row) has in use, row by row.
    [[nodiscard]] Pixels pixels(int column, int row) const;

  private:
    struct Picture {
        int rows = 0, columns = 0;              // cells of the matrix
        int row_factor = 0, column_factor = 0;  // cells under a pixel
    };
    [[nodiscard]] std::uint32_t* pixel_row(int column, int row, int y);
    void pool(const interpret::Matrix& matrix, bool causal, int row0, int row1, int column_factor);

    int columns_ = 0, rows_ = 0;
    bool skip_first_ = false;
    std::unique_ptr<ColourTable> colours_;
    const Theme* theme_ = nullptr;
    Pixels atlas_;
    std::vector<Picture> pictures_;  // [rows][columns]
    std::vector<float> line_, best_;
    platform::Texture texture_ = 0;
    int uploaded_width_ = 0, uploaded_height_ = 0;
    std::vector<std::pair<int, int>> dirty_;  // by row of pictures: rows of pixels [first, last) not yet uploaded
};

}  // namespace headlight::ui
