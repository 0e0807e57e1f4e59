#pragma once
// One HTTP request of libcurl, with what every request of this program has in common. Only for hub_*.cpp.

#include <curl/curl.h>

#include <memory>
#include <string>
#include <string_view>

namespace headlight::platform {

struct CloseEasy {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using EasyHandle = std::unique_ptr<CURL, CloseEasy>;

// A header's value when the line is this header ("etag", in small letters); nothing otherwise.
[[nodiscard]] inline std::string header_value(std::string_view line, std::string_view name) {
    if (line.size() <= name.size() || line[name.size()] != ':') return {};
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = line[i];
        if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != name[i]) return {};
    }
    line.remove_prefix(name.size() + 1);
    const std::size_t first = line.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    const std::size_t last = line.find_last_not_of(" \t\r\n");
    return last < first ? std::string() : std::string(line.substr(first, last + 1 - first));
}

// Follows redirections (hubs keep large files elsewhere), gives up on a silent host, speaks HTTP and nothing else.
[[nodiscard]] inline EasyHandle new_request(const std::string& url) {
    constexpr long kConnectSeconds = 20, kSilentSeconds = 30, kMostRedirections = 8;
    EasyHandle easy(curl_easy_init());
    if (easy == nullptr) return easy;
    CURL* handle = easy.get();
    curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(handle, CURLOPT_MAXREDIRS, kMostRedirections);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, kSilentSeconds);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_USERAGENT, "headlight-desktop");
    return easy;
}

}  // namespace headlight::platform
