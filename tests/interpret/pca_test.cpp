#include "interpret/pca.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "base/rng.h"

namespace headlight::interpret {
namespace {

Matrix matrix(const std::vector<float>& values, int cols) {
    return {values.data(), static_cast<int>(values.size()) / cols, cols, cols, 1};
}

// rows points of `cols` coordinates, the spread of coordinate c being 1 / (c + 1).
std::vector<float> cloud(int rows, int cols, std::uint64_t seed) {
    Rng rng(seed);
    std::vector<float> out;
    for (int row = 0; row < rows; ++row) {
        for (int col = 0; col < cols; ++col) out.push_back(static_cast<float>(rng.normal() / (col + 1) + 3));
    }
    return out;
}

double variance_along(const Matrix& x, const std::vector<double>& axis) {
    std::vector<double> along(static_cast<std::size_t>(x.rows));
    double mean = 0, total = 0;
    for (int row = 0; row < x.rows; ++row) {
        double sum = 0;
        for (int col = 0; col < x.cols; ++col) {
            sum += static_cast<double>(x.at(row, col)) * axis[static_cast<std::size_t>(col)];
        }
        along[static_cast<std::size_t>(row)] = sum;
        mean += sum / x.rows;
    }
    for (const double value : along) total += (value - mean) * (value - mean);
    return total;
}

TEST(Pca, FindsTheLineThatPointsLieOn) {
    // (t, 2t, -2t) + (5, 1, 0) for t = -1, 0, 1, 3: along (1, 2, -2) / 3.
    const std::vector<float> points{4, -1, 2, 5, 1, 0, 6, 3, -2, 8, 7, -6};
    const Plane plane = principal_plane(matrix(points, 3));
    ASSERT_EQ(plane.points.size(), 4U);
    ASSERT_EQ(plane.axes.size(), 3U);
    const double sign = plane.axes[1][0] > 0 ? 1 : -1;
    EXPECT_NEAR(plane.axes[0][0], sign / 3, 1e-12);
    EXPECT_NEAR(plane.axes[1][0], sign * 2 / 3, 1e-12);
    EXPECT_NEAR(plane.axes[2][0], -sign * 2 / 3, 1e-12);
    EXPECT_NEAR(plane.explained[0], 1, 1e-12);
    EXPECT_NEAR(plane.explained[1], 0, 1e-12);
    const double ts[] = {-1.75, -0.75, 0.25, 2.25};  // less their mean
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_NEAR(plane.points[i][0], sign * 3 * ts[i], 1e-12);
        EXPECT_NEAR(plane.points[i][1], 0, 1e-7);
    }
}

TEST(Pca, NoDirectionSpreadsMore) {
    const auto values = cloud(40, 6, 1);
    const Matrix x = matrix(values, 6);
    const Plane plane = principal_plane(x);
    std::vector<double> first, second;
    double total = 0, product = 0, length = 0;
    for (std::size_t col = 0; col < 6; ++col) {
        first.push_back(plane.axes[col][0]);
        second.push_back(plane.axes[col][1]);
        product += first[col] * second[col];
        length += first[col] * first[col];
        std::vector<double> unit(6, 0);
        unit[col] = 1;
        total += variance_along(x, unit);
    }
    EXPECT_NEAR(product, 0, 1e-12);
    EXPECT_NEAR(length, 1, 1e-12);
    EXPECT_NEAR(plane.explained[0], variance_along(x, first) / total, 1e-9);
    EXPECT_NEAR(plane.explained[1], variance_along(x, second) / total, 1e-9);
    EXPECT_GE(plane.explained[0], plane.explained[1]);
    Rng rng(2);
    for (int trial = 0; trial < 200; ++trial) {
        std::vector<double> axis(6);
        double squares = 0;
        for (double& value : axis) {
            value = rng.normal();
            squares += value * value;
        }
        for (double& value : axis) value /= std::sqrt(squares);
        EXPECT_LE(variance_along(x, axis), variance_along(x, first) * (1 + 1e-9));
    }
}

TEST(Pca, SignsFollowTheRuleOrWhatWasBefore) {
    const auto values = cloud(20, 4, 3);
    const Matrix x = matrix(values, 4);
    const Plane plain = principal_plane(x);
    for (std::size_t which = 0; which < 2; ++which) {
        double largest = 0;
        for (const Point& axis : plain.axes) {
            if (std::fabs(axis[which]) > std::fabs(largest)) largest = axis[which];
        }
        EXPECT_GT(largest, 0);
    }
    std::vector<Point> mirrored = plain.points;
    for (Point& point : mirrored) point[1] = -point[1];
    const Plane turned = principal_plane(x, mirrored);
    for (std::size_t row = 0; row < plain.points.size(); ++row) {
        EXPECT_EQ(turned.points[row][0], plain.points[row][0]);
        EXPECT_EQ(turned.points[row][1], -plain.points[row][1]);
    }
    EXPECT_EQ(turned.axes[0][1], -plain.axes[0][1]);
}

TEST(Pca, NothingToSpread) {
    EXPECT_TRUE(principal_plane(Matrix{}).points.empty());
    const std::vector<float> same{1, 2, 1, 2, 1, 2};
    const Plane still = principal_plane(matrix(same, 2));
    EXPECT_EQ(still.points, (std::vector<Point>(3)));
    EXPECT_EQ(still.explained[0], 0);

    const std::vector<float> line{1, 2, 4};  // one column: the second coordinate is 0
    const Plane one = principal_plane(matrix(line, 1));
    EXPECT_NEAR(one.points[2][0], 4 - 7.0 / 3, 1e-6);
    EXPECT_EQ(one.points[2][1], 0);

    const std::vector<float> bad{1, 2, std::numeric_limits<float>::infinity(), 0, 3, 1};
    EXPECT_EQ(principal_plane(matrix(bad, 2)).points, (std::vector<Point>(3)));
}

}  // namespace
}  // namespace headlight::interpret
