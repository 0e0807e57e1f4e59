#include "interpret/tutorial_layers.h"

#include <algorithm>

#include "base/check.h"
#include "nn/attention.h"

namespace headlight::interpret {

Table multiply(const kernels::Compute& compute, const Table& a, const Table& b) {
    CHECK(a.cols == b.rows);
    Table out(a.rows, b.cols);
    kernels::matmul(compute, out.values.data(), b.cols, {a.values.data(), a.cols, 1}, {b.values.data(), b.cols, 1},
                    a.rows, b.cols, a.cols);
    return out;
}

Table add(const kernels::Compute& compute, const Table& a, const Table& b) {
    CHECK(a.rows == b.rows && a.cols == b.cols);
    Table out(a.rows, a.cols);
    nn::residual_forward(compute, out.values.data(), a.values.data(), b.values.data(), a.rows, a.cols);
    return out;
}

Table columns_of(const Table& table, int first, int count) {
    Table out(table.rows, count);
    for (int row = 0; row < table.rows; ++row) {
        for (int col = 0; col < count; ++col) out.at(row, col) = table.at(row, first + col);
    }
    return out;
}

AttentionTables attention_tables(const kernels::Compute& compute, const Table& q, const Table& k, const Table& v,
                                 float divisor, bool causal) {
    CHECK(q.cols == k.cols && k.cols == v.cols && k.rows == v.rows && (!causal || q.rows == k.rows));
    nn::AttentionShape shape{
        .batch = 1, .first = 0, .queries = q.rows, .capacity = q.rows, .heads = 1, .d_head = q.cols};
    shape.causal = false;
    shape.key_capacity = k.rows;
    AttentionTables out;
    const auto scores = [&](float by) {
        Table table(q.rows, k.rows);
        shape.divisor = by;
        nn::attention_scores(compute, table.values.data(), q.values.data(), k.values.data(), shape);
        return table;
    };
    const auto pattern = [&](const Table& from) {
        Table table(q.rows, k.rows);
        nn::attention_pattern(compute, table.values.data(), from.values.data(), shape);
        return table;
    };
    out.raw = scores(1);
    out.scaled = scores(divisor);
    out.free = pattern(out.scaled);
    shape.causal = causal;
    out.masked = scores(divisor);
    out.pattern = pattern(out.masked);
    out.z = Table(q.rows, v.cols);
    nn::attention_mix(compute, out.z.values.data(), out.pattern.values.data(), v.values.data(), shape, {}, nullptr);
    return out;
}

NormTables norm_tables(const kernels::Compute& compute, const Table& x, const Table& gamma, const Table& beta,
                       float eps) {
    NormTables out{Table(x.rows, 1), Table(x.rows, 1), Table(x.rows, x.cols)};
    nn::layer_norm_forward(compute, out.y.values.data(), {out.mean.values.data(), out.scale.values.data()},
                           x.values.data(), gamma.values.data(), beta.values.data(), x.rows, x.cols, eps);
    return out;
}

}  // namespace headlight::interpret
