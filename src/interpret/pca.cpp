#include "interpret/pca.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <cstddef>

namespace headlight::interpret {
namespace {

// Rows less their mean.
Eigen::MatrixXd centred(const Matrix& points) {
    Eigen::MatrixXd out(points.rows, points.cols);
    for (int row = 0; row < points.rows; ++row) {
        for (int col = 0; col < points.cols; ++col) out(row, col) = static_cast<double>(points.at(row, col));
    }
    out.rowwise() -= out.colwise().mean().eval();
    return out;
}

// Whether the axis has to be turned round; coordinates: of the points along it.
bool turned(const Eigen::VectorXd& axis, const Eigen::VectorXd& coordinates, std::span<const Point> like,
            std::size_t which) {
    if (like.empty()) {
        Eigen::Index largest = 0;
        axis.cwiseAbs().maxCoeff(&largest);
        return axis(largest) < 0;
    }
    double agreement = 0;
    const auto rows = std::min(like.size(), static_cast<std::size_t>(coordinates.size()));
    for (std::size_t row = 0; row < rows; ++row) {
        agreement += like[row][which] * coordinates(static_cast<Eigen::Index>(row));
    }
    return agreement < 0;
}

}  // namespace

Plane principal_plane(const Matrix& points, std::span<const Point> like) {
    Plane plane;
    if (points.empty()) return plane;
    plane.points.resize(static_cast<std::size_t>(points.rows));
    plane.axes.resize(static_cast<std::size_t>(points.cols));
    const Eigen::MatrixXd x = centred(points);
    if (!x.allFinite()) return plane;
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(x.transpose() * x);  // eigenvalues ascending
    const double variance = solver.eigenvalues().sum();
    if (solver.info() != Eigen::Success || !(variance > 0)) return plane;
    for (std::size_t which = 0; which < 2 && static_cast<int>(which) < points.cols; ++which) {
        const Eigen::Index at = points.cols - 1 - static_cast<int>(which);
        Eigen::VectorXd axis = solver.eigenvectors().col(at);
        Eigen::VectorXd coordinates = x * axis;
        if (turned(axis, coordinates, like, which)) {
            axis = -axis;
            coordinates = -coordinates;
        }
        plane.explained[which] = std::fmax(0, solver.eigenvalues()(at) / variance);
        for (std::size_t col = 0; col < plane.axes.size(); ++col) {
            plane.axes[col][which] = axis(static_cast<Eigen::Index>(col));
        }
        for (std::size_t row = 0; row < plane.points.size(); ++row) {
            plane.points[row][which] = coordinates(static_cast<Eigen::Index>(row));
        }
    }
    return plane;
}

}  // namespace headlight::interpret
