#pragma once
// Seeded random numbers with the same bits on every platform.

#include <array>
#include <cstdint>

namespace headlight {

// One round of SplitMix64 (Steele, Lea, Flood, 2014): a well-mixed 64-bit hash of `x`.
[[nodiscard]] std::uint64_t mix64(std::uint64_t x);

// xoshiro256** (Blackman, Vigna, 2018). The state is plain data, so that a checkpoint can keep it.
class Rng {
  public:
    explicit Rng(std::uint64_t seed);

    std::uint64_t next();
    double uniform();                          // [0, 1), 53 bits
    std::uint64_t below(std::uint64_t bound);  // [0, bound), unbiased; bound > 0
    double normal();                           // mean 0, variance 1 (sum of 12 uniforms: exact arithmetic, no libm)

    [[nodiscard]] const std::array<std::uint64_t, 4>& state() const { return state_; }
    void set_state(const std::array<std::uint64_t, 4>& state) { state_ = state; }

  private:
    std::array<std::uint64_t, 4> state_{};
};

}  // namespace headlight
