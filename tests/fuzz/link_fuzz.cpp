// Any text as a link: decoding never fails, and what it gives is stable from then on.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "app/share_link.h"
#include "base/check.h"
#include "text/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace headlight;
    const app::Link link = app::decode_link({reinterpret_cast<const char*>(data), size});
    CHECK(text::utf8_valid(link.settings.prompt) && text::utf8_valid(link.settings.source));
    const app::Link again = app::decode_link(app::encode_link(link.settings, link.taken, link.checksum, link.target));
    CHECK(again.settings == link.settings);
    CHECK(again.taken == link.taken);
    CHECK(again.target == link.target);
    CHECK(again.checksum == link.checksum);
    return 0;
}
