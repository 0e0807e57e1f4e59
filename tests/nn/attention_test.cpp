#include "nn/attention.h"

#include <algorithm>
#include <limits>

#include "nn/nn_helpers.h"

namespace headlight::nn {
namespace {

struct Matrix {
    int rows, cols;
    std::vector<double> values = std::vector<double>(static_cast<std::size_t>(rows * cols));

    double& operator()(int i, int j) { return values[static_cast<std::size_t>(i * cols + j)]; }
    double operator()(int i, int j) const { return values[static_cast<std::size_t>(i * cols + j)]; }
    bool operator==(const Matrix&) const = default;
};

double largest_difference(const Matrix& a, const Matrix& b) {
    EXPECT_TRUE(a.rows == b.rows && a.cols == b.cols);
    double largest = 0;
    for (std::size_t i = 0; i < a.values.size(); ++i) largest = std::max(largest, std::abs(a.values[i] - b.values[i]));
    return largest;
}

Matrix product(const Matrix& a, const Matrix& b) {
    Matrix c{a.rows, b.cols};
    for (int i = 0; i < c.rows; ++i) {
        for (int j = 0; j < c.cols; ++j) {
            for (int k = 0; k < a.cols; ++k) c(i, j) += a(i, k) * b(k, j);
        }
    }
    return c;
}

// Buffers of one attention; capacity may be larger than what is used.
struct Buffers {
    AttentionShape shape;
    Floats q, k, v, scores, pattern, z, work;

    Buffers(const Compute& compute, const AttentionShape& s, double scale = 1) : shape(s) {
        const auto rows = static_cast<std::size_t>(s.batch * s.capacity * s.heads * s.d_head);
        q = random_floats(rows, 1, scale), k = random_floats(rows, 2, scale), v = random_floats(rows, 3);
        scores.resize(static_cast<std::size_t>(s.batch * s.heads * s.capacity * s.capacity));
        pattern.resize(scores.size());
        z.resize(rows);
        work.resize(attention_work_floats(compute, s));
    }
    void run(const Compute& compute, Dropout dropout = {}) {
        attention_scores(compute, scores.data(), q.data(), k.data(), shape);
        attention_pattern(compute, pattern.data(), scores.data(), shape);
        attention_mix(compute, z.data(), pattern.data(), v.data(), shape, dropout, work.data());
    }
    // Rows of one head of one sequence, [positions, d_head].
    [[nodiscard]] Matrix rows(const Floats& x, int sequence, int head, int positions) const {
        Matrix m{positions, shape.d_head};
        const int width = shape.heads * shape.d_head;
        for (int i = 0; i < positions; ++i) {
            for (int j = 0; j < shape.d_head; ++j) {
                m(i, j) =
                    x[static_cast<std::size_t>((sequence * shape.capacity + i) * width + head * shape.d_head + j)];
            }
        }
        return m;
    }
    [[nodiscard]] Matrix square(const Floats& x, int sequence, int head, int positions) const {
        Matrix m{positions, positions};
        const int first = (sequence * shape.heads + head) * shape.capacity * shape.capacity;
        for (int i = 0; i < positions; ++i) {
            for (int j = 0; j < positions; ++j) m(i, j) = x[static_cast<std::size_t>(first + i * shape.capacity + j)];
        }
        return m;
    }
};

// softmax(q k^T / sqrt(d_head)) with later keys masked, in double precision.
Matrix reference_pattern(const Matrix& q, const Matrix& k) {
    Matrix pattern{q.rows, q.rows};
    for (int i = 0; i < q.rows; ++i) {
        double top = -std::numeric_limits<double>::infinity();
        for (int j = 0; j <= i; ++j) {
            for (int d = 0; d < q.cols; ++d) pattern(i, j) += q(i, d) * k(j, d) / std::sqrt(q.cols);
            top = std::max(top, pattern(i, j));
        }
        double sum = 0;
        for (int j = 0; j <= i; ++j) sum += pattern(i, j) = std::exp(pattern(i, j) - top);
        for (int j = 0; j <= i; ++j) pattern(i, j) /= sum;
    }
    return pattern;
}

TEST(Attention, AgreesWithAReferenceInDoublePrecision) {
    const Compute compute(3);
    for (const AttentionShape& shape :
         {AttentionShape{1, 0, 1, 1, 1, 1}, {2, 0, 9, 9, 3, 5}, {1, 0, 130, 140, 2, 16}}) {
        Buffers b(compute, shape, 1.5);
        b.run(compute);
        const int n = shape.queries;
        for (int sequence = 0; sequence < shape.batch; ++sequence) {
            for (int head = 0; head < shape.heads; ++head) {
                const Matrix expected =
                    reference_pattern(b.rows(b.q, sequence, head, n), b.rows(b.k, sequence, head, n));
                EXPECT_LT(largest_difference(b.square(b.pattern, sequence, head, n), expected), 2e-6);
                const Matrix z = product(expected, b.rows(b.v, sequence, head, n));
                EXPECT_LT(largest_difference(b.rows(b.z, sequence, head, n), z), 1e-5);
            }
        }
    }
}

TEST(Attention, LaterKeysAreMaskedAndTheFirstQuerySeesItselfAlone) {
    const Compute compute;
    Buffers b(compute, {1, 0, 6, 6, 2, 4});
    b.run(compute);
    for (int head = 0; head < 2; ++head) {
        const Matrix scores = b.square(b.scores, 0, head, 6);
        const Matrix pattern = b.square(b.pattern, 0, head, 6);
        EXPECT_EQ(pattern(0, 0), 1);
        for (int i = 0; i < 6; ++i) {
            for (int j = i + 1; j < 6; ++j) {
                EXPECT_EQ(scores(i, j), -std::numeric_limits<double>::infinity());
                EXPECT_EQ(pattern(i, j), 0);
            }
        }
    }
    const Floats before = b.z;
    b.k.back() += 100, b.v.back() += 100;  // of the last position: no earlier one may notice
    b.run(compute);
    const auto rows_before = static_cast<std::ptrdiff_t>(5 * 8);
    EXPECT_TRUE(std::equal(before.begin(), before.begin() + rows_before, b.z.begin()));
    EXPECT_NE(before, b.z);
}

TEST(Attention, QueriesInPiecesGiveTheSameBits) {
    const Compute compute(2);
    Buffers whole(compute, {1, 0, 80, 80, 2, 8});
    whole.run(compute);
    Buffers pieces(compute, {1, 0, 80, 80, 2, 8});
    int first = 0;
    for (const int last : {1, 3, 67, 79, 80}) {
        pieces.shape.first = first;
        pieces.shape.queries = last - first;
        pieces.run(compute);
        first = last;
    }
    EXPECT_EQ(pieces.z, whole.z);
    for (int head = 0; head < 2; ++head) {
        EXPECT_EQ(pieces.square(pieces.pattern, 0, head, 80), whole.square(whole.pattern, 0, head, 80));
    }
}

// Few queries read keys and values in place, many have them packed; fused and apart.
TEST(Attention, InOneLoopItGivesTheSameBits) {
    const Compute compute(2);
    for (const int queries : {1, 4, 5, 70}) {
        const AttentionShape shape{1, 9, queries, 90, 3, 10};
        Buffers apart(compute, shape), fused(compute, shape);
        apart.run(compute);
        attention(compute, fused.z.data(), fused.scores.data(), fused.pattern.data(), fused.q.data(), fused.k.data(),
                  fused.v.data(), shape);
        EXPECT_EQ(fused.scores, apart.scores) << queries;
        EXPECT_EQ(fused.pattern, apart.pattern) << queries;
        EXPECT_EQ(fused.z, apart.z) << queries;
    }
}

// Scores so large that an exp without the maximum taken off would overflow or vanish.
TEST(Attention, HugeScoresAreNoTrouble) {
    const Compute compute;
    Buffers b(compute, {1, 0, 12, 12, 1, 4}, 40);
    b.run(compute);
    const Matrix expected = reference_pattern(b.rows(b.q, 0, 0, 12), b.rows(b.k, 0, 0, 12));
    EXPECT_GT(std::abs(b.square(b.scores, 0, 0, 12)(11, 5)), 100);
    EXPECT_LT(largest_difference(b.square(b.pattern, 0, 0, 12), expected), 1e-3);
}

void expect_gradients(const AttentionShape& shape, Dropout dropout) {
    const Compute compute(2);
    Buffers b(compute, shape);
    const Floats dz = random_floats(b.z.size(), 4);
    b.run(compute, dropout);
    const Floats garbage(b.z.size(), 1e6F);  // dq, dk, dv are written, not added to
    Floats dq = garbage, dk = garbage, dv = garbage;
    attention_backward(compute, {dq.data(), dk.data(), dv.data()}, dz.data(), b.q.data(), b.k.data(), b.v.data(),
                       b.pattern.data(), shape, dropout, b.work.data());
    const auto loss = [&] {
        b.run(compute, dropout);
        return weighted_sum(b.z, dz);
    };
    expect_gradient("q", b.q, dq, loss);
    expect_gradient("k", b.k, dk, loss);
    expect_gradient("v", b.v, dv, loss);
}

TEST(Attention, BackwardAgreesWithFiniteDifferences) {
    expect_gradients({2, 0, 7, 7, 2, 3}, {});
}
TEST(Attention, BackwardWithDropoutOfTheSameMask) {
    expect_gradients({2, 0, 7, 7, 2, 3}, {0.3F, 12345});
}
TEST(Attention, BackwardOverSeveralBlocksOfQueries) {
    expect_gradients({1, 0, 131, 131, 1, 2}, {0.1F, 5});
}

TEST(Attention, DropsPatternCellsOfEveryHeadAndSequenceDifferently) {
    const Compute compute;
    Buffers b(compute, {2, 0, 16, 16, 2, 1});
    std::ranges::fill(b.q, 0.0F);  // uniform patterns
    std::ranges::fill(b.v, 1.0F);
    b.run(compute, {0.5F, 3});
    // z of query i is 2 / (i + 1) times how many of its cells were kept: four rows of masks, all different.
    std::vector<Matrix> kept;
    for (int sequence = 0; sequence < 2; ++sequence) {
        for (int head = 0; head < 2; ++head) kept.push_back(b.rows(b.z, sequence, head, 16));
    }
    double sum = 0;
    for (std::size_t i = 0; i < kept.size(); ++i) {
        for (const double value : kept[i].values) sum += value / 64;
        for (std::size_t j = i + 1; j < kept.size(); ++j) EXPECT_NE(kept[i], kept[j]);
    }
    EXPECT_NEAR(sum, 1.0, 0.3);
}

}  // namespace
}  // namespace headlight::nn
