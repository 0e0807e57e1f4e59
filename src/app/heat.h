#pragma once
// From numbers to positions on a colour scale: the same for panels, PNG and SVG.

#include "app/settings.h"
#include "app/strings.h"
#include "interpret/matrix.h"

namespace headlight::app {

struct HeatRange {
    float low = 0, high = 1;  // a diverging range is symmetric around 0
    bool diverging = false;
    ColourScale scale = ColourScale::linear;
};

// Of a pattern: 0 to its largest value (at least kFloor). first_key 1 leaves the sink out.
[[nodiscard]] HeatRange pattern_range(const interpret::Matrix& pattern, ColourScale scale, int first_key);
// Of any matrix: symmetric around 0 when it has both signs; infinite (masked) and NaN cells do not count.
[[nodiscard]] HeatRange matrix_range(const interpret::Matrix& matrix, ColourScale scale, int first_column);

// Of a difference of two runs: zero in the middle, whatever the signs.
[[nodiscard]] HeatRange difference_range(const interpret::Matrix& matrix, ColourScale scale, int first_column);

// One scale for two matrices, of both of their ranges.
[[nodiscard]] HeatRange common_range(const HeatRange& left, const HeatRange& right);

// 0..1, or -1..1 when diverging; out of range is clamped. Masked (infinite or NaN) cells give 0; see masked().
[[nodiscard]] float heat(const HeatRange& range, float value);
[[nodiscard]] bool masked(float value);
// A number at an end of a scale, with as many decimals as it takes there.
[[nodiscard]] std::string scale_text(const HeatRange& range, float value, const Strings& strings);

}  // namespace headlight::app
