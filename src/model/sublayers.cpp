#include "model/sublayers.h"

namespace headlight::model {

float* Sublayers::rows(Site site, int layer) {
    const bool one_row = site == Site::logits && a_.keep() == Keep::decode;
    const auto stride = static_cast<std::size_t>(a_.view(site, layer, 0).stride[0]);
    return a_.at(site, layer) + (one_row ? 0 : static_cast<std::size_t>(first_) * stride);
}

void Sublayers::seen(Site site, int layer) {
    if (options_.observer == nullptr) return;
    const bool of_source = site == Site::cross_k || site == Site::cross_v;
    options_.observer->at({site, layer, a_.shape().stack}, a_.view(site, layer, first_ + count_),
                          of_source ? 0 : first_);
}

void Sublayers::project(Site site, int layer, const float* x, int x_rows, const kernels::PackedMatrix& weight,
                        const float* bias) {
    const bool of_source = site == Site::cross_k || site == Site::cross_v;
    float* out = of_source ? a_.at(site, layer) : rows(site, layer);
    matmul(compute_, out, weight.n(), {x, a_.shape().d_model, 1}, weight, x_rows, kernels::Into::store, bias);
    seen(site, layer);
}

void Sublayers::keys_and_values(const AttentionSites& sites, int layer, const AttentionWeights& w, const float* memory,
                                int memory_rows) {
    project(sites.k, layer, memory, memory_rows, w.key, w.key_bias);
    project(sites.v, layer, memory, memory_rows, w.value, w.value_bias);
}

const float* Sublayers::attention(const AttentionSites& sites, int layer, const AttentionWeights& w, const float* x,
                                  const float* memory, int memory_rows, const nn::AttentionShape& shape, int place) {
    const int d = a_.shape().d_model;
    const int width = shape.heads * shape.d_head;
    project(sites.q, layer, x, count_, w.query, w.query_bias);
    if (memory != nullptr) keys_and_values(sites, layer, w, memory, memory_rows);
    attend(sites, layer, shape, place);

    float* out = rows(sites.out, layer);
    matmul(compute_, out, d, {rows(sites.z, layer), width, 1}, w.out, count_, kernels::Into::store, w.out_bias);
    seen(sites.out, layer);
    return out;
}

// Scores, pattern and mix.
void Sublayers::attend(const AttentionSites& sites, int layer, const nn::AttentionShape& shape, int place) {
    float *scores = a_.at(sites.scores, layer), *pattern = a_.at(sites.pattern, layer), *z = a_.at(sites.z, layer);
    const float *q = a_.at(sites.q, layer), *k = a_.at(sites.k, layer), *v = a_.at(sites.v, layer);
    if (options_.observer == nullptr && options_.dropout == 0) {
        nn::attention(compute_, z, scores, pattern, q, k, v, shape);
        return;
    }
    nn::attention_scores(compute_, scores, q, k, shape);
    seen(sites.scores, layer);
    nn::attention_pattern(compute_, pattern, scores, shape);
    seen(sites.pattern, layer);
    nn::attention_mix(compute_, z, pattern, v, shape, dropout(DropoutSite::pattern, place),
                      options_.dropout_work.data());
    seen(sites.z, layer);
}

const float* Sublayers::add(int layer, const float* x, const float* branch, Site sum, DropoutSite site, int place) {
    float* out = rows(sum, layer);
    nn::residual_forward(compute_, out, x, branch, count_, a_.shape().d_model, dropout(site, place));
    seen(sum, layer);
    return out;
}

const float* Sublayers::norm(int layer, const float* x, const NormSites& sites, const NormWeights& w) {
    float* out = rows(sites.normalized, layer);
    const nn::LayerNormSaved saved{a_.mean(sites.mean, layer) + first_, rows(sites.scale, layer)};
    nn::layer_norm_forward(compute_, out, saved, x, w.weight, w.bias, count_, a_.shape().d_model, w.eps, w.eps_outside);
    seen(sites.scale, layer);
    seen(sites.normalized, layer);
    return out;
}

}  // namespace headlight::model
