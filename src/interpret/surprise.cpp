#include "interpret/surprise.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "base/check.h"
#include "kernels/kernels.h"

namespace headlight::interpret {

LogitSums logit_sums(std::span<const float> logits) {
    constexpr std::size_t kChunk = 256, kLanes = 8;
    constexpr float kNever = -1e30F;                    // exp gives 0, and 0 times this is 0: not so for -inf
    const kernels::Kernels& kernels = kernels::best();  // all give the same bits
    const float most = *std::ranges::max_element(logits);
    double sum[kLanes] = {}, weighted[kLanes] = {};  // side by side, as processors add
    float x[kChunk], e[kChunk];
    for (std::size_t first = 0; first < logits.size(); first += kChunk) {
        const std::size_t count = std::min(kChunk, logits.size() - first);
        for (std::size_t i = 0; i < count; ++i) x[i] = std::max(kNever, logits[first + i] - most);
        std::fill(x + count, x + kChunk, kNever);
        kernels.exp(e, x, kChunk);
        for (std::size_t i = 0; i < kChunk; i += kLanes) {
            for (std::size_t lane = 0; lane < kLanes; ++lane) {
                const auto share = static_cast<double>(e[i + lane]);
                sum[lane] += share;
                weighted[lane] += share * static_cast<double>(x[i + lane]);
            }
        }
    }
    LogitSums all{.most = static_cast<double>(most)};
    for (std::size_t lane = 0; lane < kLanes; ++lane) all.sum += sum[lane], all.weighted += weighted[lane];
    return all;
}

double surprise_bits(std::span<const float> logits, std::int32_t token) {
    CHECK(token >= 0 && static_cast<std::size_t>(token) < logits.size());
    const LogitSums all = logit_sums(logits);
    const double own = static_cast<double>(logits[static_cast<std::size_t>(token)]) - all.most;
    return (std::log(all.sum) - own) / std::numbers::ln2;
}

std::vector<float> token_surprise(std::span<const std::int32_t> ids, const Matrix& logits) {
    std::vector<float> bits(ids.size(), std::numeric_limits<float>::quiet_NaN());
    CHECK(ids.size() < 2 || (static_cast<std::size_t>(logits.rows) + 1 >= ids.size() && logits.col_stride == 1));
    for (std::size_t i = 1; i < ids.size(); ++i) {
        const float* row = logits.data + static_cast<std::ptrdiff_t>(i - 1) * logits.row_stride;
        bits[i] = static_cast<float>(surprise_bits({row, static_cast<std::size_t>(logits.cols)}, ids[i]));
    }
    return bits;
}

}  // namespace headlight::interpret
