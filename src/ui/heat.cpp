#include "ui/heat.h"

#include <algorithm>
#include <cmath>

namespace headlight::ui {

namespace {

// Cells that are not masked stand out a little from the background even at 0, so that the mask is seen.
constexpr float kFloor = 0.07f;
constexpr int kTableSize = 512;

// Colours of positions from -1 to 1.
std::array<Colour, 2 * kTableSize + 1> colour_table(const Theme& theme) {
    std::array<Colour, 2 * kTableSize + 1> table{};
    for (int i = -kTableSize; i <= kTableSize; ++i) {
        table[static_cast<std::size_t>(i + kTableSize)] = heat_colour(theme, static_cast<float>(i) / kTableSize);
    }
    return table;
}

std::size_t table_index(float position) {
    const float clamped = std::clamp(position, -1.0f, 1.0f) * kTableSize;
    return static_cast<std::size_t>(static_cast<int>(clamped + (clamped < 0 ? -0.5f : 0.5f)) + kTableSize);
}

// Value of greatest magnitude in a block of cells; leaves out what is masked. nullopt: all of it is.
std::optional<float> pooled(const interpret::Matrix& m, int row0, int row1, int column0, int column1, bool causal) {
    std::optional<float> best;
    for (int r = row0; r < row1; ++r) {
        const int end = causal ? std::min(column1, r + 1) : column1;
        for (int c = column0; c < end; ++c) {
            const float v = m.at(r, c);
            if (!best || std::abs(v) > std::abs(*best)) best = v;
        }
    }
    return best;
}

}  // namespace

Colour heat_colour(const Theme& theme, float position) {
    return mixed(theme.heat_zero, position < 0 ? theme.heat_negative : theme.heat_one, kFloor + (1 - kFloor) * std::abs(position));
}

void heat_pixels(const interpret::Matrix& m, const Theme& theme, const HeatOptions& options, Pixels& out) {
    out.width = std::clamp(m.cols, 1, std::max(1, options.most_columns));
    out.height = std::clamp(m.rows, 1, std::max(1, options.most_rows));
    out.data.assign(static_cast<std::size_t>(out.width) * static_cast<std::size_t>(out.height), 0);
    if (m.empty()) return;
    const auto table = colour_table(theme);
    const int first = options.skip_first ? 1 : 0;
    auto position = [&](float value) {
        const float part = app::heat(options.range, value);
        return options.root ? std::sqrt(std::abs(part)) : part;
    };
    const bool whole = out.width == m.cols && out.height == m.rows;
    for (int y = 0; y < out.height; ++y) {
        std::uint32_t* row = out.data.data() + static_cast<std::ptrdiff_t>(y) * out.width;
        const int row0 = static_cast<int>(static_cast<std::int64_t>(y) * m.rows / out.height);
        const int row1 = static_cast<int>(static_cast<std::int64_t>(y + 1) * m.rows / out.height);
        for (int x = 0; x < out.width; ++x) {
            if (whole) {
                if (options.causal && x > y) break;
                row[x] = table[table_index(x < first ? 0 : position(m.at(y, x)))];
                continue;
            }
            const int column0 = static_cast<int>(static_cast<std::int64_t>(x) * m.cols / out.width);
            const int column1 = static_cast<int>(static_cast<std::int64_t>(x + 1) * m.cols / out.width);
            if (options.causal && column0 >= row1) break;
            const auto value = pooled(m, row0, row1, std::max(column0, first), column1, options.causal);
            row[x] = table[table_index(value ? position(*value) : 0)];
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
    canvas().AddImage(reinterpret_cast<ImTextureID>(static_cast<std::uintptr_t>(texture_)), box.min(), box.max(), ImVec2(u0, v0),
                      ImVec2(u1, v1));
}

std::uint64_t mixed_key(std::initializer_list<std::uint64_t> parts) {
    std::uint64_t key = 0x9E3779B97F4A7C15u;
    for (const std::uint64_t part : parts) key = (key ^ part) * 0xBF58476D1CE4E5B9u ^ (key >> 29);
    return key | 1;
}

void put_scale(const Context& context, const Box& box, const app::HeatRange& range) {
    constexpr int kSteps = 24;
    const float low = range.low, high = range.high;
    auto number = [&](float value) {
        const int decimals = value == std::round(value) || high >= 100 ? 0 : high >= 10 ? 1 : high >= 0.1f ? 2 : 4;
        return app::fixed_text(static_cast<double>(value), decimals, context.app.strings());
    };
    const std::string left = number(low), right = number(high);
    const float left_width = text_width(context.fonts.mono, left) + 6, right_width = text_width(context.fonts.mono, right) + 6;
    put_text(context.fonts.mono, box, context.theme.muted, left);
    put_text(context.fonts.mono, box, context.theme.muted, right, Align::right);
    const Box strip{box.x + left_width, box.centre().y - 4, box.width - left_width - right_width, 8};
    // Equal steps of value, so that the scale's bend shows in the strip.
    for (int i = 0; i < kSteps; ++i) {
        const float value = low + (high - low) * (static_cast<float>(i) + 0.5f) / kSteps;
        const float x = strip.x + strip.width * static_cast<float>(i) / kSteps;
        fill({x, strip.y, strip.width / kSteps + 0.5f, strip.height}, heat_colour(context.theme, app::heat(range, value)));
    }
    outline(strip, context.theme.line);
}

}  // namespace headlight::ui
