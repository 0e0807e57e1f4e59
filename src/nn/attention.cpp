#include "nn/attention.h"

#include <cmath>
#include <limits>

#include "nn/parallel.h"

namespace headlight::nn {
namespace {

// Queries are taken in blocks, so that a block multiplies only with the keys it may see.
constexpr int kQueryBlock = 64;
// Work space per thread: the dropped pattern and the gradient of the scores.
constexpr std::size_t kWorkMatrices = 2;

// One head of one sequence: where its rows begin.
struct Head {
    std::size_t rows;      // offset into q, k, v, z: row stride is width
    std::size_t matrix;    // offset into scores, pattern: row stride is capacity
    std::uint32_t number;  // of all heads of the batch
    int width;             // heads * d_head
};

Head head_at(const AttentionShape& shape, int task) {
    const int width = shape.heads * shape.d_head;
    const int sequence = task / shape.heads;
    const int head = task % shape.heads;
    return {row_offset(sequence * shape.capacity, width) + row_offset(head, shape.d_head),
            row_offset(task, shape.capacity) * static_cast<std::size_t>(shape.capacity),
            static_cast<std::uint32_t>(task), width};
}

template <class Body>
void for_heads(const Compute& compute, const AttentionShape& shape, Body&& body) {
    compute.pool().run(shape.batch * shape.heads, [&](int task, int worker) { body(head_at(shape, task), worker); });
}

// Calls body(first, last) for blocks of query positions.
template <class Body>
void for_query_blocks(const AttentionShape& shape, Body&& body) {
    const int end = shape.first + shape.queries;
    for (int first = shape.first; first < end; first += kQueryBlock) body(first, std::min(first + kQueryBlock, end));
}

// The dropped copy of rows [first, last) of one head's pattern, in the same layout.
const float* drop_pattern(const Compute& compute, const float* pattern, const Head& head, int first, int last,
                          int capacity, Dropout dropout, float* work) {
    if (dropout.probability == 0) return pattern;
    const std::uint32_t seed = dropout.seed ^ (head.number * 0x9e3779b9U);
    for (int i = first; i < last; ++i) {
        const std::size_t row = row_offset(i, capacity);
        compute.kernels().dropout(work + row, pattern + row, last, dropout.probability, seed,
                                  static_cast<std::uint32_t>(row));
    }
    return work;
}

}  // namespace

void attention_scores(const Compute& compute, float* scores, const float* q, const float* k,
                      const AttentionShape& shape) {
    const float scale = 1.0F / std::sqrt(static_cast<float>(shape.d_head));
    const int end = shape.first + shape.queries;
    for_heads(compute, shape, [&](const Head& head, int worker) {
        for_query_blocks(shape, [&](int first, int last) {
            // [last - first, last] = q [last - first, d_head] k^T [d_head, last]
            float* out = scores + head.matrix + row_offset(first, shape.capacity);
            const kernels::MatrixView queries{q + head.rows + row_offset(first, head.width), head.width, 1};
            const kernels::MatrixView keys{k + head.rows, 1, head.width};
            matmul_on(compute, worker, out, shape.capacity, queries, keys, last - first, last, shape.d_head);
            for (int i = first; i < last; ++i, out += shape.capacity) {
                compute.kernels().scale(out, out, scale, i + 1);
                std::fill(out + i + 1, out + end, -std::numeric_limits<float>::infinity());
            }
        });
    });
}

void attention_pattern(const Compute& compute, float* pattern, const float* scores, const AttentionShape& shape) {
    const int end = shape.first + shape.queries;
    for_heads(compute, shape, [&](const Head& head, int) {
        for (int i = shape.first; i < end; ++i) {
            float* out = pattern + head.matrix + row_offset(i, shape.capacity);
            compute.kernels().softmax(out, scores + head.matrix + row_offset(i, shape.capacity), i + 1);
            std::fill(out + i + 1, out + end, 0.0F);
        }
    });
}

void attention_mix(const Compute& compute, float* z, const float* pattern, const float* v, const AttentionShape& shape,
                   Dropout dropout, float* work) {
    const std::size_t work_stride = kWorkMatrices * row_offset(shape.capacity, shape.capacity);
    for_heads(compute, shape, [&](const Head& head, int worker) {
        float* dropped_work = work == nullptr ? nullptr : work + static_cast<std::size_t>(worker) * work_stride;
        for_query_blocks(shape, [&](int first, int last) {
            const float* dropped =
                drop_pattern(compute, pattern + head.matrix, head, first, last, shape.capacity, dropout, dropped_work);
            // z [last - first, d_head] = pattern [last - first, last] v [last, d_head]
            const kernels::MatrixView weights{dropped + row_offset(first, shape.capacity), shape.capacity, 1};
            const kernels::MatrixView values{v + head.rows, head.width, 1};
            matmul_on(compute, worker, z + head.rows + row_offset(first, head.width), head.width, weights, values,
                      last - first, shape.d_head, last);
        });
    });
}

void attention_backward(const Compute& compute, AttentionBackward gradients, const float* dz, const float* q,
                        const float* k, const float* v, const float* pattern, const AttentionShape& shape,
                        Dropout dropout, float* work) {
    const int n = shape.capacity;
    const int d_head = shape.d_head;
    const float scale = 1.0F / std::sqrt(static_cast<float>(d_head));
    for_heads(compute, shape, [&](const Head& head, int worker) {
        float* dropped_work = work + static_cast<std::size_t>(worker) * kWorkMatrices * row_offset(n, n);
        float* dscores = dropped_work + row_offset(n, n);  // [n, n]; first the gradient of the pattern
        const int width = head.width;
        const float* p = pattern + head.matrix;
        // The last block of queries sees all keys and comes first, so that it writes all rows of dk and dv.
        for (int last = n; last > 0;) {
            const int first = (last - 1) / kQueryBlock * kQueryBlock;
            const int m = last - first;
            const std::size_t row = row_offset(first, n);
            const auto write = last == n ? kernels::Into::store : kernels::Into::accumulate;
            const kernels::MatrixView dz_view{dz + head.rows + row_offset(first, width), width, 1};
            const float* dropped = drop_pattern(compute, p, head, first, last, n, dropout, dropped_work);
            // dv [last, d_head] += dropped^T [last, m] dz [m, d_head]
            matmul_on(compute, worker, gradients.dv + head.rows, width, {dropped + row, 1, n}, dz_view, last, d_head, m,
                      write);
            // dpattern [m, last] = dz [m, d_head] v^T [d_head, last]
            matmul_on(compute, worker, dscores + row, n, dz_view, {v + head.rows, 1, width}, m, last, d_head);
            drop_pattern(compute, dscores, head, first, last, n, dropout, dscores);
            for (int i = first; i < last; ++i) {
                float* ds = dscores + row_offset(i, n);
                compute.kernels().softmax_backward(ds, ds, p + row_offset(i, n), i + 1);
                compute.kernels().scale(ds, ds, scale, i + 1);
                std::fill(ds + i + 1, ds + last, 0.0F);
            }
            // dq [m, d_head] = dscores [m, last] k [last, d_head]
            matmul_on(compute, worker, gradients.dq + head.rows + row_offset(first, width), width,
                      {dscores + row, n, 1}, {k + head.rows, width, 1}, m, d_head, last);
            // dk [last, d_head] += dscores^T [last, m] q [m, d_head]
            matmul_on(compute, worker, gradients.dk + head.rows, width, {dscores + row, 1, n},
                      {q + head.rows + row_offset(first, width), width, 1}, last, d_head, m, write);
            last = first;
        }
    });
}

std::size_t attention_work_floats(const Compute& compute, const AttentionShape& shape) {
    return static_cast<std::size_t>(compute.pool().threads()) * kWorkMatrices *
           row_offset(shape.capacity, shape.capacity);
}

}  // namespace headlight::nn
