#pragma once
// Attention of one query over the rows of a cache, read where they lie: a decode step would spend its time on packing
// keys and values that it uses once. The sums are those of gemm, one accumulator per element in the order of k.

#include "kernels/kernels_each.h"
#include "kernels/kernels_turn.h"

namespace headlight::kernels {
namespace {

constexpr int kScoreVectors = 4;  // vectors of keys at a time: hides the time an addition takes
constexpr int kFewKeys = 16;

// Scores of kVectors * kLanes keys. Four features of as many keys as a vector has lanes are turned over in registers,
// so that a lane is a key.
template <class V, int kVectors>
[[gnu::noinline]] void score_block(float* scores, const float* q, const float* k, std::ptrdiff_t k_stride, int d_head,
                                   float factor) {
    V sums[kVectors];
    HEADLIGHT_UNROLL
    for (int v = 0; v < kVectors; ++v) sums[v] = splat(0.0f);
    int d = 0;
    for (; d + 4 <= d_head; d += 4) {
        V left[4];
        HEADLIGHT_UNROLL
        for (int i = 0; i < 4; ++i) left[i] = splat(q[d + i]);
        const float* keys = k + d;
        HEADLIGHT_UNROLL
        for (int v = 0; v < kVectors; ++v, keys += V::kLanes * k_stride) {
            V feature[4];
            load_turned(feature, keys, k_stride);
            HEADLIGHT_UNROLL
            for (int i = 0; i < 4; ++i) sums[v] = sums[v] + left[i] * feature[i];
        }
    }
    for (; d < d_head; ++d) {
        HEADLIGHT_UNROLL
        for (int v = 0; v < kVectors; ++v) {
            float column[V::kLanes];
            for (int i = 0; i < V::kLanes; ++i) column[i] = k[(v * V::kLanes + i) * k_stride + d];
            sums[v] = sums[v] + splat(q[d]) * load(column);
        }
    }
    HEADLIGHT_UNROLL
    for (int v = 0; v < kVectors; ++v) store(scores + v * V::kLanes, sums[v] * splat(factor));
}

void score_few(float* scores, const float* q, const float* k, std::ptrdiff_t k_stride, int d_head, int keys,
               float factor) {
    float sums[kFewKeys] = {};
    for (int d = 0; d < d_head; ++d) {
        for (int j = 0; j < keys; ++j) sums[j] = sums[j] + q[d] * k[j * k_stride + d];
    }
    for (int j = 0; j < keys; ++j) scores[j] = sums[j] * factor;
}

template <class V>
void score_keys(float* scores, const float* q, const float* k, std::ptrdiff_t k_stride, int d_head, int keys,
                float factor) {
    int j = 0;
    if constexpr (V::kLanes >= 4) {
        constexpr int kBlock = kScoreVectors * V::kLanes;
        for (; j + kBlock <= keys; j += kBlock) {
            score_block<V, kScoreVectors>(scores + j, q, k + j * k_stride, k_stride, d_head, factor);
        }
        for (; j + V::kLanes <= keys; j += V::kLanes) {
            score_block<V, 1>(scores + j, q, k + j * k_stride, k_stride, d_head, factor);
        }
    }
    for (; j < keys; j += kFewKeys) {
        const int few = keys - j < kFewKeys ? keys - j : kFewKeys;
        score_few(scores + j, q, k + j * k_stride, k_stride, d_head, few, factor);
    }
}

void attention_scores(float* scores, const float* q, const float* k, std::ptrdiff_t k_stride, int d_head, int keys,
                      float factor) {
    score_keys<F32>(scores, q, k, k_stride, d_head, keys, factor);
}

template <int kVectors>
[[gnu::noinline]] void mix_columns(float* z, const float* pattern, const float* v, std::ptrdiff_t v_stride, int keys,
                                   Into into) {
    F32 sums[kVectors];
    HEADLIGHT_UNROLL
    for (int c = 0; c < kVectors; ++c) sums[c] = into == Into::accumulate ? load(z + c * kLanes) : splat(0.0f);
    for (int j = 0; j < keys; ++j, v += v_stride) {
        const F32 weight = splat(pattern[j]);
        HEADLIGHT_UNROLL
        for (int c = 0; c < kVectors; ++c) sums[c] = sums[c] + weight * load(v + c * kLanes);
    }
    HEADLIGHT_UNROLL
    for (int c = 0; c < kVectors; ++c) store(z + c * kLanes, sums[c]);
}

void attention_mix(float* z, const float* pattern, const float* v, std::ptrdiff_t v_stride, int d_head, int keys,
                   Into into) {
    int d = 0;
    for (; d + 8 * kLanes <= d_head; d += 8 * kLanes) mix_columns<8>(z + d, pattern, v + d, v_stride, keys, into);
    for (; d + 4 * kLanes <= d_head; d += 4 * kLanes) mix_columns<4>(z + d, pattern, v + d, v_stride, keys, into);
    for (; d + kLanes <= d_head; d += kLanes) mix_columns<1>(z + d, pattern, v + d, v_stride, keys, into);
    if (d == d_head) return;
    F32 sum = into == Into::accumulate ? load_first(z + d, d_head - d) : splat(0.0f);
    for (int j = 0; j < keys; ++j) sum = sum + splat(pattern[j]) * load_first(v + j * v_stride + d, d_head - d);
    store_first(z + d, sum, d_head - d);
}

}  // namespace
}  // namespace headlight::kernels
