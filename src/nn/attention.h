#pragma once
// Causal multi-head self-attention (Vaswani et al., 2017, section 3.2) between projected queries, keys and values.

#include "nn/layers.h"

namespace headlight::nn {

struct AttentionShape {
    int batch;     // sequences
    int first;     // position of the first query of each sequence; its keys begin at position 0
    int queries;   // new positions of each sequence
    int capacity;  // rows per sequence in q, k, v, z; and rows and columns per head in scores and pattern
    int heads;
    int d_head;
};

// Row (b * capacity + position) of q, k, v, z holds [heads * d_head]. scores and pattern are [batch, heads, capacity,
// capacity]; the forward pass writes rows first .. first + queries - 1, columns 0 .. first + queries - 1.
//   scores  = q . k / sqrt(d_head); -inf where key > query
//   pattern = softmax of scores over the keys
//   z       = pattern (after dropout) times v
// Three functions, because an observer may replace scores or pattern in between.
void attention_scores(const Compute& compute, float* scores, const float* q, const float* k,
                      const AttentionShape& shape);
void attention_pattern(const Compute& compute, float* pattern, const float* scores, const AttentionShape& shape);
// dropped: work space of attention_work_floats(); only used with dropout.
void attention_mix(const Compute& compute, float* z, const float* pattern, const float* v, const AttentionShape& shape,
                   Dropout dropout, float* work);

// Gradients of all three stages for whole sequences (first = 0, queries = capacity). dq, dk, dv are written, not added
// to.
struct AttentionBackward {
    float* dq;
    float* dk;
    float* dv;
};
void attention_backward(const Compute& compute, AttentionBackward gradients, const float* dz, const float* q,
                        const float* k, const float* v, const float* pattern, const AttentionShape& shape,
                        Dropout dropout, float* work);

// Work space for the two functions above: per thread, two matrices of capacity x capacity.
[[nodiscard]] std::size_t attention_work_floats(const Compute& compute, const AttentionShape& shape);

}  // namespace headlight::nn
