#pragma once
// The layer functions of nn/ on tables, for the parts of the tutorial that are not a pass of a model: the masking toy
// and the attention example.

#include "interpret/tutorial_data.h"
#include "kernels/compute.h"

namespace headlight::interpret {

// a [n, k] b [k, m]
[[nodiscard]] Table multiply(const kernels::Compute& compute, const Table& a, const Table& b);
[[nodiscard]] Table add(const kernels::Compute& compute, const Table& a, const Table& b);
// Columns first ... first + count - 1.
[[nodiscard]] Table columns_of(const Table& table, int first, int count);

// Scaled dot-product attention of one head, each stage by nn/attention.h.
struct AttentionTables {
    Table raw;      // q kᵀ [queries, keys]
    Table scaled;   // raw / divisor
    Table masked;   // scaled, -∞ where the key is later than the query (causal), else scaled
    Table free;     // softmax of scaled
    Table pattern;  // softmax of masked
    Table z;        // pattern v [queries, d_head]
};
// q [queries, d], k, v [keys, d]; causal needs as many queries as keys. divisor 0: sqrt(d).
[[nodiscard]] AttentionTables attention_tables(const kernels::Compute& compute, const Table& q, const Table& k,
                                               const Table& v, float divisor, bool causal);

struct NormTables {
    Table mean, scale;  // [rows, 1]; scale = sqrt(variance + eps)
    Table y;            // [rows, d]
};
[[nodiscard]] NormTables norm_tables(const kernels::Compute& compute, const Table& x, const Table& gamma,
                                     const Table& beta, float eps);

}  // namespace headlight::interpret
