#include "app/learned_weights.h"

#include <algorithm>
#include <cmath>

#include "app/base64url.h"
#include "base/float16.h"
#include "base/rng.h"

namespace headlight::app {
namespace {

constexpr std::string_view kMagic = "HW1";
constexpr std::size_t kHeadBytes = 3 + 4 + 4 + 4;  // magic, steps, fingerprint, how many
constexpr std::size_t kCheckBytes = 4;

// Little-endian.
void append(std::string& out, std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i, value >>= 8U) out += static_cast<char>(value & 255U);
}

std::uint32_t read(std::string_view bytes, std::size_t at, int count) {
    std::uint32_t value = 0;
    for (int i = count; i-- > 0;) {
        value = (value << 8U) | static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(i)]);
    }
    return value;
}

std::uint32_t checksum(std::string_view bytes) {
    std::uint64_t hash = bytes.size();
    for (const char byte : bytes) hash = mix64(hash ^ static_cast<unsigned char>(byte));
    return static_cast<std::uint32_t>(hash);
}

}  // namespace

std::string encode_weights(std::span<const float> params, std::int64_t steps, std::uint32_t fingerprint) {
    std::string bytes(kMagic);
    append(bytes, static_cast<std::uint64_t>(steps), 4);
    append(bytes, fingerprint, 4);
    append(bytes, params.size(), 4);
    for (const float value : params) append(bytes, f32_to_f16(value), 2);
    append(bytes, checksum(bytes), 4);
    return to_base64url(bytes);
}

std::expected<LearnedWeights, Warning> decode_weights(std::string_view text, std::uint32_t fingerprint,
                                                      std::size_t params) {
    const auto damaged = [&] {
        return std::unexpected(Warning{"learn.error.weights", "", std::to_string(text.size())});
    };
    const auto found = from_base64url(text);
    if (!found || found->size() < kHeadBytes + kCheckBytes || !found->starts_with(kMagic)) return damaged();
    const std::string_view bytes = *found;
    const std::string_view body = bytes.substr(0, bytes.size() - kCheckBytes);
    if (read(bytes, body.size(), 4) != checksum(body)) return damaged();
    const std::uint32_t count = read(bytes, 11, 4);
    if (body.size() != kHeadBytes + 2 * static_cast<std::uint64_t>(count)) return damaged();
    if (read(bytes, 7, 4) != fingerprint || count != params) {
        return std::unexpected(Warning{"learn.error.weights_corpus", std::to_string(params), std::to_string(count)});
    }
    LearnedWeights weights;
    weights.steps = read(bytes, 3, 4);
    weights.params.resize(params);
    for (std::size_t i = 0; i < params; ++i) {
        const auto half = static_cast<std::uint16_t>(read(bytes, kHeadBytes + 2 * i, 2));
        weights.params[i] = f16_to_f32(half);
    }
    const bool finite = std::ranges::all_of(weights.params, [](float value) { return std::isfinite(value); });
    if (!finite || weights.steps > INT32_MAX) return damaged();
    return weights;
}

}  // namespace headlight::app
