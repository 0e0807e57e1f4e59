#pragma once
// SHA-256 (FIPS 180-4), piece by piece: what model hosts give as the checksum of a large file.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace headlight {

class Sha256 {
  public:
    void add(std::span<const std::byte> bytes);
    // Of everything added so far, as 64 hex digits. Ends it: start anew with another object.
    [[nodiscard]] std::string finish();

  private:
    void blocks(const std::byte* data, std::size_t count);

    static constexpr std::size_t kBlock = 64;
    std::array<std::uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::array<std::byte, kBlock> rest_{};  // of a block that is not full yet
    std::size_t rest_size_ = 0;
    std::uint64_t length_ = 0;  // bytes
};

}  // namespace headlight
