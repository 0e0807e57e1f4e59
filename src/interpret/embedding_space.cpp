#include "interpret/embedding_space.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace headlight::interpret {
namespace {

// Of x [n, d_model], rows centred, with n <= d_model: x x^T = V L V^T is the small matrix, and V_k sqrt(L_k) are the
// coordinates along axis k = x^T V_k / sqrt(L_k).
EmbeddingPlane plane_of_few(const Eigen::MatrixXd& x) {
    EmbeddingPlane plane;
    plane.points.resize(static_cast<std::size_t>(x.rows()));
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(x * x.transpose());  // eigenvalues ascending
    const double variance = solver.eigenvalues().sum();
    if (solver.info() != Eigen::Success || !(variance > 0)) return plane;
    for (std::size_t which = 0; which < 2 && which < plane.points.size(); ++which) {
        const Eigen::Index at = x.rows() - 1 - static_cast<Eigen::Index>(which);
        const double value = std::fmax(0, solver.eigenvalues()(at));
        Eigen::VectorXd coordinates = solver.eigenvectors().col(at) * std::sqrt(value);
        const Eigen::VectorXd axis = x.transpose() * coordinates;
        Eigen::Index largest = 0;
        axis.cwiseAbs().maxCoeff(&largest);
        if (axis(largest) < 0) coordinates = -coordinates;
        plane.explained[which] = value / variance;
        for (std::size_t row = 0; row < plane.points.size(); ++row) {
            plane.points[row][which] = coordinates(static_cast<Eigen::Index>(row));
        }
    }
    return plane;
}

}  // namespace

Neighbours::Neighbours(const model::Gpt& gpt, nn::TokenId id, int count)
    : gpt_(gpt),
      id_(id),
      count_(static_cast<std::size_t>(std::max(count, 0))),
      row_(static_cast<std::size_t>(gpt.config().d_model)) {
    CHECK(id >= 0 && id < gpt.config().vocab);
    gpt.embedding(id, row_.data());
    direction_.assign(row_.begin(), row_.end());
    double square = 0;
    for (const double value : direction_) square += value * value;
    const double length = std::sqrt(square);
    if (length == 0) return;
    for (double& value : direction_) value /= length;
}

bool Neighbours::advance(int rows) {
    const int last = std::min(gpt_.config().vocab - next_, std::max(rows, 1)) + next_;
    for (; next_ < last; ++next_) {
        if (next_ == id_) continue;
        gpt_.embedding(next_, row_.data());
        double product = 0, square = 0;
        for (std::size_t i = 0; i < row_.size(); ++i) {
            const auto value = static_cast<double>(row_[i]);
            product += value * direction_[i];
            square += value * value;
        }
        const auto cosine = static_cast<float>(product / std::sqrt(square));
        const Neighbour here{next_, std::isfinite(cosine) ? cosine : 0.0F};
        // Behind all that are as near: those have lower ids.
        const auto before = std::ranges::find_if(nearest_, [&](const Neighbour& n) { return n.cosine < here.cosine; });
        nearest_.insert(before, here);
        if (nearest_.size() > count_) nearest_.pop_back();
    }
    return done();
}

std::vector<Neighbour> neighbours(const model::Gpt& gpt, nn::TokenId id, int count) {
    Neighbours search(gpt, id, count);
    search.advance(gpt.config().vocab);
    return search.result();
}

EmbeddingPlane embedding_plane(const model::Gpt& gpt, std::span<const nn::TokenId> ids) {
    const auto shown = ids.first(std::min(ids.size(), kMostEmbeddings));
    const int n = static_cast<int>(shown.size()), d = gpt.config().d_model;
    std::vector<float> rows(shown.size() * static_cast<std::size_t>(d));  // [n, d_model]
    for (std::size_t i = 0; i < shown.size(); ++i) {
        CHECK(shown[i] >= 0 && shown[i] < gpt.config().vocab);
        gpt.embedding(shown[i], rows.data() + i * static_cast<std::size_t>(d));
    }
    if (n > d) {
        Plane plane = principal_plane({rows.data(), n, d, d, 1});
        return {std::move(plane.points), plane.explained};
    }
    if (n == 0) return {};
    using Rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    Eigen::MatrixXd x = Eigen::Map<const Rows>(rows.data(), n, d).cast<double>();
    x.rowwise() -= x.colwise().mean().eval();
    if (!x.allFinite()) return {.points = std::vector<Point>(shown.size())};
    return plane_of_few(x);
}

}  // namespace headlight::interpret
