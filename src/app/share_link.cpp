#include "app/share_link.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "app/settings_fields.h"

namespace headlight::app {
namespace {

constexpr std::size_t kChecksumDigits = 8;

bool unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~' || c == ',';
}

// A space becomes '+', so that a prompt stays readable in the address bar.
std::string percent_encoded(std::string_view text) {
    static constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (unreserved(c)) {
            out += c;
        } else if (c == ' ') {
            out += '+';
        } else {
            out += '%';
            out += kHex[byte >> 4];
            out += kHex[byte & 15];
        }
    }
    return out;
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// '%' without two digits stays as it is.
std::string percent_decoded(std::string_view text, bool& broken) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+') {
            out += ' ';
        } else if (text[i] == '%') {
            const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
            const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
            if (high < 0 || low < 0) {
                broken = true;
                out += '%';
                continue;
            }
            out += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

std::optional<std::int32_t> token_id(std::string_view text) {
    std::int32_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc() || end != text.data() + text.size() || id < 0 || id > kMaxLinkTokenId) return std::nullopt;
    return id;
}

// Stops at the first id that cannot be read: later ones would stand in the wrong place.
void read_tokens(std::string_view text, std::string_view key, std::vector<std::int32_t>& tokens, Link& link) {
    tokens.clear();
    while (!text.empty()) {
        const std::size_t dot = std::min(text.find('.'), text.size());
        const std::optional<std::int32_t> id = token_id(text.substr(0, dot));
        if (!id.has_value() || tokens.size() == kMaxLinkTokens) {
            link.warnings.push_back({"notice.link_tokens", std::string(key), ""});
            return;
        }
        tokens.push_back(*id);
        text.remove_prefix(std::min(dot + 1, text.size()));
    }
}

void read_version(std::string_view value, Link& link) {
    int version = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), version);
    if (error == std::errc::result_out_of_range || (error == std::errc() && version > kLinkVersion)) {
        link.warnings.push_back({"notice.link_future", "v", ""});
    } else if (error != std::errc() || end != value.data() + value.size() || version < 1) {
        link.warnings.push_back({"notice.link_broken", "v", ""});
    }
}

void read_checksum(std::string value, Link& link) {
    if (value.size() == kChecksumDigits && std::ranges::all_of(value, [](char c) { return hex_digit(c) >= 0; })) {
        std::ranges::transform(value, value.begin(), [](char c) { return c >= 'A' && c <= 'F' ? char(c + 32) : c; });
        link.checksum = std::move(value);
    } else {
        link.warnings.push_back({"notice.link_broken", "c", ""});
    }
}

// The part after '#'; a fragment alone as it is.
std::string_view fragment_of(std::string_view text) {
    const std::size_t hash = text.find('#');
    return hash == std::string_view::npos ? text : text.substr(hash + 1);
}

void read_pair(std::string_view pair, Link& link, bool& has_version, bool& broken) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) {
        broken = true;
        return;
    }
    const std::string_view key = pair.substr(0, equals);
    std::string value = percent_decoded(pair.substr(equals + 1), broken);
    if (key == "v") {
        has_version = true;
        read_version(value, link);
    } else if (key == "t") {
        read_tokens(value, key, link.taken, link);
    } else if (key == "tt") {
        read_tokens(value, key, link.target, link);
    } else if (key == "c") {
        read_checksum(std::move(value), link);
    } else {
        // An unknown key is a newer version's, or another program's: ignored.
        set_field(link.settings, key, value, link.warnings);
        link.has_prompt = link.has_prompt || key == "prompt";
        link.has_model = link.has_model || key == "model";
        link.has_translator = link.has_translator || key == "translator";
    }
}

}  // namespace

std::string encode_link(const Settings& settings, std::span<const std::int32_t> taken, std::string_view checksum,
                        std::span<const std::int32_t> target) {
    const Settings defaults;
    std::string link = "v=" + std::to_string(kLinkVersion);
    for_each_field([&](const auto& field) {
        if (!field.always && settings.*field.member == defaults.*field.member) return;
        link += '&';
        link += field.key;
        link += '=';
        link += percent_encoded(to_text(settings.*field.member));
    });
    for (std::size_t i = 0; i < taken.size(); ++i) link += (i == 0 ? "&t=" : ".") + std::to_string(taken[i]);
    for (std::size_t i = 0; i < target.size(); ++i) link += (i == 0 ? "&tt=" : ".") + std::to_string(target[i]);
    if (!checksum.empty()) link += "&c=" + std::string(checksum);
    return link;
}

Link decode_link(std::string_view text) {
    Link link;
    std::string_view rest = fragment_of(text);
    if (rest.size() > kMaxLinkBytes) {
        rest = rest.substr(0, kMaxLinkBytes);
        link.warnings.push_back({"notice.link_too_long", "", ""});
    }
    if (rest.empty()) return link;
    bool has_version = false, broken = false;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('&'), rest.size());
        if (end > 0) read_pair(rest.substr(0, end), link, has_version, broken);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (broken) link.warnings.push_back({"notice.link_broken", "", ""});
    if (!has_version) link.warnings.push_back({"notice.link_no_version", "", ""});
    link.settings = normalised(std::move(link.settings), link.warnings);
    return link;
}

}  // namespace headlight::app
