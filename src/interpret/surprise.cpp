#include "interpret/surprise.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "base/check.h"

namespace headlight::interpret {

double surprise_bits(std::span<const float> logits, std::int32_t token) {
    CHECK(token >= 0 && static_cast<std::size_t>(token) < logits.size());
    const auto most = static_cast<double>(*std::ranges::max_element(logits));
    double sum = 0;
    for (const float logit : logits) sum += std::exp(static_cast<double>(logit) - most);
    const double own = static_cast<double>(logits[static_cast<std::size_t>(token)]) - most;
    return (std::log(sum) - own) / std::numbers::ln2;
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
