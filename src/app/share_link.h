#pragma once
// The whole state as the fragment of an address: "v=1&prompt=Once+upon&seed=7&t=12.845&c=1f0a33b2". Version first, then
// the settings that differ from their defaults in the order of their table, then the taken tokens as ids (the same
// tokens even where text would be cut otherwise; "tt" are those of a translation), then the checksum of the last row's
// logits.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/settings.h"

namespace headlight::app {

inline constexpr int kLinkVersion = 1;
inline constexpr std::size_t kMaxLinkBytes = 256 * 1024;  // more than all texts at their longest
inline constexpr std::size_t kMaxLinkTokens = 4096;
inline constexpr std::int32_t kMaxLinkTokenId = 1 << 20;

struct Link {
    Settings settings;
    std::vector<std::int32_t> taken;
    std::vector<std::int32_t> target;  // target tokens of a translation that were chosen by hand
    std::string checksum;              // 8 hex digits, or ""
    bool has_prompt = false;           // without one the opening example is shown
    bool has_model = false;
    bool has_translator = false;
    Warnings warnings;  // what was clamped or left out
};

[[nodiscard]] std::string encode_link(const Settings& settings, std::span<const std::int32_t> taken,
                                      std::string_view checksum, std::span<const std::int32_t> target = {});

// Any text at all, a fragment with or without '#', or a whole address: what can be read is used, what cannot is in the
// warnings. Never fails.
[[nodiscard]] Link decode_link(std::string_view text);

}  // namespace headlight::app
