#include "app/heat.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace headlight::app {
namespace {

constexpr float kFloor = 1e-4F;  // log colours span this share of the largest value up to it

template <class Fn>
void for_cells(const interpret::Matrix& matrix, int first_column, Fn&& fn) {
    for (int r = 0; r < matrix.rows; ++r) {
        for (int c = first_column; c < matrix.cols; ++c) {
            if (const float value = matrix.at(r, c); std::isfinite(value)) fn(value);
        }
    }
}

// 0..1 -> 0..1
float bent(float part, ColourScale scale) {
    if (scale == ColourScale::linear) return part;
    return std::max(0.0F, 1.0F - std::log(std::max(part, kFloor)) / std::log(kFloor));
}

}  // namespace

HeatRange pattern_range(const interpret::Matrix& pattern, ColourScale scale, int first_key) {
    float high = kFloor;
    for_cells(pattern, first_key, [&](float value) { high = std::max(high, value); });
    return {0, high, false, scale};
}

HeatRange matrix_range(const interpret::Matrix& matrix, ColourScale scale, int first_column) {
    float low = 0, high = 0;
    for_cells(matrix, first_column, [&](float value) {
        low = std::min(low, value);
        high = std::max(high, value);
    });
    if (low < 0) {
        const float reach = std::max(-low, high);
        return {-reach, reach, true, scale};
    }
    return {0, high > 0 ? high : 1.0F, false, scale};
}

HeatRange difference_range(const interpret::Matrix& matrix, ColourScale scale, int first_column) {
    HeatRange range = matrix_range(matrix, scale, first_column);
    range.low = -range.high;
    range.diverging = true;
    return range;
}

HeatRange common_range(const HeatRange& left, const HeatRange& right) {
    const float high = std::max(left.high, right.high);
    const bool diverging = left.diverging || right.diverging;
    return {diverging ? -high : std::min(left.low, right.low), high, diverging, left.scale};
}

bool masked(float value) {
    return !std::isfinite(value);
}

float heat(const HeatRange& range, float value) {
    if (masked(value)) return 0;
    if (range.diverging) {
        const float part = bent(std::min(1.0F, std::abs(value) / range.high), range.scale);
        return value < 0 ? -part : part;
    }
    return bent(std::clamp((value - range.low) / (range.high - range.low), 0.0F, 1.0F), range.scale);
}

std::string scale_text(const HeatRange& range, float value, const Strings& strings) {
    const float high = range.high;
    if (high < 0.001F && value != 0) {
        char text[16];
        std::snprintf(text, sizeof text, "%.0e", static_cast<double>(value));
        return text;
    }
    const int decimals = value == std::round(value) || high >= 100 ? 0 : high >= 10 ? 1 : high >= 0.1F ? 2 : 4;
    return fixed_text(static_cast<double>(value), decimals, strings);
}

}  // namespace headlight::app
