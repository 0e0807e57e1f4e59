#include "text/tokenizer.h"
#include "text/utf8.h"

namespace headlight::text {

std::string StreamingDecoder::push(std::string_view token_bytes) {
    pending_ += token_bytes;
    std::string out;
    std::size_t at = 0;
    while (at < pending_.size()) {
        const std::string_view rest = std::string_view(pending_).substr(at);
        const Utf8Char c = utf8_at(rest, 0);
        if (c.code != Utf8Char::kInvalid) {
            out += rest.substr(0, static_cast<std::size_t>(c.length));
        } else if (utf8_incomplete(rest)) {
            break;
        } else {
            append_hex(out, static_cast<unsigned char>(rest[0]));
        }
        at += static_cast<std::size_t>(c.length);
    }
    pending_.erase(0, at);
    return out;
}

std::string StreamingDecoder::finish() {
    std::string out;
    for (const char byte : pending_) append_hex(out, static_cast<unsigned char>(byte));
    pending_.clear();
    return out;
}

}  // namespace headlight::text
