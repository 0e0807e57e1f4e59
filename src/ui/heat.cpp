#include "ui/heat.h"

#include <algorithm>
#include <cmath>

namespace headlight::ui {

namespace {

// Cells that are not masked stand out a little from the background even at 0, so that the mask is seen.
constexpr float kFloor = 0.07f;
// Column c of the matrix lies in pixel x when bounds[x] <= c < bounds[x + 1].
std::vector<int> pixel_bounds(int cells, int pixels) {
    std::vector<int> bounds(static_cast<std::size_t>(pixels) + 1);
    for (int i = 0; i <= pixels; ++i) {
        bounds[static_cast<std::size_t>(i)] = static_cast<int>(static_cast<std::int64_t>(i) * cells / pixels);
    }
    return bounds;
}

// For each pixel of a row the value of greatest magnitude under it, into best; masked cells do not count.
void pool_rows(const interpret::Matrix& m, int row0, int row1, const HeatOptions& options,
               const std::vector<int>& bounds, std::vector<float>& best) {
    std::fill(best.begin(), best.end(), 0.0f);
    for (int r = row0; r < row1; ++r) {
        const int end = options.causal ? std::min(m.cols, r + 1) : m.cols;
        const float* row = m.data + r * m.row_stride;
        int c = options.skip_first ? 1 : 0;
        for (std::size_t x = 0; x < best.size() && c < end; ++x) {
            const int last = std::min(bounds[x + 1], end);
            float top = best[x];
            for (; c < last; ++c) {
                const float value = row[c * m.col_stride];
                if (std::abs(value) > std::abs(top)) top = value;
            }
            best[x] = top;
        }
    }
}

}  // namespace

Colour heat_colour(const Theme& theme, float position) {
    return mixed(theme.heat_zero, position < 0 ? theme.heat_negative : theme.heat_one,
                 kFloor + (1 - kFloor) * std::abs(position));
}

ColourTable::ColourTable(const Theme& theme) {
    for (int i = -kSize; i <= kSize; ++i) {
        colours_[static_cast<std::size_t>(i + kSize)] = heat_colour(theme, static_cast<float>(i) / kSize);
    }
}

Colour ColourTable::at(float position) const {
    const float clamped = std::clamp(position, -1.0f, 1.0f) * kSize;
    return colours_[static_cast<std::size_t>(static_cast<int>(clamped + (clamped < 0 ? -0.5f : 0.5f)) + kSize)];
}

void heat_pixels(const interpret::Matrix& m, const Theme& theme, const HeatOptions& options, Pixels& out) {
    out.width = std::clamp(m.cols, 1, std::max(1, options.most_columns));
    out.height = std::clamp(m.rows, 1, std::max(1, options.most_rows));
    out.data.assign(static_cast<std::size_t>(out.width) * static_cast<std::size_t>(out.height), 0);
    if (m.empty()) return;
    const ColourTable table(theme);
    const std::vector<int> columns = pixel_bounds(m.cols, out.width), rows = pixel_bounds(m.rows, out.height);
    std::vector<float> best(static_cast<std::size_t>(out.width));
    for (int y = 0; y < out.height; ++y) {
        const int row0 = rows[static_cast<std::size_t>(y)], row1 = rows[static_cast<std::size_t>(y) + 1];
        pool_rows(m, row0, row1, options, columns, best);
        std::uint32_t* pixels = out.data.data() + static_cast<std::ptrdiff_t>(y) * out.width;
        for (std::size_t x = 0; x < best.size(); ++x) {
            if (options.causal && columns[x] >= row1) break;  // masked: stays clear
            const float part = app::heat(options.range, best[x]);
            pixels[x] = table.at(options.root ? std::copysign(std::sqrt(std::abs(part)), part) : part);
        }
    }
}

void HeatTexture::update(platform::Platform& platform, std::uint64_t key, const std::function<void(Pixels&)>& make) {
    if (key == key_ && texture_ != 0) return;
    make(pixels_);
    if (pixels_.data.empty()) return;
    texture_ = platform.upload(texture_, pixels_.width, pixels_.height, pixels_.data);
    key_ = key;
}

void HeatTexture::draw_part(const Box& box, float u0, float v0, float u1, float v1) const {
    if (texture_ == 0) return;
    canvas().AddImage(reinterpret_cast<ImTextureID>(static_cast<std::uintptr_t>(texture_)), box.min(), box.max(),
                      ImVec2(u0, v0), ImVec2(u1, v1));
}

std::uint64_t mixed_key(std::initializer_list<std::uint64_t> parts) {
    std::uint64_t key = 0x9E3779B97F4A7C15u;
    for (const std::uint64_t part : parts) key = (key ^ part) * 0xBF58476D1CE4E5B9u ^ (key >> 29);
    return key | 1;
}

void put_scale(const Context& context, const Box& box, const app::HeatRange& range) {
    constexpr int kSteps = 24;
    const float low = range.low, high = range.high;
    auto number = [&](float value) { return app::scale_text(range, value, context.app.strings()); };
    const std::string left = number(low), right = number(high);
    const float left_width = text_width(context.fonts.mono, left) + 6,
                right_width = text_width(context.fonts.mono, right) + 6;
    put_text(context.fonts.mono, box, context.theme.muted, left);
    put_text(context.fonts.mono, box, context.theme.muted, right, Align::right);
    const Box strip{box.x + left_width, box.centre().y - 4, box.width - left_width - right_width, 8};
    // Equal steps of value, so that the scale's bend shows in the strip.
    for (int i = 0; i < kSteps; ++i) {
        const float value = low + (high - low) * (static_cast<float>(i) + 0.5f) / kSteps;
        const float x = strip.x + strip.width * static_cast<float>(i) / kSteps;
        fill({x, strip.y, strip.width / kSteps + 0.5f, strip.height},
             heat_colour(context.theme, app::heat(range, value)));
    }
    outline(strip, context.theme.line);
}

}  // namespace headlight::ui
