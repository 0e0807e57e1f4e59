#include "nn/sites.h"

#include <charconv>

namespace headlight::nn {
namespace {

constexpr std::string_view kLayerMark = "{l}";

}  // namespace

std::string site_name(Site site, int layer) {
    std::string name(site_info(site).name);
    const auto mark = name.find(kLayerMark);
    if (mark != std::string::npos) name.replace(mark, kLayerMark.size(), std::to_string(layer));
    return name;
}

std::optional<SiteAt> find_site(std::string_view name) {
    for (const SiteInfo& info : kSites) {
        if (!info.per_layer()) {
            if (info.name == name) return SiteAt{info.site, 0};
            continue;
        }
        const auto mark = info.name.find(kLayerMark);
        const auto head = info.name.substr(0, mark);
        const auto tail = info.name.substr(mark + kLayerMark.size());
        if (name.size() <= head.size() + tail.size() || !name.starts_with(head) || !name.ends_with(tail)) continue;
        const auto digits = name.substr(head.size(), name.size() - head.size() - tail.size());
        int layer = 0;
        const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), layer);
        const bool whole = parsed.ec == std::errc{} && parsed.ptr == digits.data() + digits.size() && layer >= 0;
        if (whole && std::to_string(layer) == digits) return SiteAt{info.site, layer};
    }
    return std::nullopt;
}

}  // namespace headlight::nn
