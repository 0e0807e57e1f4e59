#pragma once
// Bytes as text that a link may carry: base64url of RFC 4648, section 5, without padding.

#include <optional>
#include <string>
#include <string_view>

namespace headlight::app {

[[nodiscard]] std::string to_base64url(std::string_view bytes);
// With the alphabet and the padding of section 4, as a data: address has it.
[[nodiscard]] std::string to_base64(std::string_view bytes);

// Nothing unless it is what to_base64url wrote: no other characters, no padding, no length that cannot be, no bits left
// over in the last character.
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);

}  // namespace headlight::app
