#include "base/sha256.h"

#include <algorithm>
#include <bit>
#include <cstring>
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

using State = std::array<std::uint32_t, 8>;
// Four words at once: the schedule of a block takes as long as its rounds otherwise.
using Words [[gnu::vector_size(16)]] = std::uint32_t;
using Bytes [[gnu::vector_size(16)]] = std::uint8_t;

Words rotated(Words words, unsigned bits) {
    return (words >> bits) | (words << (32 - bits));
}

Words big_endian(const std::byte* at) {
    Bytes bytes;
    std::memcpy(&bytes, at, sizeof bytes);
    return std::bit_cast<Words>(
        __builtin_shufflevector(bytes, bytes, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12));
}

Words round_words(std::size_t first) {
    Words words;
    std::memcpy(&words, &kRound[first], sizeof words);
    return words;
}

// The four words of the schedule that follow these 16. The last two of them rest on the first two.
Words following(Words w0, Words w4, Words w8, Words w12) {
    const Words x = __builtin_shufflevector(w0, w4, 1, 2, 3, 4), none{};
    const Words most = w0 + (rotated(x, 7) ^ rotated(x, 18) ^ (x >> 3)) + __builtin_shufflevector(w8, w12, 1, 2, 3, 4);
    const auto with = [](Words y) { return rotated(y, 17) ^ rotated(y, 19) ^ (y >> 10); };
    const Words two = most + with(__builtin_shufflevector(w12, none, 2, 3, 4, 4));
    return two + with(__builtin_shufflevector(none, two, 0, 0, 4, 5));
}

[[gnu::always_inline]] inline void one_round(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t& d,
                                             std::uint32_t e, std::uint32_t f, std::uint32_t g, std::uint32_t& h,
                                             std::uint32_t word) {
    const std::uint32_t sum1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
    const std::uint32_t first = h + sum1 + (g ^ (e & (f ^ g))) + word;
    const std::uint32_t sum0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
    d += first;
    h = first + sum0 + ((a & b) | (c & (a | b)));
}

// With the letters in other places each time, nothing has to be moved.
[[gnu::always_inline]] inline void eight_rounds(State& state, Words w0, Words w4) {
    auto& [a, b, c, d, e, f, g, h] = state;
    one_round(a, b, c, d, e, f, g, h, w0[0]);
    one_round(h, a, b, c, d, e, f, g, w0[1]);
    one_round(g, h, a, b, c, d, e, f, w0[2]);
    one_round(f, g, h, a, b, c, d, e, w0[3]);
    one_round(e, f, g, h, a, b, c, d, w4[0]);
    one_round(d, e, f, g, h, a, b, c, w4[1]);
    one_round(c, d, e, f, g, h, a, b, w4[2]);
    one_round(b, c, d, e, f, g, h, a, w4[3]);
}

}  // namespace

void Sha256::blocks(const std::byte* data, std::size_t count) {
    State sum = state_;
    for (; count > 0; --count, data += kBlock) {
        Words w0 = big_endian(data), w4 = big_endian(data + 16), w8 = big_endian(data + 32);
        Words w12 = big_endian(data + 48);
        State state = sum;
        for (std::size_t t = 0;; t += 16) {
            eight_rounds(state, w0 + round_words(t), w4 + round_words(t + 4));
            eight_rounds(state, w8 + round_words(t + 8), w12 + round_words(t + 12));
            if (t == 48) break;
            w0 = following(w0, w4, w8, w12);
            w4 = following(w4, w8, w12, w0);
            w8 = following(w8, w12, w0, w4);
            w12 = following(w12, w0, w4, w8);
        }
        for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += state[i];
    }
    state_ = sum;
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
