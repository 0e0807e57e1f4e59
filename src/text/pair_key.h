#pragma once
// Two neighbouring tokens as one number, for hash tables. Ids are not negative.

#include <cstdint>

namespace headlight::text {

using PairKey = std::uint64_t;

[[nodiscard]] constexpr PairKey key_of(std::int32_t left, std::int32_t right) {
    return (static_cast<PairKey>(static_cast<std::uint32_t>(left)) << 32) | static_cast<std::uint32_t>(right);
}
[[nodiscard]] constexpr std::int32_t left_of(PairKey key) {
    return static_cast<std::int32_t>(key >> 32);
}
[[nodiscard]] constexpr std::int32_t right_of(PairKey key) {
    return static_cast<std::int32_t>(key & 0xFFFFFFFFu);
}

}  // namespace headlight::text
