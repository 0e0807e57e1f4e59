#pragma once
// Matrices as pictures: one pixel a cell, uploaded as a texture and drawn as one rectangle. Pure functions, tested
// without ImGui's window.

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "app/heat.h"
#include "interpret/matrix.h"
#include "ui/context.h"

namespace headlight::ui {

// Colour of a position on a scale (app::heat): 0 to 1, negative ones in the other colour.
[[nodiscard]] Colour heat_colour(const Theme& theme, float position);

// Colours of positions from -1 to 1, ready made.
class ColourTable {
  public:
    explicit ColourTable(const Theme& theme);
    [[nodiscard]] Colour at(float position) const;

  private:
    static constexpr int kSize = 512;
    std::array<Colour, 2 * kSize + 1> colours_;
};

// A picture of width x height pixels, 0xAABBGGRR.
struct Pixels {
    int width = 0, height = 0;
    std::vector<std::uint32_t> data;
};
// Cells above the diagonal stay clear when `causal`; column 0 is drawn as empty when `skip_first`. When the matrix has
// more rows or columns than the picture may have, each pixel shows the value of greatest magnitude under it.
struct HeatOptions {
    app::HeatRange range;
    bool root = false;  // thumbnails: the square root, so that faint links show in few pixels
    bool causal = false, skip_first = false;
    int most_rows = 2048, most_columns = 2048;
};
void heat_pixels(const interpret::Matrix& matrix, const Theme& theme, const HeatOptions& options, Pixels& out);

// A texture that is made anew only when its key changes.
class HeatTexture {
  public:
    // make() fills the pixels; it is called only when `key` differs from the last one.
    void update(platform::Platform& platform, std::uint64_t key, const std::function<void(Pixels&)>& make);
    void draw(const Box& box) const { draw_part(box, 0, 0, 1, 1); }
    void draw_part(const Box& box, float u0, float v0, float u1, float v1) const;  // parts of the picture, 0 to 1
    [[nodiscard]] int width() const { return pixels_.width; }
    [[nodiscard]] int height() const { return pixels_.height; }
    void forget() { key_ = 0; }

  private:
    platform::Texture texture_ = 0;
    std::uint64_t key_ = 0;
    Pixels pixels_;
};

// Mixes numbers into one key for HeatTexture::update; never 0.
[[nodiscard]] std::uint64_t mixed_key(std::initializer_list<std::uint64_t> parts);

// The scale as a strip with its ends written below.
void put_scale(const Context& context, const Box& box, const app::HeatRange& range);

}  // namespace headlight::ui
