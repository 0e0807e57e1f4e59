#pragma once
// Multi-head attention (Vaswani et al., 2017, section 3.2) between projected queries, keys and values: causal
// self-attention by default, or attention to keys of their own (an encoder's, or those of another stack).

#include "nn/layers.h"

namespace headlight::nn {

struct AttentionShape {
    int batch;     // sequences
    int first;     // position of the first query of each sequence; its keys begin at position 0
    int queries;   // new positions of each sequence
    int capacity;  // rows per sequence in q and z; and rows per head in scores and pattern
    int heads;
    int d_head;
    // Not causal: every query sees the first key_counts[b] keys of its sequence (all key_capacity when empty).
    bool causal = true;
    int key_capacity = 0;                  // rows per sequence in k and v, columns in scores; causal: capacity
    std::span<const int> key_counts = {};  // [batch], each 1 to key_capacity
    float divisor = 0;                     // of the scores; 0: sqrt(d_head)

    [[nodiscard]] int columns() const { return causal ? capacity : key_capacity; }
};

// Row (b * capacity + position) of q, z holds [heads * d_head], and row (b * columns() + position) of k, v. scores and
// pattern are [batch, heads, capacity, columns()]; the forward pass writes rows first .. first + queries - 1, columns
// 0 .. first + queries - 1 when causal, else all.
//   scores  = q . k / divisor; -inf where the query does not see the key
//   pattern = softmax of scores over the keys
//   z       = pattern (after dropout) times v
// Three functions, because an observer may replace scores or pattern in between.
void attention_scores(const Compute& compute, float* scores, const float* q, const float* k,
                      const AttentionShape& shape);
void attention_pattern(const Compute& compute, float* pattern, const float* scores, const AttentionShape& shape);
// dropped: work space of attention_work_floats(); only used with dropout.
void attention_mix(const Compute& compute, float* z, const float* pattern, const float* v, const AttentionShape& shape,
                   Dropout dropout, float* work);

// All three in one loop over the heads, where nobody replaces anything in between; the same bits.
void attention(const Compute& compute, float* z, float* scores, float* pattern, const float* q, const float* k,
               const float* v, const AttentionShape& shape);

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

// Work space for the two functions above: per thread, two matrices of capacity x columns().
[[nodiscard]] std::size_t attention_work_floats(const Compute& compute, const AttentionShape& shape);

}  // namespace headlight::nn
