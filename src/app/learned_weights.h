#pragma once
// The weights of a small model as text that fits into a link: F16 in base64url, with what they belong to and a
// checksum.

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/settings.h"

namespace headlight::app {

struct LearnedWeights {
    std::int64_t steps = 0;  // 0 to 2^31 - 1
    std::vector<float> params;
};

// fingerprint: of the corpus that they were trained on.
[[nodiscard]] std::string encode_weights(std::span<const float> params, std::int64_t steps, std::uint32_t fingerprint);

// params: how many there have to be. Errors (keys of the strings): damaged or no weights at all; those of another
// corpus. Values that are not finite are damage, too.
[[nodiscard]] std::expected<LearnedWeights, Warning> decode_weights(std::string_view text, std::uint32_t fingerprint,
                                                                    std::size_t params);

}  // namespace headlight::app
