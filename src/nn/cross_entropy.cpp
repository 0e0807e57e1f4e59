#include <cmath>

#include "base/check.h"
#include "nn/layers.h"
#include "nn/parallel.h"

namespace headlight::nn {
namespace {

// -log p of the target. The loss is a report, not part of the bits that agree everywhere: the platform's log will do.
double loss_of(float probability, const float* logits, TokenId target, float top, int vocab) {
    constexpr float kSafe = 1e-30F;
    if (probability > kSafe) return -std::log(static_cast<double>(probability));
    double sum = 0;  // the probability underflows (or something is NaN): from the logits in double precision
    for (int j = 0; j < vocab; ++j) sum += std::exp(static_cast<double>(logits[j]) - static_cast<double>(top));
    return std::log(sum) + static_cast<double>(top) - static_cast<double>(logits[target]);
}

}  // namespace

double cross_entropy(const Compute& compute, float* dlogits, const float* logits, std::span<const TokenId> targets,
                     int vocab, float weight, double* losses) {
    const auto& k = compute.kernels();
    const int rows = static_cast<int>(targets.size());
    for_rows(compute, rows, rows_per_task(vocab), [&](int first, int last, int worker) {
        float* probabilities = compute.scratch(worker, static_cast<std::size_t>(vocab));
        for (int row = first; row < last; ++row) {
            const float* x = logits + row_offset(row, vocab);
            const TokenId target = targets[static_cast<std::size_t>(row)];
            DCHECK(target >= 0 && target < vocab);
            k.softmax(probabilities, x, vocab);
            losses[row] = loss_of(probabilities[target], x, target, k.max(x, vocab), vocab);
            if (dlogits == nullptr) continue;
            float* dx = dlogits + row_offset(row, vocab);
            k.scale(dx, probabilities, weight, vocab);
            dx[target] -= weight;
        }
    });
    double total = 0;
    for (int row = 0; row < rows; ++row) total += losses[row];
    return total;
}

}  // namespace headlight::nn
