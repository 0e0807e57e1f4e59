#pragma once
// AdamW: Adam with decoupled weight decay (Loshchilov, Hutter, 2019), gradients clipped by their global norm.

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/compute.h"
#include "model/params.h"

namespace headlight::train {

struct AdamWOptions {
    float beta1 = 0.9F;
    float beta2 = 0.95F;
    float eps = 1e-8F;
    float weight_decay = 0.1F;  // of matrices; biases and norms do not decay
    float clip = 1.0F;          // the largest global norm of the gradient
};

class AdamW {
  public:
    AdamW(const model::ParamList& layout, AdamWOptions options);

    // One update with learning rate lr; step counts from 1. Returns the gradient's norm before clipping; when that is
    // not finite, nothing is changed.
    double update(const kernels::Compute& compute, std::span<float> params, std::span<const float> gradients, float lr,
                  std::int64_t step);

    [[nodiscard]] std::span<float> m() { return m_; }
    [[nodiscard]] std::span<float> v() { return v_; }

  private:
    // The update runs in pieces of this many parameters, whatever the number of threads.
    struct Piece {
        std::size_t offset;
        int size;
        bool decays;
    };
    AdamWOptions options_;
    std::vector<Piece> pieces_;
    std::vector<double> squares_;  // per piece
    std::vector<float> m_, v_;     // first and second moments
};

// Linear warm-up over `warmup` steps to `peak`, then a cosine down to `floor` at the last step.
struct Schedule {
    std::int64_t steps;
    std::int64_t warmup;
    double peak;
    double floor;
    [[nodiscard]] float lr(std::int64_t step) const;  // step counts from 1
};

}  // namespace headlight::train
