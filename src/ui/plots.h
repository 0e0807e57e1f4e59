#pragma once
// Two quiet plots: a curve that falls, and words as points of a plane.

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "ui/context.h"

namespace headlight::ui {

struct CurvePoint {
    double x = 0, y = 0;  // y: NaN and infinities are left out
};
// From 0 upwards on both axes; the greatest value and the last x are written at the ends of the axes.
void put_curve(const Context& context, const Box& box, std::span<const CurvePoint> points, std::string_view key,
               std::string_view label);

struct PlotPoint {
    std::array<double, 2> at{};
    std::string_view label;
    bool bright = false;
};
// Equal units on both axes around `reach`, the farthest that a point lies from the middle. Labels give way to one
// another: those that would overlap an earlier one show only their point. Returns the point under the pointer, or -1.
int put_points(const Context& context, const Box& box, std::span<const PlotPoint> points, double reach,
               std::string_view key, std::string_view label);

// For a label beside the point `at`: right of it, left, above or below, the first place that lies in `plot` and touches
// nothing `taken`; `gap` is from the point. width 0: nowhere.
[[nodiscard]] Box free_place(const Box& plot, ImVec2 at, float width, std::span<const Box> taken, float gap = 6);

}  // namespace headlight::ui
