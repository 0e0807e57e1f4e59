#include "train/agreement.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "base/check.h"

namespace headlight::train {
namespace {

// log p of every token, in double precision: divergences are differences of nearly equal numbers.
void log_softmax(std::span<const float> logits, std::vector<double>& out) {
    const double most = *std::ranges::max_element(logits);
    double sum = 0;
    for (const float logit : logits) sum += std::exp(static_cast<double>(logit) - most);
    const double offset = most + std::log(sum);
    out.resize(logits.size());
    std::ranges::transform(logits, out.begin(), [offset](float logit) { return static_cast<double>(logit) - offset; });
}

void compare_row(std::span<const float> reference, std::span<const float> other, std::vector<double>& p,
                 std::vector<double>& q, Agreement& result) {
    log_softmax(reference, p);
    log_softmax(other, q);
    for (std::size_t j = 0; j < p.size(); ++j) result.divergence += std::exp(p[j]) * (p[j] - q[j]);
    const bool same =
        std::ranges::max_element(reference) - reference.begin() == std::ranges::max_element(other) - other.begin();
    result.same_top += same ? 1 : 0;
    ++result.positions;
}

}  // namespace

Agreement compare(const kernels::Compute& compute, const model::Gpt& reference, const model::Gpt& other,
                  std::span<const TokenId> ids, int context) {
    CHECK(reference.config().vocab == other.config().vocab);
    const auto vocab = static_cast<std::size_t>(reference.config().vocab);
    const auto window = std::min(static_cast<std::size_t>(context), ids.size());
    Agreement result;
    if (window == 0) return result;
    const auto positions = static_cast<int>(window);
    model::Activations expected(reference.config(), 1, positions, model::Keep::training);
    model::Activations found(other.config(), 1, positions, model::Keep::training);
    std::vector<double> p, q;
    for (std::size_t start = 0; start < ids.size(); start += window) {
        const auto part = ids.subspan(start, std::min(window, ids.size() - start));
        model::Forward(compute, reference, expected, part, 0).run();
        model::Forward(compute, other, found, part, 0).run();
        for (std::size_t row = 0; row < part.size(); ++row) {
            compare_row({expected.at(nn::Site::logits) + row * vocab, vocab},
                        {found.at(nn::Site::logits) + row * vocab, vocab}, p, q, result);
        }
    }
    return result;
}

}  // namespace headlight::train
