#include "app/loss_curve.h"

namespace headlight::app {

void LossCurve::add(std::int64_t step, float loss) {
    last_ = {step, loss};
    if (!kept_.empty() && (step - kept_.front().step) % stride_ != 0) return;
    kept_.push_back(last_);
    if (kept_.size() < kMost) return;  // one place is left for the last step
    for (std::size_t i = 0; 2 * i < kept_.size(); ++i) kept_[i] = kept_[2 * i];
    kept_.resize(kept_.size() / 2);
    stride_ *= 2;
}

std::vector<LossPoint> LossCurve::points() const {
    std::vector<LossPoint> out = kept_;
    if (!out.empty() && out.back().step != last_.step) out.push_back(last_);
    return out;
}

}  // namespace headlight::app
