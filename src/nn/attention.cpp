#include "nn/attention.h"

#include <cmath>
#include <limits>

#include "nn/parallel.h"

namespace headlight::nn {
namespace {

// Queries are taken in blocks, so that a causal block multiplies only with the keys it may see.
constexpr int kQueryBlock = 32;
// Up to so many queries read the rows of the cache in place, one by one; more are worth packing keys and values for.
constexpr int kFewQueries = 4;
// Keys at a time of all heads of a task: keys and values of a position lie side by side, and so memory is read in
// order.
constexpr int kKeyBlock = 32;
// Work space per thread: the dropped pattern and the gradient of the scores.
constexpr std::size_t kWorkMatrices = 2;

// One head of one sequence: where its rows begin, and what its queries see.
struct Head {
    std::size_t rows;      // offset into q, z: row stride is width
    std::size_t keys;      // offset into k, v: row stride is width
    std::size_t matrix;    // offset into scores, pattern: row stride is columns
    std::uint32_t number;  // of all heads of the batch
    int width;             // heads * d_head
    int columns;
    int key_count;  // not causal: what every query sees
    bool causal;

    [[nodiscard]] int seen_by(int query) const { return causal ? query + 1 : key_count; }
    [[nodiscard]] std::size_t row(int query) const { return row_offset(query, columns); }
};

Head head_at(const AttentionShape& shape, int task) {
    const int width = shape.heads * shape.d_head;
    const int sequence = task / shape.heads;
    const int head = task % shape.heads;
    const std::size_t first_column = row_offset(head, shape.d_head);
    const int columns = shape.columns();
    const int key_count = shape.key_counts.empty() ? columns : shape.key_counts[static_cast<std::size_t>(sequence)];
    return {.rows = row_offset(sequence * shape.capacity, width) + first_column,
            .keys = row_offset(sequence * columns, width) + first_column,
            .matrix = row_offset(task, shape.capacity) * static_cast<std::size_t>(columns),
            .number = static_cast<std::uint32_t>(task),
            .width = width,
            .columns = columns,
            .key_count = key_count,
            .causal = shape.causal};
}

float factor_of(const AttentionShape& shape) {
    return 1.0F / (shape.divisor > 0 ? shape.divisor : std::sqrt(static_cast<float>(shape.d_head)));
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

// One past the last column that a forward pass writes.
int written_columns(const AttentionShape& shape) {
    return shape.causal ? shape.first + shape.queries : shape.key_capacity;
}

// The dropped copy of rows [first, last) of one head's pattern, in the same layout.
const float* drop_pattern(const Compute& compute, const float* pattern, const Head& head, int first, int last,
                          Dropout dropout, float* work) {
    if (dropout.probability == 0) return pattern;
    const std::uint32_t seed = dropout.seed ^ (head.number * 0x9e3779b9U);
    const int columns = head.seen_by(last - 1);
    for (int i = first; i < last; ++i) {
        compute.kernels().dropout(work + head.row(i), pattern + head.row(i), columns, dropout.probability, seed,
                                  static_cast<std::uint32_t>(head.row(i)));
    }
    return work;
}

// Scores of the queries [first, last) of one head.
void score_queries(const Compute& compute, int worker, float* scores, const float* q, const float* k,
                   const AttentionShape& shape, const Head& head, int first, int last) {
    const kernels::Kernels& kernels = compute.kernels();
    const float factor = factor_of(shape);
    const int end = written_columns(shape);
    float* out = scores + head.matrix + head.row(first);
    const float* queries = q + head.rows + row_offset(first, head.width);
    const bool few = last - first <= kFewQueries;
    if (!few) {
        // [last - first, seen] = q [last - first, d_head] k^T [d_head, seen]
        matmul_on(compute, worker, out, head.columns, {queries, head.width, 1}, {k + head.keys, 1, head.width},
                  last - first, head.seen_by(last - 1), shape.d_head);
    }
    for (int i = first; i < last; ++i, out += head.columns, queries += head.width) {
        const int own = head.seen_by(i);
        if (few) {
            kernels.attention_scores(out, queries, k + head.keys, head.width, shape.d_head, own, factor);
        } else {
            kernels.scale(out, out, factor, own);
        }
        std::fill(out + own, out + end, -std::numeric_limits<float>::infinity());
    }
}

void soften_queries(const Compute& compute, float* pattern, const float* scores, const AttentionShape& shape,
                    const Head& head, int first, int last) {
    const int end = written_columns(shape);
    for (int i = first; i < last; ++i) {
        float* out = pattern + head.matrix + head.row(i);
        const int seen = head.seen_by(i);
        compute.kernels().softmax(out, scores + head.matrix + head.row(i), seen);
        std::fill(out + seen, out + end, 0.0F);
    }
}

// pattern: of this head, dropped already.
void mix_queries(const Compute& compute, int worker, float* z, const float* pattern, const float* v,
                 const AttentionShape& shape, const Head& head, int first, int last) {
    float* out = z + head.rows + row_offset(first, head.width);
    if (last - first <= kFewQueries) {
        for (int i = first; i < last; ++i, out += head.width) {
            compute.kernels().attention_mix(out, pattern + head.row(i), v + head.keys, head.width, shape.d_head,
                                            head.seen_by(i), kernels::Into::store);
        }
        return;
    }
    // z [last - first, d_head] = pattern [last - first, seen] v [seen, d_head]
    matmul_on(compute, worker, out, head.width, {pattern + head.row(first), head.columns, 1},
              {v + head.keys, head.width, 1}, last - first, shape.d_head, head.seen_by(last - 1));
}

// A cache this large (bytes of a layer) has left the processor's by the next token.
constexpr std::size_t kColdBytes = 256 * 1024;

// Reads `rows` rows of `floats` in order, as memory delivers them fastest; then the heads take their parts of them.
void stream_in(const float* from, int rows, int stride, int floats) {
    constexpr int kLine = 16;  // floats
    float seen[4] = {};
    for (int r = 0; r < rows; ++r, from += stride) {
        for (int i = 0; i < floats; i += kLine) seen[i / kLine % 4] += from[i];
    }
    asm volatile("" : : "m"(seen));  // nobody wants the sums
}

// One query of the heads [first_head, last_head) of a sequence, reading the cache in place.
void attend_once(const Compute& compute, float* z, float* scores, float* pattern, const float* q, const float* k,
                 const float* v, const AttentionShape& shape, int first_head, int last_head, int query) {
    const kernels::Kernels& kernels = compute.kernels();
    const float factor = factor_of(shape);
    const int seen = head_at(shape, first_head).seen_by(query);
    const bool cold = row_offset(seen, head_at(shape, first_head).width) * sizeof(float) > kColdBytes;
    const auto for_blocks = [&](const float* rows, auto&& body) {
        for (int key = 0; key < seen; key += kKeyBlock) {
            const int keys = std::min(kKeyBlock, seen - key);
            const Head first = head_at(shape, first_head);
            if (cold) {
                stream_in(rows + first.keys + row_offset(key, first.width), keys, first.width,
                          (last_head - first_head) * shape.d_head);
            }
            for (int task = first_head; task < last_head; ++task) body(head_at(shape, task), key, keys);
        }
    };
    for_blocks(k, [&](const Head& head, int key, int keys) {
        kernels.attention_scores(scores + head.matrix + head.row(query) + key,
                                 q + head.rows + row_offset(query, head.width),
                                 k + head.keys + row_offset(key, head.width), head.width, shape.d_head, keys, factor);
    });
    for (int task = first_head; task < last_head; ++task) {
        const Head head = head_at(shape, task);
        float* row = scores + head.matrix + head.row(query);
        std::fill(row + seen, row + written_columns(shape), -std::numeric_limits<float>::infinity());
        soften_queries(compute, pattern, scores, shape, head, query, query + 1);
    }
    for_blocks(v, [&](const Head& head, int key, int keys) {
        kernels.attention_mix(z + head.rows + row_offset(query, head.width),
                              pattern + head.matrix + head.row(query) + key,
                              v + head.keys + row_offset(key, head.width), head.width, shape.d_head, keys,
                              key == 0 ? kernels::Into::store : kernels::Into::accumulate);
    });
}

// The heads of every sequence in as many parts as there are threads.
template <class Body>
void for_head_groups(const Compute& compute, const AttentionShape& shape, Body&& body) {
    const int groups = std::min(shape.heads, compute.pool().threads());
    compute.pool().run(shape.batch * groups, [&](int task, int) {
        const int sequence = task / groups, group = task % groups;
        const auto edge = [&](int g) { return sequence * shape.heads + shape.heads * g / groups; };
        body(edge(group), edge(group + 1));
    });
}

}  // namespace

void attention_scores(const Compute& compute, float* scores, const float* q, const float* k,
                      const AttentionShape& shape) {
    for_heads(compute, shape, [&](const Head& head, int worker) {
        for_query_blocks(shape, [&](int first, int last) {
            score_queries(compute, worker, scores, q, k, shape, head, first, last);
        });
    });
}

void attention_pattern(const Compute& compute, float* pattern, const float* scores, const AttentionShape& shape) {
    for_heads(compute, shape, [&](const Head& head, int) {
        soften_queries(compute, pattern, scores, shape, head, shape.first, shape.first + shape.queries);
    });
}

void attention_mix(const Compute& compute, float* z, const float* pattern, const float* v, const AttentionShape& shape,
                   Dropout dropout, float* work) {
    const std::size_t work_stride = kWorkMatrices * row_offset(shape.capacity, shape.columns());
    for_heads(compute, shape, [&](const Head& head, int worker) {
        float* dropped_work = work == nullptr ? nullptr : work + static_cast<std::size_t>(worker) * work_stride;
        for_query_blocks(shape, [&](int first, int last) {
            const float* dropped =
                drop_pattern(compute, pattern + head.matrix, head, first, last, dropout, dropped_work);
            mix_queries(compute, worker, z, dropped, v, shape, head, first, last);
        });
    });
}

void attention(const Compute& compute, float* z, float* scores, float* pattern, const float* q, const float* k,
               const float* v, const AttentionShape& shape) {
    if (shape.queries <= kFewQueries) {
        for_head_groups(compute, shape, [&](int first_head, int last_head) {
            for (int i = shape.first; i < shape.first + shape.queries; ++i) {
                attend_once(compute, z, scores, pattern, q, k, v, shape, first_head, last_head, i);
            }
        });
        return;
    }
    for_heads(compute, shape, [&](const Head& head, int worker) {
        for_query_blocks(shape, [&](int first, int last) {
            score_queries(compute, worker, scores, q, k, shape, head, first, last);
            soften_queries(compute, pattern, scores, shape, head, first, last);
            mix_queries(compute, worker, z, pattern + head.matrix, v, shape, head, first, last);
        });
    });
}

void attention_backward(const Compute& compute, AttentionBackward gradients, const float* dz, const float* q,
                        const float* k, const float* v, const float* pattern, const AttentionShape& shape,
                        Dropout dropout, float* work) {
    const int n = shape.capacity;
    const int d_head = shape.d_head;
    const float factor = factor_of(shape);
    for_heads(compute, shape, [&](const Head& head, int worker) {
        const int columns = head.columns;
        const std::size_t floats = row_offset(n, columns);
        float* dropped_work = work + static_cast<std::size_t>(worker) * kWorkMatrices * floats;
        float* dscores = dropped_work + floats;  // [n, columns]; first the gradient of the pattern
        const int width = head.width;
        const float* p = pattern + head.matrix;
        for (int row = head.causal ? columns : head.key_count; row < columns; ++row) {  // of keys that nothing sees
            std::fill_n(gradients.dk + head.keys + row_offset(row, width), d_head, 0.0F);
            std::fill_n(gradients.dv + head.keys + row_offset(row, width), d_head, 0.0F);
        }
        // The last block of queries sees all keys and comes first, so that it writes all rows of dk and dv.
        for (int last = n; last > 0;) {
            const int first = (last - 1) / kQueryBlock * kQueryBlock;
            const int m = last - first;
            const int seen = head.seen_by(last - 1);
            const std::size_t row = head.row(first);
            const auto write = last == n ? kernels::Into::store : kernels::Into::accumulate;
            const kernels::MatrixView dz_view{dz + head.rows + row_offset(first, width), width, 1};
            const float* dropped = drop_pattern(compute, p, head, first, last, dropout, dropped_work);
            // dv [seen, d_head] += dropped^T [seen, m] dz [m, d_head]
            matmul_on(compute, worker, gradients.dv + head.keys, width, {dropped + row, 1, columns}, dz_view, seen,
                      d_head, m, write);
            // dpattern [m, seen] = dz [m, d_head] v^T [d_head, seen]
            matmul_on(compute, worker, dscores + row, columns, dz_view, {v + head.keys, 1, width}, m, seen, d_head);
            drop_pattern(compute, dscores, head, first, last, dropout, dscores);
            for (int i = first; i < last; ++i) {
                float* ds = dscores + head.row(i);
                const int own = head.seen_by(i);
                compute.kernels().softmax_backward(ds, ds, p + head.row(i), own);
                compute.kernels().scale(ds, ds, factor, own);
                std::fill(ds + own, ds + seen, 0.0F);
            }
            // dq [m, d_head] = dscores [m, seen] k [seen, d_head]
            matmul_on(compute, worker, gradients.dq + head.rows + row_offset(first, width), width,
                      {dscores + row, columns, 1}, {k + head.keys, width, 1}, m, d_head, seen);
            // dk [seen, d_head] += dscores^T [seen, m] q [m, d_head]
            matmul_on(compute, worker, gradients.dk + head.keys, width, {dscores + row, 1, columns},
                      {q + head.rows + row_offset(first, width), width, 1}, seen, d_head, m, write);
            last = first;
        }
    });
}

std::size_t attention_work_floats(const Compute& compute, const AttentionShape& shape) {
    return static_cast<std::size_t>(compute.pool().threads()) * kWorkMatrices *
           row_offset(shape.capacity, shape.columns());
}

}  // namespace headlight::nn
