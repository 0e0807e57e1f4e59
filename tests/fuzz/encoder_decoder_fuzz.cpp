// An encoder-decoder's config.json from outside: refused with a message, or a model that can be made and written back.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "model/encoder_decoder_config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace headlight::model;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto config = parse_encoder_decoder_config(text, "config.json");
    if (!config.has_value()) {
        CHECK(config.error().message.starts_with("config.json: "));
        return 0;
    }
    CHECK(is_encoder_decoder_config(text) && check(*config).has_value());
    CHECK(config->score_divisor() > 0);
    const auto again = parse_encoder_decoder_config(config_json(*config), "config.json");
    CHECK(again.has_value() && *again == *config);
    if (config->encoder_layers + config->decoder_layers > 20) return 0;  // many names take long
    const EncoderDecoderLayout layout(*config);
    std::size_t end = 0;
    for (const ParamInfo& info : layout.params()) {
        CHECK(info.offset == end && info.size > 0);
        end += info.size;
    }
    CHECK(end == layout.size());
    return 0;
}
