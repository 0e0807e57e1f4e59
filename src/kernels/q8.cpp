#include "kernels/q8.h"

#include <algorithm>
#include <cmath>

namespace headlight::kernels {

void quantize_q8(std::int8_t* quants, float* scale, const float* x, std::ptrdiff_t stride, int n) {
    float most = 0;
    for (int i = 0; i < n; ++i) most = std::max(most, std::fabs(x[i * stride]));
    *scale = most / static_cast<float>(kQ8Most);
    // A block of subnormal numbers has no reciprocal; it is lost in any sum.
    const float inverse = *scale > 0 ? static_cast<float>(kQ8Most) / most : 0;
    const float usable = std::isfinite(inverse) ? inverse : 0;
    // Adding and taking away 1.5 * 2^23 rounds to a whole number.
    constexpr float kRound = 12582912.0F;
    for (int i = 0; i < n; ++i) {
        const float rounded = (x[i * stride] * usable + kRound) - kRound;
        quants[i] = static_cast<std::int8_t>(std::clamp(rounded, -127.0F, 127.0F));
    }
}

}  // namespace headlight::kernels
