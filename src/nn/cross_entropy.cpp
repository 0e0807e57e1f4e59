#include "base/check.h"
#include "kernels/elementary.h"
#include "nn/layers.h"
#include "nn/parallel.h"

namespace headlight::nn {
namespace {

// -log p of the target, the same bits everywhere.
double loss_of(float probability, const float* logits, TokenId target, float top, int vocab) {
    constexpr float kSafe = 1e-30F;
    if (probability > kSafe) return -kernels::log_f64(static_cast<double>(probability));
    double sum = 0;  // the probability underflows (or something is NaN): from the logits in double precision
    for (int j = 0; j < vocab; ++j) sum += kernels::exp_f64(static_cast<double>(logits[j]) - static_cast<double>(top));
    return kernels::log_f64(sum) + static_cast<double>(top) - static_cast<double>(logits[target]);
}

}  // namespace

double cross_entropy(const Compute& compute, float* dlogits, const float* logits, std::span<const TokenId> targets,
                     int vocab, float weight, double* losses, float smoothing) {
    const auto& k = compute.kernels();
    const int rows = static_cast<int>(targets.size());
    for_rows(compute, rows, rows_per_task(vocab), [&](int first, int last, int worker) {
        float* probabilities = compute.scratch(worker, static_cast<std::size_t>(vocab));
        for (int row = first; row < last; ++row) {
            const float* x = logits + row_offset(row, vocab);
            const TokenId target = targets[static_cast<std::size_t>(row)];
            float* dx = dlogits == nullptr ? nullptr : dlogits + row_offset(row, vocab);
            if (target == kNoTarget) {
                losses[row] = 0;
                if (dx != nullptr) std::fill_n(dx, vocab, 0.0F);
                continue;
            }
            DCHECK(target >= 0 && target < vocab);
            k.softmax(probabilities, x, vocab);
            losses[row] = loss_of(probabilities[target], x, target, k.max(x, vocab), vocab);
            if (dx == nullptr) continue;
            k.scale(dx, probabilities, weight, vocab);
            dx[target] -= weight * (1 - smoothing);
            if (smoothing > 0) {
                const float share = weight * smoothing / static_cast<float>(vocab);
                for (int j = 0; j < vocab; ++j) dx[j] -= share;
            }
        }
    });
    double total = 0;
    for (int row = 0; row < rows; ++row) total += losses[row];
    return total;
}

}  // namespace headlight::nn
