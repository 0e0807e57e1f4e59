#include "base/sha256.h"

#include <algorithm>
#include <bit>
#include <string_view>

#include "base/check.h"

namespace headlight {
namespace {

// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
constexpr std::array<std::uint32_t, 64> kRound{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

std::uint32_t big_endian(const std::byte* at) {
    return std::to_integer<std::uint32_t>(at[0]) << 24 | std::to_integer<std::uint32_t>(at[1]) << 16 |
           std::to_integer<std::uint32_t>(at[2]) << 8 | std::to_integer<std::uint32_t>(at[3]);
}

}  // namespace

void Sha256::blocks(const std::byte* data, std::size_t count) {
    auto [a0, b0, c0, d0, e0, f0, g0, h0] = state_;
    for (; count > 0; --count, data += kBlock) {
        std::array<std::uint32_t, 64> w;
        for (std::size_t t = 0; t < 16; ++t) w[t] = big_endian(data + 4 * t);
        for (std::size_t t = 16; t < 64; ++t) {
            const std::uint32_t x = w[t - 15], y = w[t - 2];
            const std::uint32_t s0 = std::rotr(x, 7) ^ std::rotr(x, 18) ^ (x >> 3);
            const std::uint32_t s1 = std::rotr(y, 17) ^ std::rotr(y, 19) ^ (y >> 10);
            w[t] = w[t - 16] + s0 + w[t - 7] + s1;
        }
        std::uint32_t a = a0, b = b0, c = c0, d = d0, e = e0, f = f0, g = g0, h = h0;
        for (std::size_t t = 0; t < 64; ++t) {
            const std::uint32_t sum1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
            const std::uint32_t first = h + sum1 + ((e & f) ^ (~e & g)) + kRound[t] + w[t];
            const std::uint32_t sum0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
            const std::uint32_t second = sum0 + ((a & b) ^ (a & c) ^ (b & c));
            h = g, g = f, f = e, e = d + first, d = c, c = b, b = a, a = first + second;
        }
        a0 += a, b0 += b, c0 += c, d0 += d, e0 += e, f0 += f, g0 += g, h0 += h;
    }
    state_ = {a0, b0, c0, d0, e0, f0, g0, h0};
}

void Sha256::add(std::span<const std::byte> bytes) {
    length_ += bytes.size();
    if (rest_size_ > 0) {
        const std::size_t taken = std::min(kBlock - rest_size_, bytes.size());
        std::ranges::copy(bytes.first(taken), rest_.begin() + static_cast<std::ptrdiff_t>(rest_size_));
        rest_size_ += taken;
        bytes = bytes.subspan(taken);
        if (rest_size_ < kBlock) return;
        blocks(rest_.data(), 1);
        rest_size_ = 0;
    }
    blocks(bytes.data(), bytes.size() / kBlock);
    bytes = bytes.subspan(bytes.size() / kBlock * kBlock);
    std::ranges::copy(bytes, rest_.begin());
    rest_size_ = bytes.size();
}

std::string Sha256::finish() {
    const std::uint64_t bits = length_ * 8;
    std::array<std::byte, kBlock + 8> end{std::byte{0x80}};
    // Zeros up to 8 bytes before the end of a block, then the length in bits, most significant byte first.
    const std::size_t zeros_end = (rest_size_ < 56 ? 56 : 120) - rest_size_;
    for (std::size_t i = 0; i < 8; ++i) end[zeros_end + i] = static_cast<std::byte>(bits >> (56 - 8 * i) & 0xff);
    add(std::span(end).first(zeros_end + 8));
    CHECK(rest_size_ == 0);
    static constexpr std::string_view kHex = "0123456789abcdef";
    std::string text;
    for (const std::uint32_t word : state_) {
        for (int shift = 28; shift >= 0; shift -= 4) text += kHex[word >> shift & 15];
    }
    return text;
}

}  // namespace headlight
