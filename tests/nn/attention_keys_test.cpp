// Attention that is not causal: to keys of its own (an encoder's output), and to as many of them as are no padding.

#include <algorithm>
#include <cstring>
#include <limits>

#include "nn/attention.h"
#include "nn/nn_helpers.h"

namespace headlight::nn {
namespace {

struct KeysBuffers {
    AttentionShape shape;
    Floats q, k, v, scores, pattern, z, work;

    KeysBuffers(const Compute& compute, const AttentionShape& s) : shape(s) {
        const auto width = static_cast<std::size_t>(s.heads * s.d_head);
        const auto rows = static_cast<std::size_t>(s.batch * s.capacity);
        const auto keys = static_cast<std::size_t>(s.batch * s.columns());
        q = random_floats(rows * width, 1, 1.3), k = random_floats(keys * width, 2, 1.3);
        v = random_floats(keys * width, 3);
        scores.resize(rows * static_cast<std::size_t>(s.heads * s.columns()));
        pattern.resize(scores.size());
        z.resize(rows * width);
        work.resize(attention_work_floats(compute, s));
    }
    void run(const Compute& compute, Dropout dropout = {}) {
        attention_scores(compute, scores.data(), q.data(), k.data(), shape);
        attention_pattern(compute, pattern.data(), scores.data(), shape);
        attention_mix(compute, z.data(), pattern.data(), v.data(), shape, dropout, work.data());
    }
    [[nodiscard]] int keys_of(int sequence, int query) const {
        if (shape.causal) return query + 1;
        return shape.key_counts.empty() ? shape.key_capacity : shape.key_counts[static_cast<std::size_t>(sequence)];
    }
    // Column j of a head's row in q, z (rows = capacity) or k, v (rows = columns()).
    [[nodiscard]] std::size_t at(int rows, int sequence, int row, int head, int j) const {
        return static_cast<std::size_t>(((sequence * rows + row) * shape.heads + head) * shape.d_head + j);
    }
    [[nodiscard]] std::size_t cell(int sequence, int head, int query, int key) const {
        return static_cast<std::size_t>(((sequence * shape.heads + head) * shape.capacity + query) * shape.columns() +
                                        key);
    }
    template <class Body>
    void for_queries(Body&& body) const {
        for (int sequence = 0; sequence < shape.batch; ++sequence) {
            for (int head = 0; head < shape.heads; ++head) {
                for (int i = shape.first; i < shape.first + shape.queries; ++i) body(sequence, head, i);
            }
        }
    }
    // q . k / divisor, softmax, times v, in double precision.
    void expect_reference(double divisor) const {
        for_queries([&](int sequence, int head, int query) {
            const int keys = keys_of(sequence, query);
            std::vector<double> share(static_cast<std::size_t>(keys));
            double sum = 0;
            for (int key = 0; key < keys; ++key) {
                double score = 0;
                for (int j = 0; j < shape.d_head; ++j) {
                    score += static_cast<double>(q[at(shape.capacity, sequence, query, head, j)]) *
                             static_cast<double>(k[at(shape.columns(), sequence, key, head, j)]);
                }
                score /= divisor;
                ASSERT_NEAR(static_cast<double>(scores[cell(sequence, head, query, key)]), score, 2e-5);
                sum += share[static_cast<std::size_t>(key)] = std::exp(score);
            }
            for (int key = 0; key < keys; ++key) {
                ASSERT_NEAR(static_cast<double>(pattern[cell(sequence, head, query, key)]),
                            share[static_cast<std::size_t>(key)] / sum, 5e-6);
            }
            for (int key = keys; key < shape.columns(); ++key) {  // padding
                ASSERT_EQ(scores[cell(sequence, head, query, key)], -std::numeric_limits<float>::infinity());
                ASSERT_EQ(pattern[cell(sequence, head, query, key)], 0.0F);
            }
            for (int j = 0; j < shape.d_head; ++j) {
                double mixed = 0;
                for (int key = 0; key < keys; ++key) {
                    mixed += share[static_cast<std::size_t>(key)] / sum *
                             static_cast<double>(v[at(shape.columns(), sequence, key, head, j)]);
                }
                ASSERT_NEAR(static_cast<double>(z[at(shape.capacity, sequence, query, head, j)]), mixed, 1e-5);
            }
        });
    }
};

AttentionShape shape_of(int batch, int queries, int keys, int heads, int d_head, std::span<const int> counts = {}) {
    AttentionShape shape{batch, 0, queries, queries, heads, d_head};
    shape.causal = false;
    shape.key_capacity = keys;
    shape.key_counts = counts;
    return shape;
}

TEST(AttentionToKeys, AgreesWithAReferenceInDoublePrecision) {
    const Compute compute(3);
    const std::vector<int> counts{1, 7, 5}, many{90, 150};
    for (const AttentionShape& shape :
         {shape_of(1, 1, 1, 1, 1), shape_of(2, 3, 9, 3, 5), shape_of(3, 8, 7, 2, 4, counts),
          shape_of(2, 140, 150, 2, 16, many), shape_of(1, 70, 3, 1, 6)}) {
        KeysBuffers b(compute, shape);
        b.run(compute);
        b.expect_reference(std::sqrt(static_cast<double>(shape.d_head)));
    }
}

TEST(AttentionToKeys, DividesScoresByWhatTheShapeSays) {
    const Compute compute;
    AttentionShape shape = shape_of(1, 4, 6, 2, 4);
    shape.divisor = std::sqrt(6.0F);
    KeysBuffers b(compute, shape);
    b.run(compute);
    b.expect_reference(std::sqrt(6.0));
    AttentionShape causal{1, 0, 5, 5, 1, 4};
    causal.divisor = 3;
    KeysBuffers c(compute, causal);
    c.run(compute);
    c.expect_reference(3);
}

// Whatever lies in the rows of padding, NaN too, reaches no query.
TEST(AttentionToKeys, PaddingIsNeverRead) {
    const Compute compute(2);
    const std::vector<int> counts{2, 5, 3};
    KeysBuffers b(compute, shape_of(3, 4, 5, 2, 3, counts));
    b.run(compute);
    const Floats z = b.z;
    const Floats dz = random_floats(z.size(), 4);
    const auto gradients = [&] {
        std::vector<Floats> all{Floats(b.q.size()), Floats(b.k.size(), 7.0F), Floats(b.v.size(), 7.0F)};
        attention_backward(compute, {all[0].data(), all[1].data(), all[2].data()}, dz.data(), b.q.data(), b.k.data(),
                           b.v.data(), b.pattern.data(), b.shape, {}, b.work.data());
        return all;
    };
    const auto before = gradients();
    for (int sequence = 0; sequence < 3; ++sequence) {
        for (int key = counts[static_cast<std::size_t>(sequence)]; key < 5; ++key) {
            const std::size_t row = b.at(5, sequence, key, 0, 0);
            for (std::size_t j = row; j < row + 6; ++j) {
                EXPECT_EQ(before[1][j], 0.0F) << "dk of padding, element " << j;
                EXPECT_EQ(before[2][j], 0.0F) << "dv of padding, element " << j;
                b.k[j] = b.v[j] = std::numeric_limits<float>::quiet_NaN();
            }
        }
    }
    b.run(compute);
    EXPECT_EQ(b.z, z);
    EXPECT_EQ(gradients(), before);
}

// Of a batch, each sequence gets the bits that it would get alone, without padding.
TEST(AttentionToKeys, ASequenceAloneGivesTheSameBits) {
    const Compute compute(2);
    const std::vector<int> counts{66, 3, 130};
    constexpr int kQueries = 70, kKeys = 130, kWidth = 8;
    KeysBuffers batch(compute, shape_of(3, kQueries, kKeys, 2, 4, counts));
    batch.run(compute);
    for (std::size_t sequence = 0; sequence < 3; ++sequence) {
        KeysBuffers alone(compute, shape_of(1, kQueries, counts[sequence], 2, 4));
        const auto from = [&](const Floats& all, int rows) {
            return all.begin() + static_cast<std::ptrdiff_t>(sequence) * rows * kWidth;
        };
        std::copy_n(from(batch.q, kQueries), alone.q.size(), alone.q.begin());
        std::copy_n(from(batch.k, kKeys), alone.k.size(), alone.k.begin());
        std::copy_n(from(batch.v, kKeys), alone.v.size(), alone.v.begin());
        alone.run(compute);
        EXPECT_TRUE(std::equal(alone.z.begin(), alone.z.end(), from(batch.z, kQueries))) << sequence;
    }
}

TEST(AttentionToKeys, QueriesInPiecesGiveTheSameBits) {
    const Compute compute(2);
    const std::vector<int> counts{11};
    KeysBuffers whole(compute, shape_of(1, 80, 14, 2, 8, counts));
    whole.run(compute);
    KeysBuffers pieces(compute, whole.shape);
    int first = 0;
    for (const int last : {1, 3, 67, 80}) {
        pieces.shape.first = first;
        pieces.shape.queries = last - first;
        pieces.run(compute);
        first = last;
    }
    EXPECT_EQ(pieces.z, whole.z);
    EXPECT_EQ(pieces.pattern, whole.pattern);
    EXPECT_EQ(pieces.scores, whole.scores);
}

void expect_keys_gradients(const AttentionShape& shape, Dropout dropout) {
    const Compute compute(2);
    KeysBuffers b(compute, shape);
    const Floats dz = random_floats(b.z.size(), 4);
    b.run(compute, dropout);
    const float garbage = 1e6F;  // dq, dk, dv are written, not added to
    Floats dq(b.q.size(), garbage), dk(b.k.size(), garbage), dv(b.v.size(), garbage);
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

TEST(AttentionToKeys, BackwardAgreesWithFiniteDifferences) {
    expect_keys_gradients(shape_of(2, 5, 8, 2, 3), {});
    AttentionShape divided = shape_of(1, 6, 4, 1, 3);
    divided.divisor = 1.1F;
    expect_keys_gradients(divided, {});
}
TEST(AttentionToKeys, BackwardPastPaddingAndDroppedCells) {
    const std::vector<int> counts{3, 8};
    expect_keys_gradients(shape_of(2, 5, 8, 2, 3, counts), {0.3F, 99});
}
TEST(AttentionToKeys, BackwardOverSeveralBlocksOfQueries) {
    const std::vector<int> counts{17};
    expect_keys_gradients(shape_of(1, 131, 20, 1, 2, counts), {0.1F, 5});
}

}  // namespace
}  // namespace headlight::nn
