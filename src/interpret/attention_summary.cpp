#include "interpret/attention_summary.h"

#include <algorithm>

#include "base/check.h"

namespace headlight::interpret {
namespace {

std::size_t index(int row, int column, int positions) {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(positions) + static_cast<std::size_t>(column);
}

// sums [positions, positions] += the patterns of a layer's heads times `factor`
void add_heads(std::vector<float>& sums, const model::Activations& trace, int layer, int positions, float factor) {
    const nn::SiteView pattern = trace.view(nn::Site::pattern, layer, positions);
    for (int head = 0; head < pattern.shape[0]; ++head) {
        for (int query = 0; query < positions; ++query) {
            const float* row = pattern.data + head * pattern.stride[0] + query * pattern.stride[1];
            float* to = sums.data() + index(query, 0, positions);
            for (int key = 0; key < positions; ++key) to[key] += row[key * pattern.stride[2]] * factor;
        }
    }
}

void check_trace(const model::Activations& trace, int positions) {
    CHECK(trace.keep() == model::Keep::trace && positions > 0 && positions <= trace.context());
}

}  // namespace

std::vector<float> head_average(const model::Activations& trace, int layer, int positions) {
    check_trace(trace, positions);
    CHECK(layer >= kAllLayers && layer < trace.layers());
    std::vector<float> average(index(positions, 0, positions), 0.0F);
    const int first = std::max(layer, 0), last = layer == kAllLayers ? trace.layers() : layer + 1;
    const float factor = 1.0F / static_cast<float>(trace.shape().heads * (last - first));
    for (int l = first; l < last; ++l) add_heads(average, trace, l, positions, factor);
    return average;
}

AttentionRollout::AttentionRollout(const kernels::Compute& compute, const model::Activations& trace, int positions)
    : compute_(compute), trace_(trace), positions_(positions), rollout_(index(positions, 0, positions), 0.0F) {
    check_trace(trace, positions);
    for (int i = 0; i < positions; ++i) rollout_[index(i, i, positions)] = 1;
}

bool AttentionRollout::advance() {
    if (done()) return true;
    const int n = positions_;
    std::vector<float> step(rollout_.size(), 0.0F), next(rollout_.size());
    add_heads(step, trace_, layers_done_, n, 0.5F / static_cast<float>(trace_.shape().heads));
    for (int i = 0; i < n; ++i) step[index(i, i, n)] += 0.5F;
    matmul(compute_, next.data(), n, {step.data(), n, 1}, kernels::MatrixView{rollout_.data(), n, 1}, n, n, n);
    rollout_.swap(next);
    ++layers_done_;
    return done();
}

std::vector<float> attention_rollout(const kernels::Compute& compute, const model::Activations& trace, int positions,
                                     int layers) {
    CHECK(layers >= kAllLayers && layers <= trace.layers());
    AttentionRollout rollout(compute, trace, positions);
    const int wanted = layers == kAllLayers ? trace.layers() : layers;
    while (rollout.layers_done() < wanted) rollout.advance();
    return rollout.result();
}

}  // namespace headlight::interpret
