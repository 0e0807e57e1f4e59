#pragma once
// The losses of a training in bounded memory: every stride-th step, the stride doubling whenever the memory is full.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace headlight::app {

struct LossPoint {
    std::int64_t step;  // the loss that this step found, before its update; 1 for the first
    float loss;         // mean nats per word of the continuations, <end> included
};

class LossCurve {
  public:
    static constexpr std::size_t kMost = 512;

    // step: one more than the step before, any number at first.
    void add(std::int64_t step, float loss);
    void clear() { *this = {}; }
    // At most kMost points: at even distances, and the last step.
    [[nodiscard]] std::vector<LossPoint> points() const;

  private:
    std::vector<LossPoint> kept_;  // steps first + i * stride
    LossPoint last_{0, 0};
    std::int64_t stride_ = 1;
};

}  // namespace headlight::app
