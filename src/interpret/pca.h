#pragma once
// Principal components (Pearson, 1901): the plane in which a cloud of points spreads most.

#include <array>
#include <span>
#include <vector>

#include "interpret/matrix.h"

namespace headlight::interpret {

using Point = std::array<double, 2>;

struct Plane {
    std::vector<Point> points;          // one a row of the matrix, around the origin
    std::array<double, 2> explained{};  // share of the variance along each axis, 0..1; 0 without any variance
    std::vector<Point> axes;            // one a column: the unit vectors' components, [cols]
};

// points: one a row. Fewer than two columns or no variance leave coordinates 0. Each axis points where the points of
// `like` (one a row, or none) say: so that the sum of products of their coordinates is not negative; without `like`,
// so that the axis' largest component (the first of equals) is positive. Not finite: all 0.
[[nodiscard]] Plane principal_plane(const Matrix& points, std::span<const Point> like = {});

}  // namespace headlight::interpret
